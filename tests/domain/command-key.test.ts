import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandPrivateKey, CommandPublicKeys } from '#domain/command-key.ts'
import { newCommandKey } from '../../scripts/stack/command-key.ts'
import '../support/fixed-chance.ts'

const [one, two] = await Promise.all([newCommandKey(), newCommandKey()])

/** What is wrong with a set of public keys, as the worker says it; nothing where it is right. */
const wrong = (...keys: unknown[]) =>
  (CommandPublicKeys.safeParse({ keys }).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')

/** The encodings of all points whose order divides 8, with those that are no smallest number: by hand, to check what is computed. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]

describe('the keys that a worker knows', () => {
  it('are one, or two while they are being replaced', () => {
    expect(wrong(one.public)).toBe('')
    expect(wrong(one.public, two.public)).toBe('')
  })

  it.each<[string, unknown[], string]>([
    ['none', [], 'keys: '],
    ['a private key', [two.public, one.private], 'keys.1.d: a private key does not belong here and has leaked: make a new pair'],
    ['a secret', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' }], 'keys.0.kty: '],
    ['an RSA key', [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'a' }], 'keys.0.kty: '],
    ['a key of another curve', [{ ...one.public, crv: 'X25519' }], 'keys.0.crv: '],
    ['a key for another algorithm', [{ ...one.public, alg: 'HS256' }], 'keys.0.alg: '],
    ['a key to encrypt with', [{ ...one.public, use: 'enc' }], 'keys.0.use: '],
    ['a key without a name', [{ ...one.public, kid: undefined }], 'keys.0.kid: '],
    ['a name that is a path', [{ ...one.public, kid: '../../etc/passwd' }], 'keys.0.kid: letters'],
    ['half a key', [{ ...one.public, x: 'AAAA' }], 'keys.0.x: not 32 bytes'],
    ['two keys of one name', [one.public, { ...two.public, kid: one.public.kid }], 'keys: two keys of one kid'],
    ['more than eight', Array.from({ length: 9 }, (_, at) => ({ ...one.public, kid: `k${at}` })), 'keys: '],
  ])('are not %s', (_, keys, says) => {
    expect(wrong(...keys)).toContain(says)
  })

  it.each(SMALL_ORDER)('are not the point %s, for which anybody can sign', (hex) => {
    expect(wrong({ ...one.public, x: Buffer.from(hex, 'hex').toString('base64url') })).toBe(
      'keys.0.x: a point of small order: anybody can sign for it',
    )
  })

  it('are never refused for a point that somebody drew', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const x = Buffer.from(bytes).toString('base64url')
        expect(wrong({ ...one.public, x })).toBe('')
      }),
    )
  })

  it('do not show in what is said of them', () => {
    expect(wrong(one.private, { kty: 'oct', k: 'hidden' }, { ...one.public, x: 'hidden' })).not.toMatch(
      new RegExp(`hidden|${one.private.d}`),
    )
  })
})

it.each<[string, object]>([
  ['is public', one.public],
  ['is a secret', { kty: 'oct', k: 'c2VjcmV0' }],
  ['has no name', { ...one.private, kid: undefined }],
  ['is cut', { ...one.private, d: one.private.d.slice(1) }],
])('the edge function signs with no key that %s', (_, key) => {
  expect(CommandPrivateKey.safeParse(one.private).success).toBe(true)
  expect(CommandPrivateKey.safeParse(key).success).toBe(false)
})
