import { createContext, use, useCallback, useEffect, useRef, useSyncExternalStore } from 'react'
import { createLookout, type Lookout } from './lookout.ts'
import { useOnline } from './useOnline.ts'

/** What a page can hear of: sessions, and orders to clear them. */
export type Topic = 'sessions' | 'orders'

/** How the page learns of changes: by asking, by being told, or not at all. */
export type LiveState = 'polling' | 'realtime' | 'offline'

/** What an announcer of changes calls: Realtime, or another tab. What it says is a hint to look again, never data. */
export type Hints = { onHint: (topic?: Topic) => void; onJoined: (isJoined: boolean) => void }

/** The one place where all hints of a page come together. */
export type LiveSource = Hints & {
  isJoined: () => boolean
  follow: (onChange: () => void) => () => void
  listen: (topics: readonly Topic[], listener: () => void) => () => void
  /** Has somebody elsewhere told of what is changed here. */
  tellAlso: (tell: () => void) => () => void
  /** Something was changed here: everybody looks again, in all tabs. */
  changed: () => void
}

export function createLiveSource(): LiveSource {
  const followers = new Set<() => void>()
  const listeners = new Set<(topic?: Topic) => void>()
  const tellers = new Set<() => void>()
  let joined = false
  const onHint = (topic?: Topic) => {
    for (const listener of listeners) listener(topic)
  }
  return {
    onHint,
    onJoined: (isJoined) => {
      if (isJoined === joined) return
      joined = isJoined
      for (const follower of followers) follower()
      // What happened before it joined, or after it was lost, was announced to nobody.
      onHint()
    },
    isJoined: () => joined,
    follow: (onChange) => {
      followers.add(onChange)
      return () => followers.delete(onChange)
    },
    listen: (topics, listener) => {
      const hear = (topic?: Topic) => {
        if (topic === undefined || topics.includes(topic)) listener()
      }
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
    tellAlso: (tell) => {
      tellers.add(tell)
      return () => tellers.delete(tell)
    },
    changed: () => {
      onHint()
      for (const tell of tellers) tell()
    },
  }
}

/** Without a source around it, a page polls. */
export const LiveContext = createContext<LiveSource>(createLiveSource())

/**
 * Looks again (`look`, which does not reject) whenever something of `topics` may have changed, and says how the page learns of changes.
 * `changed` is to be called after each command of one's own.
 */
export function useLive(topics: readonly Topic[], look: () => Promise<unknown>): { live: LiveState; changed: () => void } {
  const source = use(LiveContext)
  const newest = useRef(look)
  const own = useRef<Lookout | null>(null)
  useEffect(() => {
    newest.current = look
  }, [look])
  const wanted = topics.join(' ')
  useEffect(() => {
    const lookout = createLookout(() => newest.current())
    own.current = lookout
    const unlisten = source.listen(wanted.split(' ') as Topic[], lookout.hint)
    return () => {
      own.current = null
      unlisten()
      lookout.stop()
    }
  }, [source, wanted])
  const changed = useCallback(() => {
    source.changed()
    own.current?.now()
  }, [source])
  const isJoined = useSyncExternalStore(source.follow, source.isJoined)
  const isOnline = useOnline()
  return { live: isOnline ? (isJoined ? 'realtime' : 'polling') : 'offline', changed }
}
