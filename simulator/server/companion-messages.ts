import type { BinaryNode, proto } from 'baileys'
import type { Account, Device } from '../accounts-file.ts'
import { node, seconds } from './stanzas.ts'
import type { World } from './world.ts'

/** A message of a phone to a companion, its own or another's. `attrs` say who writes, and what kind of message it is. */
export type ToCompanion = { id: string; attrs: Record<string, string>; message: proto.IMessage; count?: number }

/** Encrypts a message for one device; `undefined` when nobody knows its keys. */
export async function sealed(
  world: World,
  writer: Account,
  device: Device,
  { id, attrs, message, count }: ToCompanion,
): Promise<BinaryNode | undefined> {
  const enc = await world.phoneOf(writer).write(device, message, count !== undefined)
  if (!enc) return undefined
  world.accounts.touched()
  const again = count === undefined ? {} : { count: String(count) }
  return node('message', { ...attrs, id, t: seconds() }, [node('enc', { v: '2', type: enc.type, ...again }, enc.ciphertext)])
}
