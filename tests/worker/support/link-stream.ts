import { createParser } from 'eventsource-parser'
import { decodeLinkEvent } from '#domain/link.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { TestWorker } from './world.ts'

/** Reads a link stream in the background. */
export async function watch(on: Pick<TestWorker, 'call'>, id: string) {
  const leave = new AbortController()
  const response = await on.call.raw('GET', `/api/sessions/${id}/link`, { sessionId: id }, leave.signal)
  const events: LinkEvent[] = []
  const parser = createParser({
    onEvent({ event, data }) {
      const decoded = decodeLinkEvent(event, data)
      if (decoded) events.push(decoded)
    },
  })
  const ended = (async () => {
    const text = new TextDecoder()
    for await (const chunk of response.body ?? []) parser.feed(text.decode(chunk as Uint8Array, { stream: true }))
  })().catch(() => {})
  return { response, events, ended, leave: () => leave.abort() }
}
