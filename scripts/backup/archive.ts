import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { StartError } from '../stack/start-error.ts'

/** "LKbk": marks the file as ours. */
const APPLICATION_ID = 0x4c_4b_62_6b
const SCHEMA = `
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = 1;
  create table about (one integer primary key check (one = 1), about text not null) strict;
  create table entry (path text primary key, session text, generation integer, sha256 text not null, bytes blob not null) strict;
`

/** `takenAt`: when the first file was read. `sealed`: nothing in it opens without a master key. */
const About = z.object({ takenAt: z.string(), realm: z.enum(['demo', 'live']), instanceId: z.nullable(z.uuid()), sealed: z.boolean() })
export type About = z.infer<typeof About>

/** The only names that a backup may hold: one that is made up leads nowhere. */
const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const PLACES = new RegExp(
  `^(?:cleared\\.jsonl|keys/${ID}\\.json|sessions/${ID}/names\\.json|sessions/backups/${ID}/[0-9TZ:.-]+/auth\\.sqlite|tombstones/${ID}\\.${ID}\\.json)$`,
)

/** A file of the data folder. `generation`: of the link that it belongs to, where it belongs to one. */
export type Entry = { path: string; session: string | null; generation: number | null; bytes: Buffer }
const Row = z.object({
  path: z.string().regex(PLACES),
  session: z.nullable(z.uuid()),
  generation: z.nullable(z.int()),
  sha256: z.string(),
  bytes: z.instanceof(Uint8Array),
})

/**
 * Writes a backup whole or not at all, for this user alone. `about`: asked for when all entries are written. Throws `StartError` where
 * something is there already.
 */
export function writeArchive(path: string, entries: Iterable<Entry>, about: () => About): void {
  if (existsSync(path)) throw new StartError(`${path} is there already: a backup is never written over another.`)
  const part = `${path}.part`
  rmSync(part, { force: true })
  try {
    closeSync(openSync(part, 'wx', 0o600))
    const file = new DatabaseSync(part)
    try {
      file.exec(`pragma journal_mode = delete; pragma synchronous = full; begin; ${SCHEMA}`)
      const insert = file.prepare('insert into entry (path, session, generation, sha256, bytes) values (?, ?, ?, ?, ?)')
      for (const entry of entries) insert.run(entry.path, entry.session, entry.generation, digest(entry.bytes), entry.bytes)
      file.prepare('insert into about (one, about) values (1, ?)').run(JSON.stringify(about()))
      file.exec('commit')
    } finally {
      file.close()
    }
    renameSync(part, path)
    sync(dirname(path))
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

/** `entries`: one after the other, so that a large backup never stands in memory as a whole. */
export type Archive = { about: About; paths: readonly string[]; entries(): Iterable<Entry> }

/** Opens a backup and checks every byte of it before anything is done with it. Throws `StartError` where it is none, or damaged. */
export function withArchive<T>(path: string, run: (archive: Archive) => T): T {
  if (!existsSync(path)) throw new StartError(`There is no backup at ${path}.`)
  try {
    const file = new DatabaseSync(path, { readOnly: true })
    try {
      if (file.prepare('pragma application_id').get()?.['application_id'] !== APPLICATION_ID) throw new Error('it is no backup of ours')
      const about = About.parse(JSON.parse(String(file.prepare('select about from about where one = 1').get()?.['about'])))
      function* entries(): Iterable<Entry> {
        for (const row of file.prepare('select * from entry order by path').iterate()) yield toEntry(row)
      }
      const paths = Array.from(entries(), ({ path: one }) => one)
      return run({ about, paths, entries })
    } finally {
      file.close()
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`${path} cannot be restored: ${(error as Error).message}`)
  }
}

function toEntry(value: unknown): Entry {
  const { sha256, ...row } = Row.parse(value)
  const bytes = Buffer.from(row.bytes)
  if (digest(bytes) !== sha256) throw new Error(`${row.path} in it is damaged`)
  return { ...row, bytes }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
