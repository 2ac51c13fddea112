import { toast } from '../../lib/toast.ts'
import { useWords } from '../../words/words.ts'

/** Puts a text on the clipboard and says whether that went well. */
export function useCopy(): (text: string) => Promise<void> {
  const { toasts } = useWords()
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text)
      toast.success(toasts.copied)
    } catch {
      toast.error(toasts.copyFailed)
    }
  }
}
