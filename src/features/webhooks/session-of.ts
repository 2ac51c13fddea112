import * as z from 'zod/mini'

const Told = z.object({
  data: z.object({ displayName: z.optional(z.string()), phoneNumber: z.optional(z.string()) }),
})

/** What the device of a delivery was called when it happened; `phone` words its number. */
export function deviceLabel(payload: unknown, sessionId: string, phone: (number: string | null) => string): string {
  const told = z.safeParse(Told, payload)
  const { displayName, phoneNumber } = told.success ? told.data.data : {}
  return displayName ?? (phone(phoneNumber ?? null) || sessionId.slice(0, 8))
}
