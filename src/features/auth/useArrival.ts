import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import * as z from 'zod/mini'
import { asFailure, authFailure, Failure, type FailureCode } from '../../lib/failure.ts'
import { type Client, useSupabase } from '../../lib/supabase.ts'
import { type MailLink, type Purpose, readMailLink } from './mail-link.ts'

/** How somebody came here. */
export type Arrival =
  /** By no link of a mail, or all is done that came of it. */
  | { kind: 'none' }
  | { kind: 'checking' }
  /** The link does not let anybody in (any more). */
  | { kind: 'over' }
  /** Nobody could say whether it does. */
  | { kind: 'unread'; code: FailureCode; tryAgain: () => void }
  /** Signed in by it, and a password is to be chosen. */
  | { kind: 'password'; purpose: Exclude<Purpose, 'signed_in'> }

/** Kept with the page's place in the browser's history: a reload comes back to the same question. */
const Kept = z.object({ arrival: z.enum(['recovery', 'welcome']) })
const keptPurpose = (state: unknown) => z.safeParse(Kept, state).data?.arrival ?? null

/** Lets in who comes by the link of a mail. `finish` is to be called when its question is answered. */
export function useArrival(): [Arrival, finish: () => void] {
  const client = useSupabase()
  const [link] = useState(() => readMailLink(location.href))
  const [kept] = useState(() => keptPurpose(history.state))
  const [isFinished, setFinished] = useState(false)
  const entry = useQuery({
    queryKey: ['arrival', link],
    queryFn: async () => (link && link.kind !== 'refused' ? await enter(client, link) : null),
    enabled: link !== null && link.kind !== 'refused',
    retry: false,
    staleTime: Infinity,
    refetchInterval: false,
  })
  const isRefused = link?.kind === 'refused' || (entry.isError && asFailure(entry.error).code === 'wrong_credentials')
  const isRead = isRefused || entry.isSuccess
  const purpose = link ? (entry.data ?? null) : kept
  useEffect(() => {
    // The address holds a key to the account: it does not stay in the address bar, nor in the history.
    if (isRead) history.replaceState(purpose && { arrival: purpose }, '', location.pathname)
  }, [isRead, purpose])
  const finish = useCallback(() => setFinished(true), [])
  const { refetch } = entry
  const arrival = ((): Arrival => {
    if (isFinished) return { kind: 'none' }
    if (isRefused) return { kind: 'over' }
    if (entry.isError && !entry.isFetching) {
      return { kind: 'unread', code: asFailure(entry.error).code, tryAgain: () => void refetch() }
    }
    if (link && !entry.isSuccess) return { kind: 'checking' }
    return purpose === 'recovery' || purpose === 'welcome' ? { kind: 'password', purpose } : { kind: 'none' }
  })()
  return [arrival, finish]
}

/** Signs in by what the link brought. Throws a `Failure`; `wrong_credentials` is a link that is over. */
async function enter({ auth }: Client, link: Exclude<MailLink, { kind: 'refused' }>): Promise<Purpose> {
  const { error, data } = await (() => {
    if (link.kind === 'session') return auth.setSession({ access_token: link.accessToken, refresh_token: link.refreshToken })
    if (link.kind === 'token') return auth.verifyOtp({ token_hash: link.tokenHash, type: link.type })
    return auth.exchangeCodeForSession(link.code)
  })()
  // However Auth says no: the link is over.
  if (error?.status && error.status < 500 && error.status !== 429) throw new Failure('wrong_credentials', error.message)
  if (error) throw authFailure(error)
  if (!data.session) throw new Failure('wrong_credentials', 'the link brings no session')
  return link.purpose
}
