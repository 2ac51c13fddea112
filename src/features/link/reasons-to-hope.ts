/** Away for longer than this, a stream may have died without a word: browsers freeze pages that nobody sees. Milliseconds. */
const AWAY = 5000

/**
 * Waits so many milliseconds, or less: when the page is seen again or the network is back there is reason to try at
 * once. Resolves when `signal` aborts.
 */
export function hopefulWait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      window.removeEventListener('online', finish)
      document.removeEventListener('visibilitychange', finish)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    window.addEventListener('online', finish)
    document.addEventListener('visibilitychange', finish)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

/** Calls back when the page is seen again after a while, or the network is back: what was open may be dead. Answers with how to stop. */
export function onReturn(listener: () => void): () => void {
  let leftAt: number | null = document.visibilityState === 'hidden' ? Date.now() : null
  const see = () => {
    if (document.visibilityState === 'hidden') {
      leftAt ??= Date.now()
      return
    }
    const wasAway = leftAt !== null && Date.now() - leftAt > AWAY
    leftAt = null
    if (wasAway) listener()
  }
  document.addEventListener('visibilitychange', see)
  window.addEventListener('online', listener)
  return () => {
    document.removeEventListener('visibilitychange', see)
    window.removeEventListener('online', listener)
  }
}
