import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PhoneNumber } from '../settings.ts'

const Key = z.base64().length(44)
const KeyPair = z.object({ private: Key, public: Key })

/** A text that a phone received: `from` is the sender's number, `at` when it first came (ISO 8601), `doubles` how often it came again. */
const ReceivedText = z.object({ id: z.string(), from: PhoneNumber, text: z.string(), at: z.iso.datetime(), doubles: z.int().min(0) })
export type ReceivedText = z.infer<typeof ReceivedText>

const PhoneState = z.object({
  registrationId: z.int().min(1),
  signedPreKey: z.object({ keyId: z.int(), keyPair: KeyPair, signature: z.base64() }),
  nextPreKeyId: z.int().min(1),
  /** What Signal keeps (one-time pre-keys, ratchets, identities of others), as JSON by `type/id`. */
  signal: z.record(z.string(), z.string()),
  /** The identity keys of the devices that it has written to, by jid: a device that was linked later may have the same jid. */
  writesTo: z.record(z.string(), Key).default({}),
  texts: z.array(ReceivedText),
})
/** What a phone holds beside its account. */
export type PhoneState = z.infer<typeof PhoneState>

/** What the phone with that number stored in `dataDir`, or `undefined`. Throws when it is damaged: a phone without its ratchets is deaf. */
export function readPhone(dataDir: string, phone: string): PhoneState | undefined {
  const path = fileOf(dataDir, phone)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return PhoneState.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${path} is damaged; move it away, and the phone begins anew`, { cause })
  }
}

/** Stores what a phone holds, whole or not at all. */
export function writePhone(dataDir: string, phone: string, state: PhoneState): void {
  mkdirSync(join(dataDir, 'phones'), { recursive: true, mode: 0o700 })
  const path = fileOf(dataDir, phone)
  writeFileSync(`${path}.next`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.next`, path)
}

function fileOf(dataDir: string, phone: string): string {
  return join(dataDir, 'phones', `${phone}.json`)
}
