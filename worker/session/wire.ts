import type { Clock, Timers } from '../clock.ts'
import type { SocketEvent, WhatsApp, WhatsAppAuth, WhatsAppSocket } from '../whatsapp/port.ts'
import type { Limiter } from './limiter.ts'

/**
 * How long a socket that gave no sign of life may hold its place in the queue of starts, milliseconds. With eight places a silent peer
 * costs the others 31 ms, twice what a login computes.
 */
const START_PLACE_MS = 250

/** The one socket of a session: opened when there is a place, and only the current one is heard (FEN-1). */
export type Wire = {
  /** The socket that is there now, whether it is logged in or not. */
  current(): WhatsAppSocket | null
  /** Since when it is logged in, milliseconds since the epoch; `null`: it is not. */
  openedAt(): number | null
  /** Takes a place and opens a socket. `auth` is asked then, and may throw. */
  open(auth: () => WhatsAppAuth): void
  /** Silences and cuts what is there. `keepOpen`: one that was logged in is returned, silent but uncut. */
  drop(keepOpen?: boolean): WhatsAppSocket | null
}

type Options = {
  whatsapp: WhatsApp
  clock: Clock
  limiter: Limiter
  timers: Timers
  isOver(): boolean
  /** Whether the session is this worker's, as far as anybody can know: whoever cannot opens nothing. */
  mayOpen(): boolean
  hear(event: SocketEvent): void
  onFailure(error: unknown): void
}

export function createWire({ whatsapp, clock, limiter, timers, isOver, mayOpen, hear, onFailure }: Options): Wire {
  let socket: WhatsAppSocket | null = null
  let openedAt: number | null = null
  /** Counts sockets: events of any but the current one are not heard. */
  let turn = 0
  let leaveQueue: () => void = () => {}

  const heard = (event: SocketEvent): void => {
    if (event.type === 'qr' || event.type === 'opened') leaveQueue()
    if (event.type === 'opened') openedAt = clock.now()
    hear(event)
  }

  return {
    current: () => socket,
    openedAt: () => openedAt,
    open(auth) {
      leaveQueue()
      leaveQueue = limiter.enter(() => {
        turn += 1
        const mine = turn
        timers.after(START_PLACE_MS, () => mine === turn && leaveQueue())
        if (!mayOpen()) return
        try {
          socket = whatsapp.openSocket(auth(), (event) => mine === turn && heard(event))
        } catch (error) {
          onFailure(error)
        }
      })
      // It may have failed in this very call, before it knew how to give its place back.
      if (isOver()) leaveQueue()
    },
    drop(keepOpen = false) {
      turn += 1
      leaveQueue()
      const last = socket
      socket = null
      openedAt = null
      if (last && keepOpen && last.isOpen()) return last
      last?.terminate()
      return null
    },
  }
}
