import type { Holdings } from '#domain/holdings.ts'
import type { Outcome } from '../../../src/lib/removal-order.ts'
import type { FakeOrder } from './fake-rows.ts'

/** What a session holds on disk unless a test says otherwise: what the receipt of `fakeReceipt` says that it had. */
export const HOLDINGS: Omit<Holdings, 'sessionId'> = {
  credentials: { files: 12, bytes: 41_984 },
  backups: { files: 3, bytes: 9000, snapshots: 3 },
  outbox: { messages: 4 },
  names: 242,
  quarantine: { files: 0, bytes: 0 },
}

/** An order as `whatsapp_clearance_overview` shows it. */
export function fakeRecord(order: FakeOrder) {
  const outcome: Outcome = order.receipt === null ? 'open' : order.receipt.remoteUnlink === 'unconfirmed' ? 'gone_here' : 'gone'
  return { ...order, outcome }
}

/** One page of the function `activity`: newest first, after `before`. Times are compared as the database does, to the microsecond. */
export function fakeActivity(orders: readonly FakeOrder[], body: Record<string, unknown>) {
  const wanted = (name: string) => (Array.isArray(body[name]) && body[name].length > 0 ? (body[name] as string[]) : null)
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : null)
  const [query, reasons, outcomes] = [text('query')?.trim().toLowerCase() ?? '', wanted('reasons'), wanted('outcomes')]
  const [since, until, before, beforeId] = [text('since'), text('until'), text('before'), text('before_id')]
  return orders
    .map(fakeRecord)
    .filter(
      (record) =>
        record.organization_id === body['organization_id'] &&
        (!reasons || reasons.includes(record.reason)) &&
        (!outcomes || outcomes.includes(record.outcome)) &&
        (!since || comparable(record.requested_at) >= comparable(since)) &&
        (!until || comparable(record.requested_at) < comparable(until)) &&
        (!before || rank(record) < `${comparable(before)} ${beforeId}`) &&
        [record.label, record.phone_number, record.requested_by_email].some((field) => (field ?? '').toLowerCase().includes(query)),
    )
    .toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1))
    .slice(0, Number(body['page_size'] ?? 50))
}

function rank(record: { requested_at: string; id: string }): string {
  return `${comparable(record.requested_at)} ${record.id}`
}

/** UTC, with six digits after the second. */
function comparable(time: string): string {
  const [whole = '', fraction = ''] = time.replace(/(?:Z|\+00:00)$/, '').split('.')
  return `${whole}.${fraction.padEnd(6, '0')}`
}
