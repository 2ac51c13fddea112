import { useEffect } from 'react'
import { useSupabase } from '../../lib/supabase.ts'
import { forgetLink, keptLink } from './kept-link.ts'
import { readSession, type Row, type SessionNow } from './link-commands.ts'

type Resume = {
  organizationId: string
  /** It still waits for its phone. */
  onWaiting: (row: Row) => void
  /** It was linked while nobody looked. */
  onConnected: (session: SessionNow) => void
}

/** Goes on with the link that this tab followed before it was reloaded or left. One that has ended meanwhile is let be: its row says so. */
export function useResumedLink({ organizationId, onWaiting, onConnected }: Resume): void {
  const client = useSupabase()
  useEffect(() => {
    const sessionId = keptLink(organizationId)
    if (!sessionId) return undefined
    let isOver = false
    const look = async () => {
      const session = await readSession(client, sessionId)
      if (isOver) return
      if (session?.status === 'connecting' && session.status_reason === null) onWaiting(session)
      else if (session?.status === 'connected') onConnected(session)
      else forgetLink()
    }
    // Where nobody answers it stays kept: the page itself says that nobody does.
    look().catch(() => {})
    return () => {
      isOver = true
    }
  }, [client, organizationId, onWaiting, onConnected])
}
