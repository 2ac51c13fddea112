import type { ErrorCode } from '#domain/errors.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { FailureCode } from '../../lib/failure.ts'

/** What the dialog shows. `offline` goes on trying by itself; `expired`, `cancelled` and `failed` wait for a person. */
export type LinkView =
  | { step: 'idle' }
  | { step: 'starting' }
  | { step: 'scan'; qr: string; expiresAt: string; number: number }
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
      return { step: 'scan', qr: event.qr, expiresAt: event.expiresAt, number: event.number }
    case 'status':
      return viewOfStatus(event)
    case 'error':
      return viewAfterError(event.code)
    // A pairing code is not asked for here; `retry` is the follower's.
    default:
      return null
  }
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
    // `scan`: the QR's own event follows.
    default:
      return null
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

/** Whether nothing more is to be expected of the stream. */
export function isFinal(view: LinkView): boolean {
  return view.step === 'connected' || view.step === 'expired' || view.step === 'cancelled' || view.step === 'failed'
}
