import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../worker/clock.ts'
import { createLog } from '../../worker/log.ts'
import { createCipher } from '../../worker/seal/cipher.ts'
import { openVault } from '../../worker/seal/open-vault.ts'
import { sealAll } from '../../worker/seal/seal-all.ts'
import { createVault } from '../../worker/seal/vault.ts'
import type { Vault } from '../../worker/seal/vault.ts'
import { IN_THE_FOLDER } from '../../worker/store/home.ts'
import { openBackups } from '../../worker/store/backups.ts'
import { createCredentials, inspectCredentials, openCredentials } from '../../worker/store/credential-store.ts'
import type { CredentialStore } from '../../worker/store/credential-store.ts'
import { openDataFolder, placesOf } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { openNames } from '../../worker/store/names.ts'
import { openOutbox } from '../../worker/store/outbox.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { createWhatsApp } from '../../worker/whatsapp/socket.ts'
import { fingerprint, plantBackup, plantCredentials, plantOutbox } from './support/planted.ts'
import { NO_VAULT, masterKeysOf, newMasterKey } from './support/vaults.ts'

const [ONE, OTHER] = ['7f0c1a52-8f5e-4a86-9f3c-111111111111', '7f0c1a52-8f5e-4a86-9f3c-222222222222'] as const
const log = createLog('silent', 'test')
const whatsapp = createWhatsApp({ url: undefined, log })
const MASTER = newMasterKey()
const NO_TOMBSTONES = { all: () => [], unreadable: () => [] }

let root: string
let vault: Vault
const places = () => placesOf(root)
const folderOf = (id: string = ONE) => places().session(id)
const optionsOf = (id: string, by = vault) => ({ disk: systemDisk, vault: by, sessionId: id, maxPages: 1000 })
const inspect = (id: string = ONE, by = vault) => inspectCredentials(folderOf(id), optionsOf(id, by))
const create = (id: string = ONE, generation = 1): CredentialStore =>
  createCredentials(folderOf(id), generation, whatsapp.newCredentials(), optionsOf(id))
/** A session that was linked, with some keys of its own, and that nobody runs now. */
const linked = (id: string = ONE, generation = 1): string => {
  const store = create(id, generation)
  const creds = {
    ...JSON.parse(store.identity().creds),
    me: { id: '51987654321:1@s.whatsapp.net' },
    account: { accountSignatureKey: 'a', details: 'b' },
  }
  store.access().writeCreds(JSON.stringify(creds), { phoneNumber: '+51987654321' })
  store.access().writeKeys(['1', '2'].map((key) => ({ type: 'pre-key', id: key, value: `"the private key ${key}"` })))
  store.dispose()
  return JSON.stringify(creds)
}
const edit = (folder: string, work: (database: DatabaseSync) => void): void => {
  const database = new DatabaseSync(join(folder, 'auth.sqlite'))
  work(database)
  database.close()
}
const readKeys = (id: string = ONE, by = vault): Map<string, string> => {
  const store = openCredentials(folderOf(id), optionsOf(id, by))
  try {
    return store.access().readKeys('pre-key', ['1', '2'])
  } finally {
    store.dispose()
  }
}
/** The vault that a worker opens which begins with these keys. */
const begin = (keys: readonly string[], tombstones = NO_TOMBSTONES, disk: Disk = systemDisk): Vault =>
  openVault({ disk, places: places(), masterKeys: keys.length > 0 ? masterKeysOf(...keys) : null, tombstones, log, home: IN_THE_FOLDER })
const bytesBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-sealed-'))
  openDataFolder(systemDisk, root, 'demo').close()
  vault = begin([MASTER])
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('sealed credentials', () => {
  it('come back as they went in, and lie on the disk as nothing that anybody can read (SEA-1)', () => {
    const creds = linked()
    expect(inspect()).toMatchObject({ state: 'whole', linked: true, generation: 1, creds })
    expect(readKeys()).toEqual(
      new Map([
        ['1', '"the private key 1"'],
        ['2', '"the private key 2"'],
      ]),
    )
    const bytes = bytesBelow(root)
    expect(bytes).not.toContain('private key')
    expect(bytes).not.toContain('noiseKey')
    expect(bytes).not.toContain((JSON.parse(creds) as { advSecretKey: string }).advSecretKey)
  })

  it('are written with an iv of their own each time, also where nothing changed (SEA-1)', () => {
    linked()
    const stored = (): string => {
      let text = ''
      edit(
        folderOf(),
        (database) => (text = Buffer.from(database.prepare('select creds from identity').get()?.['creds'] as Uint8Array).toString('hex')),
      )
      return text
    }
    const before = stored()
    const store = openCredentials(folderOf(), optionsOf(ONE))
    store.access().writeCreds(store.identity().creds, null)
    store.dispose()
    expect(stored().slice(0, 24)).not.toBe(before.slice(0, 24))
  })

  it('have none of their ivs twice, however many are written one after the other (SEA-1)', () => {
    const cipher = createCipher(Buffer.alloc(32, 1), ONE, 1)
    const ivs = Array.from({ length: 3000 }, () => (cipher.seal(['creds'], 'text') as Buffer).toString('hex', 0, 12))
    expect(new Set(ivs).size).toBe(3000)
  })

  it('of which one byte was changed are damaged, wherever that byte is (SEA-2)', () => {
    linked()
    let length = 0
    edit(folderOf(), (database) => (length = Number(database.prepare('select length(creds) as n from identity').get()?.['n'])))
    expect(length).toBeGreaterThan(500)
    for (const at of [0, 11, 12, Math.floor(length / 2), length - 17, length - 16, length - 1]) {
      const flip = (): void =>
        edit(folderOf(), (database) => {
          const creds = Uint8Array.from(database.prepare('select creds from identity').get()?.['creds'] as Uint8Array)
          creds[at] = (creds[at] ?? 0) ^ 1
          database.prepare('update identity set creds = ?').run(creds)
        })
      flip()
      expect(inspect()).toMatchObject({ state: 'damaged' })
      flip()
      expect(inspect()).toMatchObject({ state: 'whole' })
    }
  })

  it('never give one key for another: rows that were swapped, retyped, cut off or put in the clear do not open (SEA-2)', () => {
    const changes = [
      "update signal_keys set value = (select other.value from signal_keys other where other.id <> signal_keys.id and other.type = 'pre-key')",
      "update signal_keys set id = case id when '1' then '2' else '1' end || 'x'; update signal_keys set id = substr(id, 1, 1)",
      'update signal_keys set value = substr(value, 1, 20)',
      "update signal_keys set value = x''",
      'update signal_keys set value = (select creds from identity)',
    ]
    for (const change of changes) {
      linked()
      edit(folderOf(), (database) => database.exec(change))
      expect(() => readKeys()).toThrow('does not open')
      rmSync(folderOf(), { recursive: true })
    }
  })

  it('belong to one session and one generation: neither opens with the keys of another (SEA-2)', () => {
    linked(ONE, 1)
    linked(OTHER, 1)
    const [mine, theirs] = [places().keyFile(ONE), places().keyFile(OTHER)]
    const [before, after] = [readFileSync(mine), readFileSync(theirs)]
    writeFileSync(mine, after)
    writeFileSync(theirs, before)
    expect(inspect(ONE)).toMatchObject({ state: 'damaged', reason: 'the key of generation 1 is damaged' })
    expect(inspect(OTHER)).toMatchObject({ state: 'damaged' })
    writeFileSync(mine, before)
    writeFileSync(theirs, after)
    edit(folderOf(ONE), (database) => database.exec('update identity set generation = 2'))
    expect(inspect(ONE)).toMatchObject({ state: 'damaged' })
    const sealed = createCipher(Buffer.alloc(32, 1), ONE, 1).seal(['creds'], 'text')
    expect(createCipher(Buffer.alloc(32, 1), ONE, 1).open(['creds'], sealed)).toBe('text')
    for (const [id, generation] of [
      [ONE, 2],
      [OTHER, 1],
    ] as const) {
      expect(() => createCipher(Buffer.alloc(32, 1), id, generation).open(['creds'], sealed)).toThrow('does not open')
    }
    // A key of that generation does not make it so.
    vault.cipherToWrite(ONE, 2).drop()
    expect(inspect(ONE)).toMatchObject({ state: 'damaged' })
  })

  it('are damaged where their key is damaged or missing, and unreadable, which is no damage, where the system refuses it (SEA-2)', () => {
    linked()
    const path = places().keyFile(ONE)
    const whole = readFileSync(path, 'utf8')
    const wrapped = /"wrapped":"(.)/.exec(whole)?.[1] === 'A' ? 'B' : 'A'
    for (const spoilt of [whole.replace(/"wrapped":"./, `"wrapped":"${wrapped}`), '{"version":1', '']) {
      writeFileSync(path, spoilt)
      expect(inspect()).toMatchObject({ state: 'damaged' })
    }
    rmSync(path)
    expect(inspect()).toMatchObject({ state: 'damaged' })
    writeFileSync(path, whole)
    const refuse = (): never => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' })
    }
    const refused = createVault({ disk: { ...systemDisk, read: refuse }, places: places(), masterKeys: masterKeysOf(MASTER) })
    expect(inspect(ONE, refused)).toMatchObject({ state: 'unreadable' })
    expect(inspect(ONE, NO_VAULT)).toMatchObject({ state: 'unreadable' })
    expect(inspect()).toMatchObject({ state: 'whole' })
  })

  it('that are damaged are replaced by a backup, which is sealed under the same key (SEA-2, BAK-2)', () => {
    linked()
    const data = openDataFolder(systemDisk, root, 'demo')
    const backups = openBackups(data, vault, systemClock, 1000)
    const store = openCredentials(folderOf(), optionsOf(ONE))
    backups.save(ONE, store.contents())
    store.dispose()
    expect(backups.of(ONE, 1)).toHaveLength(1)
    rmSync(folderOf(), { recursive: true })
    expect(backups.restore(ONE, 1)).not.toBeNull()
    expect(readKeys().get('1')).toBe('"the private key 1"')
    vault.destroy(ONE, 1, false)
    expect(backups.of(ONE, 1)).toEqual([])
    data.close()
  })

  it('can be neither read nor written by anybody who still holds them behind the fence, whose key is gone (FEN-1, SEA-4)', () => {
    const store = create()
    const access = store.access()
    store.dispose()
    access.writeKeys([{ type: 'pre-key', id: '9', value: '"late"' }])
    expect(access.readKeys('pre-key', ['9']).size).toBe(0)
    const cipher = vault.cipherToOpen(ONE, 1)
    cipher.drop()
    expect(() => cipher.seal(['x'], 'text')).toThrow('dropped')
  })
})

describe('a clear', () => {
  it('destroys the keys of its generations and no others, and copies of what they sealed open nowhere (SEA-4)', () => {
    linked(ONE, 1)
    cpSync(folderOf(ONE), join(root, 'a copy somewhere else'), { recursive: true })
    vault.cipherToWrite(ONE, 2).drop()
    linked(OTHER, 1)
    vault.destroy(ONE, 1, false)
    expect(vault.keysOf(ONE)).toEqual([{ generation: 2, isOld: false }])
    expect(inspect(ONE)).toMatchObject({ state: 'damaged' })
    expect(inspectCredentials(join(root, 'a copy somewhere else'), optionsOf(ONE))).toMatchObject({ state: 'damaged' })
    expect(inspect(OTHER)).toMatchObject({ state: 'whole' })
    vault.destroy(ONE, 2, false)
    expect(readdirSync(places().keys)).toEqual([`${OTHER}.json`])
  })

  it('takes with it what an interrupted write of the keys left beside their file, whether there is a file or not (SEA-4)', () => {
    linked(OTHER, 1)
    for (const id of [ONE, OTHER]) {
      const aside = `${places().keyFile(id)}.tmp`
      writeFileSync(aside, '{"version":1,"keys":[{"generation":1,')
      vault.destroy(id, 1, false)
      expect(existsSync(aside)).toBe(false)
    }
  })
})

describe('a worker that begins', () => {
  it('refuses a folder that is sealed under a master key it was not given, names that key by its id, and changes nothing (SEA-3)', () => {
    linked()
    const [given] = masterKeysOf(MASTER)
    const before = fingerprint(root)
    expect(() => begin([newMasterKey()])).toThrow(given.id)
    expect(() => begin([])).toThrow('was not given')
    expect(fingerprint(root)).toEqual(before)
    expect(() => begin([newMasterKey(), MASTER])).not.toThrow()
  })

  it('refuses where many sealed sessions have no key: somebody left keys behind; one is damage (SEA-3)', () => {
    const ids = Array.from({ length: 5 }, (_, at) => `7f0c1a52-8f5e-4a86-9f3c-33333333333${at}`)
    for (const id of ids) create(id).dispose()
    rmSync(places().keyFile(ids[0] ?? ''))
    expect(() => begin([MASTER])).not.toThrow()
    rmSync(places().keys, { recursive: true })
    mkdirSync(places().keys)
    expect(() => begin([MASTER])).toThrow('5 of 5 sealed sessions have no key')
    expect(() => begin([])).toThrow('5 sessions')
    const order = (session_id: string) => ({ order: { session_id } }) as ReturnType<typeof NO_TOMBSTONES.all>[number]
    expect(() => begin([MASTER], { ...NO_TOMBSTONES, all: () => ids.map(order) as never[] })).not.toThrow()
  })

  it('wraps anew what an older master key wraps, and needs that one no longer (SEA-5)', () => {
    const creds = linked(ONE)
    linked(OTHER, 7)
    const sealed = readFileSync(join(folderOf(), 'auth.sqlite'))
    const next = newMasterKey()
    const rotated = begin([next, MASTER])
    expect([rotated.keysOf(ONE), rotated.keysOf(OTHER)]).toEqual([[{ generation: 1, isOld: false }], [{ generation: 7, isOld: false }]])
    expect(() => begin([MASTER])).toThrow('was not given')
    vault = begin([next])
    expect(inspect(ONE)).toMatchObject({ state: 'whole', creds })
    expect(inspect(OTHER)).toMatchObject({ state: 'whole', generation: 7 })
    expect(readFileSync(join(folderOf(), 'auth.sqlite'))).toEqual(sealed)
  })

  it('takes up a rotation that was refused half way, and says how many keys are under the older one until then (SEA-5)', () => {
    linked(ONE)
    linked(OTHER)
    const next = newMasterKey()
    const refusing: Disk = {
      ...systemDisk,
      write(path, text) {
        if (path.includes(OTHER)) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        systemDisk.write(path, text)
      },
    }
    const half = begin([next, MASTER], NO_TOMBSTONES, refusing)
    expect([half.keysOf(ONE)?.[0]?.isOld, half.keysOf(OTHER)?.[0]?.isOld]).toEqual([false, true])
    expect(inspect(OTHER, half)).toMatchObject({ state: 'whole' })
    expect(() => begin([next])).toThrow('was not given')
    expect(begin([next, MASTER]).keysOf(OTHER)?.[0]?.isOld).toBe(false)
  })

  it('seals what lies there in the clear, snapshots, texts, names and what was set aside with it, and loses nothing (SEA-6)', () => {
    const data = openDataFolder(systemDisk, root, 'demo')
    const quarantine = openQuarantine(data, systemClock)
    const plain = openNames({ disk: systemDisk, places: data, vault: NO_VAULT })
    const contact = { id: '51911111111@s.whatsapp.net', phoneNumber: '+51911111111', name: 'somebody in the address book', pushName: null }
    plantCredentials(folderOf(OTHER), OTHER, 2)
    quarantine.take(OTHER, 2, 'of another generation')
    plantCredentials(folderOf(ONE), ONE, 1)
    const { creds } = inspect(ONE, NO_VAULT) as { creds: string }
    const at = new Date().toISOString()
    plain.write(ONE, { version: 1, generation: 1, groupsAt: at, groups: [], contactsAt: at, contacts: [contact] })
    plantBackup(root, ONE, 1)
    plantOutbox(root, ONE, 1)
    const binding = { generation: 1, account: '51987654321' }
    const texts = openOutbox(data, NO_VAULT).list(ONE, binding)
    expect(bytesBelow(root)).toMatch(/noiseKey[^]*address book|address book[^]*noiseKey/)

    const [outbox, names] = [openOutbox(data, vault), openNames({ disk: systemDisk, places: data, vault })]
    const seal = () => sealAll({ data, vault, names, outbox, quarantine, maxPages: 1000, log })
    seal()
    const bytes = bytesBelow(root)
    for (const word of ['noiseKey', 'advSecretKey', 'address book', 'nobody else may read']) expect(bytes).not.toContain(word)
    expect(inspect(ONE)).toMatchObject({ state: 'whole', creds })
    expect(outbox.list(ONE, binding)).toEqual(texts)
    expect(names.read(ONE, 1).contacts).toEqual([contact])
    const [aside] = readdirSync(places().quarantine)
    expect(inspectCredentials(join(places().quarantine, aside ?? '', 'session'), optionsOf(OTHER))).toMatchObject({
      state: 'whole',
      generation: 2,
    })
    expect(readdirSync(places().sessions).toSorted()).toEqual([ONE, 'backups'])

    const before = fingerprint(root)
    seal()
    expect(fingerprint(root)).toEqual(before)
    data.close()
  })
})

describe('texts and names', () => {
  it('that were moved within the queue, to another session or generation, are damaged or nothing (SEA-2)', () => {
    const data = openDataFolder(systemDisk, root, 'demo')
    const outbox = openOutbox(data, vault)
    const binding = { generation: 1, account: '51987654321' }
    const [FIRST, SECOND] = ['A1'.repeat(8), 'B2'.repeat(8)] as const
    const text = (id: string) =>
      ({ to: '+51911111111', text: id, id, queuedAt: new Date().toISOString(), state: 'waiting', attempts: 0 }) as const
    for (const id of [FIRST, SECOND]) outbox.add(ONE, binding, text(id))
    expect(outbox.list(ONE, binding).map(({ id }) => id)).toEqual([FIRST, SECOND])
    expect(outbox.measure(ONE, 1)).toBe(2)
    const path = data.outbox(ONE)
    const queue = JSON.parse(readFileSync(path, 'utf8')) as { messages: string[] }
    writeFileSync(path, JSON.stringify({ ...queue, messages: queue.messages.toReversed() }))
    expect(() => outbox.list(ONE, binding)).toThrow('does not open')
    expect(outbox.bindingOf(ONE)).toBe('damaged')
    writeFileSync(path, JSON.stringify({ ...queue, account: '51900000000' }))
    expect(outbox.bindingOf(ONE)).toBe('damaged')
    vault.cipherToWrite(OTHER, 1).drop()
    writeFileSync(data.outbox(OTHER), JSON.stringify(queue))
    expect(outbox.bindingOf(OTHER)).toBe('damaged')
    data.close()
  })
})

describe('the keys themselves', () => {
  it('lie nowhere in the data folder, nor does any key of a session (SEA-1)', () => {
    linked()
    const bytes = bytesBelow(root)
    expect(bytes).not.toContain(MASTER)
    expect(bytes).not.toContain(Buffer.from(MASTER, 'base64').toString('latin1'))
    expect(existsSync(places().keyFile(ONE))).toBe(true)
  })
})
