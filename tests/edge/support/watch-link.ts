import { createParser } from 'eventsource-parser'
import { decodeLinkEvent, type LinkEvent } from '#domain/link.ts'

export type Watched = { response: Response; next(): Promise<LinkEvent | null>; leave(): void }

/** Attaches to a link as a page does; `next` is `null` at the end. `session`: an id or a phone number. */
export async function watchLink(url: string, session: string, token: string): Promise<Watched> {
  const left = new AbortController()
  const response = await fetch(`${url}/${session}/link`, { headers: { authorization: `Bearer ${token}` }, signal: left.signal })
  if (!response.body) throw new Error('an answer without a body')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const events: LinkEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const decoded = decodeLinkEvent(event, data)
      if (!decoded) throw new Error(`not an event of a link: ${event} ${data}`)
      events.push(decoded)
    },
  })
  return {
    response,
    leave: () => left.abort(),
    async next() {
      while (events.length === 0) {
        const { done, value } = await reader.read()
        if (done) return null
        parser.feed(value)
      }
      return events.shift() ?? null
    },
  }
}
