import * as z from 'zod'
import { workerPath } from '#domain/routes.ts'
import { linkEvents } from '../stack/link.ts'
import type { Stack } from '../stack/stack.ts'

const Row = z.object({ id: z.uuid() })
const Cancelled = z.object({ order_id: z.uuid() })

/** From the request for a link at the worker to the first QR on its stream, milliseconds. The link is given up and cleared after that. */
export async function firstQrMs(stack: Stack): Promise<number> {
  const { id } = Row.parse(await stack.rpc('create_session', { organization_id: stack.organizationId, display_name: 'First QR' }))
  const asked = performance.now()
  const answer = await stack.call.raw('GET', workerPath(id, 'link'), { sessionId: id })
  if (!answer.ok || !answer.body) throw new Error(`the link of ${id} cannot be watched: ${answer.status} ${await answer.text()}`)
  let ms: number | null = null
  for await (const event of linkEvents(answer.body)) {
    if (event.type === 'error' || (event.type === 'status' && event.step === 'ended')) throw new Error(`no QR: ${JSON.stringify(event)}`)
    if (event.type !== 'qr') continue
    ms = performance.now() - asked
    break
  }
  if (ms === null) throw new Error(`the stream of ${id} ended before it had a QR`)
  const { order_id: orderId } = Cancelled.parse(await stack.rpc('cancel_link', { session_id: id }))
  const { status, body } = await stack.call('POST', workerPath(id, 'clear'), { sessionId: id, body: JSON.stringify({ orderId }) })
  if (status !== 200) throw new Error(`the clear of ${id} was refused: ${status} ${JSON.stringify(body)}`)
  return ms
}
