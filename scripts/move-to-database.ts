/**
 * `npm run move-to-database -- --data <folder>`: moves all sessions of a stopped worker with `WORKER_STORE=disk` into the database, in the
 * worker's own environment; `--dry-run` only tells.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { DatabaseError, createDatabase } from '../worker/database.ts'
import type { MoveDatabase, ToMove } from '../worker/fleet/move-port.ts'
import { createLog, reasonOf } from '../worker/log.ts'
import { readMasterKeys } from '../worker/seal/master-keys.ts'
import { systemDisk } from '../worker/store/disk.ts'
import { diskBelow } from '../worker/store/folder-disk.ts'
import { moveFolder } from './move/move-folder.ts'
import { openToMove } from './move/open-folder.ts'
import { planMove } from './move/plan.ts'
import type { Left } from './move/plan.ts'
import { moveSettings } from './move/settings.ts'
import type { MoveSettings } from './move/settings.ts'
import { StartError } from './stack/start-error.ts'

process.umask(0o077)

/** How long a worker that stopped just now counts as online, and a little more, milliseconds. */
const SILENCE_MS = 35_000

function told(args: string[]) {
  try {
    const options = {
      data: { type: 'string', default: process.env['WORKER_DATA'] ?? '' },
      'dry-run': { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    if (values.data !== '') return { folder: resolve(values.data), dryRun: values['dry-run'] }
  } catch {
    // Worded below.
  }
  throw new StartError(
    'How to: npm run move-to-database -- --data <folder> [--dry-run], with the settings of the worker whose folder it is.',
  )
}

function masterKeysOf(environment: NodeJS.ProcessEnv) {
  const keys = readMasterKeys(environment)
  if (!keys)
    throw new StartError('Without a master key nothing would be sealed in the database. MASTER_KEYS or MASTER_KEYS_FILE gives one.')
  return keys
}

/** What somebody else writes into a folder its worker could not read. */
function refuseOtherUser(folder: string): void {
  const [owner, me] = [statSync(folder, { throwIfNoEntry: false })?.uid, process.getuid?.()]
  if (owner !== undefined && me !== undefined && owner !== me)
    throw new StartError(`${folder} belongs to the user with the number ${owner}: run this as that user, as its worker runs.`)
}

/** Waits until the database takes the worker for stopped. */
async function readWhenSilent(database: MoveDatabase, { WORKER_ID }: MoveSettings): Promise<ToMove> {
  const until = Date.now() + SILENCE_MS
  for (let isTold = false; ; isTold = true) {
    const read = await database.toMove()
    if (!read.known) throw new StartError(`The database at SUPABASE_URL knows no worker of this name: WORKER_ID is ${WORKER_ID}.`)
    if (!read.online) return read
    if (Date.now() > until) throw new StartError(`Another process runs as this worker: WORKER_ID is ${WORKER_ID}. Stop it first.`)
    if (!isTold) console.log(`${WORKER_ID} was heard of less than 30 s ago: waiting until the database takes it for stopped.`)
    await pause(1000)
  }
}

function print(left: readonly Left[]): void {
  for (const { id, why } of left) console.log(`left ${id}: ${why}`)
}

const NEXT_TIME = `The folder is of WORKER_STORE=disk as before. Start the worker with it once more, so that it carries out what is ordered and sets aside what is
nobody's; stop it, and run this again. What was moved stays moved, and waits for a worker with WORKER_STORE=database.`

async function main(): Promise<void> {
  const { folder, dryRun } = told(process.argv.slice(2))
  const settings = moveSettings(process.env)
  const masterKeys = masterKeysOf(process.env)
  refuseOtherUser(folder)
  const log = createLog('warn', settings.WORKER_ID, process.stderr)
  const { places, stored, asides, instanceId } = openToMove(diskBelow(folder, systemDisk), folder, settings, masterKeys, log)
  const database = createDatabase({
    url: settings.SUPABASE_URL,
    serviceRoleKey: settings.SUPABASE_SERVICE_ROLE_KEY,
    worker: { id: settings.WORKER_ID, url: '', version: '', capacity: 0 },
    timeoutMs: settings.DATABASE_TIMEOUT_MS,
  })
  try {
    const read = await readWhenSilent(database, settings)
    if (instanceId !== read.instance_id)
      throw new StartError(`${folder} belongs to another database than the one at SUPABASE_URL: nothing is changed.`)
    const plan = planMove(read, stored())
    const aside =
      asides > 0
        ? `\n${asides} things that were set aside do not move: they go when the worker first starts with WORKER_STORE=database.`
        : ''
    if (dryRun) {
      for (const id of [...plan.erase, ...plan.move]) console.log(`would move ${id}`)
      print(plan.left)
      console.log(`${plan.erase.length + plan.move.length} sessions would be moved, ${plan.left.length} left.${aside}`)
      return
    }
    const { moved, left, done } = await moveFolder(plan, places, database, console.log)
    print(left)
    console.log(`${moved.length} sessions were moved, ${left.length} left.${aside}`)
    console.log(done ? 'Start the worker with WORKER_STORE=database and the same master keys, and any others like it.' : NEXT_TIME)
    if (!done) process.exitCode = 1
  } finally {
    places.data.close()
  }
}

const AGAIN = 'Run this again: it goes on where it ended.'

try {
  await main()
} catch (error) {
  console.error(
    error instanceof DatabaseError ? `The database at SUPABASE_URL did not do it (${error.message}). ${AGAIN}` : reasonOf(error),
  )
  process.exitCode = 1
}
