import { useCallback } from 'react'
import { asFailure } from '../lib/failure.ts'
import { toast } from '../lib/toast.ts'
import { useWords } from '../words/words.ts'

/** Runs a command and says in a toast how it went (`done`: what is said when it went well); never rejects. */
export function useCommand(onChanged: () => void): (act: () => Promise<void>, done: string | null) => Promise<void> {
  const words = useWords()
  return useCallback(
    async (act, done) => {
      try {
        await act()
        if (done) toast.success(done)
      } catch (error) {
        const { code, queued } = asFailure(error)
        if (code === 'worker_offline' || queued) toast.message(words.toasts.orderStored)
        else toast.error(words.failures[code])
      }
      onChanged()
    },
    [onChanged, words],
  )
}
