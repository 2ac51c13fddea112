import type { Report } from '../../worker/reconcile/report.ts'

/** `look`: somebody should. */
export type Check = { name: string; state: 'ok' | 'look' | 'unknown'; words: string }

/** Commands are refused beyond this (CMD-4), milliseconds. */
const MAX_SKEW_MS = 10_000
const GIB = 2 ** 30
/** Below this, and below a twentieth of the disk, clears and links come to their end first. */
const MIN_FREE_BYTES = GIB
const MIN_FREE_SHARE = 0.05
const MAX_OPEN_SHARE = 0.8
/** How many names a line holds. */
const SOME = 3

export function judgeVersion(here: string, running: string | null): Check {
  if (running === null) return check('version', 'unknown', `this checkout is ${here}; no worker says what it is`)
  return running === here
    ? check('version', 'ok', `${here}, here and in the worker that runs`)
    : check('version', 'look', `the worker that runs is ${running}, this checkout is ${here}: restart it`)
}

/** By the time that the database gave with its answer, and that at which the worker had it. */
export function judgeClock({ takenAt, database }: Pick<Report, 'takenAt' | 'database'>): Check {
  if (!database.reachable || database.takenAt === undefined) return check('clock', 'unknown', 'the database could not be asked')
  const ms = Date.parse(takenAt) - Date.parse(database.takenAt)
  const words = `${Math.round(Math.abs(ms) / 1000)} s ${ms < 0 ? 'behind' : 'ahead of'} the database, its answer's way included`
  return Math.abs(ms) > MAX_SKEW_MS
    ? check('clock', 'look', `${words}: beyond 10 s commands are refused; does this machine keep its time (NTP)?`)
    : check('clock', 'ok', words)
}

export function judgeDisk({
  bsize,
  bavail,
  blocks,
  ffree,
  files,
}: Record<'bsize' | 'bavail' | 'blocks' | 'ffree' | 'files', number>): Check {
  const [free, share] = [bavail * bsize, bavail / blocks]
  const words = `${(free / GIB).toFixed(1)} GiB free, ${Math.round(share * 100)} %`
  // Some file systems make their places for files as they need them, and tell none.
  const isOutOfPlaces = files > 0 && ffree / files < MIN_FREE_SHARE
  if (isOutOfPlaces) return check('disk', 'look', `${words}, but room for ${ffree} more files only`)
  return check('disk', free < MIN_FREE_BYTES || share < MIN_FREE_SHARE ? 'look' : 'ok', words)
}

export function judgeOpenFiles(found: { open: number; limit: number } | null): Check {
  if (!found) return check('open files', 'unknown', 'no worker runs here, or this system does not tell')
  const { open, limit } = found
  return check('open files', open > limit * MAX_OPEN_SHARE ? 'look' : 'ok', `${open} of ${limit}; a session has two files and a socket`)
}

/** More than one wraps keys: an older one is still needed. */
export function judgeKeys(wrapping: ReadonlyMap<string, number>): Check {
  if (wrapping.size === 0)
    return check('master keys', 'unknown', 'nothing here is sealed: without a master key whoever reads the folder has the sessions')
  const words = [...wrapping].map(([id, count]) => `${id} wraps ${count}`).join(', ')
  return wrapping.size === 1
    ? check('master keys', 'ok', words)
    : check('master keys', 'look', `${words}: keep all of them; a start with the new one first wraps anew`)
}

export function judgeLedger(isInFolder: boolean, sessions: number | null): Check {
  if (sessions === null) return check('ledger', 'look', 'it cannot be read: the worker will not start with it (LED-4)')
  return isInFolder
    ? check(
        'ledger',
        'look',
        `it knows ${sessions} cleared sessions, but lies in the data folder, which a restore takes back in time: name another place (WORKER_LEDGER)`,
      )
    : check('ledger', 'ok', `it knows ${sessions} cleared sessions, and lies apart from the data folder`)
}

export function judgeMigrations(found: readonly { state: string; name: string }[] | null): Check {
  if (!found) return check('migrations', 'unknown', 'DATABASE_URL is not set, or leads nowhere')
  const others = found.filter(({ state }) => state !== 'applied')
  if (others.length === 0) return check('migrations', 'ok', `all ${found.length} are applied`)
  const some = others.slice(0, SOME).map(({ state, name }) => `${name} ${state}`)
  return check('migrations', 'look', `${others.length} of ${found.length} are not as shipped: ${some.join(', ')}`)
}

function check(name: string, state: Check['state'], words: string): Check {
  return { name, state, words }
}
