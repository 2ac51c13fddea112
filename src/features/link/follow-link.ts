import { decodeLinkEvent, LINK_STREAM_SECONDS, type LinkEvent } from '#domain/link.ts'
import { createParser } from 'eventsource-parser'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { isFinal, type LinkView, viewAfter, viewAfterError } from './link-view.ts'

/** The waits between two tries to attach, milliseconds; the last one repeats. */
export const REATTACH_WAITS = [250, 500, 1000, 2000, 4000] as const
/** A stream that lasts longer than the function lets it has died without a word, milliseconds. */
const STREAM_LIMIT = (LINK_STREAM_SECONDS + 15) * 1000

type Follow = {
  /** Opens the stream; throws a `Failure`. */
  open: (signal: AbortSignal) => Promise<Response>
  onView: (view: LinkView) => void
  /** Aborting it ends everything, silently. */
  signal: AbortSignal
  /** Resolves after so many milliseconds, or sooner when there is reason to hope or the signal aborts. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Tells when an open stream may be dead without a word; answers with how to stop. */
  onReturn?: (listener: () => void) => () => void
  /** Milliseconds until a function that has not begun to answer counts as one that never will. */
  openLimit?: number
}

const OPEN_LIMIT = 8000

/**
 * Follows a link until it is connected, has ended, or `signal` aborts. A stream that breaks, or that asks for it with
 * `retry`, is attached again: the worker replays where the link is. Resolves when there is nothing more to follow; never throws.
 */
export async function followLink({ open, onView, signal, wait, onReturn = () => () => {}, openLimit = OPEN_LIMIT }: Follow): Promise<void> {
  let failures = 0
  const show = (view: LinkView | null): boolean => {
    if (!view || signal.aborted) return false
    onView(view)
    return isFinal(view)
  }
  while (!signal.aborted) {
    const end = await attach({ open, onReturn, openLimit }, signal, (event) => {
      failures = 0
      return show(viewAfter(event))
    })
    if (signal.aborted || end.kind === 'final') return
    if (end.kind === 'refused' && show(viewAfterError(end.code))) return
    // A break alone is not shown: the next try tells whether anybody is there.
    await wait(REATTACH_WAITS[Math.min(failures, REATTACH_WAITS.length - 1)] ?? 4000, signal)
    if (end.kind !== 'retry') failures += 1
  }
}

type StreamEnd = { kind: 'final' } | { kind: 'retry' } | { kind: 'broken' } | { kind: 'refused'; code: FailureCode }

/** Reads one stream to its end. `onEvent` answers whether it was the last event. */
async function attach(
  { open, onReturn, openLimit }: Required<Pick<Follow, 'open' | 'onReturn' | 'openLimit'>>,
  outer: AbortSignal,
  onEvent: (event: LinkEvent) => boolean,
): Promise<StreamEnd> {
  const opening = new AbortController()
  const signal = AbortSignal.any([outer, opening.signal, AbortSignal.timeout(STREAM_LIMIT)])
  const tooLong = setTimeout(() => opening.abort(), openLimit)
  let response: Response
  try {
    response = await open(signal)
  } catch (error) {
    return { kind: 'refused', code: opening.signal.aborted ? 'timeout' : asFailure(error).code }
  } finally {
    clearTimeout(tooLong)
  }
  if (!response.body) return { kind: 'broken' }

  let end: StreamEnd | null = null
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const decoded = end ? null : decodeLinkEvent(event, data)
      if (decoded?.type === 'retry') end = { kind: 'retry' }
      else if (decoded && onEvent(decoded)) end = { kind: 'final' }
    },
  })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop)
  const unlisten = onReturn(() => {
    end ??= { kind: 'retry' }
    stop()
  })
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      parser.feed(value)
      if (end || signal.aborted) break
    }
  } catch {
    // A torn connection; the caller attaches again.
  } finally {
    signal.removeEventListener('abort', stop)
    unlisten()
    stop()
  }
  return end ?? { kind: 'broken' }
}
