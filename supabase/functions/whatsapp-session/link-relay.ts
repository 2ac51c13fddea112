import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import type { RightWatch } from './link-rights.ts'

/** An event larger than this is no event of ours, characters. */
const MAX_EVENT_LENGTH = 64 * 1024

type Options = { limitMs: number; right: RightWatch }

/**
 * Passes the worker's events on, whole ones only, so that what this function adds never lands inside another event. It pulls: a slow
 * reader slows the worker's stream down. After `limitMs` it says `retry` and ends; when the worker breaks off it says `worker_offline`,
 * and when the caller's right is lost what became of it. When the reader leaves, and when the stream is ended here, the worker is left.
 */
export function relayLink(upstream: ReadableStream<Uint8Array>, { limitMs, right }: Options): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const reader = upstream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  let ending: LinkEvent | null = null
  /** Cancels, and does not abort the fetch: Deno forgets its signal when garbage is collected, and the stream would go on. */
  const leave = (): void => void reader.cancel().catch(() => {})
  const end = (last: LinkEvent): void => {
    ending ??= last
    leave()
  }
  const timer = setTimeout(() => end({ type: 'retry' }), limitMs)
  right.start(end)
  const stopTimers = (): void => {
    clearTimeout(timer)
    right.stop()
  }

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
          stopTimers()
          if (last) controller.enqueue(encoder.encode(encodeLinkEvent(last)))
          controller.close()
        }
        try {
          const events = await nextEvents()
          // Nothing that came in the meantime is shown to somebody who may not see it.
          if (ending) return finish(ending)
          if (events === null) return finish()
          controller.enqueue(encoder.encode(events))
        } catch {
          leave()
          finish(ending ?? { type: 'error', code: 'worker_offline', message: 'The worker broke off.' })
        }
      },
      cancel() {
        stopTimers()
        leave()
      },
    },
    { highWaterMark: 0 },
  )
}
