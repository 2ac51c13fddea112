import type { Result } from '#domain/errors.ts'
import { MAX_QUEUED } from '#domain/message.ts'
import type { NewText, QueuedText } from '#domain/message.ts'
import { IS_LINKED } from '#domain/session.ts'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { Binding, Outbox } from '../store/outbox.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Tombstones } from '../store/tombstones.ts'
import type { Sender } from './sender.ts'

/** What people do with the texts of a session. A queue belongs to the link that the session has now; without one there is none. */
export type Messages = {
  /** Durable when it returns. Throws `StorageError` when the disk refuses. */
  queue(sessionId: string, text: NewText): Result<QueuedText>
  list(sessionId: string): Result<QueuedText[]>
  /** Takes one text out of the queue; returns how many that were: 0 where it is not there (any more). */
  remove(sessionId: string, messageId: string): Result<number>
  /** Empties the queue; returns how many texts it held. */
  empty(sessionId: string): Result<number>
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
    queue: (id, { to, text }) =>
      withLink(id, (binding) => {
        const known = outbox.bindingOf(id)
        // Another link's queue, or one that cannot be read, is never added to and never sent.
        if (known === 'damaged') quarantine.takeOutbox(id, null, 'the outbox cannot be read')
        else if (known && (known.generation !== binding.generation || known.account !== binding.account)) {
          quarantine.takeOutbox(id, known.generation, 'the outbox belongs to another link')
        }
        if (outbox.list(id, binding).length >= MAX_QUEUED) {
          return { ok: false, code: 'rate_limited', message: `The queue is full: ${MAX_QUEUED} texts wait already.` }
        }
        const queued: QueuedText = { to, text, id: newMessageId(clock), queuedAt: isoTime(clock), state: 'waiting', attempts: 0 }
        outbox.add(id, binding, queued)
        sender.wake(id)
        return { ok: true, value: queued }
      }),
    list: (id) => withLink(id, (binding) => ({ ok: true, value: outbox.list(id, binding) })),
    remove: (id, messageId) =>
      withLink(id, (binding) => {
        const isThere = outbox.list(id, binding).some((text) => text.id === messageId)
        if (isThere) outbox.settle(id, binding, messageId, null)
        return { ok: true, value: isThere ? 1 : 0 }
      }),
    empty: (id) =>
      withLink(id, (binding) => {
        const texts = outbox.list(id, binding)
        for (const text of texts) outbox.settle(id, binding, text.id, null)
        return { ok: true, value: texts.length }
      }),
  }
}

/** 20 hexadecimal digits behind the four that WhatsApp's web clients begin with. */
function newMessageId(clock: Clock): string {
  const digits = Array.from({ length: 20 }, () => Math.floor(clock.random() * 16).toString(16))
  return `3EB0${digits.join('').toUpperCase()}`
}
