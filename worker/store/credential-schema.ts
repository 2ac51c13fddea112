import * as z from 'zod'

/** Bytes as Baileys' JSON writes them. */
const Bytes = z.object({ type: z.literal('Buffer'), data: z.string().min(1) })
const KeyPair = z.object({ private: Bytes, public: Bytes })

/** What every identity must have to log in at all. A file without it is damaged, however valid its JSON. */
const Identity = z.object({
  noiseKey: KeyPair,
  pairingEphemeralKeyPair: KeyPair,
  signedIdentityKey: KeyPair,
  signedPreKey: z.object({ keyPair: KeyPair, signature: Bytes, keyId: z.int() }),
  registrationId: z.int(),
  advSecretKey: z.string().min(1),
})

/** A linked one also has the account's signature: `me` alone is set before a link succeeds and proves nothing. */
const LinkedIdentity = Identity.extend({
  me: z.object({ id: z.string().regex(/^\d+(:\d+)?@/) }),
  account: z.looseObject({ accountSignatureKey: z.unknown(), details: z.unknown() }),
})

/** What is wrong with stored credentials, in words without secrets; `null` when they are whole. */
export function credentialDamage(json: string, linked: boolean): string | null {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return 'the credentials are not JSON'
  }
  const parsed = (linked ? LinkedIdentity : Identity).safeParse(value)
  if (parsed.success) return null
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole')
  return `the credentials are half-valid: ${places.join(', ')}`
}
