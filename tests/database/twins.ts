import type { TransactionSql } from 'postgres'
import type { Receipt } from '#domain/clearance.ts'
import type { Snapshot, SnapshotChanges } from '#domain/snapshot.ts'
import { createSnapshots, READS_TO_A_WHOLE } from '../../worker/database.ts'
import type { Caller } from '../simulation/model/leases.ts'
import { Refused, ADMIN, ORGANIZATION } from '../simulation/model/state.ts'
import { createModelDatabase } from '../simulation/support/model-database.ts'
import type { ModelDatabase, SavedDatabase } from '../simulation/support/model-database.ts'
import type { Cast } from './cast.ts'
import { speakAs, speakAsWorker } from './interleave.ts'
import { readEverything } from './shifted-time.ts'
import { isTime, TwinNames } from './twin-names.ts'

const INSTANCE = '00000000-0000-4000-8000-00000000001d'
const START = Date.parse('2026-01-01T00:00:00Z')

/** What a call is about: ids and tokens are those of the side that runs it. */
export type Subject = {
  organizationId: string
  sessionId: string
  orderId: string
  generation: number
  token: number | null
  /** The process of a worker that calls. */
  caller: Caller
  /** What that process knows after it has read what changed; `lists`: how many sessions each read told it. */
  snapshot(read: (since: number) => Promise<SnapshotChanges>): Promise<Snapshot & { lists: number[] }>
}

type ModelSide = { people: ModelDatabase['people']; worker: ModelDatabase['worker']; database: ModelDatabase }

/** One thing that can be asked of both. */
export type Call = {
  who: 'admin' | 'worker' | 'operator'
  real(tx: TransactionSql, subject: Subject): Promise<unknown>
  model(model: ModelSide, subject: Subject, backup: { saved: SavedDatabase }): unknown
}

/**
 * `session` and `order` count from the youngest; beyond the last there is nobody. `token` counts from the latest of the session's; `null`:
 * none. `caller`: one of those that the twins know, or whoever holds the session, where somebody does.
 */
export type Step = {
  name: string
  call: Call
  passMs: number
  session: number
  order: number
  generationOffset: number
  token: number | null
  caller: number | 'holder'
}

/** The same as indices into the names, so that it means the same for both. */
type Aim = { session: number; order: number; generation: number; token: number | null; caller: Caller }

/** What both sides are told by: the answer, or what it was refused with, and everything that is stored after it. */
export type Outcome = { answer: unknown; stored: unknown }

/** What the processes of one twin know of it, by name. */
class Memories {
  readonly #snapshots = new Map<string, Subject['snapshot']>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  of({ id, boot }: Caller): Subject['snapshot'] {
    const name = `${id} ${boot}`
    const known = this.#snapshots.get(name) ?? memory(this.#now)
    this.#snapshots.set(name, known)
    return known
  }
}

/** Remembers by our clock: what the real database has stored is moved as time passes, what was read of it is not. */
function memory(now: () => number): Subject['snapshot'] {
  const lists: number[] = []
  let offset = 0
  let read = (_since: number): Promise<SnapshotChanges> => Promise.reject(new Error('nobody reads'))
  const snapshots = createSnapshots(async (since) => {
    const changes = await read(since)
    lists.push(changes.sessions.length)
    offset = now() - Date.parse(changes.taken_at)
    return shifted(changes, offset)
  }, READS_TO_A_WHOLE.database)
  return async (by) => {
    lists.length = 0
    read = by
    return { ...shifted(await snapshots(), -offset), lists: [...lists] }
  }
}

function shifted<T>(value: T, offset: number): T {
  const text = JSON.stringify(value, (_, field: unknown) => (isTime(field) ? new Date(Date.parse(field) + offset).toISOString() : field))
  return JSON.parse(text) as T
}

/** The real database and the model, which are told the same by the same processes. */
export class Twins {
  readonly #cast: Cast
  readonly #real: TwinNames
  readonly #model: TwinNames
  readonly #callers: readonly [Caller, ...Caller[]]
  readonly #memories = { real: new Memories(() => this.#now), model: new Memories(() => this.#now) }
  readonly #database: ModelDatabase
  readonly #backup: { saved: SavedDatabase }
  #now = START
  #ids = 0
  /** The names of the sessions that the caller holds in the real database, with their tokens. */
  #held: ReadonlyMap<string, number> = new Map()

  constructor(cast: Cast, instanceId: string, callers: readonly [Caller, ...Caller[]]) {
    this.#cast = cast
    this.#callers = callers
    this.#real = new TwinNames({ [instanceId]: 'the instance', [cast.acme]: 'acme', [cast.admin.id]: 'the admin' })
    this.#model = new TwinNames({ [INSTANCE]: 'the instance', [ORGANIZATION]: 'acme', [ADMIN]: 'the admin' })
    this.#database = createModelDatabase({
      now: () => this.#now,
      newId: () => this.#newId(),
      instanceId: INSTANCE,
      // Whichever the real one took, in its order. Where it took too few or too many, what is stored differs.
      pick: (free, count) => {
        const tokenOf = (id: string): number => this.#held.get(this.#model.of(id)) ?? Infinity
        return free.toSorted((a, b) => tokenOf(a) - tokenOf(b)).slice(0, count)
      },
    })
    // As the real one's: before the first backup there is an empty one.
    this.#backup = { saved: this.#database.save() }
  }

  /** Both do the same. */
  async run(step: Step): Promise<{ real: Outcome; model: Outcome }> {
    this.#now += step.passMs
    // Which row, order, generation and process a call is about is decided by the model: both were the same so far.
    const aim = this.#aimOf(step)
    const real = await this.#runReal(step, aim)
    return { real, model: await this.#runModel(step, aim) }
  }

  /** The rows that exist first, the youngest before the others; then those that are gone. */
  #aimOf(step: Step): Aim {
    const rows = new Map(this.#database.rows().map((row) => [row.id, row]))
    const all = this.#model.sessions.map((id, index) => ({ id, index, row: rows.get(id) })).toReversed()
    const { id, index, row } = [...all.filter((one) => one.row), ...all.filter((one) => !one.row)][step.session] ?? { id: '', index: -1 }
    return {
      session: index,
      order: this.#model.orders.length - 1 - step.order,
      generation: Math.max(1, (row?.generation ?? 1) + step.generationOffset),
      token: step.token,
      caller: this.#callerOf(step.caller, id),
    }
  }

  #callerOf(caller: Step['caller'], sessionId: string): Caller {
    if (caller !== 'holder') return this.#callers[caller] ?? this.#callers[0]
    const workerId = this.#database.leaseOf(sessionId)?.workerId
    const boot = this.#database.workers().find(({ id }) => id === workerId)?.boot
    return this.#callers.find((one) => one.id === workerId && one.boot === boot) ?? this.#callers[0]
  }

  async #runReal(step: Step, aim: Aim): Promise<Outcome> {
    const names = this.#real
    return await this.#cast.db.sql.begin<Promise<Outcome>>(async (tx) => {
      await tx`select shifted.pass(${step.passMs})`
      const subject = subjectOf(names, aim, this.#memories.real, this.#cast.acme)
      const answer = await tx
        .savepoint(async (inner) => {
          if (step.call.who === 'admin') await speakAs(inner, this.#cast.admin.id)
          if (step.call.who === 'worker') await speakAsWorker(inner)
          const value = await step.call.real(inner, subject)
          await inner.unsafe(`reset role; select set_config('request.jwt.claims', '', true), set_config('request.jwt.claim.sub', '', true)`)
          return value
        })
        .catch((error: unknown) => ({ refused: refusalOf(error) }))
      const { now, ...stored } = await readEverything(tx)
      names.learn(stored.sessions, stored.orders, stored.leases)
      const mine = stored.leases.filter(({ worker_id }) => worker_id === aim.caller.id)
      this.#held = new Map(mine.map(({ session_id, token }) => [names.of(session_id), token]))
      return { answer: names.translate(answer, this.#now - now), stored: names.translate(stored, this.#now - now) }
    })
  }

  async #runModel(step: Step, aim: Aim): Promise<Outcome> {
    const [names, database] = [this.#model, this.#database]
    const side: ModelSide = { people: database.people, worker: database.workerOf(aim.caller), database }
    let answer: unknown
    try {
      answer = (await step.call.model(side, subjectOf(names, aim, this.#memories.model, ORGANIZATION), this.#backup)) ?? null
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      answer = { refused: error.code }
    }
    const stored = everythingOf(database)
    names.learn(stored.sessions, stored.orders, stored.leases)
    return { answer: names.translate(answer, 0), stored: names.translate(stored, 0) }
  }

  #newId(): string {
    this.#ids += 1
    return `00000000-0000-4000-9000-${String(this.#ids).padStart(12, '0')}`
  }
}

/** What `readEverything` reads of the real one. */
function everythingOf(database: ModelDatabase) {
  return {
    sessions: database.rows(),
    orders: database.orders(),
    workers: database.workers(),
    leases: Array.from(database.leases(), ([session_id, { workerId, token, isKept, clearedGeneration, shelved }]) => ({
      session_id,
      worker_id: workerId,
      token,
      kept: isKept ? 'database' : null,
      cleared_generation: clearedGeneration,
      shelved,
    })),
    shelf: Array.from(database.shelf(), ([session_id, rows]) =>
      Array.from(rows, ([at, value]) => ({ session_id, at, value: Buffer.from(value).toString('base64') })),
    ).flat(),
    findings: Array.from(database.findings(), ([order_id, findings]) => ({ order_id, findings })),
  }
}

/** A receipt: the database looks at its order only. */
export function receiptOf(orderId: string, note: string): Receipt {
  return { orderId, note } as unknown as Receipt
}

/** Replaces fields that the model leaves out. */
export function without(value: unknown, names: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(value), (key, field: unknown) => (names.includes(key) ? undefined : field))
}

/** What happened in all histories together: a word of a call and how it went. */
export function kindOf(name: string, answer: unknown): string {
  const [call] = name.split(' (')
  if (Array.isArray(answer)) return `${call}: ${Math.min(answer.length, 2)} of them`
  if (answer === null || typeof answer !== 'object') return `${call}: ${/^o\d+$/.test(String(answer)) ? 'an order' : String(answer)}`
  const { refused, outcome } = answer as { refused?: string; outcome?: string }
  return `${call}: ${refused ?? outcome ?? 'done'}`
}

const NOBODY = '00000000-0000-4000-8000-000000000000'

function subjectOf(names: TwinNames, aim: Aim, memories: Memories, organizationId: string): Subject {
  const { session, order, generation, token, caller } = aim
  const sessionId = names.sessions[session] ?? NOBODY
  return {
    organizationId,
    sessionId,
    orderId: names.orders[order] ?? NOBODY,
    generation,
    token: token === null ? null : (names.tokens.get(sessionId)?.at(-1 - token) ?? null),
    caller,
    snapshot: memories.of(caller),
  }
}

function refusalOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  return code?.startsWith('PT') ? message : (code ?? message)
}
