import type { LinkEvent, LinkStep } from '#domain/link.ts'

export type Qr = { qr: string; expiresAt: string; number: number }
export type LinkListener = (event: LinkEvent) => void
type StatusEvent = Extract<LinkEvent, { type: 'status' }>

/**
 * What is to be seen of a session's link, and who watches. It outlives attempts, sockets and generations: a dialog that attached stays
 * attached.
 */
export type LinkBoard = {
  readonly watchers: number
  step(): LinkStep | null
  qr(): Qr | null
  /** A QR replaces the one before; it is numbered within its attempt. */
  showQr(qr: string, now: number): void
  /** A new step. `starting` begins an attempt: QRs count from 1 again. Anything but `scan` takes the QR down. */
  show(event: Omit<StatusEvent, 'type'>): void
  /** Calls `listener` with what is current, then with what follows. Returns how to stop. */
  watch(listener: LinkListener): () => void
}

/** How long WhatsApp takes a QR, milliseconds: the first of an attempt, and the later ones. */
const FIRST_QR_MS = 60_000
const LATER_QR_MS = 20_000

export function createLinkBoard(onWatchers: (count: number) => void): LinkBoard {
  const listeners = new Set<LinkListener>()
  let status: StatusEvent | null = null
  let qr: Qr | null = null
  let number = 0
  const tell = (event: LinkEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const setQr = (next: Qr | null): void => {
    qr = next
  }

  return {
    get watchers() {
      return listeners.size
    },
    step: () => status?.step ?? null,
    qr: () => qr,
    showQr(text, now) {
      number += 1
      const expiresAt = new Date(now + (number === 1 ? FIRST_QR_MS : LATER_QR_MS)).toISOString()
      setQr({ qr: text, expiresAt, number })
      if (status && status.step !== 'scan') {
        status = { ...status, step: 'scan' }
        tell(status)
      }
      tell({ type: 'qr', qr: text, expiresAt, number })
    },
    show(event) {
      if (event.step === 'starting') number = 0
      setQr(null)
      status = { type: 'status', ...event }
      tell(status)
    },
    watch(listener) {
      if (status) listener(status)
      if (qr) listener({ type: 'qr', ...qr })
      listeners.add(listener)
      onWatchers(listeners.size)
      return () => {
        if (listeners.delete(listener)) onWatchers(listeners.size)
      }
    },
  }
}
