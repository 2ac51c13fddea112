import { SessionView } from '#domain/observation.ts'
import * as z from 'zod/mini'
import { ask, askWorker, type Client } from '../../lib/supabase.ts'

const Ids = z.array(z.object({ id: z.uuid() }))

/** Says that a session is to be offline but stay linked, then has the worker look. Throws a `Failure`. */
export async function stopSession(client: Client, sessionId: string): Promise<void> {
  await ask(client.rpc('stop_session', { session_id: sessionId }), z.unknown())
  await askWorker(client, `${sessionId}/stop`, {}, SessionView)
}

/** Says that a stopped session is to be online again, then has the worker look. Throws a `Failure`. */
export async function startSession(client: Client, sessionId: string): Promise<void> {
  await ask(client.rpc('start_session', { session_id: sessionId }), z.unknown())
  await askWorker(client, `${sessionId}/start`, {}, SessionView)
}

/** Gives a session a name; an empty one takes it away. Throws a `Failure`. */
export async function renameSession(client: Client, sessionId: string, name: string): Promise<void> {
  const display_name = name.trim() || null
  await ask(client.from('whatsapp_sessions').update({ display_name }).eq('id', sessionId).select('id'), Ids)
}
