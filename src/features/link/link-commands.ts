import * as z from 'zod/mini'
import { asFailure, functionFailure } from '../../lib/failure.ts'
import { ask, type Client } from '../../lib/supabase.ts'

const Row = z.object({ id: z.uuid(), display_name: z.nullable(z.string()) })
type Row = z.infer<typeof Row>

/** Stores the wish for a new device; answers with its row. Throws a `Failure`. */
export function createSession(client: Client, organizationId: string): Promise<Row> {
  return ask(client.rpc('create_session', { organization_id: organizationId }), Row)
}

/** Asks for a new link of a session that is not linked. Throws a `Failure`. */
export function requestLink(client: Client, sessionId: string): Promise<Row> {
  return ask(client.rpc('start_session', { session_id: sessionId }), Row)
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
