import { createParser } from 'eventsource-parser'
import * as z from 'zod'
import { decodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import { workerPath } from '#domain/routes.ts'
import { SessionId } from '#domain/session.ts'
import type { Stack } from './stack.ts'

const Row = z.object({ id: SessionId, generation: z.int() })
const Scanned = z.object({ jid: z.string() })

/** A session that is live: linked, logged in, connected. */
export type Live = { id: string; generation: number; jid: string }

/** Links as people do: the page stores the wish and watches the link, the phone scans what it shows. */
export async function linkNew(stack: Stack, name: string): Promise<Live> {
  return await watchLink(stack, await stack.rpc('create_session', { organization_id: stack.organizationId, display_name: name }))
}

/** Links a session that was cleared with a phone again: its next generation. */
export async function linkAgain(stack: Stack, id: string): Promise<Live> {
  return await watchLink(stack, await stack.rpc('start_session', { session_id: id }))
}

async function watchLink(stack: Stack, stored: unknown): Promise<Live> {
  const { id, generation } = Row.parse(stored)
  const answer = await stack.call.raw('GET', workerPath(id, 'link'), { sessionId: id })
  if (!answer.ok || !answer.body) throw new Error(`the link of ${id} cannot be watched: ${answer.status} ${await answer.text()}`)
  let scan: Promise<string> | null = null
  for await (const event of linkEvents(answer.body)) {
    if (event.type === 'qr') scan ??= stack.phone('POST', 'scan', { qr: event.qr }).then((said) => Scanned.parse(said).jid)
    if (event.type === 'status' && event.step === 'connected' && scan) return { id, generation, jid: await scan }
    if (event.type === 'error' || (event.type === 'status' && event.step === 'ended')) throw new Error(`no link: ${JSON.stringify(event)}`)
  }
  throw new Error(`the stream of ${id} ended before it was connected`)
}

async function* linkEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<LinkEvent> {
  const read: LinkEvent[] = []
  const parser = createParser({
    onEvent({ event, data }) {
      const decoded = decodeLinkEvent(event, data)
      if (decoded) read.push(decoded)
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* read.splice(0)
  }
}
