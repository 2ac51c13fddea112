import * as z from 'zod'

/** A delivery that is this worker's for a minute. `attempts`: with the one that begins now. `secrets`: all that sign, the newest first. */
export const Claim = z.object({
  id: z.uuid(),
  endpointId: z.uuid(),
  claim: z.uuid(),
  attempts: z.int().min(1),
  url: z.string(),
  secrets: z.array(z.string()).min(1),
  payload: z.record(z.string(), z.unknown()),
})
export type Claim = z.infer<typeof Claim>

/**
 * How a try ended. `retry`: again in `retryInMs`. `dead`: it was the last one. `gone`: the receiver wants no more. `returned`: this worker
 * stops; the try does not count.
 */
export type TryEnd = {
  id: string
  claim: string
  outcome: 'delivered' | 'retry' | 'dead' | 'gone' | 'returned'
  status: number | null
  error: string | null
  retryInMs: number | null
}

/** What became of a text; numbered as notes are. `agoMs`: how long ago. */
export type TextEvent = {
  sequence: number
  sessionId: string
  type: 'message.sent' | 'message.failed'
  messageId: string
  reason?: 'refused' | 'unanswered'
  agoMs: number
}

/** At most so many ends of tries, and so many events of texts, in one call. */
export const TOLD_AT_ONCE = 200

/** What delivering asks of the database. Every call throws `DatabaseError` unless a whole, valid answer came in time. */
export type WebhookDatabase = {
  /** Stores how tries ended and takes up to `room` deliveries that are due. What was stored before changes nothing. */
  deliver(ends: readonly TryEnd[], room: number): Promise<Claim[]>
  /** Queues events of texts; what was queued before, by `boot` and sequence, changes nothing. */
  tellTexts(boot: string, events: readonly TextEvent[]): Promise<void>
}
