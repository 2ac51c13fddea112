import type { CommandClaims } from '#domain/command.ts'
import type { Clock } from '../clock.ts'
import { createBuckets, takeOfAll } from '../rate-limit.ts'
import { Refusal } from './refusal.ts'

/** What a call takes of the allowance: one that may change something is worth two that look. */
const COST = { GET: 1, POST: 2, DELETE: 2 } as const

/** Counts a call whose command was verified. Throws a refusal where its user or its organisation asks too much. */
export type CommandLimit = (claims: CommandClaims, method: keyof typeof COST) => void

type LimitSettings = { USER_COMMANDS_PER_MINUTE: number; ORGANIZATION_COMMANDS_PER_MINUTE: number }

export function createCommandLimit(settings: LimitSettings, clock: Clock): CommandLimit {
  const users = createBuckets(allowance(settings.USER_COMMANDS_PER_MINUTE), clock)
  const organizations = createBuckets(allowance(settings.ORGANIZATION_COMMANDS_PER_MINUTE), clock)
  return ({ user_id, organization_id }, method) => {
    const waitMs = takeOfAll(
      [
        [users, user_id],
        [organizations, organization_id],
      ],
      COST[method],
    )
    if (waitMs > 0) throw tooMuch('Too many calls at once.', waitMs)
  }
}

/** Half a minute's worth at once: a page that opens asks many things. */
const allowance = (perMinute: number) => ({ perHour: perMinute * 60, burst: Math.max(1, perMinute / 2) })

/** What is refused for now; it passes by itself. */
export function tooMuch(message: string, waitMs: number): Refusal {
  return new Refusal('rate_limited', message, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}
