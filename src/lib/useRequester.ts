import { useWords } from '../words/words.ts'
import type { RemovalRecord } from './removal-order.ts'

/** Who asked for a removal, in a word: an e-mail, the worker, or somebody whose account is gone. */
export function useRequester(): (record: Pick<RemovalRecord, 'requested_by' | 'requested_by_email'>) => string {
  const { byWorker, bySomebodyGone } = useWords().removal
  return ({ requested_by, requested_by_email }) => requested_by_email ?? (requested_by ? bySomebodyGone : byWorker)
}
