import type { SessionFacts, StoredFacts } from './facts.ts'
import type { Finding } from './plan.ts'

/**
 * What is to be said of a session's keys. Pure. A key opens nothing any more where nothing of its generation is left, and is discarded: it was
 * made for credentials that a kill kept from being made, or outlived what was set aside. That of a row's generation stays: a link may
 * begin with it in the next moment.
 */
export function judgeKeys(facts: SessionFacts): Finding[] {
  const { sessionId, keys } = facts
  const of = (finding: string, action: Finding['action'], reason: string, generation: number | null = null): Finding => ({
    sessionId,
    place: 'key',
    finding,
    action,
    reason,
    generation,
    item: null,
  })
  if (keys.state === 'unreadable') return [of('unreadable', 'report', `${keys.reason}; nothing is concluded from that`)]
  if (keys.state === 'damaged') {
    return facts.database && !facts.database.row && isNothingLeft(facts, null)
      ? [of('leftover_key', 'discard', 'a damaged file of keys, and nothing that they could open')]
      : [of('damaged', 'report', 'the file of its keys is damaged: what they sealed cannot be opened')]
  }
  const old = keys.old > 0 ? [of('old_master_key', 'report', `${keys.old} under an older master key: keep that one, and restart`)] : []
  const leftovers = keys.generations.filter(
    (generation) => facts.database && facts.database.row?.generation !== generation && isNothingLeft(facts, generation),
  )
  return [...old, ...leftovers.map((one) => of('leftover_key', 'discard', `nothing of generation ${one} is left`, one))]
}

/** Whether nobody holds, and nobody can hold, anything of a generation; `null`: of any. What an order covers, the order destroys. */
function isNothingLeft(
  { hearsay, fenced, tombstones, database, memory, credentials, backups, outbox, quarantine }: SessionFacts,
  generation: number | null,
): boolean {
  const isOther = (one: number | null | undefined): boolean => generation !== null && one != null && one !== generation
  const isElsewhere = (stored: StoredFacts): boolean => {
    if (stored.state === 'in_use') return isOther(memory?.generation)
    return stored.state === 'absent' || (stored.state === 'whole' && isOther(stored.generation))
  }
  const orders = [...tombstones, ...(database?.orders ?? [])]
  return (
    !hearsay &&
    !fenced &&
    orders.length === 0 &&
    (memory === null || isOther(memory.generation)) &&
    isElsewhere(credentials) &&
    backups.every(({ stored }) => isElsewhere(stored)) &&
    (outbox.state === 'absent' || (outbox.state === 'whole' && isOther(outbox.generation))) &&
    quarantine.every((entry) => isOther(entry.generation))
  )
}
