import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'

/** An event larger than this is no event of ours, characters. */
const MAX_EVENT_LENGTH = 64 * 1024

/**
 * Passes the worker's events on, whole ones only, so that what this function adds never lands inside another event. It pulls: a slow
 * reader slows the worker's stream down. After `limitMs` it says `retry` and ends; when the worker breaks off it says `worker_offline`.
 * `abort` ends the call to the worker; it is called when the reader leaves and when the time is over.
 */
export function relayLink(upstream: ReadableStream<Uint8Array>, limitMs: number, abort: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const reader = upstream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  let timeIsOver = false
  const timer = setTimeout(() => {
    timeIsOver = true
    abort()
  }, limitMs)

  /** The whole events that the next chunk completed, or `null` at the end of the worker's stream. */
  async function nextEvents(): Promise<string | null> {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return null
      rest += value
      const end = rest.lastIndexOf('\n\n') + 2
      if (end > 1) {
        const whole = rest.slice(0, end)
        rest = rest.slice(end)
        return whole
      }
      if (rest.length > MAX_EVENT_LENGTH) throw new Error('the worker sent an event without end')
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const finish = (last?: LinkEvent) => {
          clearTimeout(timer)
          if (last) controller.enqueue(encoder.encode(encodeLinkEvent(last)))
          controller.close()
        }
        try {
          const events = await nextEvents()
          if (events === null) return finish()
          controller.enqueue(encoder.encode(events))
        } catch {
          abort()
          finish(timeIsOver ? { type: 'retry' } : { type: 'error', code: 'worker_offline', message: 'The worker broke off.' })
        }
      },
      cancel() {
        clearTimeout(timer)
        abort()
      },
    },
    { highWaterMark: 0 },
  )
}
