import type { ModelDatabase } from '../support/model-database.ts'
import type { Violations } from '../support/violations.ts'

type Calls = ModelDatabase['worker']

/**
 * A worker may say that it has lost a link's credentials only where somebody damaged the disk or put back an older state: nothing of its
 * own, and no list that was short, may cost anybody a link (FOL-3, FOL-7).
 * @param isExcused whether something was done to a session, or to all, that no worker can be blamed for
 */
export function withLossCheck(
  calls: Calls,
  rows: ModelDatabase['rows'],
  isExcused: (sessionId: string) => boolean,
  violations: Violations,
): Calls {
  return {
    ...calls,
    unlinked(sessionId, generation, reason, token) {
      const isHit = rows().some((row) => row.id === sessionId && row.generation === generation)
      const isLoss = reason === 'credentials_damaged' || reason === 'link_unfinished'
      if (isHit && isLoss && !isExcused(sessionId)) violations.add('untrue', 'FOL-3, FOL-7', `the link of ${sessionId} was lost: ${reason}`)
      return calls.unlinked(sessionId, generation, reason, token)
    },
  }
}
