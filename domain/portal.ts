import * as z from 'zod/mini'
import { OPERATIONS } from './api.ts'
import { ERROR_CODES } from './errors.ts'
import { SessionList } from './listing.ts'
import type { PortalRoute } from './routes.ts'

/** What the Portal finds beside an operation's own fields. `message`: a sentence for people. */
const Success = { success: z.literal(true), message: z.optional(z.string()) }

/** What each of the Portal's calls answers: the fields of the operation that it stands for, and its own two. */
export const PORTAL_ANSWERS = {
  list: z.extend(SessionList, Success),
  status: z.extend(OPERATIONS.status.answer, Success),
  qr: z.extend(OPERATIONS.qr.answer, Success),
  pairingCode: z.extend(OPERATIONS.pairingCode.answer, Success),
  delete: z.extend(OPERATIONS.clear.answer, Success),
  disconnect: z.extend(OPERATIONS.clear.answer, Success),
  groups: z.extend(OPERATIONS.groups.answer, Success),
  contacts: z.extend(OPERATIONS.contacts.answer, Success),
} as const satisfies Record<PortalRoute, z.ZodMiniType>

/**
 * What the Portal's calls answer when something went wrong; the HTTP status is the code's, as everywhere. `error` is the sentence that the
 * Portal shows, `code` and `detail` are those of `ErrorBody`.
 */
export const PortalRefusal = z.object({
  success: z.literal(false),
  error: z.string(),
  code: z.enum(ERROR_CODES),
  detail: z.optional(z.record(z.string(), z.unknown())),
})
export type PortalRefusal = z.infer<typeof PortalRefusal>
