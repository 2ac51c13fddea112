import type { ErrorCode } from '#domain/errors.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { FailureCode } from '../../lib/failure.ts'

/** The QR that can be scanned now. `number`: 1 for the first of an attempt. */
export type Qr = { text: string; expiresAt: string; number: number }
/** The code that can be typed now, on the phone with that number. */
export type Pairing = { code: string; phoneNumber: string; expiresAt: string }

/** What the dialog shows. `offline` goes on trying by itself; `expired`, `cancelled` and `failed` wait for a person. */
export type LinkView =
  | { step: 'idle' }
  | { step: 'starting' }
  /** The phone's turn: it scans the QR or types the code, whichever there is. */
  | { step: 'scan'; qr: Qr | null; pairing: Pairing | null }
  | { step: 'linking' }
  | { step: 'connected'; phoneNumber: string | null; /** Found so on cancelling. */ already: boolean }
  | { step: 'expired' }
  /** By somebody else, or in another tab. */
  | { step: 'cancelled' }
  | { step: 'offline'; code: FailureCode }
  | { step: 'failed'; code: FailureCode | null; reason: StatusReason | null }
  | { step: 'cancelling' }
  | { step: 'cancel_failed'; code: FailureCode }

/** What is shown after an event of the stream; `null`: what was shown before. */
export function viewAfter(event: LinkEvent): LinkView | null {
  switch (event.type) {
    case 'qr':
      return { step: 'scan', qr: { text: event.qr, expiresAt: event.expiresAt, number: event.number }, pairing: null }
    case 'pairing_code':
      return viewOfCode(event)
    case 'status':
      return viewOfStatus(event)
    case 'error':
      return viewAfterError(event.code)
    // `retry` is the follower's.
    default:
      return null
  }
}

export function viewOfCode({ code, phoneNumber, expiresAt }: Pairing): LinkView {
  return { step: 'scan', qr: null, pairing: { code, phoneNumber, expiresAt } }
}

/** `next` after `before`: a QR leaves the code as it was, and the other way round. */
export function joined(before: LinkView, next: LinkView): LinkView {
  if (before.step !== 'scan' || next.step !== 'scan' || (!next.qr && !next.pairing)) return next
  return { step: 'scan', qr: next.qr ?? before.qr, pairing: next.pairing ?? before.pairing }
}

function viewOfStatus({ step, reason, phoneNumber }: Extract<LinkEvent, { type: 'status' }>): LinkView | null {
  switch (step) {
    case 'starting':
      return { step: 'starting' }
    case 'linking':
      return { step: 'linking' }
    case 'connected':
      return { step: 'connected', phoneNumber, already: false }
    case 'ended':
      if (reason === null || reason === 'link_expired') return { step: 'expired' }
      return reason === 'link_cancelled' ? { step: 'cancelled' } : { step: 'failed', code: null, reason }
    // QR and code follow as events of their own; what there was before may be of another attempt.
    case 'scan':
      return { step: 'scan', qr: null, pairing: null }
  }
}

/** These pass by themselves, so the stream is attached again. */
const PASSING: ReadonlySet<FailureCode> = new Set([
  'worker_offline',
  'unreachable',
  'timeout',
  'not_ready',
  'database_unavailable',
  'rate_limited',
])

/** What is shown after attaching failed, or the stream said that something went wrong. */
export function viewAfterError(code: ErrorCode | FailureCode): LinkView {
  if (code === 'already_connected') return { step: 'connected', phoneNumber: null, already: false }
  if (code === 'link_ended') return { step: 'expired' }
  if (PASSING.has(code)) return { step: 'offline', code }
  return { step: 'failed', code, reason: null }
}

/** What Escape and the last button do: an end that left nothing, or that its watcher may not touch, is closed and not cancelled. */
export function leavesBy(view: LinkView): 'cancel' | 'close' | 'done' {
  if (view.step === 'connected') return 'done'
  if (view.step === 'cancelled') return 'close'
  return view.step === 'failed' && view.code !== null && NOTHING_TO_CANCEL.has(view.code) ? 'close' : 'cancel'
}
const NOTHING_TO_CANCEL: ReadonlySet<FailureCode> = new Set(['not_found', 'forbidden', 'unauthorized', 'limit_reached'])

/** Whether it is still to be chosen how the phone is linked. */
export function isOpen(view: LinkView): boolean {
  return view.step === 'starting' || view.step === 'scan'
}

/** Whether nothing more is to be expected of the stream. */
export function isFinal(view: LinkView): boolean {
  return view.step === 'connected' || view.step === 'expired' || view.step === 'cancelled' || view.step === 'failed'
}
