import { existsSync, readFileSync, readdirSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { DoctorFile, doctorFilePath } from '../../worker/reconcile/door.ts'
import type { Report } from '../../worker/reconcile/report.ts'
import { keyFileIds, openKeyFiles } from '../../worker/seal/key-files.ts'
import { placesOf } from '../../worker/store/data-folder.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { ledgerPath, parseLedger } from '../../worker/store/ledger.ts'
import { judgeClock, judgeDisk, judgeKeys, judgeLedger, judgeMigrations, judgeOpenFiles, judgeVersion } from './judge-machine.ts'
import type { Check } from './judge-machine.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ANSWER_MS = 5000
const Versioned = z.object({ version: z.string() })

type Options = { folder: string; disk: Disk; report: Report; environment: Record<string, string | undefined> }

/** What an operator asks of the machine, the programs and the keys, beside the sessions. What cannot be seen from here is said to be unknown. */
export async function lookAtMachine({ folder, disk, report, environment }: Options): Promise<Check[]> {
  const door = readDoor(disk, folder)
  return [
    judgeVersion(versionHere(), report.worker === 'running' && door ? await versionOf(door.url) : null),
    judgeClock(report),
    judgeDisk(statfsSync(folder)),
    judgeOpenFiles(report.worker === 'running' && door?.pid !== undefined ? openFilesOf(door.pid) : null),
    judgeKeys(masterKeysIn(disk, folder)),
    judgeLedger(...ledgerOf(folder, environment['WORKER_LEDGER'])),
    judgeMigrations(await migrationsOf(environment['DATABASE_URL'])),
  ]
}

function readDoor(disk: Disk, folder: string): DoctorFile | null {
  return orNull(() => DoctorFile.parse(JSON.parse(disk.read(doctorFilePath(folder)) ?? '')))
}

function versionHere(): string {
  return Versioned.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).version
}

async function versionOf(url: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_MS) })
    return Versioned.parse(await answer.json()).version
  } catch {
    return null
  }
}

/** Of another process of this user; only Linux tells. */
function openFilesOf(pid: number): { open: number; limit: number } | null {
  return orNull(() => {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
    return limit === undefined ? null : { open: readdirSync(`/proc/${pid}/fd`).length, limit: Number(limit) }
  })
}

/** How many keys each master key wraps; what cannot be read is told by the report. */
function masterKeysIn(disk: Disk, folder: string): Map<string, number> {
  const places = placesOf(folder)
  const files = openKeyFiles(disk, places)
  const wrapped = keyFileIds(disk, places.keys).flatMap((id) => orNull(() => files.read(id).keys) ?? [])
  return new Map([...Map.groupBy(wrapped, ({ masterKey }) => masterKey)].map(([id, keys]) => [id, keys.length]))
}

/** Whether it lies in the data folder, and of how many sessions it knows; `null`: it cannot be read. */
function ledgerOf(folder: string, elsewhere: string | undefined): [isInFolder: boolean, sessions: number | null] {
  const path = ledgerPath(folder, elsewhere)
  const sessions = existsSync(path) ? orNull(() => parseLedger(readFileSync(path, 'utf8').replace(/[^\n]*$/, ''), path).size) : 0
  return [elsewhere === undefined || resolve(elsewhere).startsWith(`${resolve(folder)}/`), sessions]
}

/** `null`: nobody said where the database is, or it cannot be asked. */
async function migrationsOf(url: string | undefined): Promise<{ state: string; name: string }[] | null> {
  if (!url) return null
  try {
    // Only where they are asked for: the worker's image has no client of Postgres.
    const [{ default: postgres }, { readMigrations }, { migrationStatus }] = await Promise.all([
      import('postgres'),
      import('../migrate/files.ts'),
      import('../migrate/run.ts'),
    ])
    const sql = postgres(url, { max: 1, connect_timeout: ANSWER_MS / 1000, onnotice: () => {} })
    try {
      return (await migrationStatus(sql, readMigrations(join(ROOT, 'supabase')))).map(({ state, version, name }) => ({
        state,
        name: `${version}_${name}`,
      }))
    } finally {
      await sql.end()
    }
  } catch {
    return null
  }
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
