import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'
import { readClose } from '../whatsapp/close-codes.ts'
import type { CloseMeaning } from '../whatsapp/close-codes.ts'
import type { SendOutcome, SocketEvent, WhatsApp } from '../whatsapp/port.ts'

/** Each meaning of a close once: one that is added does not compile until it stands here. */
const MEANINGS: Record<CloseMeaning['event'], true> = {
  restart: true,
  dropped: true,
  replaced: true,
  gave_up: true,
  unlinked: true,
  refused: true,
  link_expired: true,
}
/** What the page calls it, too. */
const OUTCOME = { sent: 'sent', refused: 'refused', unknown: 'unanswered' } as const satisfies Record<SendOutcome, string>

/** What passes between the worker and WhatsApp. `storageFailed`: WhatsApp's client could not store what it must. Returns how to watch it. */
export function createWhatsAppMetrics(registry: Registry, storageFailed: (error: unknown) => void): (whatsapp: WhatsApp) => WhatsApp {
  const registers = [registry]
  const opened = new Counter({ name: 'latchkey_connections_total', help: 'Connections to WhatsApp that were begun.', registers })
  const logins = new Counter({ name: 'latchkey_logins_total', help: 'Connections that were logged in.', registers })
  const closes = new Counter({
    name: 'latchkey_connection_closes_total',
    help: 'Connections that WhatsApp or the way to it closed, by what that means for the session.',
    labelNames: ['meaning'] as const,
    registers,
  })
  const texts = new Counter({
    name: 'latchkey_texts_total',
    help: 'Tries to send a text, by what WhatsApp said of it.',
    labelNames: ['outcome'] as const,
    registers,
  })
  for (const meaning of Object.keys(MEANINGS)) closes.inc({ meaning }, 0)
  for (const outcome of Object.values(OUTCOME)) texts.inc({ outcome }, 0)

  const count = (event: SocketEvent): void => {
    if (event.type === 'opened') logins.inc()
    if (event.type === 'closed') closes.inc({ meaning: readClose(event.cause).event })
    if (event.type === 'storage_failed') storageFailed(event.error)
  }

  return (whatsapp) => ({
    ...whatsapp,
    openSocket(auth, onEvent) {
      opened.inc()
      const socket = whatsapp.openSocket(auth, (event) => {
        count(event)
        onEvent(event)
      })
      return {
        ...socket,
        async sendText(text, ms) {
          const outcome = await socket.sendText(text, ms)
          texts.inc({ outcome: OUTCOME[outcome] })
          return outcome
        },
      }
    },
  })
}
