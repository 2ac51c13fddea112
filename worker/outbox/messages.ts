import { createHash } from 'node:crypto'
import { COMMAND_SKEW_SECONDS } from '#domain/command.ts'
import type { Result } from '#domain/errors.ts'
import { MAX_QUEUED } from '#domain/message.ts'
import type { NewText, QueuedText, SentText } from '#domain/message.ts'
import { IS_LINKED } from '#domain/session.ts'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { Binding, Outbox } from '../store/outbox.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Tombstones } from '../store/tombstones.ts'
import type { Sender } from './sender.ts'

/** Which command asks: its id, and when it was issued, seconds since the epoch. */
export type AskedBy = { jti: string; iat: number }

/**
 * What people do with the texts of a session. A queue belongs to the link that the session has now; without one there is none. A command
 * that came twice or late does nothing that it did not do at first (OUT-6).
 */
export type Messages = {
  /** Durable when it returns. The same command queues one text, however often it comes. Throws `StorageError` when the disk refuses. */
  queue(sessionId: string, text: NewText, by: AskedBy): Result<QueuedText>
  list(sessionId: string): Result<QueuedText[]>
  /** What became of the texts that left the queue since the session was started, the newest first. */
  sent(sessionId: string): Result<SentText[]>
  /** Takes one text out of the queue; returns how many that were: 0 where it is not there (any more). */
  remove(sessionId: string, messageId: string): Result<number>
  /** Empties the queue of all that was queued before the command was issued; returns how many texts that were. */
  empty(sessionId: string, by: AskedBy): Result<number>
}

type Options = {
  supervisor: Supervisor
  outbox: Outbox
  tombstones: Tombstones
  quarantine: Quarantine
  sender: Sender
  clock: Clock
}

export function createMessages({ supervisor, outbox, tombstones, quarantine, sender, clock }: Options): Messages {
  /** The link that the session has now, as far as this worker knows. */
  const linkOf = (id: string): Binding | null => {
    const row = supervisor.rowOf(id)
    if (!row || !IS_LINKED[row.status] || tombstones.forbids(id, row.generation)) return null
    const account = supervisor.running(id)?.phoneNumber() ?? row.phone_number
    return account === null ? null : { generation: row.generation, account }
  }
  const withLink = <T>(id: string, work: (binding: Binding) => Result<T>): Result<T> => {
    const binding = linkOf(id)
    return binding ? work(binding) : { ok: false, code: 'not_linked', message: 'No phone is linked to this session.' }
  }

  return {
    queue: (id, { to, text }, by) =>
      withLink(id, (binding) => {
        const known = outbox.bindingOf(id)
        // Another link's queue, or one that cannot be read, is never added to and never sent.
        if (known === 'damaged') quarantine.takeOutbox(id, null, 'the outbox cannot be read')
        else if (known && (known.generation !== binding.generation || known.account !== binding.account)) {
          quarantine.takeOutbox(id, known.generation, 'the outbox belongs to another link')
        }
        const waiting = outbox.list(id, binding)
        const messageId = messageIdOf(by)
        const same = waiting.find((one) => one.id === messageId)
        if (same) return { ok: true, value: same }
        if (waiting.length >= MAX_QUEUED) {
          return { ok: false, code: 'rate_limited', message: `The queue is full: ${MAX_QUEUED} texts wait already.` }
        }
        const queued: QueuedText = { to, text, id: messageId, queuedAt: isoTime(clock), state: 'waiting', attempts: 0 }
        outbox.add(id, binding, queued)
        sender.wake(id)
        return { ok: true, value: queued }
      }),
    list: (id) => withLink(id, (binding) => ({ ok: true, value: outbox.list(id, binding) })),
    sent: (id) => withLink(id, () => ({ ok: true, value: sender.sent(id) })),
    remove: (id, messageId) =>
      withLink(id, (binding) => {
        const isThere = outbox.list(id, binding).some((text) => text.id === messageId)
        if (isThere) outbox.settle(id, binding, messageId, null)
        return { ok: true, value: isThere ? 1 : 0 }
      }),
    empty: (id, { iat }) =>
      withLink(id, (binding) => {
        // By two clocks, which may differ by as much as a command is allowed to.
        const until = (iat + 1 + COMMAND_SKEW_SECONDS) * 1000
        const texts = outbox.list(id, binding).filter(({ queuedAt }) => Date.parse(queuedAt) < until)
        for (const text of texts) outbox.settle(id, binding, text.id, null)
        return { ok: true, value: texts.length }
      }),
  }
}

/** 20 hexadecimal digits behind the four that WhatsApp's web clients begin with. WhatsApp drops what comes twice under one id. */
function messageIdOf({ jti }: AskedBy): string {
  return `3EB0${createHash('sha256').update(jti).digest('hex').slice(0, 20).toUpperCase()}`
}
