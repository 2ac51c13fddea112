import type { Clock } from './clock.ts'

/** `burst`: how much may come at once; then `perHour`, evenly. */
export type Allowance = { perHour: number; burst: number }

/** Token buckets by key. What is taken and what is waited for is in the same unit as the allowance. */
export type Buckets = {
  /** How long until `cost` could be taken, milliseconds; 0: now. Takes nothing. */
  waitMs(key: string, cost?: number): number
  /** Takes `cost`. To be called where `waitMs` is 0. */
  take(key: string, cost?: number): void
  readonly size: number
}

/** More buckets than this are not kept: the one that was used longest ago goes first, which is the fullest. */
const MAX_BUCKETS = 10_000

/**
 * Each bucket is one number, the moment at which it is full again. A bucket that is full is the same as none, so those are dropped; what is
 * kept is bounded by `max`, whatever the keys are.
 */
export function createBuckets({ perHour, burst }: Allowance, clock: Clock, max = MAX_BUCKETS): Buckets {
  const msPerUnit = 3_600_000 / perHour
  const capacityMs = burst * msPerUnit
  const fullAt = new Map<string, number>()

  /** What is missing in a bucket, as the time that fills it. A clock that was set back makes it empty at most. */
  const missingMs = (key: string): number => Math.min(Math.max(0, (fullAt.get(key) ?? 0) - clock.now()), capacityMs)
  /** What costs more than a bucket holds is let in by a full one: else it would be refused for ever. */
  const costMs = (cost: number): number => Math.min(cost * msPerUnit, capacityMs)

  /** Oldest first: the order of the last use. */
  function makeRoom(): void {
    for (const [key, at] of fullAt) {
      if (at > clock.now() && fullAt.size < max) return
      fullAt.delete(key)
    }
  }

  return {
    waitMs: (key, cost = 1) => Math.max(0, missingMs(key) + costMs(cost) - capacityMs),
    take(key, cost = 1) {
      const at = clock.now() + Math.min(missingMs(key) + costMs(cost), capacityMs)
      fullAt.delete(key)
      makeRoom()
      fullAt.set(key, at)
    },
    get size() {
      return fullAt.size
    },
  }
}

/** Takes `cost` of all of `shares`, or of none. Returns how long until it can be taken, milliseconds; 0: it was. */
export function takeOfAll(shares: readonly (readonly [Buckets, key: string])[], cost = 1): number {
  const waitMs = Math.max(...shares.map(([buckets, key]) => buckets.waitMs(key, cost)))
  if (waitMs === 0) for (const [buckets, key] of shares) buckets.take(key, cost)
  return waitMs
}
