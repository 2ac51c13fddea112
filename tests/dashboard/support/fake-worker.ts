import type { QueuedText, SentText } from '#domain/message.ts'
import type { Contact, Group } from '#domain/names.ts'

/** What a worker holds of one linked session, and answers about it. */
export class FakeWorker {
  waiting: QueuedText[] = []
  sent: SentText[] = []
  groups: Group[] = []
  contacts: Contact[] = []
  /** Whether WhatsApp was asked; else it is told as it was kept. */
  isLive = true

  /** The answer to a call about texts or names; `undefined` for any other. */
  answer(method: string, route: string, id: string | undefined, body: Record<string, unknown>): object | undefined {
    const updatedAt = new Date().toISOString()
    if (route === 'groups') return { groups: this.groups, live: this.isLive, updatedAt }
    if (route === 'contacts') return { contacts: this.contacts, updatedAt }
    if (route === 'sent') return { messages: this.sent }
    if (route === 'messages') return this.queue(String(body['to']), String(body['text']))
    if (route !== 'outbox') return undefined
    if (method === 'GET') return { messages: this.waiting }
    const before = this.waiting.length
    this.waiting = this.waiting.filter((text) => id !== undefined && text.id !== id)
    return { removed: before - this.waiting.length }
  }

  queue(to: string, text: string): QueuedText {
    const id = crypto.randomUUID().replaceAll('-', '').toUpperCase()
    const queued: QueuedText = { id, to, text, queuedAt: new Date().toISOString(), state: 'waiting', attempts: 0 }
    this.waiting.push(queued)
    return queued
  }

  /** WhatsApp takes what waits. */
  send(): void {
    const at = new Date().toISOString()
    for (const { id, to, queuedAt } of this.waiting.splice(0)) this.sent.unshift({ id, to, queuedAt, sentAt: at, state: 'sent', at })
  }
}
