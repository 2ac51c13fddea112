import { useWords } from '../words/words.ts'
import { Spinner } from './spinner.tsx'

/** Says that something is on its way. */
export function Waiting() {
  const words = useWords()
  return (
    <output className="flex justify-center">
      <Spinner className="size-6 text-muted" />
      <span className="sr-only">{words.common.loading}</span>
    </output>
  )
}
