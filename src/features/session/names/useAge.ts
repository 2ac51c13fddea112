import { useDates } from '../../../lib/dates.ts'
import { useNow } from '../../../lib/useNow.ts'
import { useWords } from '../../../words/words.ts'

/** How old a list is, in words. `live`: it was asked of WhatsApp itself. */
export function useAge(list: { updatedAt: string | null; live?: boolean } | undefined): string {
  const words = useWords().session.names
  const dates = useDates()
  const now = useNow(10_000)
  if (!list) return ''
  if (list.updatedAt === null) return list.live ? '' : words.neverTold
  const when = dates.ago(list.updatedAt, now)
  return list.live ? words.live(when) : words.kept(when)
}
