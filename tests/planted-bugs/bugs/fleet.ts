import type { Bug } from '../bugs.ts'

const BOOK = 'worker/fleet/lease-book.ts'
const FLEET = 'worker/fleet/fleet.ts'
const MEMBERSHIP = 'worker/fleet/membership.ts'

/** Bugs of workers whose sessions are at home in the database, alone and side by side. */
export const FLEET_BUGS: readonly Bug[] = [
  {
    name: 'frames are not held until what they rest on is stored',
    rule: 'FLT-3',
    seenBy: 'database-histories',
    edits: [
      {
        file: 'worker/whatsapp/held-frames.ts',
        find: 'const stored = settled()',
        replace: 'const stored = (settled()?.catch(() => {}), null) as Promise<void> | null',
      },
    ],
  },
  {
    name: 'a link is told to the database before it is stored there',
    rule: 'FLT-3',
    seenBy: 'database-histories',
    // Only together: a link whose frames wait is not told either.
    edits: [
      { file: 'worker/session/starts.ts', find: '            await options.home.settled(row.id)\n', replace: '' },
      {
        file: 'worker/whatsapp/held-frames.ts',
        find: 'const stored = settled()',
        replace: 'const stored = (settled()?.catch(() => {}), null) as Promise<void> | null',
      },
    ],
  },
  {
    name: 'a clear leaves what lies in the database',
    rule: 'FLT-7',
    seenBy: 'database-histories',
    edits: [
      {
        file: FLEET,
        find: 'const answer = await database.clearShelf(order.id, book.tokenOf(order.session_id), findings)',
        replace: 'const answer = await Promise.resolve({ findings: order.id ? findings : null })',
      },
    ],
  },
  {
    name: 'a lease that was let go is never held again',
    rule: 'FLT-6',
    seenBy: 'database-histories',
    edits: [{ file: BOOK, find: ' && last.since > mark.count', replace: '' }],
  },
  {
    name: 'leases are good for ever',
    rule: 'FLT-4',
    seenBy: 'fleet-histories',
    edits: [{ file: BOOK, find: '    if (ms >= LEASE_MS) renewed = null\n', replace: '    if (ms >= LEASE_MS * 1e6) renewed = null\n' }],
  },
  {
    name: 'whether leases are good is not asked before a frame leaves',
    rule: 'FLT-4',
    seenBy: 'fleet-histories',
    edits: [{ file: BOOK, find: '(isCurrent() ? (held.get(id)?.token ?? null) : null)', replace: '(held.get(id)?.token ?? null)' }],
  },
  {
    name: 'sessions run on when the leases are over',
    rule: 'FLT-4',
    seenBy: 'fleet-histories',
    edits: [{ file: FLEET, find: '    for (const id of new Set([...ids, ...here])) dropCopy(id)\n', replace: '' }],
  },
  {
    name: 'working copies are not erased at the start',
    rule: 'FLT-2',
    seenBy: 'fleet-histories',
    edits: [{ file: MEMBERSHIP, find: '  eraseAllCopies(data)\n', replace: '  void eraseAllCopies\n' }],
  },
  {
    name: 'a session that is let go leaves its working copy',
    rule: 'FLT-2',
    seenBy: 'fleet-histories',
    edits: [{ file: FLEET, find: '      copies.erase(id)\n', replace: '' }],
  },
]
