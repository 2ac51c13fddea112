import { useDates } from '../../lib/dates.ts'
import { useNow } from '../../lib/useNow.ts'
import { useWords } from '../../words/words.ts'

/** What is younger is not counted, milliseconds. */
const JUST_NOW = 10_000

/** How long ago something was, in words; renewed by itself. */
export function useAgo(): (time: string) => string {
  const words = useWords()
  const dates = useDates()
  const now = useNow(5000)
  return (time) => (now - Date.parse(time) < JUST_NOW ? words.list.justNow : dates.ago(time, now))
}
