import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RemovalOrder, RemovalRecord } from '../../lib/removal-order.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { orderQuery } from './removal-queries.ts'

/** How long what is gone stays to be seen, milliseconds. */
const FAREWELL = 8000

/**
 * Orders that were open and are completed now, each for a moment, with its receipt. `open`: of the last look; one that left it for another
 * reason (the role is lost) is not said to be gone.
 */
export function useFarewells(open: readonly RemovalOrder[]): RemovalRecord[] {
  const client = useSupabase()
  const [known, setKnown] = useState<readonly string[]>([])
  const [left, setLeft] = useState<readonly string[]>([])
  const ids = open.map(({ id }) => id)
  // Compared while drawing: between what was open and what is said to be gone no picture shows neither.
  if (ids.join() !== known.join()) {
    setKnown(ids)
    setLeft([...new Set([...left, ...known])].filter((id) => !ids.includes(id)))
  }

  const looks = useQueries({ queries: left.map((id) => ({ ...orderQuery(client, id), retry: 1 })) })
  const gone = looks.flatMap(({ data }) => (data?.record?.receipt ? [data.record] : []))

  const wanted = left.join()
  useEffect(() => {
    if (wanted === '') return undefined
    const timer = setTimeout(() => setLeft((now) => now.filter((id) => !wanted.includes(id))), FAREWELL)
    return () => clearTimeout(timer)
  }, [wanted])
  return gone
}
