import type { FastifyReply } from 'fastify'
import { encodeLinkEvent } from '#domain/link.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { SessionView } from '#domain/observation.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { LinkBoard } from '../session/link-board.ts'

/** How often a comment shows proxies that a quiet stream lives, milliseconds. */
const COMMENT_MS = 15_000

/** The link streams that are open: server-sent events, one watcher each. */
export type LinkStreams = {
  /** Streams what `board` shows until the link is connected or has ended, or the client leaves. */
  open(reply: FastifyReply, board: LinkBoard, view: SessionView): FastifyReply
  /** Tells all clients to attach anew, and ends their streams. */
  close(): void
}

export function createLinkStreams(clock: Clock): LinkStreams {
  const streams = new Set<(event: LinkEvent) => void>()
  return {
    open(reply, board, view) {
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      let over = false
      let stopWatching = (): void => {}
      let stopComments: Cancel = () => {}
      const end = (): void => {
        if (over) return
        over = true
        stopWatching()
        stopComments()
        streams.delete(push)
        raw.end()
      }
      const push = (event: LinkEvent): void => {
        if (over) return
        raw.write(encodeLinkEvent(event))
        if (isLast(event)) end()
      }
      const comment = (): void => {
        stopComments = clock.after(COMMENT_MS, () => {
          raw.write(': \n\n')
          comment()
        })
      }
      raw.on('close', end)
      raw.on('error', end)
      streams.add(push)
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
      for (const push of streams) push({ type: 'retry' })
    },
  }
}

function isLast(event: LinkEvent): boolean {
  return event.type === 'retry' || (event.type === 'status' && (event.step === 'connected' || event.step === 'ended'))
}

function stateOf({ status, reason, phoneNumber }: SessionView): LinkEvent {
  return { type: 'status', step: status === 'connected' ? 'connected' : 'ended', status, reason, phoneNumber }
}
