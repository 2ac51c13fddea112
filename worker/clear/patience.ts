import type { Clock } from '../clock.ts'

const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 3_600_000

/** When to ask again about orders that the database does not hold open: at once, then ever more rarely, for ever. */
export type Patience = {
  /** Whether it is time to ask about an order; if so, that counts as asked. */
  isDue(orderId: string): boolean
  forget(orderId: string): void
}

export function createPatience(clock: Clock): Patience {
  const waiting = new Map<string, { pauseMs: number; askedAt: number }>()
  return {
    isDue(orderId) {
      const now = clock.now()
      const last = waiting.get(orderId)
      // A clock that was set back must not make it wait for longer than the pause.
      if (last && Math.abs(now - last.askedAt) < last.pauseMs) return false
      waiting.set(orderId, { askedAt: now, pauseMs: last ? Math.min(last.pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS })
      return true
    },
    forget: (orderId) => void waiting.delete(orderId),
  }
}
