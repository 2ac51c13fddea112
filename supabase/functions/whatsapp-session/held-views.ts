import { SessionViews } from '#domain/api.ts'
import type { SessionView } from '#domain/observation.ts'
import { LIST_ROUTE } from '#domain/routes.ts'
import { workersOfOrganization } from './holder.ts'
import type { Caller } from './rights.ts'
import type { Settings } from './settings.ts'
import type { Worker } from './worker-address.ts'
import { askWorker, readAnswer, type WorkerCall, workerNonsense } from './worker-client.ts'

/** Organisations that one worker is asked about at once, and how long all of them may take, milliseconds. */
const ASKED_AT_ONCE = 8
const OVERLAY_MS = 5000

/** What the workers hold of these organisations: of all of them, or of those that they answered for in time. By session. */
export async function heldViews(
  settings: Settings,
  caller: Caller,
  organizationIds: readonly string[],
): Promise<ReadonlyMap<string, SessionView>> {
  const deadline = performance.now() + OVERLAY_MS
  const leftMs = () => deadline - performance.now()
  const told = new Map<string, SessionView[]>()
  const questions = await questionsFor(settings, caller, organizationIds, leftMs)
  // Each worker has a queue of its own: one that is silent takes nobody else's time.
  const queues = Map.groupBy(questions, ({ worker }) => worker.id).values()
  await Promise.all(
    [...queues].map((queue) =>
      eachInTime(queue, leftMs, async ({ worker, organizationId }) => {
        for (const view of await viewsOf(settings, caller, worker, organizationId, leftMs()))
          told.set(view.sessionId, [...(told.get(view.sessionId) ?? []), view])
      }),
    ),
  )
  return new Map([...told].flatMap(([id, views]) => agreedOn(views).map((view) => [id, view] as const)))
}

type Question = { worker: Worker; organizationId: string }

/** Whom to ask about which organisation. Where the database does not say, nobody: the rows stand for themselves. */
async function questionsFor(
  settings: Settings,
  caller: Caller,
  organizationIds: readonly string[],
  leftMs: () => number,
): Promise<Question[]> {
  const questions: Question[] = []
  await eachInTime(organizationIds, leftMs, async (organizationId) => {
    const workers = await workersOfOrganization(settings, caller, organizationId)
    if (workers.ok) questions.push(...workers.value.map((worker) => ({ worker, organizationId })))
  })
  return questions
}

async function eachInTime<T>(all: readonly T[], leftMs: () => number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all]
  const oneAfterAnother = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && leftMs() > 0; next = waiting.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, oneAfterAnother))
}

async function viewsOf(
  settings: Settings,
  { userId, requestId }: Caller,
  worker: Worker,
  organizationId: string,
  limitMs: number,
): Promise<SessionView[]> {
  const call: WorkerCall = { requestId, userId, organizationId, sessionId: null, ...LIST_ROUTE, body: '', orderId: null }
  const asked = await askWorker(settings, worker, call, limitMs)
  const read = asked.ok ? await readAnswer(asked.value, call) : asked
  if (!read.ok) return []
  const parsed = SessionViews.safeParse(read.value.json)
  if (parsed.success) return parsed.data.sessions
  workerNonsense(call, 'list', ...read.value.facts)
  return []
}

/** The newest link counts. Where two workers disagree on it one has lost the session, and nobody here knows which: neither counts. */
function agreedOn(views: readonly SessionView[]): SessionView[] {
  const newest = Math.max(...views.map(({ generation }) => generation))
  const [one, ...others] = views.filter(({ generation }) => generation === newest)
  return one && others.every((other) => JSON.stringify(other) === JSON.stringify(one)) ? [one] : []
}
