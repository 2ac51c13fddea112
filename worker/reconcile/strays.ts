import { join } from 'node:path'
import { SessionId } from '#domain/session.ts'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import type { Stray } from './facts.ts'

export function isSessionId(name: string): boolean {
  return SessionId.safeParse(name).success
}

const BUILDING = 'left by a first write that was interrupted; the next start of the worker erases it'
const ERASING = 'left by an erase that was interrupted; the next start of the worker erases it'
const TEMPORARY = 'a temporary file of a write that was interrupted'
const UNKNOWN = 'nothing of ours has this name'

/** Names in the data folder that belong to nothing. They are told and never touched: whoever put them there knows why. */
export function findStrays(disk: Disk, places: DataPlaces, unreadableTombstones: readonly string[]): Stray[] {
  const below = (folder: string, isOurs: (name: string) => boolean, judge: (name: string) => string = (name) => wordFor(name)): Stray[] =>
    disk
      .names(join(places.root, folder))
      .filter((name) => !isOurs(name))
      .map((name) => ({ path: join(folder, name), what: judge(name) }))
  const damaged = unreadableTombstones.map((name) => ({
    path: join('tombstones', name),
    what: 'a tombstone that cannot be read: it fences its session until somebody looks',
  }))
  return [
    ...below('', (name) => ROOT.has(name)),
    ...below('sessions', (name) => name === 'backups' || isSessionId(name)),
    ...below('sessions/backups', isSessionId),
    ...below('whatsapp', (name) => name === 'outbox'),
    ...below('whatsapp/outbox', (name) => name.endsWith('.json') && isSessionId(name.slice(0, -'.json'.length))),
    ...below('keys', (name) => name.endsWith('.json') && isSessionId(name.slice(0, -'.json'.length))),
    ...below('quarantine', (name) => isSessionId(name.split('.')[0] ?? '')),
    ...below('tombstones', (name) => !name.endsWith('.tmp')),
    ...below(
      'erasing',
      () => false,
      () => ERASING,
    ),
    ...damaged,
  ]
}

/** What a worker makes in its root; SQLite adds a journal to its lock. */
const ROOT = new Set([
  'sessions',
  'whatsapp',
  'keys',
  'tombstones',
  'quarantine',
  'erasing',
  'instance.json',
  'cleared.jsonl',
  'doctor.json',
  'reserve',
  'worker.lock',
  'worker.lock-journal',
])

function wordFor(name: string): string {
  if (name.startsWith('.new-')) return BUILDING
  return name.endsWith('.tmp') ? TEMPORARY : UNKNOWN
}
