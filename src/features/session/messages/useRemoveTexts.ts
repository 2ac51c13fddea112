import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { toast } from '../../../lib/toast.ts'
import { useWords } from '../../../words/words.ts'
import { removeTexts, textsKey } from './message-queries.ts'

/** Takes texts out of the queue: one by its id, or all; says in a toast how it went. */
export function useRemoveTexts(sessionId: string) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string | undefined) => removeTexts(client, sessionId, id),
    onSuccess: (removed) => toast.message(words.messages.removed(removed)),
    onError: (error) => toast.error(words.failures[asFailure(error).code]),
    onSettled: () => queries.invalidateQueries({ queryKey: textsKey(sessionId) }),
  })
}
