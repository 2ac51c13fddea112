import { IS_LINKED, SESSION_STATES } from '#domain/session.ts'
import * as z from 'zod/mini'
import { asFailure, Failure, functionFailure } from '../../lib/failure.ts'
import { ask, type Client } from '../../lib/supabase.ts'

const Row = z.object({ id: z.uuid(), display_name: z.nullable(z.string()) })
export type Row = z.infer<typeof Row>

/** Stores the wish for a new device; answers with its row. Throws a `Failure`. */
export function createSession(client: Client, organizationId: string): Promise<Row> {
  return ask(client.rpc('create_session', { organization_id: organizationId }), Row)
}

/** Asks for a new link of a session that is not linked. Throws a `Failure`. */
export function requestLink(client: Client, sessionId: string): Promise<Row> {
  return ask(client.rpc('start_session', { session_id: sessionId }), Row)
}

/**
 * As `requestLink`, for a session of which the page has seen nothing: an address alone must not start one that was stopped.
 * Throws a `Failure`.
 */
export async function requestLinkByAddress(client: Client, sessionId: string): Promise<Row> {
  const session = await readSession(client, sessionId)
  if (!session) throw new Failure('not_found', 'no such session')
  if (IS_LINKED[session.status]) throw new Failure('already_connected', session.status)
  return requestLink(client, sessionId)
}

/** As `requestLink`, or a new device where the session is gone by now. Throws a `Failure`. */
export async function requestLinkAnyhow(client: Client, organizationId: string, sessionId: string): Promise<Row> {
  try {
    return await requestLink(client, sessionId)
  } catch (error) {
    if (asFailure(error).code !== 'not_found') throw error
    return createSession(client, organizationId)
  }
}

const Sessions = z.array(
  z.object({ ...Row.shape, status: z.enum(SESSION_STATES), status_reason: z.nullable(z.string()), phone_number: z.nullable(z.string()) }),
)
export type SessionNow = z.infer<typeof Sessions>[number]

/** A session as it is now; nothing where it is gone. Throws a `Failure`. */
export async function readSession(client: Client, sessionId: string): Promise<SessionNow | undefined> {
  const columns = 'id, display_name, status, status_reason, phone_number'
  const [row] = await ask(client.from('whatsapp_sessions').select(columns).eq('id', sessionId), Sessions)
  return row
}

/** Opens the stream of what happens to a link. Throws a `Failure`. */
export async function openLinkStream(client: Client, sessionId: string, signal: AbortSignal): Promise<Response> {
  const response = await client.callFunction(`${sessionId}/link`, { signal })
  if (!response.ok) throw await functionFailure(response)
  return response
}

/** What `cancel_link` did. */
const CancelAnswer = z.object({
  outcome: z.enum(['deleted', 'disconnected', 'already_connected', 'gone']),
  order_id: z.nullable(z.uuid()),
})
export type CancelAnswer = z.infer<typeof CancelAnswer>

/** Takes back the wish to link; what is linked by now stays. Throws a `Failure`. */
export function cancelLink(client: Client, sessionId: string): Promise<CancelAnswer> {
  return ask(client.rpc('cancel_link', { session_id: sessionId }), CancelAnswer)
}
