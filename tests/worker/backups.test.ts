import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const folderOf = (id: string) => join(worker.data, 'sessions', id)
const backupsOf = (id: string) => join(worker.data, 'sessions', 'backups', id)
const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])
const restart = async (between: () => unknown, extra: Record<string, string> = {}): Promise<void> => {
  await worker.stop()
  await between()
  worker = await world.startWorker(extra, worker.data)
}
/** Works on a credentials file that no worker holds. */
const edit = (file: string, work: (database: DatabaseSync) => void): void => {
  const database = new DatabaseSync(file)
  work(database)
  database.close()
}
const online = (jid: string) => world.simulator.devices().find((device) => device.jid === jid)?.online ?? false
const reasonsInQuarantine = (id: string): string[] =>
  names(join(worker.data, 'quarantine'))
    .filter((name) => name.startsWith(id))
    .map((name) => (JSON.parse(readFileSync(join(worker.data, 'quarantine', name, 'why.json'), 'utf8')) as { reason: string }).reason)

describe('a backup', () => {
  it('is made of a session that logged in, and holds its identity but no ratchet (BAK-1)', async () => {
    const { id } = await world.link(worker)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    await worker.stop()
    edit(join(folderOf(id), 'auth.sqlite'), (database) =>
      database.exec("insert into signal_keys values ('session', 'x', 'ratchet'), ('sender-key', 'y', 'ratchet')"),
    )
    rmSync(backupsOf(id), { recursive: true })
    worker = await world.startWorker({}, worker.data)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected')
    const [backup, ...more] = names(backupsOf(id))
    expect(more).toEqual([])
    await worker.stop()
    const read = (file: string, types: string) => {
      const database = new DatabaseSync(file, { readOnly: true })
      const count = Number(database.prepare(`select count(*) as n from signal_keys where type in (${types})`).get()?.['n'])
      const creds = database.prepare('select creds, linked, generation, phone_number from identity').get()
      database.close()
      return { count, creds }
    }
    const [live, copy] = [join(folderOf(id), 'auth.sqlite'), join(backupsOf(id), backup ?? '', 'auth.sqlite')]
    expect(read(live, "'session', 'sender-key'").count).toBeGreaterThanOrEqual(2)
    expect(read(copy, "'session', 'sender-key', 'sender-key-memory'").count).toBe(0)
    expect(read(copy, "'pre-key'").count).toBe(read(live, "'pre-key'").count)
    expect(read(copy, "'pre-key'").creds).toMatchObject({ linked: 1, generation: 1, phone_number: '+51987654321' })
    worker = await world.startWorker({}, worker.data)
  })

  it.each([
    ['missing', (id: string) => rmSync(folderOf(id), { recursive: true })],
    ['damaged', (id: string) => writeFileSync(join(folderOf(id), 'auth.sqlite'), 'x'.repeat(8192))],
    ['half-valid', (id: string) => edit(join(folderOf(id), 'auth.sqlite'), (file) => file.exec("update identity set creds = '{}'"))],
    ['never finished', (id: string) => edit(join(folderOf(id), 'auth.sqlite'), (file) => file.exec('update identity set linked = 0'))],
  ])(
    'takes the place of %s credentials at the start: the same device is online again, nothing is unlinked (BAK-2)',
    async (how, damage) => {
      const { id, jid } = await world.link(worker)
      await restart(() => damage(id))
      await eventually(() => expect(online(jid)).toBe(true))
      await world.until(id, 'connected')
      expect(await world.row(id)).toMatchObject({ generation: 1, phone_number: '+51987654321' })
      expect(await world.orders(id)).toEqual([])
      expect(worker.logged()).toContain('credentials were restored from a backup')
      const kept = reasonsInQuarantine(id).filter((reason) => reason.endsWith('a backup took its place'))
      expect(kept).toHaveLength(how === 'missing' ? 0 : 1)
    },
  )

  it('of an earlier generation never comes back, nor does one that a tombstone covers (BAK-3)', async () => {
    const { id, jid } = await world.link(worker)
    const saved = world.newFolder()
    cpSync(backupsOf(id), saved, { recursive: true })
    expect(await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))).toMatchObject({
      removed: { backups: { files: 1 } },
    })
    expect(existsSync(backupsOf(id))).toBe(false)
    await world.rpc('start_session', { session_id: id })
    const next = await world.scan(worker, id, '51912000111')
    await world.until(id, 'connected')
    // An old copy of the backups is put back, and what the session holds now is lost.
    await restart(() => {
      rmSync(folderOf(id), { recursive: true })
      rmSync(backupsOf(id), { recursive: true })
      cpSync(saved, backupsOf(id), { recursive: true })
    })
    await world.until(id, 'disconnected', 'credentials_damaged')
    expect(online(jid)).toBe(false)
    expect(online(next)).toBe(false)
    await world.receipt(id)
    await eventually(() => expect(names(backupsOf(id))).toEqual([]))
  })

  it('is made anew when it is old, and only the two newest stay (BAK-1)', async () => {
    const { id } = await world.link(worker)
    const made = [names(backupsOf(id))]
    for (let count = 0; count < 3; count += 1) {
      await restart(() => {}, { BACKUP_HOURS: '0.0000001' })
      await world.until(id, 'connected')
      await eventually(() => expect(names(backupsOf(id))).not.toEqual(made.at(-1)))
      made.push(names(backupsOf(id)))
    }
    expect(made.map((one) => one.length)).toEqual([1, 2, 2, 2])
    expect(new Set(made.flat()).size).toBe(4)
    await restart(() => {})
  })

  it('that is not there leaves the honest remedy: link it again (FOL-7)', async () => {
    const { id } = await world.link(worker)
    await restart(() => {
      rmSync(backupsOf(id), { recursive: true })
      edit(join(folderOf(id), 'auth.sqlite'), (file) => file.exec('update identity set linked = 0'))
    })
    await world.until(id, 'disconnected', 'link_unfinished')
    await world.receipt(id)
    await eventually(() =>
      expect((readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))).toEqual([]),
    )
  })
})
