import type { Result } from '#domain/errors.ts'
import type { LinkStep } from '#domain/link.ts'
import type { PairingCode } from '#domain/pairing.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { Cancel, Clock, Timers } from '../clock.ts'
import type { CloseMeaning } from '../whatsapp/close-codes.ts'
import { backoffMs } from './backoff.ts'
import { createCodeDesk } from './code-desk.ts'
import type { LinkBoard } from './link-board.ts'
import type { SessionSettings, SessionSurroundings } from './surroundings.ts'
import type { Wire } from './wire.ts'

/** Lost connections that one link attempt survives. */
const LINK_TRIES = 5

/** A session before a phone confirmed it: QRs, pairing codes, and who waits for them. */
export type LinkAttempt = {
  showQr(qr: string): void
  /** The socket closed before a phone confirmed. */
  closed(meaning: CloseMeaning): void
  /** Who watches changed, or somebody looked. */
  watchersChanged(): void
  pairingCode(phoneNumber: string): Promise<Result<PairingCode>>
  /** A phone confirmed, or the attempt ended: nobody waits any more. */
  close(why: 'already_connected' | 'link_ended'): void
}

type Options = {
  clock: Clock
  timers: Timers
  settings: SessionSettings
  board: LinkBoard
  wire: Wire
  /** Opens a socket with a new identity. */
  open(): void
  /** The same after some milliseconds. */
  retry(ms: number): void
  show(step: LinkStep): void
  end(event: 'link_expired' | 'link_refused', why: StatusReason): void
  note: SessionSurroundings['note']
}

export function createLinkAttempt({ clock, timers, settings, board, wire, open, retry, show, end, note }: Options): LinkAttempt {
  let losses = 0
  let isOver = false
  let unwatched: Cancel = () => {}

  /** An attempt that nobody watches ends; a code that is out has somebody typing it (LNK-3). */
  const watchersChanged = (): void => {
    unwatched()
    if (isOver || board.watchers > 0) return
    const ms = Math.max(settings.linkUnwatchedMs, board.codeMs(clock.now()))
    unwatched = timers.after(ms, () => {
      note('link_expired', { cause: 'unwatched' })
      end('link_expired', 'link_expired')
    })
  }
  const desk = createCodeDesk({
    clock,
    timers,
    socket: wire.current,
    renew() {
      wire.drop()
      show('starting')
      open()
    },
    onCode(code) {
      board.showCode(code)
      watchersChanged()
    },
  })

  return {
    showQr(qr) {
      board.showQr(qr, clock.now())
      desk.qrShown()
    },
    closed({ event, reason }) {
      desk.socketGone()
      if (event === 'link_expired') {
        note('link_expired', { cause: 'qr_exhausted' })
        return end(event, reason)
      }
      if (event !== 'dropped' && event !== 'restart') return end('link_refused', event === 'unlinked' ? 'bad_session' : reason)
      losses += 1
      const wait = losses > LINK_TRIES ? null : backoffMs(losses, clock.random(), settings.backoff)
      if (wait === null) return end('link_refused', 'connection_lost')
      show('starting')
      watchersChanged()
      retry(wait)
    },
    watchersChanged,
    pairingCode(phoneNumber) {
      watchersChanged()
      note('pairing_code_requested', { phoneNumberEnd: phoneNumber.slice(-4) })
      return desk.request(phoneNumber)
    },
    close(why) {
      isOver = true
      unwatched()
      desk.close(why)
    },
  }
}
