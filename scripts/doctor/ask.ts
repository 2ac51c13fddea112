import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../worker/clock.ts'
import { createDatabase } from '../../worker/database.ts'
import type { Database } from '../../worker/database.ts'
import { createLog, reasonOf } from '../../worker/log.ts'
import { DoctorFile, doctorFilePath } from '../../worker/reconcile/door.ts'
import { lookOffline, treatOffline } from '../../worker/reconcile/offline.ts'
import { Report } from '../../worker/reconcile/report.ts'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { diskBelow } from '../../worker/store/folder-disk.ts'
import { StartError } from '../stack/start-error.ts'
import type { DoctorArguments } from './find-folder.ts'

/** How long a worker may take to look at everything, milliseconds. */
const ANSWER_MS = 60_000
const MAX_PAGES = 1_000_000

/**
 * Asks the worker that holds a data folder; where none does, looks itself.
 * @throws StartError that says what is missing.
 */
export async function askDoctor(
  { folder, masterKeyFile, apply }: DoctorArguments,
  environment: Record<string, string | undefined>,
): Promise<Report> {
  const isThere = await stat(join(folder, 'instance.json')).catch(() => null)
  if (!isThere) {
    throw new StartError(
      `There is no worker's data folder at ${folder} (no instance.json in it). Say where it is: WORKER_DATA, or --data <folder>. The embedded stack makes its own with the first npm start.`,
    )
  }
  const disk = diskBelow(folder, systemDisk)
  const answer = await askWorker(disk, folder, apply)
  if (typeof answer !== 'string') return answer
  const database = databaseOf(environment)
  const masterKeys = readMasterKeys({ MASTER_KEYS_FILE: await fileOfStack(masterKeyFile), ...environment })
  const log = createLog('error', 'doctor', process.stderr)
  const options = { root: folder, disk, clock: systemClock, log, database, masterKeys, maxPages: MAX_PAGES }
  try {
    return await (apply ? treatOffline(options) : lookOffline(options))
  } catch (error) {
    throw new StartError(`${reasonOf(error)}\nNo worker could be asked either: ${answer}`)
  }
}

/** The worker's report, or why there is none. */
async function askWorker(disk: Disk, folder: string, apply: boolean): Promise<Report | string> {
  const path = doctorFilePath(folder)
  let text: string | null
  try {
    text = disk.read(path)
  } catch (error) {
    return `${reasonOf(error)}.`
  }
  if (text === null) return `there is no ${path}, so none runs or it does not listen yet.`
  try {
    const { url, token } = DoctorFile.parse(JSON.parse(text))
    const answer = await fetch(`${url}/doctor`, {
      method: apply ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!answer.ok) return `${url} answered ${answer.status} to what ${path} says.`
    return Report.parse(await answer.json())
  } catch (error) {
    const { cause } = error as Error
    return `${path} leads nowhere: ${cause === undefined ? reasonOf(error) : reasonOf(cause)}.`
  }
}

/** The file with the master key of the embedded stack, where it made one. */
async function fileOfStack(path: string | null): Promise<string | undefined> {
  if (path === null) return undefined
  return (await stat(path).catch(() => null)) ? path : undefined
}

/** The database, where the settings of a worker say how to reach it. */
function databaseOf(environment: Record<string, string | undefined>): Database | null {
  const [url, serviceRoleKey] = [environment['SUPABASE_URL'], environment['SUPABASE_SERVICE_ROLE_KEY']]
  if (!url || !serviceRoleKey) return null
  const worker = { id: environment['WORKER_ID'] ?? null, url: 'http://127.0.0.1', version: '0', capacity: 0 }
  return createDatabase({ url, serviceRoleKey, worker, timeoutMs: 8000 })
}
