import type { Clock } from '../clock.ts'
import { backoffMs } from './backoff.ts'
import type { BackoffSettings } from './backoff.ts'

/** A connection that held this long was a success: the next loss starts counting anew. Milliseconds. */
const STABLE_MS = 30_000
/** Restarts that WhatsApp may ask for in a row before they count as losses. */
const MAX_RESTARTS = 3

/** When a session whose connection ended is to open the next one. */
export type Tries = {
  /** It logged in. */
  opened(): void
  /** WhatsApp asked it to connect anew: whether it may at once, or this counts as a loss. */
  mayRestart(): boolean
  /** A connection that was logged in for `heldMs` was lost: the pause before the next one, milliseconds; `null`: it was tried often enough. */
  lost(heldMs: number): number | null
}

export function createTries(settings: BackoffSettings, clock: Pick<Clock, 'random'>): Tries {
  let losses = 0
  let restarts = 0
  return {
    opened() {
      restarts = 0
    },
    mayRestart() {
      restarts += 1
      return restarts <= MAX_RESTARTS
    },
    lost(heldMs) {
      losses = heldMs >= STABLE_MS ? 1 : losses + 1
      return backoffMs(losses, clock.random(), settings)
    },
  }
}
