import type { SessionIntent } from '#domain/snapshot.ts'
import type { Found } from '../store/credential-store.ts'
import { createLinkBoard } from './link-board.ts'
import type { LinkBoard } from './link-board.ts'
import type { Session } from './session.ts'

/** What a worker holds of one row, running or not. */
export type Entry = {
  readonly id: string
  row: SessionIntent | null
  session: Session | null
  readonly board: LinkBoard
  /** The last `link_requested_at` that was acted upon. */
  answered: string | null
  /** A link was asked for, and is begun when the limit allows it (LNK-12). */
  heldBack: boolean
  /** What lies on disk while nothing runs; `null`: not looked at since it may have changed. */
  found: Found | null
  /** When it last changed here; what was read from the database before that is hearsay (FOL-6). */
  changedAt: number
  /** The database is being told that this link is gone: which call of `leave` does; `null`: none. */
  leaving: object | null
  /** How often its credentials came from a backup since it was last online. */
  restores: number
}

/** The entries by session id, and the count of changes that orders them against reads of the database. */
export type Entries = {
  all(): Entry[]
  find(id: string): Entry | undefined
  /** Makes one where there is none. */
  of(id: string): Entry
  forget(id: string): void
  changed(entry: Entry): void
  /** The same by id, where there is an entry. */
  touched(id: string): void
  /** The count of changes so far. */
  mark(): number
}

export function createEntries(): Entries {
  const entries = new Map<string, Entry>()
  let changes = 0
  const changed = (entry: Entry): void => {
    changes += 1
    entry.changedAt = changes
    entry.found = null
  }
  return {
    all: () => [...entries.values()],
    find: (id) => entries.get(id),
    of(id) {
      const known = entries.get(id)
      if (known) return known
      const board = createLinkBoard(() => entry.session?.watchersChanged())
      const entry: Entry = {
        id,
        row: null,
        session: null,
        board,
        answered: null,
        heldBack: false,
        found: null,
        changedAt: 0,
        leaving: null,
        restores: 0,
      }
      entries.set(id, entry)
      return entry
    },
    forget: (id) => void entries.delete(id),
    changed,
    touched(id) {
      const entry = entries.get(id)
      if (entry) changed(entry)
    },
    mark: () => changes,
  }
}

/** The session of an entry, unless it is over. */
export function running(entry: Entry | undefined): Session | null {
  return entry?.session && !entry.session.isOver() ? entry.session : null
}
