import { REALTIME_SUBSCRIBE_STATES, type RealtimeChannel, RealtimeClient } from '@supabase/realtime-js'
import type { Hints, Topic } from './live.ts'

/** How long to wait before joining anew where the server has closed the channel, milliseconds: longer each time, up to the last. */
const JOIN_AGAIN = [1000, 2000, 5000, 10_000, 30_000]

const TABLES: Record<string, Topic> = { whatsapp_sessions: 'sessions', whatsapp_clearances: 'orders' }

type RealtimeOptions = {
  supabaseUrl: string
  supabaseKey: string
  organizationId: string
  /** Of who is signed in, fresh at each call. */
  accessToken: () => Promise<string | null>
  hints: Hints
}

/** `refresh`: there is a newer token. */
export type Realtime = { refresh: () => void; stop: () => void }

/**
 * Hears of changes in an organisation through Supabase Realtime, which applies row level security. It is fetched apart: only pages
 * that have a Realtime need it. The library reconnects, and joins again after an error; what the server closes is joined anew here.
 */
export function joinRealtime({ supabaseUrl, supabaseKey, organizationId, accessToken, hints }: RealtimeOptions): Realtime {
  const url = new URL('realtime/v1', supabaseUrl.endsWith('/') ? supabaseUrl : `${supabaseUrl}/`)
  url.protocol = url.protocol.replace('http', 'ws')
  const client = new RealtimeClient(url.href, { params: { apikey: supabaseKey }, accessToken })
  let current: RealtimeChannel | null = null
  let isStopped = false
  let closures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const join = () => {
    const channel = client.channel(`latchkey:${organizationId}`)
    current = channel
    for (const [table, topic] of Object.entries(TABLES)) {
      const filter = `organization_id=eq.${organizationId}`
      channel.on('postgres_changes', { event: '*', schema: 'public', table, filter }, () => hints.onHint(topic))
      // Of a row that is gone only its id is told, to everybody: what asks for an organisation never hears of it.
      channel.on('postgres_changes', { event: 'DELETE', schema: 'public', table }, () => hints.onHint(topic))
    }
    // Joined is not yet heard: changes are told from when the server says that it reads them.
    channel.on('system', {}, ({ extension, status }: { extension?: unknown; status?: unknown }) => {
      if (current !== channel || extension !== 'postgres_changes') return
      if (status === 'ok') closures = 0
      hints.onJoined(status === 'ok')
    })
    channel.subscribe((status) => {
      if (current !== channel || status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) return
      hints.onJoined(false)
      if (status !== REALTIME_SUBSCRIBE_STATES.CLOSED) return
      current = null
      if (isStopped) return
      const wait = JOIN_AGAIN[Math.min(closures, JOIN_AGAIN.length - 1)] ?? 0
      closures += 1
      timer = setTimeout(() => void begin(), wait * (0.75 + Math.random() / 2))
    })
  }
  const begin = async () => {
    await client.setAuth()
    if (!isStopped) join()
  }
  void begin()

  return {
    refresh: () => void client.setAuth(),
    stop: () => {
      isStopped = true
      current = null
      clearTimeout(timer)
      hints.onJoined(false)
      void client.removeAllChannels()
    },
  }
}
