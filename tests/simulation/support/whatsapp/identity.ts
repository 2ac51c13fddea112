/** What an identity's private keys look like: unique, so that a search of the whole disk tells whose keys are left where. */
const SECRET = /LKSECRET-(\d+)-/g

export type Creds = {
  registrationId: number
  nextPreKeyId: number
  me?: { id: string; name: string } | undefined
  account?: { accountSignatureKey: string; details: string }
  [field: string]: unknown
}

/** A new identity that nobody has linked; `number` is its name in the simulation. */
export function newCreds(number: number): Creds {
  const bytes = (data: string) => ({ type: 'Buffer', data })
  const pair = (name: string) => ({ private: bytes(secretOf(number, name)), public: bytes(`public-${number}-${name}`) })
  return {
    noiseKey: pair('noise'),
    pairingEphemeralKeyPair: pair('pairing'),
    signedIdentityKey: pair('identity'),
    signedPreKey: { keyPair: pair('signed'), signature: bytes(`signature-${number}`), keyId: 1 },
    registrationId: number,
    advSecretKey: secretOf(number, 'adv'),
    nextPreKeyId: 1,
  }
}

export function secretOf(number: number, name: string): string {
  return `LKSECRET-${number}-${name}`
}

/** The identities of which a text holds a private key. */
export function identitiesIn(text: string): Set<number> {
  return new Set(Array.from(text.matchAll(SECRET), ([, number]) => Number(number)))
}
