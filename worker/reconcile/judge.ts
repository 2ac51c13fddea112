import { IS_LINKED } from '#domain/session.ts'
import type { SessionFacts, StoredFacts } from './facts.ts'
import { judgeKeys } from './judge-keys.ts'
import type { Finding } from './plan.ts'

type Row = { status: keyof typeof IS_LINKED; generation: number }
type Verdict = Pick<Finding, 'finding' | 'action' | 'reason'>
/** Something on disk, as far as its fate depends on it. */
type Thing = Pick<Finding, 'place' | 'generation' | 'item'> & { state: 'whole' | 'damaged' | 'unreadable' | 'other'; reason: string }

/** All that is to be said of one session. Pure; nothing is concluded from what could not be read (FOL-2). */
export function judgeSession(facts: SessionFacts): Finding[] {
  const of = (place: Finding['place'], verdict: Verdict, generation: number | null = null, item: string | null = null): Finding => ({
    sessionId: facts.sessionId,
    place,
    ...verdict,
    generation,
    item,
  })
  const things = thingsOf(facts).flatMap((thing) => {
    const verdict = judgeThing(facts, thing)
    return verdict ? [of(thing.place, verdict, thing.generation, thing.item)] : []
  })
  const row = facts.database?.row ?? null
  const missing = row && judgeLink(facts, row)
  return [
    ...things,
    ...judgeKeys(facts),
    ...(missing ? [of('database', missing, row?.generation ?? null)] : []),
    ...judgeMemory(facts).map((verdict) => of('memory', verdict, facts.memory?.generation ?? null)),
    ...judgeOrders(facts).map(({ orderId, maxGeneration, ...verdict }) => of('tombstone', verdict, maxGeneration, orderId)),
    ...(facts.fenced ? [of('tombstone', word('damaged_tombstone', 'report', 'it cannot be read, so no link of this session begins'))] : []),
    ...facts.quarantine.map(({ name, generation, what, reason, keepUntil }) =>
      of(
        'quarantine',
        word('quarantined', 'none', `${what ?? 'something'}: ${reason ?? 'the reason is lost'}; erased ${keepUntil ?? 'by an order'}`),
        generation,
        name,
      ),
    ),
  ]
}

/** What is to become of something that lies on disk; `null`: it is where it belongs. */
function judgeThing(facts: SessionFacts, thing: Thing): Verdict | null {
  const { database, hearsay, tombstones, fenced } = facts
  if (thing.state === 'unreadable') return word('unreadable', 'report', `${thing.reason}; nothing is concluded from that`)
  if (thing.state === 'other' && database?.row) return null
  if (!database) return thing.state === 'damaged' ? word('damaged', 'report', thing.reason) : null
  const { row, orders } = database
  const limits = [...orders, ...tombstones].map(({ maxGeneration }) => maxGeneration)
  if (limits.length > 0 && (thing.generation === null || thing.generation <= Math.max(...limits))) {
    return word('clear_under_way', 'wait', `an order to clear generations up to ${Math.max(...limits)} erases it`)
  }
  // A tombstone whose order vanished never ends, so that nobody may wait for it.
  const verdict = row ? judgeOwned(row, thing) : judgeOrphan(orders.length > 0)
  if (verdict?.action !== 'quarantine') return verdict
  if (facts.memory && !row) return { ...verdict, action: 'wait', reason: `${verdict.reason}; it still runs` }
  if (hearsay) return { ...verdict, action: 'wait', reason: `${verdict.reason}; it changed after the database was read` }
  return fenced ? { ...verdict, action: 'report', reason: `${verdict.reason}; a damaged tombstone says something of it` } : verdict
}

function judgeOrphan(isOrdered: boolean): Verdict {
  return isOrdered
    ? word('orphan', 'wait', 'no session has this id; an order of it is under way')
    : word('orphan', 'quarantine', 'no session has this id')
}

function judgeOwned(row: Row, { place, generation, state, reason }: Thing): Verdict | null {
  if (generation !== null && generation !== row.generation) {
    return word('other_generation', 'quarantine', `of generation ${generation}, but the row is of generation ${row.generation}`)
  }
  if (state !== 'damaged') return null
  // The row of a linked session goes the way of its own (FOL-7); a snapshot goes when its successors come.
  const isSettledElsewhere = place === 'backup' || (place === 'credentials' && IS_LINKED[row.status])
  return word('damaged', isSettledElsewhere ? 'report' : 'quarantine', reason)
}

/** Whether row and disk agree about the link. */
function judgeLink({ credentials, backups, memory, hearsay, database }: SessionFacts, row: Row): Verdict | null {
  if (memory || hearsay || (database?.orders ?? []).some(({ maxGeneration }) => maxGeneration >= row.generation)) return null
  const holds = (stored: StoredFacts): boolean => stored.state === 'whole' && stored.linked && stored.generation === row.generation
  if (row.status === 'disconnected' && holds(credentials)) {
    return word('linked_but_disconnected', 'report', 'a phone may still be linked: start it anew, or delete it, and it is unlinked')
  }
  if (row.status === 'connecting' && holds(credentials)) return word('link_untold', 'wait', 'the database is told of the link (LNK-7)')
  if (!IS_LINKED[row.status] || holds(credentials)) return null
  if (['unreadable', 'not_looked_at', 'in_use'].includes(credentials.state)) return null
  return backups.some(({ stored }) => holds(stored))
    ? word('no_credentials', 'wait', 'the row says linked, the disk does not; a backup of this generation is there')
    : word('no_credentials', 'report', 'the row says linked, the disk does not (FOL-7, FOL-9)')
}

function judgeMemory({ memory, database, tombstones, fenced, hearsay }: SessionFacts): Verdict[] {
  if (!memory) return []
  const forbidden = fenced || tombstones.some(({ maxGeneration }) => maxGeneration >= memory.generation)
  const verdicts = forbidden ? [word('runs_forbidden', 'wait', 'a tombstone forbids its generation: the next look stops it')] : []
  if (!database || hearsay) return verdicts
  if (!database.row) return [...verdicts, word('runs_without_row', 'wait', 'it is stopped when a second read says so, too (FOL-3)')]
  if (database.row.generation === memory.generation) return verdicts
  return [...verdicts, word('runs_other_generation', 'wait', `the row is of generation ${database.row.generation}: the next look stops it`)]
}

type OrderVerdict = Verdict & { orderId: string; maxGeneration: number }

/** Orders without a tombstone are about to get one; tombstones without an order have lost it with a database that was restored. */
function judgeOrders({ database, tombstones }: SessionFacts): OrderVerdict[] {
  if (!database) return []
  const open = new Set(database.orders.map(({ id }) => id))
  const held = new Set(tombstones.map(({ orderId }) => orderId))
  return [
    ...tombstones.map(({ orderId, maxGeneration, step }) =>
      asked(orderId, maxGeneration, open.has(orderId) ? word('clear_under_way', 'wait', CLEAR_STEPS[step]) : vanished(maxGeneration)),
    ),
    ...database.orders
      .filter(({ id }) => !held.has(id))
      .map(({ id, maxGeneration }) => asked(id, maxGeneration, word('order_open', 'wait', 'the next pass takes it up'))),
  ]
}

function asked(orderId: string, maxGeneration: number, verdict: Verdict): OrderVerdict {
  return { orderId, maxGeneration, ...verdict }
}

function vanished(maxGeneration: number): Verdict {
  const reason = `the database has no such open order: generations up to ${maxGeneration} stay forbidden, it is asked ever more rarely (FOL-14)`
  return word('order_vanished', 'report', reason)
}

const CLEAR_STEPS = {
  erased: 'erased here; the unlink is under way',
  unlinked: 'erased and unlinked; the receipt is to be made',
  receipt: 'erased and unlinked; the database has yet to take the receipt',
} as const

function thingsOf({ credentials, backups, outbox }: SessionFacts): Thing[] {
  const stored = (place: 'credentials' | 'backup', item: string | null, facts: StoredFacts): Thing[] => {
    if (facts.state === 'absent' || facts.state === 'in_use') return []
    const generation = facts.state === 'whole' ? facts.generation : null
    const state = facts.state === 'not_looked_at' ? 'other' : facts.state
    return [{ place, item, generation, state, reason: 'reason' in facts ? facts.reason : '' }]
  }
  const queue = (): Thing[] => {
    if (outbox.state === 'absent') return []
    const generation = outbox.state === 'whole' ? outbox.generation : null
    const reason = outbox.state === 'unreadable' ? outbox.reason : 'it is no queue of messages'
    return [{ place: 'outbox', item: null, generation, state: outbox.state, reason }]
  }
  return [
    ...stored('credentials', null, credentials),
    ...backups.flatMap(({ name, stored: facts }) => stored('backup', name, facts)),
    ...queue(),
  ]
}

function word(finding: string, action: Finding['action'], reason: string): Verdict {
  return { finding, action, reason }
}
