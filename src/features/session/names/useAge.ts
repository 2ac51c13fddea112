import { useDates } from '../../../lib/dates.ts'
import { useNow } from '../../../lib/useNow.ts'
import { useWords } from '../../../words/words.ts'

/** How old a list is, in words. `live`: WhatsApp was asked just now. */
export function useAge(list: { updatedAt: string | null; live?: boolean } | undefined): string {
  const words = useWords().session.names
  const dates = useDates()
  const now = useNow(10_000)
  if (!list) return ''
  if (list.live) return words.live
  return list.updatedAt === null ? words.neverTold : words.kept(dates.ago(list.updatedAt, now))
}
