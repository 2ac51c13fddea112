import { createClient } from '@supabase/supabase-js'
import * as z from 'zod'
import { ClearOrder, Receipt } from '#domain/clearance.ts'
import type { WorkerKind } from '#domain/events.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { SessionId, type SessionState } from '#domain/session.ts'
import { Look, Snapshot } from '#domain/snapshot.ts'
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

/** An observation on its way: `boot` names this life of the worker, `sequence` counts in it. One that is sent again keeps both. */
export type NumberedObservation = Observation & { boot: string; sequence: number }

/** Why something happened to a session, for its timeline. `agoMs`: how long ago. Numbered as observations are. */
export type Note = { sequence: number; sessionId: string; kind: WorkerKind; detail: Record<string, unknown>; agoMs: number }

/** What the worker asks of the database. Every call throws `DatabaseError` unless a whole, valid answer came in time. */
export type Database = {
  snapshot(): Promise<Snapshot>
  look(sessionId: string): Promise<Look>
  heartbeat(sessionCount: number): Promise<void>
  touch(sessionIds: string[]): Promise<void>
  /** `false`: no row has that generation. What was stored before, or is older than what was, changes nothing and is `true`. */
  observe(observation: NumberedObservation): Promise<boolean>
  /** `false`: the row is gone or newer: unlink and clear. */
  linked(sessionId: string, generation: number, phoneNumber: string): Promise<boolean>
  /** `null`: no row has that generation. */
  unlinked(sessionId: string, generation: number, reason: string): Promise<ClearOrder | null>
  /** Returns the stored receipt, which is an earlier one where the order was completed before. */
  completeOrder(orderId: string, receipt: Receipt): Promise<Receipt>
  failOrder(orderId: string, error: string): Promise<void>
  /** Stores causes for the timelines, at most `NOTES_AT_ONCE`; what was stored before, by `boot` and sequence, changes nothing. */
  note(boot: string, notes: readonly Note[]): Promise<void>
  /** Deletes the stale rows, which orders their clear; returns their ids. */
  purge(): Promise<string[]>
}

type Options = {
  url: string
  serviceRoleKey: string
  worker: { id: string; url: string; version: string; capacity: number }
  /** How long a call may take, milliseconds. */
  timeoutMs: number
}

/** The database through supabase-js. This is the one file that imports it. */
export function createDatabase({ url, serviceRoleKey, worker, timeoutMs }: Options): Database & WebhookDatabase {
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
      throw new DatabaseError(name, 'the answer is not what it should be', error)
    }
  }
  const nothing = z.unknown()

  return {
    snapshot: () => call('worker_snapshot', {}, Snapshot),
    look: (session_id) => call('worker_look', { session_id }, Look),
    async heartbeat(session_count) {
      const { id, ...rest } = worker
      await call('worker_heartbeat', { worker_id: id, ...rest, session_count }, nothing)
    },
    async touch(session_ids) {
      await call('worker_touch', { session_ids }, nothing)
    },
    observe: ({ sessionId, generation, status, reason, boot, sequence }) =>
      call(
        'worker_observe',
        { session_id: sessionId, generation, worker_id: worker.id, status, status_reason: reason, boot_id: boot, sequence },
        z.boolean(),
      ),
    linked: (session_id, generation, phone_number) =>
      call('worker_linked', { session_id, generation, worker_id: worker.id, phone_number }, z.boolean()),
    unlinked: (session_id, generation, status_reason) =>
      call('worker_unlinked', { session_id, generation, status_reason }, z.nullable(ClearOrder)),
    completeOrder: (order_id, receipt) => call('worker_complete_order', { order_id, receipt }, Receipt),
    async failOrder(order_id, error) {
      await call('worker_fail_order', { order_id, error: error.slice(0, 500) }, nothing)
    },
    async note(boot_id, events) {
      await call('worker_note', { boot_id, events }, nothing)
    },
    purge: () => call('purge_stale_sessions', {}, z.array(SessionId)),
    deliver: (outcomes, room) => call('worker_deliver', { outcomes, room }, z.array(Claim)),
    async tellTexts(boot_id, events) {
      await call('worker_message_events', { boot_id, events }, nothing)
    },
  }
}
