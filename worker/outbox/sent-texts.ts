import { MAX_SENT, SENT_STATES } from '#domain/message.ts'
import type { QueuedText, SentState, SentText } from '#domain/message.ts'

/**
 * What became of the texts that one run of a session sent. It lives as long as that run does, in memory only, and holds no text. A receipt
 * may overtake the acknowledgement, or come for a text whose acknowledgement was lost: what is heard of the text that is being tried is
 * kept until WhatsApp has taken it.
 */
export type SentTexts = {
  /** A text is tried, for the first time or again. */
  trying(text: QueuedText): void
  /** WhatsApp took it. */
  sent(text: QueuedText, at: string): void
  /** The recipient has it, or read it. What is heard of others' texts, or of what is known already, changes nothing. */
  heard(id: string, state: SentState, at: string): void
  /** The newest first. */
  list(): SentText[]
}

export function createSentTexts(): SentTexts {
  const texts = new Map<string, SentText>()
  let underWay: { id: string; heard: { state: SentState; at: string } | null } | null = null

  return {
    trying({ id }) {
      if (underWay?.id !== id) underWay = { id, heard: null }
    },
    sent({ id, to, queuedAt }, at) {
      const heard = underWay?.id === id ? underWay.heard : null
      texts.set(id, { id, to, queuedAt, sentAt: at, ...(heard ?? { state: 'sent', at }) })
      underWay = null
      const [oldest] = texts.keys()
      if (texts.size > MAX_SENT && oldest !== undefined) texts.delete(oldest)
    },
    heard(id, state, at) {
      const known = texts.get(id)
      if (known && isFurther(state, known.state)) texts.set(id, { ...known, state, at })
      if (underWay?.id === id && isFurther(state, underWay.heard?.state ?? 'sent')) underWay.heard = { state, at }
    },
    list: () => [...texts.values()].toReversed(),
  }
}

/** Receipts may come in any order, and more than once. */
function isFurther(state: SentState, than: SentState): boolean {
  return SENT_STATES.indexOf(state) > SENT_STATES.indexOf(than)
}
