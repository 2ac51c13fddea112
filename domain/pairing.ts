import * as z from 'zod/mini'
import { E164, PhoneNumber } from './phone-number.ts'

/** A pairing code is for one phone: the one that will be linked. */
export const PairingCodeRequest = z.object({ phoneNumber: PhoneNumber })
/** `code`: eight letters and digits. `expiresAt`: ISO 8601. */
export const PairingCode = z.object({
  code: z.string().check(z.regex(/^[0-9A-Z]{8}$/)),
  phoneNumber: E164,
  expiresAt: z.string(),
})
export type PairingCode = z.infer<typeof PairingCode>
