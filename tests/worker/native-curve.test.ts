import { Curve } from 'baileys'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { curveLibrary, isSigned, installNativeCurve } from '../../worker/whatsapp/native-curve.ts'
import '../support/fixed-chance.ts'

/** Each run costs the original 60 ms; with thousands of them the equality was looked at once. */
const numRuns = Number(process.env['CURVE_RUNS'] ?? 40)

const library = curveLibrary()
const original = library.verify

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const signed = fc.uint8Array({ maxLength: 300 }).map((message) => {
  const { public: key, private: secret } = Curve.generateKeyPair()
  return { key, message, signature: Curve.sign(secret, message) }
})
const flipped = (value: Uint8Array, bit: number): Buffer => {
  const copy = Buffer.from(value)
  const at = bit % (copy.length * 8)
  copy.writeUInt8(copy.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
  return copy
}

describe('signatures, checked by Node instead of plain JavaScript', () => {
  afterEach(() => {
    library.verify = original
  })

  it('says what the original says, of right signatures and of such with one bit turned anywhere', () => {
    fc.assert(
      fc.property(signed, fc.nat(), ({ key, message, signature }, bit) => {
        const wrong = flipped(signature, bit)
        const other = flipped(key, bit)
        const changed = message.length > 0 ? flipped(message, bit) : Buffer.from('x')
        expect(isSigned(key, message, signature)).toBe(true)
        expect(original(key, message, signature)).toBe(true)
        expect(isSigned(key, message, wrong)).toBe(original(key, message, wrong))
        expect(isSigned(other, message, signature)).toBe(original(other, message, signature))
        expect(isSigned(key, changed, signature)).toBe(original(key, changed, signature))
      }),
      { numRuns },
    )
  })

  it('says what the original says of anything at all, and never throws', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 100 }), bytes(64), (key, message, signature) => {
        expect(isSigned(key, message, signature)).toBe(original(key, message, signature))
      }),
      { numRuns },
    )
    for (const length of [0, 31, 33]) expect(isSigned(new Uint8Array(length), Buffer.from('x'), new Uint8Array(64))).toBe(false)
    for (const length of [0, 63, 65]) expect(isSigned(new Uint8Array(32), Buffer.from('x'), new Uint8Array(length))).toBe(false)
    expect(isSigned(Buffer.alloc(32, 0xff), Buffer.from('x'), new Uint8Array(64))).toBe(false)
  })

  it('takes a key whose unused top bit is set, as the original does', () => {
    const { public: key, private: secret } = Curve.generateKeyPair()
    const signature = Curve.sign(secret, Buffer.from('x'))
    const marked = Buffer.from(key)
    marked.writeUInt8(marked.readUInt8(31) | 0x80, 31)
    expect(original(marked, Buffer.from('x'), signature)).toBe(true)
    expect(isSigned(marked, Buffer.from('x'), signature)).toBe(true)
  })

  it('is stricter in one thing: a signature cannot be changed into another one that counts, too', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const { public: key, private: secret } = Curve.generateKeyPair()
    const signature = Buffer.from(Curve.sign(secret, Buffer.from('x')))
    const sign = signature.readUInt8(63) & 0x80
    signature.writeUInt8(signature.readUInt8(63) & 0x7f, 63)
    const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString('hex')}`) + order
    const doubled = Buffer.from([...signature.subarray(0, 32), ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed()])
    doubled.writeUInt8(doubled.readUInt8(63) | sign, 63)
    expect(original(key, Buffer.from('x'), doubled)).toBe(true)
    expect(isSigned(key, Buffer.from('x'), doubled)).toBe(false)
  })

  it('makes Baileys refuse what is not signed: left to itself it takes any signature for a right one', () => {
    const { public: key, private: secret } = Curve.generateKeyPair()
    const signature = Curve.sign(secret, Buffer.from('x'))
    expect(Curve.verify(key, Buffer.from('another'), signature)).toBe(true)
    installNativeCurve()
    expect(Curve.verify(key, Buffer.from('another'), signature)).toBe(false)
    expect(Curve.verify(key, Buffer.from('x'), signature)).toBe(true)
  })
})
