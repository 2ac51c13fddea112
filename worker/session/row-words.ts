import { IS_LINKED } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { running } from './entries.ts'
import type { Entries, Entry } from './entries.ts'
import type { Observations } from './observations.ts'
import type { Session } from './session.ts'

type Options = { database: Database; log: Log; observations: Observations; entries: Entries }

/** Keeps what the rows say true where nothing happens here that would tell them (FOL-12). */
export function createRowWords({ database, log, observations, entries }: Options) {
  /** The database forgot a link (it was restored from before it): it takes no other word of that session until it knows again (LNK-7). */
  const relink = (entry: Entry, row: SessionIntent, session: Session): void => {
    database.linked(row.id, row.generation, session.phoneNumber() ?? '').then(
      () => entries.changed(entry),
      (error) => log.warn({ session: row.id, error: reasonOf(error) }, 'a forgotten link could not be told'),
    )
  }

  /** A row that differs from what runs (a restored database, an edit by hand) is told again. */
  const reconcile = (entry: Entry, row: SessionIntent): void => {
    const session = running(entry)
    if (!session?.isLinked() || session.status() === 'connecting' || session.generation !== row.generation) return
    if (!IS_LINKED[row.status]) return relink(entry, row, session)
    const [status, reason] = [session.status(), session.reason()]
    if (status === row.status && reason === row.status_reason) return
    observations.report({ sessionId: row.id, generation: row.generation, status, reason })
  }

  /** Where a row says connected and nothing runs, it has to say what is true: on its way back, because of the disk. */
  const reportOffline = (row: SessionIntent): void => {
    if (row.status !== 'connected' || running(entries.find(row.id))) return
    observations.report({ sessionId: row.id, generation: row.generation, status: 'reconnecting', reason: 'storage_failed' })
  }

  return { reconcile, reportOffline }
}
