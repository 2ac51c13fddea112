import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectCredentials } from '../../worker/store/credential-store.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { createByteSearch } from './kill/byte-search.ts'
import { searchFolder } from './kill/places.ts'
import { secretsOf, toldIn } from './kill/secrets.ts'
import { eventually } from './support/eventually.ts'
import { fingerprint } from './support/planted.ts'
import { masterKeysOf, newMasterKey, vaultIn } from './support/vaults.ts'
import { startWorld } from './support/world.ts'
import type { World, WorkerProcess } from './support/world.ts'

const MASTER = newMasterKey()
const SEALED = { MASTER_KEYS: MASTER }
const TEXT = 'a text that waits and that nobody else may read'

let world: World
let aside: string
beforeAll(async () => {
  world = await startWorld()
  for (let phone = 51_987_654_322; phone <= 51_987_654_326; phone += 1) world.simulator.addAccount({ phone: String(phone), name: 'Eva' })
  aside = mkdtempSync(join(tmpdir(), 'latchkey-sealed-told-'))
})
afterAll(async () => {
  await world.stop()
  rmSync(aside, { recursive: true, force: true })
})

/** A worker that also writes every identity it opens a socket with down, outside of its folder. */
const telling = (extra: Record<string, string>, data?: string): Promise<WorkerProcess> =>
  world.spawnWorker(
    { ...extra, KILL_LOOP_KEYS: join(aside, 'told'), NODE_OPTIONS: `--import ${new URL('kill/tell-keys.ts', import.meta.url).href}` },
    data ?? world.newFolder(),
  )
/** Rows of workers that are no more; what is left of them is no business of the next. */
const forget = (id: string) => world.database.sql`delete from public.whatsapp_sessions where id = ${id}`
const online = (jid: string) => eventually(() => expect(world.simulator.devices().find((one) => one.jid === jid)?.online).toBe(true))
const queueText = async (worker: WorkerProcess, id: string): Promise<void> => {
  world.simulator.configure({ messageReply: 'ignored' })
  const body = JSON.stringify({ to: '+51912000111', text: TEXT })
  expect((await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })).status).toBe(200)
}
/** What of all that was ever secret lies below a folder, key by key. */
const found = (data: string): string[] => {
  const told = toldIn(join(aside, 'told'))
  expect(told.length).toBeGreaterThan(0)
  const text = { identity: 'text', kind: 'text', bytes: Buffer.from(TEXT) }
  const search = createByteSearch([...told.flatMap(secretsOf), text])
  searchFolder(search, 'data', data)
  expect(search.scanned()).toBeGreaterThan(10_000)
  return [...new Set(search.hits().map(({ kind }) => kind))].toSorted()
}
const inspect = (data: string, id: string, ...keys: string[]) =>
  inspectCredentials(join(data, 'sessions', id), { disk: systemDisk, vault: vaultIn(data, ...keys), sessionId: id, maxPages: 65_536 })

describe('a worker with a master key', () => {
  it('leaves no key and no text on the disk that anybody can read, killed or not; the one without leaves all of them (SEA-1)', async () => {
    const worker = await telling(SEALED)
    const { id } = await world.link(worker)
    await queueText(worker, id)
    await eventually(() => expect(readdirSync(join(worker.data, 'sessions', 'backups', id)).length).toBeGreaterThan(0))
    expect(found(worker.data)).toEqual([])
    await worker.kill('SIGKILL')
    expect(found(worker.data)).toEqual([])
    await forget(id)

    const plain = await telling({})
    const other = await world.link(plain, '51987654322')
    await queueText(plain, other.id)
    await plain.kill('SIGKILL')
    expect(found(plain.data)).toEqual(['adv secret', 'identity', 'noise', 'pairing ephemeral', 'signed pre-key', 'text'])
    await forget(other.id)
  })

  it('refuses a folder that another master key seals, changes nothing of it, and carries on with the right one (SEA-3)', async () => {
    const worker = await world.spawnWorker(SEALED)
    const { id, jid } = await world.link(worker)
    await worker.kill('SIGKILL')
    const before = fingerprint(worker.data)
    for (const wrong of [{ MASTER_KEYS: newMasterKey() }, {}]) {
      const refused = await world.spawnWorker(wrong, worker.data, false)
      await eventually(() => expect(refused.child.exitCode).toBe(1))
      expect(refused.output()).toContain(masterKeysOf(MASTER)[0].id)
      expect(refused.output()).not.toContain(MASTER)
    }
    const after = fingerprint(worker.data)
    const isData = ([path]: [string, string]) => !path.includes('worker.lock')
    expect(Object.entries(after).filter(isData)).toEqual(Object.entries(before).filter(isData))
    expect((await world.row(id))?.status).toBe('connected')
    const next = newMasterKey()
    const again = await world.spawnWorker({ MASTER_KEYS: `${next},${MASTER}` }, worker.data)
    await online(jid)
    await again.kill()
    const rotated = await world.spawnWorker({ MASTER_KEYS: next }, worker.data)
    await online(jid)
    expect(await world.orders(id)).toEqual([])
    await rotated.kill()
    await forget(id)
  })

  it('seals the folder of one that had none, and its session logs in without being linked anew (SEA-6)', async () => {
    const worker = await telling({})
    const { id, jid } = await world.link(worker, '51987654323')
    await queueText(worker, id)
    await worker.kill('SIGKILL')
    expect(found(worker.data)).toContain('noise')
    const sealed = await telling(SEALED, worker.data)
    await online(jid)
    expect(found(worker.data)).toEqual([])
    expect(sealed.output()).toContain('what lay there in the clear was sealed')
    await sealed.kill('SIGKILL')
    expect(inspect(worker.data, id, MASTER)).toMatchObject({ state: 'whole', linked: true, generation: 1 })
    expect(await world.orders(id)).toEqual([])
    await forget(id)
  })

  it('puts a backup in the place of credentials that were tampered with, and never uses those (SEA-2, BAK-2)', async () => {
    const worker = await world.spawnWorker(SEALED)
    const { id, jid } = await world.link(worker, '51987654324')
    await eventually(() => expect(readdirSync(join(worker.data, 'sessions', 'backups', id)).length).toBeGreaterThan(0))
    await worker.kill('SIGTERM')
    const file = join(worker.data, 'sessions', id, 'auth.sqlite')
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(file)
    const creds = Uint8Array.from(database.prepare('select creds from identity').get()?.['creds'] as Uint8Array)
    creds[100] = (creds[100] ?? 0) ^ 1
    database.prepare('update identity set creds = ?').run(creds)
    database.close()
    const again = await world.spawnWorker(SEALED, worker.data)
    await online(jid)
    expect(again.output()).toContain('credentials were restored from a backup')
    await again.kill()
    await forget(id)
  })

  it('that dies between the key and the rest of a clear has left nothing that opens, and the next one finishes (SEA-4, CLR-4)', async () => {
    let isDead = false
    const dying: Disk = { ...systemDisk }
    const steps = ['write', 'sync', 'rename', 'remove', 'makeFolder', 'openDatabase', 'read', 'readStart', 'names', 'stat'] as const
    for (const step of steps) {
      const work = systemDisk[step] as (...args: unknown[]) => unknown
      Object.assign(dying, {
        [step](...args: unknown[]) {
          if (isDead) throw Object.assign(new Error('the process is dead'), { code: 'EIO' })
          const result = work(...args)
          // The key is gone for good with the sync of its folder.
          if (step === 'sync' && String(args[0]).endsWith('/keys') && readdirSync(String(args[0])).length === 0 && armed) isDead = true
          return result
        },
      })
    }
    let armed = false
    const worker = await world.startWorker(SEALED, world.newFolder(), true, dying)
    const { id } = await world.link(worker, '51987654325')
    armed = true
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    await eventually(() => expect(isDead).toBe(true))
    await worker.stop()
    expect(readdirSync(join(worker.data, 'tombstones')).length).toBe(1)
    expect(existsSync(join(worker.data, 'sessions', id, 'auth.sqlite'))).toBe(true)
    expect(inspect(worker.data, id, MASTER)).toMatchObject({ state: 'damaged' })
    const copy = join(aside, 'a copy')
    cpSync(worker.data, copy, { recursive: true })
    expect(inspect(copy, id, MASTER)).toMatchObject({ state: 'damaged' })

    const again = await world.startWorker(SEALED, worker.data)
    expect(await world.receipt(id, orderId)).toMatchObject({ verifiedAbsent: true, resumedAfterCrash: true, generations: [1] })
    expect(existsSync(join(worker.data, 'sessions', id))).toBe(false)
    await again.stop()
    await forget(id)
  })

  it('discards a key that nothing is left of, and never that of a row (SEA-7)', async () => {
    const data = world.newFolder()
    const worker = await world.startWorker(SEALED, data)
    const { id } = await world.link(worker, '51987654326')
    const vault = vaultIn(data, MASTER)
    const nobody = '7f0c1a52-8f5e-4a86-9f3c-444444444444'
    vault.cipherToWrite(nobody, 3).drop()
    writeFileSync(join(data, 'keys', '7f0c1a52-8f5e-4a86-9f3c-555555555555.json'), 'damaged')
    await eventually(() => expect(readdirSync(join(data, 'keys'))).toEqual([`${id}.json`]))
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    rmSync(join(data, 'sessions', 'backups', id), { recursive: true, force: true })
    await worker.follower.pass()
    expect(readFileSync(join(data, 'keys', `${id}.json`), 'utf8')).toContain('"generation":1')
    await worker.stop()
  })
})
