import type { QueuedText, SentText } from '#domain/message.ts'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Session } from '../session/session.ts'
import type { Binding, Outbox } from '../store/outbox.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { TextEnd } from '../webhooks/text-events.ts'
import type { Receipt, SendOutcome } from '../whatsapp/port.ts'
import { createSentTexts } from './sent-texts.ts'
import type { SentTexts } from './sent-texts.ts'

/** `gapMs`: between two texts of one session, half of it by chance. `answerMs`: how long one try waits. `tries`: without an answer. */
export type SenderSettings = { gapMs: number; answerMs: number; tries: number }

/** How soon a disk that refused is tried again, milliseconds. */
const DISK_RETRY_MS = 10_000

/** Sends the texts that wait, one at a time for each session, while it is connected. */
export type Sender = {
  /** There may be something to send: a text was queued, or the session came online. */
  wake(sessionId: string): void
  /** WhatsApp says how far texts came. */
  heard(sessionId: string, receipt: Receipt): void
  /** What became of the texts that the session sent since it was started, the newest first. */
  sent(sessionId: string): SentText[]
}

type Options = {
  outbox: Outbox
  clock: Clock
  log: Log
  timeline: Timeline
  settings: SenderSettings
  sessionOf(sessionId: string): Session | null
  /** A text left the queue, or is tried no more. */
  ended(sessionId: string, messageId: string, end: TextEnd): void
}

export function createSender({ outbox, clock, log, timeline, settings, sessionOf, ended }: Options): Sender {
  const busy = new WeakSet<Session>()
  /** Of sessions that have sent something. They end with the session that runs (OUT-8). */
  const sentBy = new WeakMap<Session, SentTexts>()
  const sentTextsOf = (session: Session): SentTexts => {
    const texts = sentBy.get(session) ?? createSentTexts()
    sentBy.set(session, texts)
    return texts
  }

  const sendNext = async (id: string, session: Session): Promise<void> => {
    let wait = settings.gapMs / 2 + (settings.gapMs / 2) * clock.random()
    try {
      const binding = session.status() === 'connected' ? bindingOf(session) : null
      const next = binding && outbox.list(id, binding).find(({ state }) => state === 'waiting')
      if (!binding || !next) return void busy.delete(session)
      sentTextsOf(session).trying(next)
      const outcome = await session.send(next, settings.answerMs)
      // Behind the fence the queue is the clear's, and without a connection no answer was to be had: neither counts as a try.
      if (session.isOver() || (outcome === 'unknown' && session.status() !== 'connected')) return void busy.delete(session)
      const after = afterTry(next, outcome, settings.tries)
      outbox.settle(id, binding, next.id, after)
      if (outcome === 'sent') sentTextsOf(session).sent(next, isoTime(clock))
      if (after?.state === 'refused') timeline.note(id, 'text_refused', { id: next.id })
      if (after?.state === 'unanswered') timeline.note(id, 'text_unanswered', { id: next.id })
      if (after?.state !== 'waiting') ended(id, next.id, after?.state ?? 'sent')
      log.info({ session: id, message: next.id, outcome, attempts: next.attempts + 1 }, 'a text was tried')
    } catch (error) {
      // A text whose end could not be stored is sent once more, with the same id.
      log.error({ session: id, error: reasonOf(error) }, 'the outbox could not be read or written')
      wait = DISK_RETRY_MS
    }
    session.after(wait, () => void sendNext(id, session))
  }

  return {
    wake(id) {
      const session = sessionOf(id)
      if (!session || busy.has(session)) return
      busy.add(session)
      void sendNext(id, session)
    },
    heard(id, { ids, state }) {
      const session = sessionOf(id)
      const texts = session && sentBy.get(session)
      for (const one of texts ? ids : []) texts?.heard(one, state, isoTime(clock))
    },
    sent(id) {
      const session = sessionOf(id)
      return (session && sentBy.get(session)?.list()) ?? []
    },
  }
}

/** The link that a session's texts must have been queued for. */
function bindingOf(session: Session): Binding | null {
  const account = session.phoneNumber()
  return account === null ? null : { generation: session.generation, account }
}

/** What becomes of a text: `null`, it left the queue. */
function afterTry(text: QueuedText, outcome: SendOutcome, tries: number): QueuedText | null {
  if (outcome === 'sent') return null
  const attempts = text.attempts + 1
  if (outcome === 'refused') return { ...text, attempts, state: 'refused' }
  return { ...text, attempts, state: attempts >= tries ? 'unanswered' : 'waiting' }
}
