import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Backups } from '../store/backups.ts'
import type { Session } from './session.ts'

/**
 * How a session that is logged in, and only such a one, leaves a snapshot when one is due (BAK-1). Synchronous, so that no clear can come
 * between the reading and the writing. A disk that refuses costs the snapshot, not the session.
 */
export function createBackUp({ backups, log, everyMs }: { backups: Backups; log: Log; everyMs: number }) {
  return (sessionId: string, session: Session): void => {
    try {
      if (!session.isHealthy() || !backups.isDue(sessionId, session.generation, everyMs)) return
      backups.save(sessionId, session.contents())
    } catch (error) {
      log.error({ session: sessionId, error: reasonOf(error) }, 'a backup could not be made')
    }
  }
}
