import type { TransactionSql } from 'postgres'
import type { Receipt } from '#domain/clearance.ts'
import { Refused, ADMIN, ORGANIZATION } from '../simulation/model/state.ts'
import { createModelDatabase } from '../simulation/support/model-database.ts'
import type { ModelDatabase, SavedDatabase } from '../simulation/support/model-database.ts'
import type { Cast } from './cast.ts'
import { speakAs, speakAsWorker } from './interleave.ts'
import { readEverything } from './shifted-time.ts'

const INSTANCE = '00000000-0000-4000-8000-00000000001d'
const START = Date.parse('2026-01-01T00:00:00Z')

/** What a call is about: ids are those of the side that runs it. */
export type Subject = {
  sessionId: string
  orderId: string
  generation: number
}

/** One thing that can be asked of both. */
export type Call = {
  who: 'admin' | 'worker' | 'operator'
  real(tx: TransactionSql, subject: Subject): Promise<unknown>
  model(database: ModelDatabase, subject: Subject, backup: { saved: SavedDatabase }): unknown
}

/** `session` and `order` count from the youngest; beyond the last there is nobody. */
export type Step = { name: string; call: Call; passMs: number; session: number; order: number; generationOffset: number }

/** The same as indices into the names, so that it means the same for both. */
type Aim = { session: number; order: number; generation: number }

/** What both sides are told by: the answer, or what it was refused with, and everything that is stored after it. */
export type Outcome = { answer: unknown; sessions: unknown; orders: unknown; workers: unknown }

/** Real ids, or the model's, under names that are the same for both. */
class Names {
  readonly byId = new Map<string, string>()
  readonly sessions: string[] = []
  readonly orders: string[] = []

  constructor(known: Record<string, string>) {
    for (const [id, name] of Object.entries(known)) this.byId.set(id, name)
  }

  /** Names what is new. A call makes at most one order for a session, so the session's name tells its orders apart. */
  learn(sessions: readonly { id: string }[], orders: readonly { id: string; session_id: string }[]): void {
    for (const { id } of sessions) this.#name(id, 's', this.sessions)
    const fresh = orders.filter(({ id }) => !this.byId.has(id))
    const bySession = fresh.toSorted((a, b) => this.#of(a.session_id).localeCompare(this.#of(b.session_id)))
    for (const { id } of bySession) this.#name(id, 'o', this.orders)
  }

  /** JSON with names for ids, and times that are the same for both. Lists are in an order of their own: ids decide ties. */
  translate(value: unknown, timeOffset: number): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.translate(item, timeOffset))
      return items.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)))
    }
    if (value !== null && typeof value === 'object') {
      const entries = Object.entries(value).map(([key, item]) => [key, this.#field(key, item, timeOffset)] as const)
      return Object.fromEntries(entries.toSorted(([a], [b]) => compareText(a, b)))
    }
    return typeof value === 'string' ? this.#text(value, timeOffset) : value
  }

  #field(key: string, value: unknown, timeOffset: number): unknown {
    // The model's rows hold milliseconds.
    if (typeof value === 'number' && /_(at|since)$/.test(key)) return new Date(value + timeOffset).toISOString()
    return this.translate(value, timeOffset)
  }

  #text(text: string, timeOffset: number): string {
    if (/^\d{4}-\d\d-\d\d[T ]/.test(text)) return new Date(Date.parse(text) + timeOffset).toISOString()
    return this.#of(text)
  }

  #of(id: string): string {
    return this.byId.get(id) ?? id
  }

  #name(id: string, letter: string, all: string[]): void {
    if (this.byId.has(id)) return
    all.push(id)
    this.byId.set(id, `${letter}${all.length}`)
  }
}

/** The real database and the model, which are told the same. */
export class Twins {
  readonly #cast: Cast
  readonly #real: Names
  readonly #model: Names
  readonly #database: ModelDatabase
  readonly #backup: { saved: SavedDatabase }
  #now = START
  #ids = 0

  constructor(cast: Cast, instanceId: string) {
    this.#cast = cast
    this.#real = new Names({ [instanceId]: 'the instance', [cast.acme]: 'acme', [cast.admin.id]: 'the admin' })
    this.#model = new Names({ [INSTANCE]: 'the instance', [ORGANIZATION]: 'acme', [ADMIN]: 'the admin' })
    this.#database = createModelDatabase({ now: () => this.#now, newId: () => this.#newId(), instanceId: INSTANCE })
    // As the real one's: before the first backup there is an empty one.
    this.#backup = { saved: this.#database.save() }
  }

  /** Both do the same. */
  async run(step: Step): Promise<{ real: Outcome; model: Outcome }> {
    this.#now += step.passMs
    // Which row, order and generation a call is about is decided by the model: both were the same so far.
    const aim = this.#aimOf(step)
    const real = await this.#runReal(step, aim)
    return { real, model: this.#runModel(step, aim) }
  }

  /** The rows that exist first, the youngest before the others; then those that are gone. */
  #aimOf(step: Step): Aim {
    const rows = new Map(this.#database.rows().map((row) => [row.id, row]))
    const all = this.#model.sessions.map((id, index) => ({ index, row: rows.get(id) })).toReversed()
    const { index, row } = [...all.filter((one) => one.row), ...all.filter((one) => !one.row)][step.session] ?? { index: -1 }
    return {
      session: index,
      order: this.#model.orders.length - 1 - step.order,
      generation: Math.max(1, (row?.generation ?? 1) + step.generationOffset),
    }
  }

  async #runReal(step: Step, aim: Aim): Promise<Outcome> {
    const names = this.#real
    return await this.#cast.db.sql.begin<Promise<Outcome>>(async (tx) => {
      await tx`select shifted.pass(${step.passMs})`
      const subject = subjectOf(names, aim)
      const answer = await tx
        .savepoint(async (inner) => {
          if (step.call.who === 'admin') await speakAs(inner, this.#cast.admin.id)
          if (step.call.who === 'worker') await speakAsWorker(inner)
          const value = await step.call.real(inner, subject)
          await inner.unsafe(`reset role; select set_config('request.jwt.claims', '', true), set_config('request.jwt.claim.sub', '', true)`)
          return value
        })
        .catch((error: unknown) => ({ refused: refusalOf(error) }))
      const { now, sessions, orders, workers } = await readEverything(tx)
      names.learn(sessions as { id: string }[], orders as { id: string; session_id: string }[])
      const translate = (value: unknown) => names.translate(value, this.#now - now)
      return { answer: translate(answer), sessions: translate(sessions), orders: translate(orders), workers: translate(workers) }
    })
  }

  #runModel(step: Step, aim: Aim): Outcome {
    const [names, database] = [this.#model, this.#database]
    let answer: unknown
    try {
      answer = step.call.model(database, subjectOf(names, aim), this.#backup) ?? null
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      answer = { refused: error.code }
    }
    const [sessions, orders, worker] = [database.rows(), database.orders(), database.workerRow()]
    names.learn(sessions, orders)
    const translate = (value: unknown) => names.translate(value, 0)
    return {
      answer: translate(answer),
      sessions: translate(sessions),
      orders: translate(orders),
      workers: translate(worker ? [worker] : []),
    }
  }

  #newId(): string {
    this.#ids += 1
    return `00000000-0000-4000-9000-${String(this.#ids).padStart(12, '0')}`
  }
}

/** A receipt: the database looks at its order only. */
export function receiptOf(orderId: string, note: string): Receipt {
  return { orderId, note } as unknown as Receipt
}

const NOBODY = '00000000-0000-4000-8000-000000000000'

function subjectOf({ sessions, orders }: Names, { session, order, generation }: Aim): Subject {
  return { sessionId: sessions[session] ?? NOBODY, orderId: orders[order] ?? NOBODY, generation }
}

function refusalOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  return code?.startsWith('PT') ? message : (code ?? message)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
