import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import type { FleetWorld } from './fleet.ts'
import { WORKER_ID } from './world.ts'
import type { TestWorker, World } from './world.ts'

const SCRIPT = new URL('../../../scripts/move-to-database.ts', import.meta.url).pathname

export type Run = { code: number | null; output: string }
/** A worker's folder, what happens on it, and moves of it. */
export type MoveStage = ReturnType<typeof moveStage>

/** One machine with a folder of its own, `WORKER_STORE=disk`; each has a ledger apart. */
export function moveStage(world: World, fleet: FleetWorld) {
  const home = world.newFolder()
  const [data, ledger] = [join(home, 'data'), join(home, 'ledger.jsonl')]
  const settings = { MASTER_KEYS: fleet.masterKey, WORKER_LEDGER: ledger, BACKUP_HOURS: '1000' }
  const { sql } = world.database

  /** As the script runs, under way. */
  const begin = (extra: Record<string, string> = {}, args: string[] = ['--data', data]): { child: ChildProcess; ended: Promise<Run> } => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      WORKER_ID,
      WORKER_REALM: 'demo',
      SUPABASE_URL: world.database.url,
      SUPABASE_SERVICE_ROLE_KEY: world.database.serviceRoleKey,
      MASTER_KEYS: fleet.masterKey,
      WORKER_LEDGER: ledger,
      ...extra,
    }
    const child = spawn(process.execPath, [SCRIPT, ...args], { env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
    const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => ({ code, output }))
    return { child, ended }
  }

  return {
    home,
    data,
    ledger,
    begin,
    move: (extra?: Record<string, string>, ...more: string[]) => begin(extra, ['--data', data, ...more]).ended,
    start: (extra: Record<string, string> = {}, folder = data): Promise<TestWorker> => world.startWorker({ ...settings, ...extra }, folder),
    /** Stops a worker, and lets the time pass after which it counts as stopped. */
    async stop(worker: TestWorker): Promise<void> {
      await worker.stop()
      await fleet.silence(WORKER_ID)
    },
    /** Links the phone that has contacts and waits until all that is kept of it is there, names too. */
    async link(worker: TestWorker): Promise<{ id: string; jid: string }> {
      const linked = await world.link(worker)
      await eventually(() => {
        if (!existsSync(join(data, 'sessions', linked.id, 'names.json'))) throw new Error('no names yet')
      })
      return linked
    },
    /** Paths in the folder that name a session. */
    traces: (id: string): string[] => (readdirSync(data, { recursive: true }) as string[]).filter((path) => path.includes(id)),
    device: (jid: string) => world.simulator.devices().find((device) => device.jid === jid),
    /** The next test begins with no session and no worker. */
    async empty(): Promise<void> {
      await sql`truncate public.whatsapp_sessions, public.whatsapp_clearances, public.whatsapp_workers, private.leases, private.shelf`
    },
  }
}
