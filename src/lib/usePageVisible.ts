import { useSyncExternalStore } from 'react'

/** Whether the tab is seen. */
export function usePageVisible(): boolean {
  return useSyncExternalStore(follow, () => document.visibilityState === 'visible')
}

function follow(onChange: () => void): () => void {
  document.addEventListener('visibilitychange', onChange)
  return () => document.removeEventListener('visibilitychange', onChange)
}
