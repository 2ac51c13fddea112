import { createHmac, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { StorageError } from '../store/storage-error.ts'
import { openBytes, sealBytes } from './aes-gcm.ts'
import type { What } from './aes-gcm.ts'

/** How the values of one generation of a session are written down. */
export type Cipher = {
  readonly isSealed: boolean
  /** `what`: which value it is, within the generation. */
  seal(what: What, text: string): string | Buffer
  /** Throws `StorageError` (`damaged`) where the value is not the one that was written as `what`. */
  open(what: What, stored: unknown): string
  /** A name for a value that is kept among others: the same for the same `what`, and telling nothing to who lacks the key. */
  nameOf(what: What): string
  /** Lets the key go; nothing can be sealed or opened after this. Harmless when repeated. */
  drop(): void
}

/** Values as they are: without a master key, and in files from before there was one. */
export const IN_THE_CLEAR: Cipher = {
  isSealed: false,
  seal: (_what, text) => text,
  open: (_what, stored) => String(stored),
  nameOf: (what) => what.join('/'),
  drop() {},
}

/** Values under a generation's key, which belongs to the cipher from now on, and is overwritten: OpenSSL has it, and overwrites its own in the end. */
export function createCipher(key: Buffer, sessionId: string, generation: number): Cipher {
  const whole = (what: What): What => ['value', sessionId, generation, ...what]
  let secret: KeyObject | null = createSecretKey(key)
  key.fill(0)
  const held = (): KeyObject => {
    if (!secret) throw new StorageError('failed', 'the key of this generation was dropped')
    return secret
  }
  return {
    isSealed: true,
    seal: (what, text) => sealBytes(held(), whole(what), text),
    open(what, stored) {
      const plain = stored instanceof Uint8Array ? openBytes(held(), whole(what), stored) : null
      if (!plain) throw new StorageError('damaged', `a sealed value does not open: ${what[0]}`)
      const text = plain.toString('utf8')
      plain.fill(0)
      return text
    },
    nameOf: (what) =>
      createHmac('sha256', held())
        .update(JSON.stringify(['name', ...whole(what)]))
        .digest('base64url'),
    drop() {
      secret = null
    },
  }
}
