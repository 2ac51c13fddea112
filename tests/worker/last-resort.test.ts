import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClearOrder } from '#domain/clearance.ts'
import { eraseAll, mergeFindings, survey } from '../../worker/clear/erase.ts'
import { systemClock } from '../../worker/clock.ts'
import { createLog } from '../../worker/log.ts'
import { createLimiter } from '../../worker/session/limiter.ts'
import { createLinkBoard } from '../../worker/session/link-board.ts'
import { createSession } from '../../worker/session/session.ts'
import { openBackups } from '../../worker/store/backups.ts'
import { createCredentials, inspectCredentials } from '../../worker/store/credential-store.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import { openOutbox } from '../../worker/store/outbox.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { createWhatsApp } from '../../worker/whatsapp/socket.ts'
import { NO_VAULT } from './support/vaults.ts'

const SESSION = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const log = createLog('silent', 'test')
const whatsapp = createWhatsApp({ url: undefined, log })
const options = { disk: systemDisk, vault: NO_VAULT, sessionId: SESSION, maxPages: 1000 }
const order: ClearOrder = {
  id: '7f0c1a52-8f5e-4a86-9f3c-222222222222',
  organization_id: '7f0c1a52-8f5e-4a86-9f3c-333333333333',
  session_id: SESSION,
  max_generation: 3,
  reason: 'delete',
  requested_at: '2026-11-22T00:00:00.000Z',
  attempts: 0,
  phone_number: null,
}

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'latchkey-last-'))))
afterEach(() => rmSync(root, { recursive: true }))

describe('a place among those that start', () => {
  it('is free again when the socket cannot even be made (CLO-9)', () => {
    const limiter = createLimiter(1)
    const failing = createSession(
      { generation: 1, status: 'connecting' },
      createCredentials(join(root, 'one'), 1, whatsapp.newCredentials(), options),
      {
        whatsapp: {
          ...whatsapp,
          openSocket() {
            throw new Error('no socket today')
          },
        },
        clock: systemClock,
        log,
        limiter,
        settings: { backoff: { minMs: 1, maxMs: 1, tries: 1 }, linkUnwatchedMs: 1000 },
        board: createLinkBoard(() => {}),
        changed() {},
        confirmLink: () => Promise.resolve(null),
        heard() {},
        mayOpen: () => true,
        note() {},
        keepNames() {},
        onReceipt() {},
        onOnline() {},
        onOrphaned() {},
        onUnlinked() {},
        onDamaged() {},
      },
    )
    failing.beginLink()
    expect(failing.isOver()).toBe(true)
    let entered = false
    limiter.enter(() => (entered = true))
    return Promise.resolve().then(() => expect(entered).toBe(true))
  })
})

describe('erasing', () => {
  const places = () => {
    const data = openDataFolder(systemDisk, root, 'demo')
    return {
      data,
      vault: NO_VAULT,
      quarantine: openQuarantine(data, systemClock),
      backups: openBackups(data, NO_VAULT, systemClock, 1000),
      outbox: openOutbox(data, NO_VAULT),
      maxPages: 1000,
    }
  }

  it('takes the credentials last: whoever is interrupted before can still unlink with them (CLR-2, CLR-5)', () => {
    const all = places()
    createCredentials(all.data.session(SESSION), 1, whatsapp.newCredentials(), options).dispose()
    mkdirSync(all.data.backups(SESSION))
    const refusing = {
      ...all.backups,
      erase() {
        throw new Error('the disk refused')
      },
    }
    expect(() => eraseAll(order, { ...all, backups: refusing }, true)).toThrow('the disk refused')
    expect(inspectCredentials(all.data.session(SESSION), options)).toMatchObject({ state: 'whole' })
    eraseAll(order, all, true)
    expect(inspectCredentials(all.data.session(SESSION), options)).toEqual({ state: 'absent' })
    all.data.close()
  })

  it('that was interrupted with damaged credentials does not call them unlinked when it finds them gone (CLR-4)', () => {
    const all = places()
    mkdirSync(all.data.session(SESSION))
    writeFileSync(join(all.data.session(SESSION), 'auth.sqlite'), 'damaged')
    const before = survey(order, all, null, false, false)
    expect(before.findings.linked).toBeNull()
    eraseAll(order, all, before.erasesCredentials)
    const now = survey(order, all, null, false, false)
    expect(mergeFindings(before.findings, now.findings).linked).toBeNull()
    all.data.close()
  })
})
