import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SessionId } from '#domain/session.ts'
import { systemClock } from '../../worker/clock.ts'
import { createLog } from '../../worker/log.ts'
import { openBackups } from '../../worker/store/backups.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { diskBelow } from '../../worker/store/folder-disk.ts'
import { noNames, openNames } from '../../worker/store/names.ts'
import { openOutbox } from '../../worker/store/outbox.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { openTombstones } from '../../worker/store/tombstones.ts'
import type { Tombstone } from '../../worker/store/tombstones.ts'
import { hostileId } from '../support/hostile.ts'
import { NO_VAULT } from './support/vaults.ts'

const SEED = 5
const ORDER = '7f0c1a52-8f5e-4a86-9f3c-222222222222'

let base: string
let touched: string[]
let calls: Record<string, (id: string) => unknown>
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'latchkey-ids-'))
  touched = []
  const note = <K extends keyof Disk>(name: K): Pick<Disk, K> => {
    const step = systemDisk[name] as (...args: unknown[]) => unknown
    return { [name]: (...args: unknown[]) => (touched.push(`${name} ${String(args[0])}`), step(...args)) } as unknown as Pick<Disk, K>
  }
  const spying = Object.assign({}, ...(Object.keys(systemDisk) as (keyof Disk)[]).map(note)) as Disk
  const data = openDataFolder(spying, join(base, 'data'), 'demo')
  const [backups, outbox, quarantine] = [
    openBackups(data, NO_VAULT, systemClock, 1000),
    openOutbox(data, NO_VAULT),
    openQuarantine(data, systemClock),
  ]
  const [names, stones] = [openNames({ disk: spying, places: data, vault: NO_VAULT }), openTombstones(data, createLog('silent', 'test'))]
  const link = { generation: 1, account: '51987654321' }
  const contents = { generation: 1, linked: false, phoneNumber: null, creds: '{}', keys: [] }
  const text = { id: 'A'.repeat(16), to: '+51911111111', text: 'x', queuedAt: '', state: 'waiting' as const, attempts: 0 }
  const tombstone = (session_id: string, id: string) => ({ version: 1, order: { id, session_id } }) as Tombstone
  calls = {
    session: data.session,
    backupsOf: data.backups,
    outboxOf: data.outbox,
    asides: data.asides,
    newestAt: backups.newestAt,
    'backups of': (id) => backups.of(id, 1),
    save: (id) => backups.save(id, contents),
    restore: (id) => backups.restore(id, 1),
    'measure backups': (id) => backups.measure(id, 1),
    'erase backups': (id) => backups.erase(id, 1),
    list: (id) => outbox.list(id, link),
    add: (id) => outbox.add(id, link, text),
    settle: (id) => outbox.settle(id, link, text.id, null),
    bindingOf: outbox.bindingOf,
    'measure outbox': (id) => outbox.measure(id, 1),
    'erase outbox': (id) => outbox.erase(id, 1),
    take: (id) => quarantine.take(id, 1, 'x'),
    takeBackup: (id) => quarantine.takeBackup(id, 'name', 1, 'x'),
    takeOutbox: (id) => quarantine.takeOutbox(id, 1, 'x'),
    'read names': (id) => names.read(id, 1),
    'write names': (id) => names.write(id, noNames(1)),
    'put a tombstone': (id) => stones.put(tombstone(id, ORDER)),
    'put a tombstone of an order': (id) => stones.put(tombstone(ORDER, id)),
  }
})
const errorOf = (run: () => unknown): string => {
  try {
    run()
    return 'no error'
  } catch (error) {
    return (error as Error).message
  }
}
afterAll(() => rmSync(base, { recursive: true }))

it('nothing but the id of a session ever becomes a path: every function of the store refuses before it touches the disk', () => {
  fc.assert(
    fc.property(hostileId, (id) => {
      fc.pre(!SessionId.safeParse(id).success)
      for (const [name, call] of Object.entries(calls)) {
        touched.length = 0
        expect([name, errorOf(() => call(id)), touched]).toEqual([name, expect.stringContaining('not the id of a session'), []])
      }
    }),
    { seed: SEED, numRuns: 300 },
  )
})

it('what the schema takes as an id is one name: it leads into no other folder and is no hidden one', () => {
  const taken = fc.sample(hostileId, { seed: SEED, numRuns: 3000 }).filter((id) => SessionId.safeParse(id).success)
  expect(taken.length).toBeGreaterThan(0)
  expect(taken.filter((id) => !/^[0-9a-f-]{36}$/i.test(id))).toEqual([])
})

it('a path that leads out of the data folder is refused by the disk itself, whoever made it', () => {
  const touchedBelow: string[] = []
  const root = join(base, 'jail')
  const jail = diskBelow(root, { ...systemDisk, stat: (path) => (touchedBelow.push(path), systemDisk.stat(path)) })
  const outside = fc.constantFrom('..', '../data', 'a/../../data', '../jail2', '../../../etc/passwd', '../jail-not')
  fc.assert(
    fc.property(outside, (way) => {
      const path = `${root}/${way}`
      for (const step of [jail.stat, jail.names, jail.read, jail.remove, jail.sync, jail.openDatabase, jail.lock, jail.makeFolder]) {
        expect(() => step(path)).toThrow('leads out of the data folder')
      }
      expect(() => jail.rename(join(root, 'x'), path)).toThrow('leads out of the data folder')
      expect(() => jail.write(path, 'x')).toThrow('leads out of the data folder')
      expect(touchedBelow.filter((one) => !one.startsWith(root))).toEqual([])
    }),
    { seed: SEED, numRuns: 30 },
  )
})

it.each(['..', '.', '', 'a/b', '../backups', '.hidden', '/etc'])('a snapshot called "%s" is none that could be moved', (name) => {
  const data = openDataFolder(systemDisk, join(base, 'names'), 'demo')
  try {
    expect(() => openQuarantine(data, systemClock).takeBackup(ORDER, name, 1, 'x')).toThrow('not the name of a snapshot')
  } finally {
    data.close()
  }
})
