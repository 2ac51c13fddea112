import { createHash, randomBytes } from 'node:crypto'
import { Curve } from 'baileys'

/** Where everything random comes from: the same seed and the same calls give the same values. */
export type Chance = {
  bytes(length: number): Buffer
  /** A whole number, `from` included and `to` not; at most 2^48 apart. */
  integer(from: number, to: number): number
  /** A Curve25519 key pair, 32 bytes each. */
  keyPair(): { private: Buffer; public: Buffer }
  /** A UUID, version 4. */
  uuid(): string
  /** A source of its own for one purpose: what is drawn there moves nothing here. The same name gives the same source. */
  of(purpose: string): Chance
}

/** Chance from a seed; real chance without one. */
export function createChance(seed?: string): Chance {
  const draw = seed === undefined ? randomBytes : seededBytes(seed)
  const bytes = (length: number): Buffer => draw(length)
  return {
    bytes,
    integer: (from, to) => from + (bytes(6).readUIntBE(0, 6) % (to - from)),
    keyPair() {
      const secret = bytes(32)
      const basePoint = Buffer.alloc(32)
      basePoint[0] = 9
      return { private: secret, public: Buffer.from(Curve.sharedKey(secret, basePoint)) }
    },
    uuid() {
      const raw = bytes(16)
      raw.writeUInt8((raw.readUInt8(6) & 0x0f) | 0x40, 6)
      raw.writeUInt8((raw.readUInt8(8) & 0x3f) | 0x80, 8)
      return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
    of: (purpose) => createChance(seed === undefined ? undefined : `${seed}/${purpose}`),
  }
}

function seededBytes(seed: string): (length: number) => Buffer {
  let block = 0
  let left: Buffer = Buffer.alloc(0)
  return (length) => {
    while (left.length < length) {
      const next = createHash('sha256').update(`${seed}#${block}`).digest()
      block += 1
      left = Buffer.concat([left, next])
    }
    const taken = Buffer.from(left.subarray(0, length))
    left = left.subarray(length)
    return taken
  }
}
