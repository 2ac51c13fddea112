/** Shaped as Baileys wants its caches; by reference, without copies. */
export type SmallCache = {
  get(key: string): unknown
  set(key: string, value: unknown): void
  del(key: string): void
  flushAll(): void
}

/**
 * What one socket remembers for a while, and takes with it. Baileys' own are five for each socket, with sixteen maps and a timer each, which
 * is a third of what an idle socket holds; this one holds a single map and no timer. What is too old goes when something new comes, and
 * so does the oldest of more than `max`. `now` and `ttlMs` are in milliseconds.
 */
export function createSmallCache({ ttlMs, max, now }: { ttlMs: number; max: number; now: () => number }): SmallCache {
  const kept = new Map<string, { value: unknown; until: number }>()
  return {
    get(key) {
      const found = kept.get(key)
      if (!found || found.until <= now()) return undefined
      return found.value
    },
    set(key, value) {
      // At the end again: with one time to live for all, the first is always the next to go.
      kept.delete(key)
      kept.set(key, { value, until: now() + ttlMs })
      for (const [oldest, { until }] of kept) {
        if (until > now() && kept.size <= max) break
        kept.delete(oldest)
      }
    },
    del: (key) => void kept.delete(key),
    flushAll: () => kept.clear(),
  }
}

/** In the place of Baileys' own, with the same times to live. Each socket has its own, so that nothing of a session outlives it. */
export function smallCaches() {
  const lasting = (minutes: number) => createSmallCache({ ttlMs: minutes * 60_000, max: 2000, now: () => Date.now() })
  return {
    msgRetryCounterCache: lasting(60),
    placeholderResendCache: lasting(60),
    userDevicesCache: lasting(5),
    callOfferCache: lasting(5),
  }
}
