import type { Result } from '#domain/errors.ts'
import { LINK_CONNECTION_SECONDS } from '#domain/link.ts'
import type { PairingCode } from '#domain/pairing.ts'
import type { Clock, Timers } from '../clock.ts'
import type { WhatsAppSocket } from '../whatsapp/port.ts'

/** How long a caller waits for a code at most, milliseconds: for the first QR, and for WhatsApp's answer. */
const CODE_MS = 10_000

/**
 * Where pairing codes are asked for during a link attempt (LNK-9, LNK-10). A code lives as long as the connection that asked for it, and
 * that ends 160 s after its first QR: one that is asked for later, or once more, gets a connection of its own.
 */
export type CodeDesk = {
  request(phoneNumber: string): Promise<Result<PairingCode>>
  /** The current socket shows a QR. */
  qrShown(): void
  /** The current socket is gone: what waits will be asked over the next one. */
  socketGone(): void
  /** The attempt is over: whoever waits is told so. */
  close(why: 'already_connected' | 'link_ended'): void
}

type Options = {
  clock: Clock
  timers: Timers
  socket(): WhatsAppSocket | null
  /** Ends the current socket and begins with another one, which has a new identity: the older code is worthless at once. */
  renew(): void
  onCode(code: PairingCode): void
}
type Waiting = { phoneNumber: string; settle(result: Result<PairingCode>): void }

const REFUSALS = {
  already_connected: 'The session is linked already.',
  link_ended: 'The link ended, or a newer request took the place of this one.',
  whatsapp_unavailable: 'WhatsApp gave no code now. Try again, or scan the QR.',
} as const

export function refuseCode(code: keyof typeof REFUSALS): Result<PairingCode> {
  return { ok: false, code, message: REFUSALS[code] }
}

export function createCodeDesk({ clock, timers, socket, renew, onCode }: Options): CodeDesk {
  let firstQrAt: number | null = null
  /** This socket still shows its first QR, and no code was asked over it. */
  let isFresh = false
  let waiting: Waiting | null = null

  const ask = async (): Promise<void> => {
    const mine = waiting
    const through = socket()
    if (!mine || !through || firstQrAt === null) return
    isFresh = false
    const expiresAt = new Date(firstQrAt + LINK_CONNECTION_SECONDS * 1000).toISOString()
    const code = await through.requestPairingCode(mine.phoneNumber, CODE_MS)
    // Lost on the way: the next socket's first QR asks again, as long as the caller waits.
    if (mine !== waiting || through !== socket()) return
    if (code === null) return mine.settle(refuseCode('whatsapp_unavailable'))
    const value = { code, phoneNumber: mine.phoneNumber, expiresAt }
    onCode(value)
    mine.settle({ ok: true, value })
  }
  const socketGone = (): void => {
    firstQrAt = null
    isFresh = false
  }

  return {
    request(phoneNumber) {
      waiting?.settle(refuseCode('link_ended'))
      return new Promise((resolve) => {
        const mine: Waiting = {
          phoneNumber,
          settle(result) {
            cancel()
            if (waiting === mine) waiting = null
            resolve(result)
          },
        }
        waiting = mine
        const cancel = timers.after(CODE_MS, () => mine.settle(refuseCode('whatsapp_unavailable')))
        if (isFresh) void ask()
        else if (firstQrAt !== null) {
          socketGone()
          renew()
        }
      })
    },
    qrShown() {
      isFresh = firstQrAt === null
      firstQrAt ??= clock.now()
      if (isFresh) void ask()
    },
    socketGone,
    close: (why) => waiting?.settle(refuseCode(why)),
  }
}
