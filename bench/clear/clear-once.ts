import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { Receipt } from '#domain/clearance.ts'
import { workerPath } from '#domain/routes.ts'
import type { DiskWatch } from './disk-watch.ts'
import type { Live } from '../stack/link.ts'
import type { Stack } from '../stack/stack.ts'
import { TEXTS } from './texts.ts'

const OrderId = z.uuid()
/** Whoever has a receipt and not seen the erasure by then looks at the wrong places, milliseconds. */
const SEEN_MS = 10_000

/** One clear, in milliseconds. */
export type Timing = {
  /** From asking for the reset to the answer: the order is committed. */
  accepted: number
  /** From asking for the reset to the worker's tombstone. */
  tombstone: number
  /** From sending the command until nothing is left on this machine. */
  goneLocally: number
  /** From sending the command to the receipt. */
  unlink: number
  outcome: 'confirmed' | 'unconfirmed'
  /** The worker's interval found the order before the command was sent. */
  beforeCommand: boolean
}

/** Resets a live session as the page does: the order is stored, then the worker is told. @throws when the receipt misses something. */
export async function clearOnce(stack: Stack, disk: DiskWatch, { id }: Live): Promise<Timing> {
  const seen = disk.await(id)
  const asked = performance.now()
  const orderId = OrderId.parse(await stack.rpc('reset_session', { session_id: id }))
  const commanded = performance.now()
  const { status, body } = await stack.call('POST', workerPath(id, 'clear'), { sessionId: id, body: JSON.stringify({ orderId }) })
  const answered = performance.now()
  if (status !== 200) throw new Error(`the clear of ${id} was refused: ${status} ${JSON.stringify(body)}`)
  const receipt = Receipt.parse(body)
  const { removed, remoteUnlink } = receipt
  if (removed.credentials.files === 0 || removed.backups.files === 0 || removed.outbox.messages !== TEXTS || !removed.memory.socket)
    throw new Error(`the clear of ${id} did not find all there was: ${JSON.stringify(receipt)}`)
  if (remoteUnlink === 'not_linked') throw new Error(`the clear of ${id} took a linked session for one that was not`)
  const [tombstone, gone] = await Promise.race([Promise.all([seen.tombstone, seen.gone]), unseen(id)])
  return {
    accepted: commanded - asked,
    tombstone: tombstone - asked,
    goneLocally: Math.max(0, gone - commanded),
    unlink: answered - commanded,
    outcome: remoteUnlink,
    beforeCommand: tombstone < commanded,
  }
}

async function unseen(id: string): Promise<never> {
  await sleep(SEEN_MS, undefined, { ref: false })
  throw new Error(`${id} has a receipt, yet something of it is still on disk`)
}
