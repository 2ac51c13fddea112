import type { CloseCause } from './port.ts'

/** What unlinking needs of a client. */
export type DeviceRemover = {
  /** Its own address; absent before a link. */
  jid: string | undefined
  /** How the connection closed; `null` while it is there. */
  closedAs(): CloseCause | null
  /** Asks WhatsApp, and resolves with its answer, or with nothing after `ms`. */
  query(question: Question, ms: number): Promise<{ attrs?: Record<string, string> } | undefined>
  /** The connection is gone; returns what takes the listener away again. */
  onEnd(listener: (cause: CloseCause) => void): () => void
}
type Question = { tag: string; attrs: Record<string, string>; content: { tag: string; attrs: Record<string, string> }[] }

/** Removed device, in WhatsApp's words. */
const DEVICE_GONE = 401

/**
 * Baileys' `logout()` does not wait for the server and fails while connecting; this asks the same and waits. A query that ends without
 * an answer resolves empty, so only a real answer, or a close that says "device removed", counts. Never throws.
 */
export function removeDevice({ jid, closedAs, query, onEnd }: DeviceRemover, ms: number): Promise<boolean> {
  const already = closedAs()
  if (already) return Promise.resolve(already.code === DEVICE_GONE)
  if (!jid || ms <= 0) return Promise.resolve(false)
  return new Promise((resolve) => {
    const finish = (gone: boolean): void => {
      clearTimeout(timer)
      stopEnd()
      resolve(gone)
    }
    const timer = setTimeout(() => finish(false), ms)
    const stopEnd = onEnd(({ code }) => finish(code === DEVICE_GONE))
    const node = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }
    query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' }, content: [node] }, ms).then(
      (answer) => {
        if (answer?.attrs?.['type'] === 'result') finish(true)
      },
      // A close with its code follows a rejected query; without one the timer decides.
      () => {},
    )
  })
}
