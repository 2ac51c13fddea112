import type { ClearReason, Receipt, RemoteUnlink } from '#domain/clearance.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { EffectiveState, SessionState } from '#domain/session.ts'

/** A row of `whatsapp_sessions` with what the view adds. */
export type FakeSession = {
  id: string
  organization_id: string
  display_name: string | null
  phone_number: string | null
  status: SessionState
  effective_status: EffectiveState
  clearing: boolean
  status_reason: StatusReason | null
  linked_at: string | null
  last_active_at: string | null
  connected_at: string | null
  generation: number
  created_at: string
  updated_at: string
}

export type FakeOrder = {
  id: string
  organization_id: string
  session_id: string
  label: string | null
  phone_number: string | null
  reason: ClearReason
  requested_at: string
  attempts: number
  last_error: string | null
  requested_by: string | null
  requested_by_email: string | null
  completed_at: string | null
  receipt: Receipt | null
}

export const ACME = '0b5c1d7e-0000-4000-8000-0000000000a1'
export const GLOBEX = '0b5c1d7e-0000-4000-8000-0000000000b2'
/** As Postgres prints it, not as PostgREST does: the page must take both. */
export const LONG_AGO = '2026-11-22 03:13:47.142+00'

export function fakeSession(facts: Partial<FakeSession> = {}): FakeSession {
  const status = facts.status ?? 'connecting'
  return {
    id: crypto.randomUUID(),
    organization_id: ACME,
    display_name: null,
    phone_number: null,
    status,
    effective_status: status,
    clearing: false,
    status_reason: null,
    linked_at: null,
    last_active_at: null,
    connected_at: null,
    generation: 1,
    created_at: LONG_AGO,
    updated_at: LONG_AGO,
    ...facts,
  }
}

/** A session that was linked, in one of the states in which it still is. */
export function linkedSession(phone_number: string, facts: Partial<FakeSession> = {}): FakeSession {
  return fakeSession({ status: 'connected', linked_at: LONG_AGO, phone_number, ...facts })
}

export function fakeReceipt(order: FakeOrder, remoteUnlink: RemoteUnlink): Receipt {
  return {
    orderId: order.id,
    sessionId: order.session_id,
    generations: [1],
    reason: order.reason,
    startedAt: new Date().toISOString(),
    finishedAt: new Date().toISOString(),
    remoteUnlink,
    removed: {
      credentials: { files: 12, bytes: 41_984 },
      backups: { files: 3, bytes: 9000 },
      outbox: { messages: 4 },
      names: 242,
      quarantine: { files: 0, bytes: 0 },
      memory: { socket: true, timers: 2 },
    },
    verifiedAbsent: true,
    resumedAfterCrash: false,
    digest: 'a'.repeat(64),
  }
}
