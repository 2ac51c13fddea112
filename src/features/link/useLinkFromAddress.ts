import { useEffect } from 'react'
import { useSearchParams } from 'wouter'

/** `?link=<session>` begins to link that session, once: the address then loses it, so that a reload begins nothing. */
export function useLinkFromAddress(begin: (sessionId: string) => void): void {
  const [search, setSearch] = useSearchParams()
  const wanted = search.get('link')
  useEffect(() => {
    if (wanted === null) return
    setSearch(
      (now) => {
        now.delete('link')
        return now
      },
      { replace: true },
    )
    if (wanted !== '') begin(wanted)
  }, [wanted, begin, setSearch])
}
