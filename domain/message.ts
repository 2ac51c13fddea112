import * as z from 'zod/mini'
import { E164, PhoneNumber } from './phone-number.ts'

/** The longest text, in UTF-16 units: what WhatsApp's own clients take. */
export const MAX_TEXT_LENGTH = 4096
/** Texts that wait for one session. */
export const MAX_QUEUED = 1000

const Text = z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH))

/** A text that somebody wants sent. */
export const NewText = z.object({ to: PhoneNumber, text: Text })
export type NewText = z.infer<typeof NewText>

/**
 * What can be said of a text that is not sent yet. `refused`: WhatsApp will not take it. `unanswered`: it was tried often enough and may
 * have arrived. Both stay in the queue to be seen, and are not tried again.
 */
export const TEXT_STATES = ['waiting', 'refused', 'unanswered'] as const

/** WhatsApp's message id. */
export const MessageId = z.string().check(z.regex(/^[0-9A-F]{16,32}$/))

/** A text in a session's queue. Its id is WhatsApp's message id, the same at every try, so that a double is dropped there. */
export const QueuedText = z.object({
  id: MessageId,
  to: E164,
  text: Text,
  queuedAt: z.string(),
  state: z.enum(TEXT_STATES),
  attempts: z.int(),
})
export type QueuedText = z.infer<typeof QueuedText>

export const Outbox = z.object({ messages: z.array(QueuedText) })
/** How many texts were taken out of the queue. */
export const RemovedTexts = z.object({ removed: z.int() })

/** How far a text came. `sent`: WhatsApp's server has it. `delivered`: the recipient's phone has it. `read`: it was opened there. */
export const SENT_STATES = ['sent', 'delivered', 'read'] as const
export type SentState = (typeof SENT_STATES)[number]

/** A text that left the queue because WhatsApp took it; the text itself is not kept. Times are ISO 8601; `at`: since when the state is so. */
export const SentText = z.object({
  id: MessageId,
  to: E164,
  queuedAt: z.string(),
  sentAt: z.string(),
  state: z.enum(SENT_STATES),
  at: z.string(),
})
export type SentText = z.infer<typeof SentText>

/** Sent texts of one session that are remembered at most. */
export const MAX_SENT = 100

/** The last texts of this run of the session, the newest first. In memory only: a stop, a clear or a restart of the worker forgets them. */
export const SentTexts = z.object({ messages: z.array(SentText).check(z.maxLength(MAX_SENT)) })
