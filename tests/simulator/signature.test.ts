import { Curve } from 'baileys'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSigned } from '../../simulator/noise/signature.ts'
import '../support/fixed-chance.ts'

const message = fc.uint8Array({ minLength: 1, maxLength: 200 })

it('accepts what the client signs, whatever the key and the message', () => {
  fc.assert(
    fc.property(message, (bytes) => {
      const keys = Curve.generateKeyPair()
      expect(isSigned(keys.public, bytes, Curve.sign(keys.private, bytes))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

it('refuses a signature after any single bit of it, of the message or of the key was flipped', () => {
  fc.assert(
    fc.property(message, fc.constantFrom('signature', 'message', 'key'), fc.nat(), (bytes, what, position) => {
      const keys = Curve.generateKeyPair()
      const parts = { key: Buffer.from(keys.public), message: Buffer.from(bytes), signature: Buffer.from(Curve.sign(keys.private, bytes)) }
      // The top bit of a Curve25519 key means nothing, by RFC 7748.
      const bit = position % (parts[what].length * 8 - (what === 'key' ? 1 : 0))
      parts[what].writeUInt8(parts[what].readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(isSigned(parts.key, parts.message, parts.signature)).toBe(false)
    }),
    { numRuns: 60 },
  )
})

it('refuses keys and signatures of the wrong size', () => {
  expect(isSigned(Buffer.alloc(31), Buffer.alloc(1), Buffer.alloc(64))).toBe(false)
  expect(isSigned(Buffer.alloc(32), Buffer.alloc(1), Buffer.alloc(63))).toBe(false)
})

it('is needed: the pinned client takes a forged signature for a good one', () => {
  const keys = Curve.generateKeyPair()
  const forged = Buffer.alloc(64, 7)
  expect(Curve.verify(keys.public, Buffer.from('hello'), forged)).toBe(true)
  expect(isSigned(keys.public, Buffer.from('hello'), forged)).toBe(false)
})
