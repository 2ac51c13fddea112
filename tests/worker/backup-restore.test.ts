import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { rememberDatabase } from './support/put-back.ts'
import { newMasterKey } from './support/vaults.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)

let world: World
let running: TestWorker | null = null
beforeAll(async () => {
  world = await startWorld()
  world.simulator.addAccount({ phone: '51912000112', name: 'Third' })
})
afterAll(() => world.stop())
afterEach(async () => {
  await running?.stop()
  world.simulator.configure({ unlinkReply: 'ack' })
  await world.database.sql`delete from public.whatsapp_sessions`
})

/** A worker whose ledger lies apart from its folder, as the unit and the container have it. Each test has a folder of its own. */
function stage() {
  const home = world.newFolder()
  const [data, ledger, backup] = [join(home, 'data'), join(home, 'ledger', 'cleared.jsonl'), join(home, 'backup')]
  const settings = { MASTER_KEYS: newMasterKey(), WORKER_LEDGER: ledger, UNLINK_TIMEOUT_MS: '300' }
  const start = async (extra: Record<string, string> = {}): Promise<TestWorker> => {
    running = await world.startWorker({ ...settings, ...extra }, data)
    return running
  }
  const script = async (name: 'backup' | 'restore', ...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [join(ROOT, `scripts/${name}.ts`), ...args], {
      env: { ...process.env, WORKER_LEDGER: ledger },
    })
    return stdout
  }
  return { home, data, ledger, backup, start, script, databaseUrl: world.database.databaseUrl }
}

const deviceOf = (jid: string) => world.simulator.devices().find((device) => device.jid === jid)
const traces = (folder: string, id: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((path) => path.includes(id))
/** A reset of which WhatsApp never hears: the device stays linked there, so that its old credentials would open it again. */
const resetUnheard = async (id: string): Promise<void> => {
  world.simulator.configure({ unlinkReply: 'ignored' })
  expect(await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))).toMatchObject({
    remoteUnlink: 'unconfirmed',
  })
}
const loginsOf = (jid: string): number => deviceOf(jid)?.logins ?? 0

describe('a backup of the data folder', () => {
  it('is made while the worker runs, and what was linked is connected again in a new folder without a new link', async () => {
    const { data, backup, ledger, start, script } = stage()
    const first = await start()
    const one = await world.link(first)
    const other = await world.link(first, '51912000111')
    await world.receipt(other.id, await world.rpc<string>('reset_session', { session_id: other.id }))
    expect(await script('backup', '--data', data, '--to', backup)).toContain('1 sessions are in')
    await first.stop()
    rmSync(data, { recursive: true })
    expect(await script('restore', '--from', backup, '--data', data, '--ledger', ledger)).toContain('1 sessions of')
    const logins = loginsOf(one.jid)
    await start()
    await eventually(() => expect(deviceOf(one.jid)).toMatchObject({ online: true, logins: logins + 1 }))
    await world.until(one.id, 'connected')
    expect(await world.row(one.id)).toMatchObject({ generation: 1 })
  })

  it('opens nothing without the master keys: the worker does not start on it, and no identity stands in it', async () => {
    const { data, backup, ledger, start, script } = stage()
    const first = await start()
    const { id, jid } = await world.link(first)
    const cancelled = await world.createSession()
    await world.deleteRow(cancelled)
    await world.receipt(cancelled)
    const noise = deviceOf(jid)?.noisePublicKey
    await script('backup', '--data', data, '--to', backup)
    await first.stop()
    const bytes = readFileSync(backup)
    expect(bytes.includes(id)).toBe(true)
    expect(bytes.includes('noiseKey')).toBe(false)
    expect(noise).toBeDefined()
    expect(bytes.includes(String(noise))).toBe(false)
    rmSync(data, { recursive: true })
    await script('restore', '--from', backup, '--data', data, '--ledger', ledger)
    await expect(world.startWorker({ WORKER_LEDGER: ledger }, data)).rejects.toThrow(/which was not given/)
    await expect(world.startWorker({ WORKER_LEDGER: ledger, MASTER_KEYS: newMasterKey() }, data)).rejects.toThrow(/which was not given/)
  })

  it('is refused where it would open without a key, unless that is wanted', async () => {
    const { home, data, start, script } = stage()
    const first = await start({ MASTER_KEYS: '' })
    await world.link(first)
    await expect(script('backup', '--data', data, '--to', join(home, 'clear'))).rejects.toThrow(/lie in the clear/)
    expect(readdirSync(home).filter((name) => name.startsWith('clear'))).toEqual([])
    await script('backup', '--data', data, '--to', join(home, 'clear'), '--unsealed')
    await expect(script('backup', '--data', data, '--to', join(home, 'clear'), '--unsealed')).rejects.toThrow(/never written over/)
  })

  it('with a changed byte is refused, and so is a folder that holds something', async () => {
    const { home, data, backup, start, script } = stage()
    const first = await start()
    await world.link(first)
    await script('backup', '--data', data, '--to', backup)
    await expect(script('restore', '--from', backup, '--data', data, '--cleared', 'none')).rejects.toThrow(/Move it away first/)
    const bytes = readFileSync(backup)
    const at = bytes.indexOf('"wrapped":"') + 20
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(backup, bytes)
    await expect(script('restore', '--from', backup, '--data', join(home, 'new'), '--cleared', 'none')).rejects.toThrow(/damaged/)
    expect(existsSync(join(home, 'new'))).toBe(false)
  })
})

describe('what was cleared after the backup', () => {
  it('stays gone in a folder that was restored, with the current database, and what was not cleared is connected', async () => {
    const { data, backup, ledger, start, script } = stage()
    const first = await start()
    const reset = await world.link(first)
    const kept = await world.link(first, '51912000111')
    await script('backup', '--data', data, '--to', backup)
    await resetUnheard(reset.id)
    await first.stop()
    rmSync(data, { recursive: true })
    expect(await script('restore', '--from', backup, '--data', data, '--ledger', ledger)).toContain(`left out: ${reset.id}`)
    expect(traces(data, reset.id)).toEqual([])
    const logins = loginsOf(reset.jid)
    await start()
    await eventually(() => expect(deviceOf(kept.jid)?.online).toBe(true))
    await world.until(kept.id, 'connected')
    expect(loginsOf(reset.jid)).toBe(logins)
  })

  it('stays gone where folder and database both went back and nobody ran anything: the ledger alone forbids it (LED-2, LED-3)', async () => {
    const { home, data, start } = stage()
    const first = await start()
    const reset = await world.link(first)
    const kept = await world.link(first, '51912000111')
    await first.stop()
    cpSync(data, join(home, 'copy'), { recursive: true })
    const putBack = await rememberDatabase(world.database.sql)
    const second = await start()
    await world.until(kept.id, 'connected')
    await eventually(() => expect(deviceOf(reset.jid)?.online).toBe(true))
    await resetUnheard(reset.id)
    await second.stop()
    rmSync(data, { recursive: true })
    renameSync(join(home, 'copy'), data)
    await putBack()
    const logins = loginsOf(reset.jid)
    const third = await start()
    await eventually(() => expect(deviceOf(kept.jid)?.online).toBe(true))
    expect(await world.until(reset.id, 'stopped')).toMatchObject({ status_reason: 'storage_failed', generation: 1 })
    expect(traces(data, reset.id)).toEqual([])
    expect(third.logged()).toContain('an old copy brought back what had been cleared')
    expect(loginsOf(reset.jid)).toBe(logins)
  })

  it('is ordered away again in a database that was put back, and the session can be linked anew', async () => {
    const { backup, data, ledger, start, script, databaseUrl } = stage()
    const first = await start()
    const reset = await world.link(first)
    const removed = await world.link(first, '51912000111')
    const kept = await world.link(first, '51912000112')
    await script('backup', '--data', data, '--to', backup)
    const putBack = await rememberDatabase(world.database.sql)
    await resetUnheard(reset.id)
    await world.rpc('stop_session', { session_id: removed.id })
    await world.until(removed.id, 'stopped')
    await world.deleteRow(removed.id)
    await world.receipt(removed.id)
    await first.stop()
    rmSync(data, { recursive: true })
    await putBack()
    const said = await script('restore', '--database-url', databaseUrl, '--ledger', ledger)
    expect(said).toContain('ordered away again: 1 sessions; deleted again: 1')
    expect(await world.row(removed.id)).toBeNull()
    expect(await world.row(reset.id)).toMatchObject({ status: 'disconnected', generation: 2, phone_number: null, desired: 'stopped' })
    await script('restore', '--from', backup, '--data', data, '--ledger', ledger)
    const logins = loginsOf(reset.jid)
    const second = await start()
    await eventually(() => expect(deviceOf(kept.jid)?.online).toBe(true))
    expect(await world.receipt(reset.id)).toMatchObject({ generations: [], verifiedAbsent: true })
    expect(await world.receipt(removed.id)).toMatchObject({ verifiedAbsent: true })
    await world.rpc('start_session', { session_id: reset.id })
    const jid = await world.scan(second, reset.id)
    await world.until(reset.id, 'connected')
    expect(deviceOf(jid)).toMatchObject({ online: true })
    expect(loginsOf(reset.jid)).toBe(logins)
    expect(await script('restore', '--database-url', databaseUrl, '--ledger', ledger)).toContain('again: 0 sessions; deleted again: 0')
  })

  it('is asked for: without a ledger, or with one that is older than the backup, nothing is restored', async () => {
    const { home, data, backup, ledger, start, script, databaseUrl } = stage()
    const first = await start()
    const before = await world.link(first)
    const since = await world.link(first, '51912000111')
    await world.receipt(before.id, await world.rpc<string>('reset_session', { session_id: before.id }))
    await script('backup', '--data', data, '--to', backup)
    await resetUnheard(since.id)
    await first.stop()
    rmSync(data, { recursive: true })
    renameSync(ledger, join(home, 'away'))
    await expect(script('restore', '--from', backup, '--data', data)).rejects.toThrow(/Nothing says what was cleared/)
    await expect(script('restore', '--database-url', databaseUrl)).rejects.toThrow(/Nothing says what was cleared/)
    writeFileSync(join(home, 'old'), '')
    await expect(script('restore', '--from', backup, '--data', data, '--ledger', join(home, 'old'))).rejects.toThrow(/it is older/)
    expect(existsSync(data)).toBe(false)
    writeFileSync(join(home, 'list'), `${since.id} 1\n`)
    expect(await script('restore', '--from', backup, '--data', data, '--cleared', join(home, 'list'))).toContain(`left out: ${since.id}`)
    expect(readFileSync(ledger, 'utf8')).toContain(since.id)
    expect(readFileSync(ledger, 'utf8')).toContain(before.id)
  })
})
