import type { BinaryNode, proto } from 'baileys'
import type { Account, Device } from '../accounts-file.ts'
import { child, node, seconds } from './stanzas.ts'
import type { World } from './world.ts'

/** Stanzas kept for one device until it confirms them. */
const MAX_PENDING = 100
/** A device that still cannot read a message after so many tries is sent no more. */
const MAX_RETRIES = 5

/** A message of a phone to a companion, its own or another's. `attrs` say who writes, and what kind of message it is. */
export type ToCompanion = { id: string; attrs: Record<string, string>; message: proto.IMessage }

/** A stanza on its way: what was sent, and how to encrypt it anew. */
export type Pending = { stanza: BinaryNode; again(count: number): Promise<BinaryNode | undefined> }

/** Sends a message to one device, now or at its next login; `false` when nobody knows the device's keys. */
export async function sendToCompanion(world: World, writer: Account, device: Device, outgoing: ToCompanion): Promise<boolean> {
  const stanza = await sealed(world, writer, device, outgoing)
  if (!stanza) return false
  sendUntilConfirmed(world, device.jid, stanza, (count) => sealed(world, writer, device, outgoing, count))
  return true
}

/** Sends a stanza to a device, now or at its next login, and again at each login until it is confirmed. */
export function sendUntilConfirmed(world: World, jid: string, stanza: BinaryNode, again: Pending['again'] = async () => undefined): void {
  const pending = world.pending.get(jid) ?? new Map<string, Pending>()
  world.pending.set(jid, pending)
  pending.set(pendingKey(stanza), { stanza, again })
  const [oldest] = pending.keys()
  if (pending.size > MAX_PENDING && oldest !== undefined) pending.delete(oldest)
  world.online.get(jid)?.send(stanza)
}

/** A device confirms a notification or a receipt. */
export function takeConfirmation(world: World, jid: string, { attrs }: BinaryNode): void {
  world.pending.get(jid)?.delete(pendingKey({ tag: attrs['class'] ?? '', attrs }))
}

/** The receipts of a text bear its id, too: that of its delivery and that of its reading wait side by side. */
function pendingKey({ tag, attrs }: Pick<BinaryNode, 'tag' | 'attrs'>): string {
  const id = attrs['id'] ?? ''
  return tag === 'receipt' ? `receipt ${attrs['type'] ?? ''} ${id}` : id
}

/** Encrypts a message for one device; `count`: because it could not read the message so many times, with a conversation begun anew. */
export async function sealed(
  world: World,
  writer: Account,
  device: Device,
  { id, attrs, message }: ToCompanion,
  count?: number,
): Promise<BinaryNode | undefined> {
  const enc = await world.phoneOf(writer).write(device, message, count !== undefined)
  if (!enc) return undefined
  world.accounts.touched()
  const again = count === undefined ? {} : { count: String(count) }
  return node('message', { ...attrs, id, t: seconds() }, [node('enc', { v: '2', type: enc.type, ...again }, enc.ciphertext)])
}

/** What waits for a device that logs in, as the server sends it before it says that there is no more. */
export function waitingFor(world: World, jid: string): BinaryNode[] {
  const pending = world.pending.get(jid)?.values() ?? []
  return Array.from(pending, ({ stanza: { tag, attrs, content } }) => node(tag, { ...attrs, offline: '0' }, content))
}

/** A device confirms a message, or says that it cannot read it. */
export async function takeReceipt(world: World, jid: string, receipt: BinaryNode): Promise<void> {
  const id = receipt.attrs['id'] ?? ''
  const pending = world.pending.get(jid)
  if (receipt.attrs['type'] !== 'retry') {
    if (pending?.delete(id)) world.counts.delivered += 1
    return
  }
  world.counts.retries += 1
  const count = Number(child(receipt, 'retry')?.attrs['count'] ?? 1)
  const found = pending?.get(id)
  if (!found || count > MAX_RETRIES) return
  const stanza = await found.again(count)
  if (stanza) world.online.get(jid)?.send(stanza)
}
