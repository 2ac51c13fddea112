import { encodeLinkEvent } from '#domain/link.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { SessionView } from '#domain/observation.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { LinkBoard } from '../session/link-board.ts'
import type { FastifyReply } from 'fastify'
import { ANSWER_HEADERS } from './answer-headers.ts'
import { tooMuch } from './command-limit.ts'
import type { Call } from './server.ts'

/** How often a comment shows proxies that a quiet stream lives, milliseconds. */
const COMMENT_MS = 15_000
/** What may wait for a reader who does not read, bytes; a QR is 300. A reader who is further behind than that is dropped. */
const MAX_WAITING_BYTES = 64 * 1024
/** When somebody whose stream found no seat may ask again, milliseconds. */
const SEAT_MS = 10_000

/** How many streams may be open at once. */
export type Seats = { perSession: number; perOrganization: number }

/** The link streams that are open: server-sent events, one watcher each. */
export type LinkStreams = {
  /**
   * Streams what `board` shows until the link is connected or has ended, or the client leaves. Throws a refusal where session or
   * organisation have all their streams already.
   */
  open(call: Pick<Call, 'reply' | 'claims'>, board: LinkBoard, view: SessionView): FastifyReply
  /** Tells all clients to attach anew, and ends their streams. */
  close(): void
}

type Stream = { sessionId: string; organizationId: string; push(event: LinkEvent): void }

export function createLinkStreams(clock: Clock, seats: Seats): LinkStreams {
  const streams = new Set<Stream>()
  const countOf = (mine: (stream: Stream) => boolean): number => [...streams].filter(mine).length

  return {
    open({ reply, claims }, board, view) {
      const { sessionId } = view
      const organizationId = claims.organization_id
      const isFull =
        countOf((stream) => stream.sessionId === sessionId) >= seats.perSession ||
        countOf((stream) => stream.organizationId === organizationId) >= seats.perOrganization
      if (isFull) throw tooMuch('Too many follow this link already.', SEAT_MS)

      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, { ...ANSWER_HEADERS, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      let over = false
      let stopWatching = (): void => {}
      let stopComments: Cancel = () => {}
      const leave = (): void => {
        over = true
        stopWatching()
        stopComments()
        streams.delete(stream)
      }
      const write = (text: string): void => {
        raw.write(text)
        if (raw.writableLength > MAX_WAITING_BYTES) raw.destroy()
      }
      const push = (event: LinkEvent): void => {
        if (over) return
        write(encodeLinkEvent(event))
        if (!isLast(event)) return
        leave()
        raw.end()
      }
      const comment = (): void => {
        stopComments = clock.after(COMMENT_MS, () => {
          write(': \n\n')
          if (!over) comment()
        })
      }
      const stream: Stream = { sessionId, organizationId, push }
      raw.on('close', leave)
      raw.on('error', leave)
      streams.add(stream)
      // Where nothing is under way there is nothing to watch: the state is said, and that is the end.
      if (view.link === null && view.status !== 'reconnecting') push(stateOf(view))
      else {
        comment()
        const stop = board.watch(push)
        if (over) stop()
        else stopWatching = stop
      }
      return reply
    },
    close() {
      for (const stream of streams) stream.push({ type: 'retry' })
    },
  }
}

function isLast(event: LinkEvent): boolean {
  return event.type === 'retry' || (event.type === 'status' && (event.step === 'connected' || event.step === 'ended'))
}

function stateOf({ status, reason, phoneNumber }: SessionView): LinkEvent {
  return { type: 'status', step: status === 'connected' ? 'connected' : 'ended', status, reason, phoneNumber }
}
