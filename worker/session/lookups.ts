import type { SessionView } from '#domain/observation.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import type { Clock } from '../clock.ts'
import { running } from './entries.ts'
import type { Entries } from './entries.ts'
import type { Session } from './session.ts'
import { viewOf } from './view.ts'

/** What others may ask of the sessions here. Nothing changes by it. */
export function lookupsOf(entries: Entries, clock: Pick<Clock, 'now'>) {
  return {
    /** To be taken before reading the database, and handed to `changedSince` with what was read. */
    mark: entries.mark,
    /** Whether a session changed here after `mark`: then what was read since is hearsay (FOL-6). To be asked before any order of that read is taken. */
    changedSince: (id: string, mark: number): boolean => (entries.find(id)?.changedAt ?? 0) > mark,

    /** The last row seen of a session, as evidence for a clear that finds nothing on disk. */
    rowOf: (id: string): SessionIntent | null => entries.find(id)?.row ?? null,
    knownIds: (): string[] =>
      entries
        .all()
        .filter((entry) => entry.row)
        .map((entry) => entry.id),

    running: (id: string): Session | null => running(entries.find(id)),
    isRunning: (id: string): boolean => running(entries.find(id)) !== null,
    runningCount: (): number => entries.all().filter((entry) => running(entry)).length,
    /** The session that holds generations up to `maxGeneration`, or a newer one: then `covered` is false and its folder is not touched. */
    held(id: string, maxGeneration: number): { session: Session; covered: boolean } | null {
      const session = running(entries.find(id))
      return session && { session, covered: session.generation <= maxGeneration }
    },

    /** Whether a link was asked for that the limit does not allow to begin yet (LNK-12). */
    isHeldBack: (id: string): boolean => entries.find(id)?.heldBack ?? false,
    watchedLinks: (): string[] =>
      entries
        .all()
        .filter((e) => e.board.isWatched(clock.now()) && e.session?.linkStep())
        .map((e) => e.id),

    view(id: string): SessionView | null {
      const entry = entries.find(id)
      return entry ? viewOf(entry) : null
    },
    viewsOf(organizationId: string): SessionView[] {
      const theirs = entries.all().filter((entry) => entry.row?.organization_id === organizationId)
      return theirs.map(viewOf).filter((view) => view !== null)
    },
  }
}
