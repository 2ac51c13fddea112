import type { BinaryNode } from 'baileys'
import type { KeyBundle } from '../phone/pre-keys.ts'
import { children, node } from './stanzas.ts'
import { addressee } from './users.ts'
import type { World } from './world.ts'

const CURVE_25519 = Buffer.from([5])

/** The keys of the phones that a client wants to write to; who has none is left out. */
export function keyBundles(world: World, asked: BinaryNode): BinaryNode {
  const users = children(asked).flatMap(({ attrs }) => {
    const jid = attrs['jid'] ?? ''
    const account = addressee(world, jid)
    return account ? [describeBundle(jid, world.phoneOf(account).takeBundle())] : []
  })
  return node('list', {}, users)
}

function describeBundle(jid: string, { registrationId, identity, signedPreKey, preKey }: KeyBundle): BinaryNode {
  return node('user', { jid }, [
    node('registration', {}, number(registrationId, 4)),
    node('type', {}, CURVE_25519),
    node('identity', {}, identity),
    node('skey', {}, [
      node('id', {}, number(signedPreKey.id, 3)),
      node('value', {}, signedPreKey.value),
      node('signature', {}, signedPreKey.signature),
    ]),
    node('key', {}, [node('id', {}, number(preKey.id, 3)), node('value', {}, preKey.value)]),
  ])
}

function number(value: number, length: number): Buffer {
  const written = Buffer.alloc(length)
  written.writeUIntBE(value, 0, length)
  return written
}
