import { createClient } from '@supabase/supabase-js'
import * as z from 'zod'
import { ClearOrder, Receipt } from '#domain/clearance.ts'
import type { WorkerKind } from '#domain/events.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { SessionId, type SessionState } from '#domain/session.ts'
import { Look, Snapshot, SnapshotChanges } from '#domain/snapshot.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import type { WorkerStore } from './store/data-folder.ts'
import { Adoption, ToMove } from './fleet/move-port.ts'
import type { MoveDatabase } from './fleet/move-port.ts'
import { Findings } from './store/tombstones.ts'
import { Claim } from './webhooks/port.ts'
import type { WebhookDatabase } from './webhooks/port.ts'

/** The database could not be reached, refused, or answered something that cannot be right. Nothing may be concluded from it. */
export class DatabaseError extends Error {
  constructor(call: string, message: string, cause?: unknown) {
    super(`${call}: ${message}`, { cause })
  }
}

/** What the worker says of a session: its state, and why, in one generation. */
export type Observation = { sessionId: string; generation: number; status: SessionState; reason: StatusReason | null }

/** By which lease this worker speaks of a session; absent where its own folder is the session's home. */
export type Token = number | null

/** An observation on its way: `boot` names this life of the worker, `sequence` counts in it. One that is sent again keeps both. */
export type NumberedObservation = Observation & { boot: string; sequence: number; token?: Token }

/** Why something happened to a session, for its timeline. `agoMs`: how long ago. Numbered as observations are. */
export type Note = { sequence: number; sessionId: string; kind: WorkerKind; detail: Record<string, unknown>; agoMs: number }

const NONSENSE = 'the answer is not what it should be'

/** `first`: of this process. */
export type Beat = { sessionCount: number; first: boolean; draining: boolean }

/** Changes of one generation of a session: rows by name, sealed; `null`: it goes. `fresh`: a new identity takes the place of all credentials. */
export type ShelfChange = {
  sessionId: string
  token: number
  /** Grows from each change of a session to the next: what comes through late, after it was sent again, changes nothing. */
  sequence: number
  generation: number
  fresh: boolean
  rows: ReadonlyMap<string, Uint8Array | null>
}

/** What the worker asks of the database. Every call throws `DatabaseError` unless a whole, valid answer came in time. */
export type Database = {
  snapshot(): Promise<Snapshot>
  look(sessionId: string): Promise<Look>
  /** `false`: another process is this worker by now. */
  heartbeat(beat: Beat): Promise<boolean>
  touch(sessionIds: string[]): Promise<void>
  /** `false`: no row has that generation. What was stored before, or is older than what was, changes nothing and is `true`. */
  observe(observation: NumberedObservation): Promise<boolean>
  /** `false`: the row is gone or newer: unlink and clear. */
  linked(sessionId: string, generation: number, phoneNumber: string, token?: Token): Promise<boolean>
  /** `null`: no row has that generation. */
  unlinked(sessionId: string, generation: number, reason: string, token?: Token): Promise<ClearOrder | null>
  /** Returns the stored receipt, which is an earlier one where the order was completed before. */
  completeOrder(orderId: string, receipt: Receipt): Promise<Receipt>
  failOrder(orderId: string, error: string): Promise<void>
  /** Stores causes for the timelines, at most `NOTES_AT_ONCE`; what was stored before, by `boot` and sequence, changes nothing. */
  note(boot: string, notes: readonly Note[]): Promise<void>
  /** Stores changes of credentials; returns the sessions that somebody else holds by now, of which nothing was stored. */
  shelve(changes: readonly ShelfChange[]): Promise<string[]>
  /** All that is stored of a session; `null`: somebody else holds it by now. Changes up to `sequence` that are still on their way are passed over. */
  unshelve(sessionId: string, token: number, sequence: number): Promise<{ generation: number; name: string; value: Uint8Array }[] | null>
  /** Erases what an order covers and keeps what was found, the first time that is asked. `null`: somebody else holds the session. */
  clearShelf(orderId: string, token: Token, findings: Findings): Promise<{ done: boolean; findings?: Findings | undefined } | null>
  /** Gives sessions away; returns how many were this worker's. */
  release(leases: readonly { id: string; token: number }[]): Promise<number>
  /** Deletes the stale rows, which orders their clear; returns their ids. */
  purge(): Promise<string[]>
}

type Options = {
  url: string
  serviceRoleKey: string
  /** `id: null`: whoever only looks, and is shown what is wanted of all workers. */
  worker: { id: string | null; url: string; version: string; capacity: number; store?: WorkerStore }
  /** Names this process. */
  boot?: string
  /** How long a call may take, milliseconds. */
  timeoutMs: number
}

/** The database through supabase-js. This is the one file that imports it. */
export function createDatabase({ url, serviceRoleKey, worker, boot, timeoutMs }: Options): Database & MoveDatabase & WebhookDatabase {
  const client = createClient(url, serviceRoleKey, { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } })

  const call = async <T>(name: string, args: Record<string, unknown>, shape: { parse(value: unknown): T }): Promise<T> => {
    let data: unknown
    try {
      const answer = await client.rpc(name, args).abortSignal(AbortSignal.timeout(timeoutMs))
      if (answer.error) throw new Error(answer.error.message || `HTTP ${answer.status}`)
      data = answer.data
    } catch (error) {
      throw new DatabaseError(name, (error as Error).message, error)
    }
    try {
      return shape.parse(data)
    } catch (error) {
      throw new DatabaseError(name, NONSENSE, error)
    }
  }
  const nothing = z.unknown()

  const worker_id = worker.id
  const readChanges = (since: number): Promise<SnapshotChanges> =>
    call('worker_snapshot', { worker_id, since, boot_id: boot }, SnapshotChanges)

  return {
    snapshot: createSnapshots(readChanges, READS_TO_A_WHOLE[worker.store ?? 'disk']),
    look: (session_id) => call('worker_look', { session_id, worker_id, boot_id: boot }, Look),
    heartbeat({ sessionCount, first, draining }) {
      const { id: _id, ...rest } = worker
      return call('worker_heartbeat', { worker_id, ...rest, session_count: sessionCount, boot_id: boot, first, draining }, z.boolean())
    },
    async touch(session_ids) {
      await call('worker_touch', { session_ids }, nothing)
    },
    observe: ({ sessionId, generation, status, reason, boot: boot_id, sequence, token }) =>
      call(
        'worker_observe',
        { session_id: sessionId, generation, worker_id, status, status_reason: reason, boot_id, sequence, token },
        z.boolean(),
      ),
    linked: (session_id, generation, phone_number, token) =>
      call('worker_linked', { session_id, generation, worker_id, phone_number, token }, z.boolean()),
    unlinked: (session_id, generation, status_reason, token) =>
      call('worker_unlinked', { session_id, generation, status_reason, worker_id, token }, z.nullable(ClearOrder)),
    completeOrder: (order_id, receipt) => call('worker_complete_order', { order_id, receipt }, Receipt),
    async failOrder(order_id, error) {
      await call('worker_fail_order', { order_id, error: error.slice(0, 500) }, nothing)
    },
    async note(boot_id, events) {
      await call('worker_note', { boot_id, events }, nothing)
    },
    shelve: (changes) => call('worker_shelve', { worker_id, changes: changes.map(toWire) }, z.array(SessionId)),
    unshelve: (session_id, token, sequence) =>
      call('worker_unshelve', { session_id, worker_id, token, sequence }, z.nullable(z.array(ShelfRow))),
    clearShelf: (order_id, token, findings) =>
      call('worker_clear_shelf', { order_id, worker_id, token, findings }, z.nullable(ClearedShelf)),
    release: (leases) =>
      call('worker_release', { worker_id, leases: leases.map(({ id, token }) => ({ sessionId: id, token })) }, z.number()),
    toMove: () => call('worker_to_move', { worker_id }, ToMove),
    adopt: (session_id, generation, rows) => call('worker_adopt', { session_id, worker_id, generation, puts: asBase64(rows) }, Adoption),
    adopted: (but) => call('worker_adopted', { worker_id, but }, z.array(SessionId)),
    purge: () => call('purge_stale_sessions', {}, z.array(SessionId)),
    deliver: (outcomes, room) => call('worker_deliver', { outcomes, room }, z.array(Claim)),
    async tellTexts(boot_id, events) {
      await call('worker_message_events', { boot_id, events }, nothing)
    },
  }
}

const ShelfRow = z.object({
  generation: z.int(),
  name: z.string(),
  value: z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64')),
})
const ClearedShelf = z.object({ done: z.boolean(), findings: Findings.optional() })

function toWire({ rows, ...change }: ShelfChange): object {
  const entries = [...rows]
  const puts = entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return { ...change, puts: asBase64(puts), drops: entries.flatMap(([name, value]) => (value ? [] : [name])) }
}

function asBase64(rows: Iterable<readonly [string, Uint8Array]>): Record<string, string> {
  return Object.fromEntries(Array.from(rows, ([name, value]) => [name, Buffer.from(value).toString('base64')]))
}

/**
 * Every so many reads are of everything. A database that was put back counts from where it had been: the number of a session that is known may be that of
 * another one. Where workers share it they are all stopped for that; a worker with a folder of its own may run on, and reads no changes.
 */
export const READS_TO_A_WHOLE: Record<WorkerStore, number> = { disk: 1, database: 60 }

/**
 * Reads what changed since the last time, and the whole where that does not add up: the first time, when a session went to somebody
 * else, and when a change was made earlier and seen later. One of `readsToAWhole` reads is of everything, whatever adds up.
 */
export function createSnapshots(readChanges: (since: number) => Promise<SnapshotChanges>, readsToAWhole: number): () => Promise<Snapshot> {
  let known = new Map<string, SessionIntent>()
  let reads = 0
  const add = ({ sessions, session_count, change_sum }: SnapshotChanges, to: ReadonlyMap<string, SessionIntent>) => {
    const all = new Map(to)
    for (const session of sessions) all.set(session.id, session)
    const sum = [...all.values()].reduce((total, { change = 0 }) => total + change, 0)
    return all.size === session_count && sum === change_sum ? all : null
  }
  return async () => {
    if (reads % readsToAWhole === 0) known = new Map()
    reads += 1
    const since = [...known.values()].reduce((latest, { change = 0 }) => Math.max(latest, change), 0)
    let changes = await readChanges(since)
    let all = add(changes, known)
    if (!all) {
      changes = await readChanges(0)
      all = add(changes, new Map())
    }
    if (!all) throw new DatabaseError('worker_snapshot', NONSENSE)
    const snapshot = Snapshot.safeParse({ ...changes, sessions: [...all.values()] })
    if (!snapshot.success) throw new DatabaseError('worker_snapshot', NONSENSE, snapshot.error)
    known = all
    return snapshot.data
  }
}
