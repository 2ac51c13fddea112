import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { clearNow } from '../../lib/clear-now.ts'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useWords } from '../../words/words.ts'
import { deleteRow, type NotDeleted, orderOfDeleted, orderReset, whyNotDeleted } from './removal-commands.ts'
import { orderQuery, type Told, toldQuery } from './removal-queries.ts'

/** What became of a removal that was asked for. */
export type RemovalResult =
  /** It is stored, and being carried out. `orderId: null`: which order it is could not be read. */
  { kind: 'ordered'; orderId: string | null } | { kind: 'not_deleted'; why: NotDeleted } | { kind: 'failed'; code: FailureCode }

/**
 * Deletes and resets sessions. Nothing is optimistic: a row leaves the page when the database says so. The promises settle when the order
 * is stored and never reject; what went wrong is in the result and has been said in a toast.
 */
export function useRemoval(onChanged: () => void) {
  const client = useSupabase()
  const queries = useQueryClient()
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

  /** Has the worker look at an order that is stored, and the page at what became of it. */
  const carryOut = useCallback(
    async (sessionId: string, orderId: string) => {
      const answer = await clearNow(client, sessionId, orderId)
      if (answer.kind !== 'done') queries.setQueryData<Told>(toldQuery(orderId).queryKey, { kind: answer.kind, at: Date.now() })
      void queries.invalidateQueries({ queryKey: orderQuery(client, orderId).queryKey })
      onChanged()
    },
    [client, onChanged, queries],
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
        const orderId = await orderOfDeleted(client, sessionId)
        if (orderId) void carryOut(sessionId, orderId)
        return { kind: 'ordered', orderId }
      } catch (error) {
        return fail(error)
      } finally {
        setDeleting((ids) => without(ids, sessionId))
      }
    },
    [carryOut, client, fail, onChanged, words],
  )

  const resetSession = useCallback(
    async (sessionId: string): Promise<RemovalResult> => {
      setResetting((ids) => new Set(ids).add(sessionId))
      try {
        const orderId = await orderReset(client, sessionId)
        onChanged()
        void carryOut(sessionId, orderId)
        return { kind: 'ordered', orderId }
      } catch (error) {
        return fail(error)
      } finally {
        setResetting((ids) => without(ids, sessionId))
      }
    },
    [carryOut, client, fail, onChanged],
  )

  return { deleteSession, isDeletingSession: deleting.size > 0, deleting, resetSession, isResettingSession: resetting.size > 0 }
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const rest = new Set(ids)
  rest.delete(id)
  return rest
}
