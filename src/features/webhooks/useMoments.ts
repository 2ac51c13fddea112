import { useDates } from '../../lib/dates.ts'
import { useNow } from '../../lib/useNow.ts'
import { useWords } from '../../words/words.ts'

/** What is nearer is not counted, milliseconds. */
const NOW = 5000

/** How long ago something was, and how long until something is, in words; renewed by themselves. */
export function useMoments() {
  const { justNow } = useWords().list
  const dates = useDates()
  const now = useNow(1000)
  return {
    now,
    ago: (time: string) => (now - Date.parse(time) < NOW ? justNow : dates.ago(time, now)),
    until: (time: string) => dates.until(time, now),
    at: dates.dateTime,
    date: dates.date,
  }
}
