import { useEffect, useState } from 'react'
import { useConfig } from './config.ts'
import { createLiveSource, type LiveSource } from './live.ts'
import type { Realtime } from './realtime.ts'
import { useSupabase } from './supabase.ts'
import { joinTabs } from './tabs.ts'

/** All hints of an organisation in one place: one subscription to Realtime where it is configured, however many listen, and the other tabs. */
export function useLiveSource(organizationId: string): LiveSource {
  const { supabaseUrl, supabaseKey, realtime } = useConfig()
  const { auth } = useSupabase()
  const [source] = useState(createLiveSource)

  useEffect(() => {
    const tabs = joinTabs(() => source.onHint())
    const untell = source.tellAlso(tabs.tell)
    return () => {
      untell()
      tabs.close()
    }
  }, [source])

  useEffect(() => {
    if (!realtime) return undefined
    let isOver = false
    let joined: Realtime | null = null
    const accessToken = async () => (await auth.getSession()).data.session?.access_token ?? null
    const begin = async () => {
      const { joinRealtime } = await import('./realtime.ts')
      if (!isOver) joined = joinRealtime({ supabaseUrl, supabaseKey, organizationId, accessToken, hints: source })
    }
    // Where it cannot be fetched the page polls, as it does without.
    begin().catch(() => {})
    const { data } = auth.onAuthStateChange((event) => {
      if (event === 'TOKEN_REFRESHED') joined?.refresh()
    })
    return () => {
      isOver = true
      data.subscription.unsubscribe()
      joined?.stop()
    }
  }, [auth, organizationId, realtime, source, supabaseKey, supabaseUrl])

  return source
}
