import { SECRET_OVERLAP_HOURS } from '#domain/webhook.ts'

/** How long an old secret may go on signing, hours: what is offered, and what most want. */
export const OVERLAPS = {
  hours: [SECRET_OVERLAP_HOURS.max, 72, SECRET_OVERLAP_HOURS.default, 1, 0],
  usual: SECRET_OVERLAP_HOURS.default,
} as const
