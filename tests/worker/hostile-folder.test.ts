import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClearOrder } from '#domain/clearance.ts'
import { eraseAll, survey } from '../../worker/clear/erase.ts'
import { systemClock } from '../../worker/clock.ts'
import { createLog } from '../../worker/log.ts'
import { lookOffline } from '../../worker/reconcile/offline.ts'
import { openBackups } from '../../worker/store/backups.ts'
import { inspectCredentials } from '../../worker/store/credential-store.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import type { DataFolder } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { writeDurably } from '../../worker/store/durable-file.ts'
import { diskBelow } from '../../worker/store/folder-disk.ts'
import { openNames } from '../../worker/store/names.ts'
import { openOutbox } from '../../worker/store/outbox.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { openTombstones } from '../../worker/store/tombstones.ts'
import { fingerprint, plantBackup, plantCredentials, plantOutbox } from './support/planted.ts'
import { NO_VAULT } from './support/vaults.ts'

const SESSION = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const OTHER = '7f0c1a52-8f5e-4a86-9f3c-444444444444'
const ORDER: ClearOrder = {
  id: '7f0c1a52-8f5e-4a86-9f3c-222222222222',
  organization_id: '7f0c1a52-8f5e-4a86-9f3c-333333333333',
  session_id: SESSION,
  max_generation: 3,
  reason: 'reset',
  requested_at: '2026-11-22T00:00:00.000Z',
  attempts: 0,
  phone_number: '+51987654321',
}
const TIME = '2026-01-01T00-00-00.000Z'
const log = createLog('silent', 'test')

/** Made once and copied for each test: what no test may touch, a folder that looks like a session's and another session. */
let template: string
beforeAll(() => {
  template = mkdtempSync(join(tmpdir(), 'latchkey-template-'))
  const outside = join(template, 'outside')
  plantCredentials(join(outside, 'session'), SESSION, 1)
  writeFileSync(join(outside, 'why.json'), JSON.stringify({ session_id: SESSION, generation: 9, reason: '', since: '', keep_until: '' }))
  writeFileSync(join(outside, 'outbox.json'), JSON.stringify({ version: 1, generation: 9, account: '1', messages: [] }))
  writeFileSync(join(outside, 'auth.sqlite'), 'of somebody else')
  const root = join(template, 'data')
  plantCredentials(join(root, 'sessions', OTHER), OTHER, 1)
  plantOutbox(root, OTHER, 1)
  plantBackup(template, SESSION, 1, TIME)
})
afterAll(() => rmSync(template, { recursive: true }))

let base: string
let root: string
let outside: string
let data: DataFolder
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'latchkey-hostile-'))
  root = join(base, 'data')
  outside = join(base, 'outside')
  cpSync(template, base, { recursive: true })
  reopen()
})
afterEach(() => {
  close()
  rmSync(base, { recursive: true, force: true })
})

let isOpen = false
const reopen = (at = root): void => {
  close()
  data = openDataFolder(diskBelow(at, systemDisk), at, 'demo')
  isOpen = true
}
function close(): void {
  if (isOpen) data.close()
  isOpen = false
}
const open = () => ({
  data,
  vault: NO_VAULT,
  quarantine: openQuarantine(data, systemClock),
  backups: openBackups(data, NO_VAULT, systemClock, 1000),
  outbox: openOutbox(data, NO_VAULT),
  maxPages: 1000,
})
const others = () => [fingerprint(outside), fingerprint(join(root, 'sessions', OTHER))]
const healthy = (): void => {
  cpSync(join(outside, 'session'), data.session(SESSION), { recursive: true })
  writeFileSync(join(data.session(SESSION), 'names.json'), '{}')
  cpSync(join(base, 'sessions/backups'), join(root, 'sessions/backups'), { recursive: true })
  plantOutbox(root, SESSION, 1)
}

const PLACES = [
  `sessions/${SESSION}`,
  `sessions/${SESSION}/auth.sqlite`,
  `sessions/${SESSION}/auth.sqlite-wal`,
  `sessions/${SESSION}/names.json`,
  `sessions/backups/${SESSION}`,
  `sessions/backups/${SESSION}/${TIME}`,
  `sessions/backups/${SESSION}/${TIME}/auth.sqlite`,
  `sessions/.new-${SESSION}`,
  `quarantine/${SESSION}.1`,
  `quarantine/${SESSION}.1/why.json`,
  `quarantine/${SESSION}.1/session`,
  `whatsapp/outbox/${SESSION}.json`,
]
const PLANTS: Record<string, (at: string) => void> = {
  'a link to a folder outside': (at) => symlinkSync(outside, at),
  "a link to another's credentials outside": (at) => symlinkSync(join(outside, 'session'), at),
  'a link to a file outside': (at) => symlinkSync(join(outside, at.endsWith('.json') ? 'outbox.json' : 'session/auth.sqlite'), at),
  'a link to another session': (at) => symlinkSync(join(root, 'sessions', OTHER), at),
  'a link to itself': (at) => symlinkSync(at, at),
  'a link to nothing': (at) => symlinkSync(join(base, 'nothing'), at),
  'a pipe that nobody writes to': (at) => execFileSync('mkfifo', [at]),
  'a folder with a link in it': (at) => (mkdirSync(at), symlinkSync(outside, join(at, 'auth.sqlite'))),
  'a file of something else': (at) => writeFileSync(at, 'something else'),
  'a name that is no text': (at) => (
    mkdirSync(at),
    writeFileSync(Buffer.concat([Buffer.from(`${at}/x\n`), Buffer.from([0xff, 0xfe])]), '')
  ),
}

describe.each(PLACES)('where %s should be', (place) => {
  it.each(Object.keys(PLANTS))('%s: an order erases that, and nothing that it leads to', (name) => {
    healthy()
    const at = join(root, place)
    rmSync(at, { recursive: true, force: true })
    mkdirSync(dirname(at), { recursive: true })
    PLANTS[name]?.(at)
    const before = others()

    const places = open()
    const found = survey(ORDER, places, null, false, null)
    expect([null, 1]).toContain(found.findings.generations[0] ?? null)
    eraseAll(ORDER, places, found.erasesCredentials)

    expect(lstatSync(at, { throwIfNoEntry: false })).toBeUndefined()
    const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((one) => one.includes(SESSION))
    expect(left).toEqual([])
    expect(others()).toEqual(before)
    expect(places.outbox.bindingOf(OTHER)).toMatchObject({ generation: 1 })
  })
})

describe('a link', () => {
  it('is never read through: neither credentials, nor texts, nor names, nor a snapshot', () => {
    symlinkSync(join(outside, 'session'), data.session(SESSION))
    symlinkSync(join(outside, 'outbox.json'), data.outbox(SESSION))
    mkdirSync(data.backups(SESSION))
    symlinkSync(join(outside, 'session'), join(data.backups(SESSION), TIME))
    writeFileSync(
      join(outside, 'session/names.json'),
      JSON.stringify({
        version: 1,
        generation: 1,
        groupsAt: null,
        groups: [],
        contactsAt: null,
        contacts: [{ id: 'x', phoneNumber: null, name: 'Ana', saved: null, told: null }],
      }),
    )
    const { backups, outbox } = open()
    const options = { disk: data.disk, vault: NO_VAULT, sessionId: SESSION, maxPages: 1000 }
    expect(inspectCredentials(data.session(SESSION), options)).toMatchObject({ state: 'damaged' })
    expect(inspectCredentials(join(data.backups(SESSION), TIME), options)).toMatchObject({ state: 'damaged' })
    expect(backups.of(SESSION, 1)).toEqual([])
    expect(outbox.bindingOf(SESSION)).toBe('damaged')
    expect(openNames({ disk: data.disk, places: data, vault: NO_VAULT }).read(SESSION, 1).contacts).toEqual([])
  })

  it('is never written through: a file is made anew in its place', () => {
    const target = join(outside, 'session/auth.sqlite')
    const before = fingerprint(outside)
    const path = join(root, 'reserve')
    symlinkSync(target, path)
    symlinkSync(target, `${path}.tmp`)
    writeDurably(data.disk, path, 'ours')
    expect(data.disk.read(path)).toBe('ours')
    rmSync(path)
    linkSync(target, `${path}.tmp`)
    writeDurably(data.disk, path, 'ours')
    expect(fingerprint(outside)).toEqual(before)
  })

  it.each(['sessions', 'sessions/backups', 'tombstones', 'quarantine', 'erasing', 'whatsapp', 'whatsapp/outbox'])(
    'in the place of %s keeps the worker from starting, and what it leads to is left as it is',
    (folder) => {
      close()
      const moved = join(base, 'moved')
      renameSync(join(root, folder), moved)
      writeFileSync(join(moved, '.new-keep'), 'not ours to erase')
      symlinkSync(moved, join(root, folder))
      expect(() => reopen()).toThrow(/link|not followed/)
      expect(existsSync(join(moved, '.new-keep'))).toBe(true)
    },
  )

  it('in the place of instance.json makes the folder nobody’s: it is not claimed anew', () => {
    close()
    rmSync(join(root, 'instance.json'))
    symlinkSync(join(outside, 'outbox.json'), join(root, 'instance.json'))
    expect(() => reopen()).toThrow('instance.json is damaged')
  })

  it('in the place of a tombstone forbids its session, as any tombstone does that cannot be read (CLR-4)', () => {
    symlinkSync(join(outside, 'why.json'), join(root, 'tombstones', `${SESSION}.${ORDER.id}.json`))
    const stones = openTombstones(data, log)
    expect(stones.forbids(SESSION, 7)).toBe(true)
    expect(stones.forbids(OTHER, 1)).toBe(false)
  })

  it('to the data folder itself is what its owner set up, and is followed', () => {
    const link = join(base, 'link')
    symlinkSync(root, link)
    reopen(link)
    expect(data.sessionIds()).toEqual([OTHER])
  })
})

describe('a pipe, a socket and a device', () => {
  it.each(['instance.json', `tombstones/${SESSION}.x.json`, `whatsapp/outbox/${SESSION}.json`, 'reserve'])(
    'in the place of %s is not waited for',
    async (place) => {
      const path = join(root, place)
      const server = createServer()
      const plants = [() => execFileSync('mkfifo', [path]), () => symlinkSync('/dev/zero', path), () => server.listen(path)]
      for (const plant of plants) {
        rmSync(path, { force: true })
        plant()
        if (server.listening) await once(server, 'listening')
        expect(data.disk.read(path)).toBe('')
        expect(data.disk.readStart(path, 100)).toEqual(Buffer.alloc(100))
        expect(() => data.disk.openDatabase(path)).toThrow('no file')
      }
      server.close()
      await once(server, 'close')
    },
  )
})

describe('the data folder', () => {
  it('that others have rights to is taken from them, and that is told', () => {
    execFileSync('chmod', ['755', root])
    reopen()
    expect(data.wasShared).toBe(true)
    expect(lstatSync(root).mode & 0o777).toBe(0o700)
    reopen()
    expect(data.wasShared).toBe(false)
  })

  it('holds folders and files for its user alone', () => {
    const fresh = join(base, 'fresh')
    reopen(fresh)
    for (const folder of ['.', 'sessions', 'tombstones', 'quarantine', 'erasing', 'whatsapp/outbox']) {
      expect([folder, lstatSync(join(fresh, folder)).mode & 0o777]).toEqual([folder, 0o700])
    }
    expect(lstatSync(join(fresh, 'instance.json')).mode & 0o777).toBe(0o600)
  })
})

describe('the doctor', () => {
  it('tells what is strange and where, reads none of it, and changes nothing', async () => {
    symlinkSync(outside, data.session(SESSION))
    execFileSync('mkfifo', [join(data.session(OTHER), 'pipe')])
    linkSync(join(outside, 'auth.sqlite'), join(root, 'tombstones', 'second-name'))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/quarantine/x`), Buffer.from([0xff])]), '')
    close()
    const maxPages = 1000
    const options = { root, disk: diskBelow(root, systemDisk), clock: systemClock, log, database: null, masterKeys: null, maxPages }
    const { inventory } = await lookOffline(options)
    const told = new Map(inventory.strays.map(({ path, what }) => [path, what]))
    expect(told.get(`sessions/${SESSION}`)).toMatch(/a link/)
    expect(told.get(`sessions/${OTHER}/pipe`)).toMatch(/a pipe/)
    expect(told.get('tombstones/second-name')).toMatch(/second name/)
    expect([...told].some(([path, what]) => path.startsWith('quarantine/x') && what.includes('no text'))).toBe(true)
    expect(inventory.sessions.find(({ sessionId }) => sessionId === SESSION)?.credentials).toMatchObject({ state: 'damaged' })
  })
})
