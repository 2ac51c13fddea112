import type { Clock } from '../clock.ts'
import { createBuckets, takeOfAll } from '../rate-limit.ts'

/** Whose link it is. */
type Whose = { id: string; organization_id: string }

/**
 * How many links may be begun: WhatsApp refuses, for a while, an account that asks too often (`rate-overlimit`), and looks at all that come
 * from one address. Counted where they begin, whoever asked for them and by which way.
 */
export type LinkLimit = {
  /** Takes one. `false`: not now. */
  take(whose: Whose): boolean
  /** How long until one could be taken, milliseconds; 0: now. */
  waitMs(whose: Whose): number
}

type LimitSettings = { SESSION_LINKS_PER_HOUR: number; ORGANIZATION_LINKS_PER_HOUR: number }

export function createLinkLimit(settings: LimitSettings, clock: Clock): LinkLimit {
  const sessions = createBuckets(allowance(settings.SESSION_LINKS_PER_HOUR), clock)
  const organizations = createBuckets(allowance(settings.ORGANIZATION_LINKS_PER_HOUR), clock)
  return {
    take: ({ id, organization_id }) =>
      takeOfAll([
        [sessions, id],
        [organizations, organization_id],
      ]) === 0,
    waitMs: ({ id, organization_id }) => Math.max(sessions.waitMs(id), organizations.waitMs(organization_id)),
  }
}

/** A quarter of an hour's worth at once: whoever fails tries again, and again. */
const allowance = (perHour: number) => ({ perHour, burst: Math.max(1, perHour / 4) })
