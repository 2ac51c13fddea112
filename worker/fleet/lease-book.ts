import { HEARTBEAT_STALE_SECONDS } from '#domain/routes.ts'
import type { Clock } from '../clock.ts'

/** A lease as the database tells it: by which token this worker holds which session. */
export type Lease = { id: string; token: number }

/** Leases count as over this much before the database says so, milliseconds: clocks do not run alike. */
const MARGIN_MS = 1000
const LEASE_MS = HEARTBEAT_STALE_SECONDS * 1000 - MARGIN_MS

/**
 * Which sessions this worker holds, by its own clocks. All leases are as good as the last heartbeat that the database took: nothing may
 * be sent, opened or stored by a worker that cannot know whether somebody else has taken over.
 */
export type LeaseBook = {
  /** Whether leases are good now. Asked before whatever reaches out. */
  isCurrent(): boolean
  /** Whether a session is held, and by which token; `null`: it is not, or nobody can know. */
  tokenOf(sessionId: string): number | null
  /** The same whether leases are good or not. */
  all(): Lease[]
  /** To be taken before a heartbeat or a read begins, and handed in with its answer. */
  mark(): Mark
  /** The database took a heartbeat that was begun at `mark`. Where leases were over by then, `lapse` comes first. */
  renew(mark: Mark): void
  /**
   * What a read that was begun at `mark` says: nothing, where leases were not good all the while. `taken`: held anew, or by another token.
   * `missing`: held before that, and not in the list.
   */
  read(leases: readonly Lease[], mark: Mark): { taken: string[]; missing: string[] }
  /**
   * A session is being given away: by the token that it has now nothing is opened here any more, however late the database hears of it. It
   * stays held, so that what was changed can still be stored.
   */
  leave(sessionId: string): void
  /** What is being given away and of which nobody knows yet whether it was. */
  leaving(): Lease[]
  /** The database has heard of it: nobody holds it by this token. */
  left(lease: Lease): void
  /** Whether a connection of a session may be opened by its lease. */
  mayOpen(sessionId: string): boolean
  /** A session is not held by this token any more, unless a read says so that is begun from now on. */
  drop(sessionId: string): void
  /** Nothing is held any more; returns what was. What was read before says nothing from now on. */
  lapse(): string[]
}

/** A moment, by both clocks, and what was known then. */
export type Mark = {
  readonly at: number
  readonly wall: number
  readonly count: number
  readonly lapses: number
  readonly current: boolean
}

export function createLeaseBook(clock: Pick<Clock, 'now' | 'elapsed'>): LeaseBook {
  const held = new Map<string, { token: number; since: number }>()
  /** The last token of what was let go, and when: an answer that comes late may still tell of it. */
  const gone = new Map<string, { token: number; since: number }>()
  const leaving = new Map<string, number>()
  let renewed: Mark | null = null
  let count = 0
  let lapses = 0

  const isCurrent = (): boolean => {
    if (!renewed) return false
    // By both clocks: the one does not run while the machine sleeps, the other may be set back.
    const ms = Math.max(clock.elapsed() - renewed.at, Math.abs(clock.now() - renewed.wall))
    // Once over, over until the next heartbeat, before which everything is let go: a clock that is set back must not hide what was dropped.
    if (ms >= LEASE_MS) renewed = null
    return renewed !== null
  }
  const take = ({ id, token }: Lease, mark: Mark): boolean => {
    const [known, last] = [held.get(id), gone.get(id)]
    if ((known && known.token >= token) || (last && last.token >= token && last.since > mark.count)) return false
    count += 1
    held.set(id, { token, since: count })
    gone.delete(id)
    return true
  }
  const drop = (id: string): void => {
    const known = held.get(id)
    if (!known) return
    held.delete(id)
    count += 1
    gone.set(id, { token: known.token, since: count })
    const [oldest] = gone.keys()
    if (gone.size > REMEMBERED && oldest !== undefined) gone.delete(oldest)
  }

  const tokenOf = (id: string): number | null => (isCurrent() ? (held.get(id)?.token ?? null) : null)

  return {
    isCurrent,
    tokenOf,
    all: () => Array.from(held, ([id, { token }]) => ({ id, token })),
    mark: () => ({ at: clock.elapsed(), wall: clock.now(), count, lapses, current: isCurrent() }),
    renew(mark) {
      renewed = mark
    },
    read(leases, mark) {
      if (mark.lapses !== lapses || !mark.current || !isCurrent()) return { taken: [], missing: [] }
      const known = new Set(leases.map(({ id }) => id))
      const missing = Array.from(held).flatMap(([id, { since }]) => (!known.has(id) && since <= mark.count ? [id] : []))
      return { taken: leases.filter((lease) => take(lease, mark)).map(({ id }) => id), missing }
    },
    leave(id) {
      const known = held.get(id)
      if (known) leaving.set(id, known.token)
    },
    leaving: () => Array.from(leaving, ([id, token]) => ({ id, token })),
    left({ id, token }) {
      if (leaving.get(id) === token) leaving.delete(id)
      if (held.get(id)?.token === token) drop(id)
    },
    mayOpen(id) {
      const token = tokenOf(id)
      return token !== null && leaving.get(id) !== token
    },
    drop,
    lapse() {
      lapses += 1
      renewed = null
      const ids = [...held.keys()]
      held.clear()
      return ids
    },
  }
}

const REMEMBERED = 10_000
