import { useWords } from '../../../words/words.ts'
import { useAgo } from '../useAgo.ts'

/** How old a list is, in words. `live`: it was asked of WhatsApp itself. */
export function useAge(list: { updatedAt: string | null; live?: boolean } | undefined): string {
  const words = useWords().session.names
  const ago = useAgo()
  if (!list) return ''
  if (list.updatedAt === null) return list.live ? '' : words.neverTold
  const when = ago(list.updatedAt)
  return list.live ? words.live(when) : words.kept(when)
}
