import { useQueries } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { RemovalOrder, RemovalRecord } from '../../lib/removal-order.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { orderQuery } from './removal-queries.ts'

/** Farewells at a time: of a purge of hundreds the activity tells. */
const FAREWELLS = 5

/**
 * Orders that were open and are completed now, each with its receipt, until it was seen for a moment (`onSeen`). `open`: of the last look;
 * one that left it for another reason (the role is lost) is not said to be gone.
 */
export function useFarewells(open: readonly RemovalOrder[]): { gone: RemovalRecord[]; onSeen: (orderId: string) => void } {
  const client = useSupabase()
  const [known, setKnown] = useState<readonly string[]>([])
  const [left, setLeft] = useState<readonly string[]>([])
  const ids = open.map(({ id }) => id)
  // Compared while drawing: between what was open and what is said to be gone no picture shows neither.
  if (ids.join() !== known.join()) {
    setKnown(ids)
    setLeft([...new Set([...left, ...known])].filter((id) => !ids.includes(id)).slice(-FAREWELLS))
  }

  const looks = useQueries({ queries: left.map((id) => orderQuery(client, id)) })
  const gone = looks.flatMap(({ data }) => (data?.record?.receipt ? [data.record] : []))
  const onSeen = useCallback((orderId: string) => setLeft((now) => now.filter((id) => id !== orderId)), [])
  return { gone, onSeen }
}
