import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import { type Refusal, refuse } from './answer.ts'
import { databaseRefusal } from './database.ts'
import type { Caller } from './rights.ts'
import type { Settings } from './settings.ts'
import { type Worker, workerAt } from './worker-address.ts'
import { askWorker, orLater, type WorkerAnswer, type WorkerCall, workerOffline } from './worker-client.ts'

/** What is asked of the worker that holds a session. */
export type SessionWorkerCall = WorkerCall & { sessionId: string }

/**
 * Asks the worker that holds the session. Where there are several, the database says which, as the caller; it assigns one where nobody does.
 * One that has lost the session since is asked nothing more: the new holder is looked up once, and whoever that is has the last word.
 */
export async function askHolder(settings: Settings, caller: Caller, call: SessionWorkerCall): Promise<Result<WorkerAnswer>> {
  const { workers } = settings
  let leftMs = settings.workerTimeoutMs
  const ask = async (worker: Worker): Promise<Result<WorkerAnswer>> => {
    const begunAt = performance.now()
    const asked = await askWorker(settings, worker, call, leftMs)
    leftMs -= performance.now() - begunAt
    return asked
  }
  const askAssigned = async (template: string): Promise<Result<WorkerAnswer>> => {
    const worker = await assignedWorker(caller, template, call.sessionId)
    if (!worker.ok) return orLater(call, worker)
    return worker.value ? await ask(worker.value) : workerOffline(call, 'No worker has room for this session.')
  }

  const first = await ('only' in workers ? ask(workers.only) : askAssigned(workers.template))
  const last = 'template' in workers && isElsewhere(first) ? await askAssigned(workers.template) : first
  return isElsewhere(last) ? workerOffline(call, 'The session is between two workers.') : last
}

const isElsewhere = (asked: Result<unknown>): boolean => !asked.ok && asked.code === 'not_holder'

const AssignedWorker = z.nullable(z.string())

/** Where calls about a session go; `null` where no worker has room for one that nobody holds. */
async function assignedWorker({ database }: Caller, template: string, sessionId: string): Promise<Result<Worker | null>> {
  const { data, error, status } = await database.rpc('assigned_worker', { session_id: sessionId })
  if (error) return databaseRefusal(error, status)
  const id = AssignedWorker.parse(data)
  const worker = id === null ? null : workerAt(template, id)
  return worker === null && id !== null ? badId(id) : { ok: true, value: worker }
}

const WorkerIds = z.array(z.string())

/** The workers to ask about the sessions of an organisation: those that hold any. */
export async function workersOfOrganization(
  { workers }: Settings,
  { database }: Caller,
  organizationId: string,
): Promise<Result<Worker[]>> {
  if ('only' in workers) return { ok: true, value: [workers.only] }
  const { data, error, status } = await database.rpc('workers_of_organization', { organization_id: organizationId })
  if (error) return databaseRefusal(error, status)
  return { ok: true, value: WorkerIds.parse(data).flatMap((id) => workerAt(workers.template, id) ?? []) }
}

/** Somebody who writes into the database might have the function call somewhere: it calls nobody. */
function badId(id: string): Refusal {
  return { ...refuse('internal', 'This worker cannot be addressed.'), because: `the id of a worker is no DNS label: ${JSON.stringify(id)}` }
}
