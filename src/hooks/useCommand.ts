import { useCallback } from 'react'
import { copyText } from '../lib/copy-text.ts'
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
        const { code, queued, reference } = asFailure(error)
        if (code === 'worker_offline' || queued) toast.message(words.toasts.orderStored)
        else {
          const { label, copy, ...copying } = words.common.reference
          const more = reference && {
            description: `${label} ${reference}`,
            action: { label: copy, onClick: () => void copyText(reference, copying) },
          }
          toast.error(words.failures[code], more || undefined)
        }
      }
      onChanged()
    },
    [onChanged, words],
  )
}
