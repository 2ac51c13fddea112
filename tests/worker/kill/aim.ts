import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Random } from '../../simulation/support/random.ts'

/** What people do that a kill can follow. */
export type Happening = 'scan' | 'order' | 'text' | 'start'

/** When a life ends. `ms` counts from the spawn (`boot`), from the first word of the worker (`random`), or from what people did. */
export type Aim =
  | { how: 'boot'; ms: number }
  | { how: 'random'; ms: number }
  | { how: 'after'; happening: Happening; ms: number }
  | { how: 'watch'; what: string; folder: string; name: string }

/** Names that come and go for a moment only, in the folder where they do. */
const WATCHED = [
  { what: 'tombstone being written', folder: 'tombstones', name: String.raw`\.tmp$` },
  { what: 'tombstone', folder: 'tombstones', name: String.raw`\.json$` },
  { what: 'erasing', folder: 'erasing', name: '.' },
  { what: 'credentials being made', folder: 'sessions', name: String.raw`^\.new-[0-9a-f]` },
  { what: 'credentials', folder: 'sessions', name: '^[0-9a-f]{8}-' },
  { what: 'backup being made', folder: 'sessions', name: '^.new-backup-' },
  { what: 'backups', folder: 'sessions/backups', name: '.' },
  { what: 'outbox being written', folder: 'whatsapp/outbox', name: String.raw`\.tmp$` },
  { what: 'outbox', folder: 'whatsapp/outbox', name: String.raw`\.json$` },
  { what: 'quarantine', folder: 'quarantine', name: '.' },
] as const

/** A life lasts at most this long once the worker began, milliseconds. */
export const LIFE_MS = 1500

/** Draws when the next life ends: half of the kills are aimed at a name on disk. */
export function drawAim(random: Random): Aim {
  const draw = random.next()
  if (draw < 0.08) return { how: 'boot', ms: random.between(50, 700) }
  if (draw < 0.28) return { how: 'random', ms: random.between(0, LIFE_MS) }
  if (draw < 0.5) return { how: 'after', happening: random.pick(['scan', 'scan', 'order', 'text', 'start']), ms: random.between(0, 250) }
  return { how: 'watch', ...random.pick(WATCHED) }
}

export type AimMessage = { type: 'arm'; pid: number; folder: string; name: string } | { type: 'disarm' }

/** The thread that kills at a name. */
export async function startMarksman() {
  const thread = new Worker(new URL('aim-thread.ts', import.meta.url))
  await once(thread, 'online')
  const say = async (message: AimMessage): Promise<void> => {
    const heard = once(thread, 'message')
    thread.postMessage(message, [])
    await heard
  }
  return {
    arm(pid: number, data: string, { folder, name }: { folder: string; name: string }) {
      // The first worker of a folder has yet to make it.
      mkdirSync(join(data, folder), { recursive: true, mode: 0o700 })
      return say({ type: 'arm', pid, folder: join(data, folder), name })
    },
    /** No kill comes from here after this. */
    disarm: () => say({ type: 'disarm' }),
    stop: () => thread.terminate(),
  }
}
