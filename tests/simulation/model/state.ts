import type { ClearOrder, ClearReason, Receipt } from '#domain/clearance.ts'
import type { ErrorCode } from '#domain/errors.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { DESIRED_STATES, SessionState } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import type { Findings } from '../../../worker/store/tombstones.ts'

/** The one organisation, and whoever clicks in it. */
export const ORGANIZATION = '00000000-0000-4000-8000-00000000000a'
export const ADMIN = '00000000-0000-4000-8000-0000000000ad'
export const WORKER = 'worker-1'

/** A row of `whatsapp_sessions`. Times are milliseconds. What the model leaves out (`updated_at`, the name) decides nothing. */
export type SessionRow = {
  id: string
  desired: (typeof DESIRED_STATES)[number]
  generation: number
  link_requested_at: number | null
  status: SessionState
  status_reason: StatusReason | null
  phone_number: string | null
  worker_id: string | null
  linked_at: number | null
  connected_at: number | null
  last_active_at: number | null
  observed_boot: string | null
  observed_sequence: number | null
  created_at: number
  /** Grows with each change of the row. */
  change: number
}

/** A row of `whatsapp_clearances`. Times are milliseconds. */
export type OrderRow = {
  id: string
  session_id: string
  phone_number: string | null
  worker_id: string | null
  max_generation: number
  reason: ClearReason
  /** `null`: the worker. */
  requested_by: string | null
  requested_at: number
  attempts: number
  last_error: string | null
  completed_at: number | null
  receipt: Receipt | null
}

/** A row of `whatsapp_workers`. Times are milliseconds. `held`: as far as it was counted. */
export type WorkerRow = {
  id: string
  heartbeat_at: number
  away_since: number | null
  returned_at: number | null
  boot: string | null
  draining: boolean
  held: number
}

/** A row of `private.leases`, with what lies on the shelf of its session by generation and name. */
export type Lease = {
  workerId: string | null
  token: number
  /** Whether some worker has kept it in the database. */
  isKept: boolean
  clearedGeneration: number
  shelved: number
}

export type State = {
  sessions: Map<string, SessionRow>
  orders: Map<string, OrderRow>
  workers: Map<string, WorkerRow>
  leases: Map<string, Lease>
  /** The sequence `private.changes`. */
  changes: number
  /** `private.shelf`: by session, then by `generation/name`. */
  shelf: Map<string, Map<string, Uint8Array>>
  /** `private.clear_findings`, by order. */
  findings: Map<string, Findings>
}

export function emptyState(): State {
  return {
    sessions: new Map(),
    orders: new Map(),
    workers: new Map(),
    leases: new Map(),
    changes: 0,
    shelf: new Map(),
    findings: new Map(),
  }
}

/** What the database refuses: a code of `domain/errors.ts`, or Postgres' own for a violated check. */
export class Refused extends Error {
  readonly code: ErrorCode | '23514'
  constructor(code: ErrorCode | '23514') {
    super(code)
    this.code = code
  }
}

/** A copy that shares nothing with `state` that can change. Receipts never do once they are stored. */
export function copyOf({ sessions, orders, workers, leases, changes, shelf, findings }: State): State {
  return {
    sessions: copiesOf(sessions),
    orders: copiesOf(orders),
    workers: copiesOf(workers),
    leases: copiesOf(leases),
    changes,
    shelf: new Map(Array.from(shelf, ([id, rows]) => [id, new Map(rows)])),
    findings: new Map(findings),
  }
}

function copiesOf<T extends object>(rows: ReadonlyMap<string, T>): Map<string, T> {
  return new Map(Array.from(rows, ([id, row]) => [id, { ...row }]))
}

/** `linked_states_have_been_linked`: what was never linked is not called online or stopped. */
export function check(row: SessionRow): void {
  if (row.linked_at === null && row.status !== 'connecting' && row.status !== 'disconnected') throw new Refused('23514')
}

/** Milliseconds as the database's timestamps are after parsing. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms)
}

/** `private.session_json`, but for what is of the lease. */
export function intentOf(row: SessionRow): SessionIntent {
  const { id, desired, generation, status, status_reason, phone_number } = row
  const [linked_at, link_requested_at] = [isoOrNull(row.linked_at), isoOrNull(row.link_requested_at)]
  return {
    id,
    organization_id: ORGANIZATION,
    desired,
    generation,
    status,
    status_reason,
    phone_number,
    linked_at,
    link_requested_at,
  }
}

/** `private.order_json` */
export function clearOrderOf(order: OrderRow): ClearOrder {
  const { id, session_id, max_generation, reason, phone_number, attempts } = order
  return {
    id,
    organization_id: ORGANIZATION,
    session_id,
    max_generation,
    reason,
    phone_number,
    requested_at: iso(order.requested_at),
    attempts,
  }
}
