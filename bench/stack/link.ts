import { createParser } from 'eventsource-parser'
import * as z from 'zod'
import { decodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import { workerPath } from '#domain/routes.ts'
import { SessionId } from '#domain/session.ts'
import type { Stack } from './stack.ts'

const Row = z.object({ id: SessionId, generation: z.int() })
const Scanned = z.object({ jid: z.string() })

/** A session that is live: linked with `phone`, logged in, connected. */
export type Live = { id: string; generation: number; phone: string; jid: string }

/** Links a new session as people do: the page stores the wish and watches the link, a phone of its own scans what it shows. */
export async function linkNew(stack: Stack, number: number): Promise<Live> {
  const phone = String(51_900_000_000 + number)
  await stack.phone('POST', 'accounts', { phone, name: `Phone ${number}` })
  const created = await stack.rpc('create_session', { organization_id: stack.organizationId, display_name: `Session ${number}` })
  return await watchLink(stack, created, phone)
}

/** Links a session that was cleared with its phone again: the next generation. */
export async function linkAgain(stack: Stack, { id, phone }: Live): Promise<Live> {
  return await watchLink(stack, await stack.rpc('start_session', { session_id: id }), phone)
}

async function watchLink(stack: Stack, stored: unknown, phone: string): Promise<Live> {
  const { id, generation } = Row.parse(stored)
  const answer = await stack.call.raw('GET', workerPath(id, 'link'), { sessionId: id })
  if (!answer.ok || !answer.body) throw new Error(`the link of ${id} cannot be watched: ${answer.status} ${await answer.text()}`)
  let scan: Promise<string> | null = null
  for await (const event of linkEvents(answer.body)) {
    if (event.type === 'qr') scan ??= stack.phone('POST', 'scan', { qr: event.qr, phone }).then((said) => Scanned.parse(said).jid)
    if (event.type === 'status' && event.step === 'connected' && scan) return { id, generation, phone, jid: await scan }
    if (event.type === 'error' || (event.type === 'status' && event.step === 'ended')) throw new Error(`no link: ${JSON.stringify(event)}`)
  }
  throw new Error(`the stream of ${id} ended before it was connected`)
}

/** What a link stream says, until it ends; whoever stops listening closes it. */
export async function* linkEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<LinkEvent> {
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
