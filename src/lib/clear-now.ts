import { Receipt } from '#domain/clearance.ts'
import { asFailure } from './failure.ts'
import { askWorker, type Client } from './supabase.ts'

/** What became of an order that is stored in any case. */
export type ClearAnswer =
  /** Carried out; the receipt proves it. */
  | { kind: 'done'; receipt: Receipt }
  /** The worker is offline and will carry it out when it is back. */
  | { kind: 'stored' }
  /** Nobody could say; the worker comes to it by itself. */
  | { kind: 'pending' }

/** Has the worker carry out an order now. Throws nothing: what is wanted is stored already. */
export async function clearNow(client: Client, sessionId: string, orderId: string): Promise<ClearAnswer> {
  try {
    return { kind: 'done', receipt: await askWorker(client, `${sessionId}/clear`, { body: { orderId } }, Receipt) }
  } catch (error) {
    return asFailure(error).code === 'worker_offline' ? { kind: 'stored' } : { kind: 'pending' }
  }
}
