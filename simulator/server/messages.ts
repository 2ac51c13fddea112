import type { BinaryNode } from 'baileys'
import type { Taken } from '../phone/phones.ts'
import type { Connection } from './connection.ts'
import { happened } from './happenings.ts'
import { tellDelivered } from './receipts.ts'
import { bytes, child, children, node, seconds } from './stanzas.ts'
import { addressee } from './users.ts'
import type { World } from './world.ts'

/** Nobody has the number that a message is for. */
const NO_SUCH_USER = 404
/** What an account gets that may not write to people it does not know. */
const RESTRICTED = 463

/**
 * A device sends a message: each phone that it is encrypted for takes its part, then the sender is told. So who was told finds the text
 * on the phone; a real server does not wait for that.
 */
export async function takeMessage(world: World, connection: Connection, sender: string, message: BinaryNode): Promise<void> {
  const { messageReply } = world.behaviour
  if (messageReply === 'refused') return connection.send(acknowledgement(message, RESTRICTED))
  if (!addressee(world, message.attrs['to'] ?? '')) return connection.send(acknowledgement(message, NO_SUCH_USER))
  const id = message.attrs['id'] ?? ''
  const taken = await Promise.all(partsOf(message).map((part) => deliver(world, sender, id, part)))
  if (messageReply !== 'ack') return
  connection.send(acknowledgement(message))
  for (const one of taken) {
    if (one?.how === 'text' || one?.how === 'double')
      tellDelivered(world, one.owner, { id, device: sender, phone: message.attrs['to'] ?? '' })
  }
}

/** Whose phone took it, and how. */
type Delivered = { owner: string; how: Taken }

async function deliver(world: World, sender: string, id: string, { to, enc }: Part): Promise<Delivered | undefined> {
  const account = addressee(world, to)
  const from = world.accounts.device(sender)?.account.phone
  const type = enc.attrs['type']
  if (!account || from === undefined || (type !== 'pkmsg' && type !== 'msg')) return undefined
  const taken = await world.phoneOf(account).take({ id, device: sender, from, type, ciphertext: bytes(enc) })
  if (taken === 'text') {
    world.counts.texts += 1
    happened(world, 'text')
  }
  if (taken === 'double') world.counts.doubles += 1
  if (taken === 'unreadable') world.counts.unreadable += 1
  world.log('a phone took a message', { phone: account.phone, taken })
  return { owner: account.phone, how: taken }
}

/** What is encrypted for one device. */
type Part = { to: string; enc: BinaryNode }

/** For whom a message is. */
function partsOf(message: BinaryNode): Part[] {
  return children(child(message, 'participants') ?? message).flatMap((part) => {
    const enc = part.tag === 'enc' ? part : child(part, 'enc')
    return enc ? [{ to: part.attrs['jid'] ?? message.attrs['to'] ?? '', enc }] : []
  })
}

function acknowledgement({ attrs }: BinaryNode, error?: number): BinaryNode {
  const about = { class: 'message', id: attrs['id'] ?? '', from: attrs['to'] ?? '', t: seconds() }
  return node('ack', error === undefined ? about : { ...about, error: String(error) })
}
