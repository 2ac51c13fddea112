import { LINK_CONNECTION_SECONDS, LINK_STAMP_SECONDS } from '#domain/link.ts'
import type { LinkEvent, LinkStep } from '#domain/link.ts'
import type { PairingCode } from '#domain/pairing.ts'

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
  /** The QR that can be scanned now. Whoever asks is somebody who looks: an attempt that is asked about goes on (LNK-3). */
  lookAtQr(now: number): Qr | null
  /** Somebody follows it, asked for its QR a moment ago, or has a code to type. */
  isWatched(now: number): boolean
  /** How long the pairing code that is out can still be typed, milliseconds; 0 where none is. */
  codeMs(now: number): number
  /** A pairing code replaces the one before; QRs go on beside it. */
  showCode(code: PairingCode): void
  /** A QR replaces the one before; it is numbered within its attempt. */
  showQr(qr: string, now: number): void
  /** A new step. `starting` begins an attempt: QRs count from 1 again. Takes QR and pairing code down: they are of the socket before. */
  show(event: Omit<StatusEvent, 'type'>): void
  /** Another worker shows it from now on: nothing is to be seen here, and whoever watches is asked to attach anew. */
  leave(): void
  /** Calls `listener` with what is current, then with what follows. Returns how to stop. */
  watch(listener: LinkListener): () => void
}

/** How long WhatsApp takes a QR, milliseconds: the first of an attempt, and the later ones. */
const FIRST_QR_MS = 60_000
const LATER_QR_MS = 20_000

export function createLinkBoard(onWatchers: () => void): LinkBoard {
  const listeners = new Set<LinkListener>()
  let status: StatusEvent | null = null
  let qr: Qr | null = null
  let code: PairingCode | null = null
  let lookedAt = -Infinity
  let number = 0
  const tell = (event: LinkEvent): void => {
    for (const listener of listeners) listener(event)
  }
  // A clock that was set back must not make a code live longer.
  const codeMs = (now: number): number =>
    code ? Math.min(Math.max(0, Date.parse(code.expiresAt) - now), LINK_CONNECTION_SECONDS * 1000) : 0

  return {
    get watchers() {
      return listeners.size
    },
    step: () => status?.step ?? null,
    lookAtQr(now) {
      lookedAt = now
      onWatchers()
      return qr
    },
    isWatched: (now) => listeners.size > 0 || codeMs(now) > 0 || Math.abs(now - lookedAt) < LINK_STAMP_SECONDS * 1000,
    codeMs,
    showCode(next) {
      code = next
      tell({ type: 'pairing_code', ...next })
    },
    showQr(text, now) {
      number += 1
      const expiresAt = new Date(now + (number === 1 ? FIRST_QR_MS : LATER_QR_MS)).toISOString()
      qr = { qr: text, expiresAt, number }
      if (status && status.step !== 'scan') {
        status = { ...status, step: 'scan' }
        tell(status)
      }
      tell({ type: 'qr', qr: text, expiresAt, number })
    },
    show(event) {
      if (event.step === 'starting') number = 0
      qr = null
      code = null
      status = { type: 'status', ...event }
      tell(status)
    },
    leave() {
      status = qr = code = null
      tell({ type: 'retry' })
    },
    watch(listener) {
      if (status) listener(status)
      if (qr) listener({ type: 'qr', ...qr })
      if (code) listener({ type: 'pairing_code', ...code })
      listeners.add(listener)
      onWatchers()
      return () => {
        if (listeners.delete(listener)) onWatchers()
      }
    },
  }
}
