import { useCallback, useState } from 'react'
import type { ClearAnswer } from '../../lib/clear-now.ts'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { toast } from '../../lib/toast.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useWords } from '../../words/words.ts'
import { clearDeleted, deleteRow, resetAndClear, type NotDeleted, whyNotDeleted } from './removal-commands.ts'

/** What became of a removal that was asked for. */
export type RemovalResult =
  | { kind: 'ordered'; answer: ClearAnswer }
  | { kind: 'not_deleted'; why: NotDeleted }
  | { kind: 'failed'; code: FailureCode }

/**
 * Deletes and resets sessions. Nothing is optimistic: a row leaves the page when the database says so. The promises
 * never reject; what went wrong is in the result and has been said in a toast.
 */
export function useRemoval(onChanged: () => void) {
  const client = useSupabase()
  const words = useWords()
  const [deleting, setDeleting] = useState<ReadonlySet<string>>(new Set())
  const [resetting, setResetting] = useState<ReadonlySet<string>>(new Set())

  const fail = useCallback(
    (error: unknown): RemovalResult => {
      const { code } = asFailure(error)
      toast.error(words.failures[code])
      return { kind: 'failed', code }
    },
    [words],
  )

  const deleteSession = useCallback(
    async (sessionId: string): Promise<RemovalResult> => {
      setDeleting((ids) => new Set(ids).add(sessionId))
      try {
        if (!(await deleteRow(client, sessionId))) {
          const why = await whyNotDeleted(client, sessionId)
          onChanged()
          toast.warning({ gone: words.toasts.goneAlready, connected: words.toasts.nowConnected, refused: words.toasts.notDeleted }[why])
          return { kind: 'not_deleted', why }
        }
        toast.success(words.toasts.removed)
        onChanged()
      } catch (error) {
        return fail(error)
      } finally {
        setDeleting((ids) => without(ids, sessionId))
      }
      const answer = await clearDeleted(client, sessionId)
      onChanged()
      return { kind: 'ordered', answer }
    },
    [client, fail, onChanged, words],
  )

  const resetSession = useCallback(
    async (sessionId: string): Promise<RemovalResult> => {
      setResetting((ids) => new Set(ids).add(sessionId))
      const result = await resetAndClear(client, sessionId).then(
        (answer): RemovalResult => ({ kind: 'ordered', answer }),
        (error: unknown) => fail(error),
      )
      setResetting((ids) => without(ids, sessionId))
      if (result.kind === 'ordered' && result.answer.kind === 'done') toast.success(words.toasts.reset)
      onChanged()
      return result
    },
    [client, fail, onChanged, words],
  )

  return { deleteSession, isDeletingSession: deleting.size > 0, deleting, resetSession, isResettingSession: resetting.size > 0 }
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const rest = new Set(ids)
  rest.delete(id)
  return rest
}
