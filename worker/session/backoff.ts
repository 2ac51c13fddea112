/** How a session waits between tries. Times in milliseconds. */
export type BackoffSettings = { minMs: number; maxMs: number; tries: number }

/**
 * The pause before try number `attempt` (the first is 1), or `null` when it was tried often enough. It doubles up to the cap; half of it
 * is left to chance, so that a thousand sessions that lost the same network do not come back in one instant.
 *
 * @param random at least 0, below 1
 */
export function backoffMs(attempt: number, random: number, settings: BackoffSettings): number | null {
  if (attempt > settings.tries) return null
  const full = Math.min(settings.maxMs, settings.minMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full / 2 + (full / 2) * random)
}
