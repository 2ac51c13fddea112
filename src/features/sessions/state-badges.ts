import type { EffectiveState } from '#domain/session.ts'
import type { BadgeDot, BadgeTone } from '../../ui/badge.tsx'

/** How a state looks. Its word is in `src/words`. */
export const STATE_BADGES: Record<EffectiveState, { tone: BadgeTone; dot: BadgeDot; pulse: boolean }> = {
  connecting: { tone: 'warn', dot: 'empty', pulse: false },
  connected: { tone: 'good', dot: 'full', pulse: false },
  reconnecting: { tone: 'warn', dot: 'half', pulse: true },
  stopped: { tone: 'quiet', dot: 'full', pulse: false },
  disconnected: { tone: 'quiet', dot: 'empty', pulse: false },
  worker_offline: { tone: 'bad', dot: 'half', pulse: false },
}
