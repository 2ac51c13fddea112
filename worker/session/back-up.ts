import type { Clock } from '../clock.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Backups } from '../store/backups.ts'
import type { Session } from './session.ts'

/**
 * How a session that is logged in, and only such a one, leaves a snapshot when one is due (BAK-1). Synchronous, so that no clear can come
 * between the reading and the writing. A disk that refuses costs the snapshot, not the session.
 */
export function createBackUp(options: {
  backups: Backups
  clock: Clock
  log: Log
  /** `null`: never. */
  everyMs: number | null
  /** For whoever counts. */
  ended(succeeded: boolean): void
}) {
  const { backups, clock, log, everyMs, ended } = options
  /** Sessions whose generation is known to have a snapshot, so that the question whether one is due opens no file. */
  const covered = new WeakSet<Session>()
  const isDue = (sessionId: string, session: Session): boolean => {
    if (everyMs === null) return false
    const at = backups.newestAt(sessionId)
    // A clock that went back makes an old snapshot look new: what seems to come from far ahead counts as old.
    if (at === null || Math.abs(clock.now() - at) >= everyMs) return true
    if (!covered.has(session) && backups.of(sessionId, session.generation).length > 0) covered.add(session)
    return !covered.has(session)
  }
  return (sessionId: string, session: Session): void => {
    try {
      if (!session.isHealthy() || !isDue(sessionId, session)) return
      backups.save(sessionId, session.contents())
      covered.add(session)
      ended(true)
    } catch (error) {
      ended(false)
      log.error({ session: sessionId, error: reasonOf(error) }, 'a backup could not be made')
    }
  }
}
