import { SessionId } from '#domain/session.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import * as z from 'zod/mini'
import { fateQuery } from '../features/session/fate.ts'
import { sessionQuery } from '../features/session/session-query.ts'
import { createFailureCount, pollInterval } from '../features/sessions/poll-interval.ts'
import { silenceQuery } from '../features/sessions/silence-query.ts'
import { type Topic, useLive } from '../lib/live.ts'
import { outdatedSince } from '../lib/outdated.ts'
import { useSupabase } from '../lib/supabase.ts'
import { usePageVisible } from '../lib/usePageVisible.ts'

const TOPICS: readonly Topic[] = ['sessions', 'orders']

/** Follows one session of an organisation, also to its end: looks again when told of a change, and asks by itself as the list does. */
export function useSession(organizationId: string, sessionId: string) {
  const client = useSupabase()
  const queries = useQueryClient()
  const hidden = !usePageVisible()
  const [failuresOf] = useState(createFailureCount)
  const isId = z.safeParse(SessionId, sessionId).success
  const query = sessionQuery(client, organizationId, sessionId)

  const lookAgain = useCallback(
    () => queries.invalidateQueries({ queryKey: ['whatsapp-session', organizationId, sessionId] }),
    [organizationId, queries, sessionId],
  )
  const { live, changed } = useLive(TOPICS, lookAgain)
  const steady = { retry: false, refetchInterval: () => interval(), refetchIntervalInBackground: true } as const
  useQuery({ ...silenceQuery(client), ...steady, enabled: live === 'realtime' })
  const look = useQuery({ ...query, ...steady, enabled: isId })
  const isMissing = look.data?.session === null
  const fate = useQuery({ ...fateQuery(client, organizationId, sessionId), ...steady, enabled: isMissing })

  function interval(): number | false {
    const state = queries.getQueryState(query.queryKey)
    const seen = queries.getQueryData(query.queryKey)
    const silentAt = queries.getQueryData(silenceQuery(client).queryKey)
    return pollInterval({
      sessions: seen?.session ? [seen.session] : [],
      openOrders: queries.getQueryData(fateQuery(client, organizationId, sessionId).queryKey)?.kind === 'removing' ? 1 : 0,
      workerOnline: seen?.workerOnline ?? false,
      linkOpen: false,
      lagging: false,
      hidden,
      live,
      silenceIn: silentAt ? silentAt - Date.now() : null,
      failures: state ? failuresOf(state) : 0,
    })
  }

  const outdated = outdatedSince(look) !== null
  return {
    /** `null`: there is none, or none any more; `fate` says which. `undefined`: not known yet. */
    session: isId ? look.data?.session : null,
    fate: isId ? fate.data : ({ kind: 'unheard' } as const),
    /** Why nothing could ever be read. */
    loadError: look.data ? (isMissing && !fate.data ? fate.error : null) : look.error,
    outdated,
    /** `undefined` while nobody knows. */
    workerOnline: outdated ? undefined : look.data?.workerOnline,
    /** To be called after each command: looks again, and has the other tabs do so. */
    refresh: changed,
  }
}
