import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { createBatches } from '../timeline/batches.ts'
import { TOLD_AT_ONCE } from './port.ts'
import type { TextEvent, WebhookDatabase } from './port.ts'

/** How many events wait at most: an outage of the database must not fill the memory. */
const MAX_WAITING = 5000

/** How a text left the queue: taken by WhatsApp's server, refused by it, or given up without an answer. */
export type TextEnd = 'sent' | 'refused' | 'unanswered'

/** Tells the database what became of texts, for the webhooks. Beyond five thousand that wait, the oldest are lost, and the log says so. */
export type TextEvents = {
  ended(sessionId: string, messageId: string, end: TextEnd): void
  /** Sends what waits, once. Never throws. */
  close(): Promise<void>
}

export function createTextEvents({ database, clock, log }: { database: WebhookDatabase; clock: Clock; log: Log }): TextEvents {
  const batches = createBatches<Omit<TextEvent, 'agoMs' | 'sequence'>>({
    clock,
    log,
    what: 'events of texts',
    atOnce: TOLD_AT_ONCE,
    store: (boot, batch) =>
      database.tellTexts(
        boot,
        batch.map(({ at, ...event }) => ({ ...event, agoMs: Math.max(0, clock.now() - at) })),
      ),
  })
  return {
    ended(sessionId, messageId, end) {
      if (batches.waiting().length >= MAX_WAITING) {
        const lost = batches.drop(0)
        log.warn({ session: lost?.sessionId, message: lost?.messageId }, 'an event of a text is lost: the database is away for too long')
      }
      batches.add(
        end === 'sent' ? { sessionId, messageId, type: 'message.sent' } : { sessionId, messageId, type: 'message.failed', reason: end },
      )
    },
    close: () => batches.close(),
  }
}
