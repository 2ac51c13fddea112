import { useQuery } from '@tanstack/react-query'
import { useSupabase } from '../../lib/supabase.ts'
import { clearPurged, purgeStale } from './removal-commands.ts'

/** Purges stale sessions once per page load and organisation; answers with how many were removed. */
export function usePurgeOnLoad(organizationId: string, enabled: boolean, onPurged: () => void): number {
  const client = useSupabase()
  const purge = useQuery({
    queryKey: ['purge-stale', organizationId],
    queryFn: async () => {
      const removed = await purgeStale(client)
      if (removed.length > 0) {
        onPurged()
        void clearPurged(client, removed).then(onPurged)
      }
      return removed.length
    },
    enabled,
    retry: 1,
    staleTime: 'static',
    gcTime: Number.POSITIVE_INFINITY,
  })
  return purge.data ?? 0
}
