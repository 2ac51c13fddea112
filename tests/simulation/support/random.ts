/** Chance that repeats itself: everything a history leaves to chance comes from one seed. */
export type Random = {
  /** At least 0, below 1. */
  next(): number
  /** A whole number, at least `from`, at most `to`. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Another source, independent of how often this one is asked from now on. */
  fork(): Random
}

/** A small generator of 32 bits (an additive counter, then mixed); good enough to shuffle, and fast. */
export function createRandom(seed: number): Random {
  let counter = seed | 0
  const next = (): number => {
    counter = (counter + 0x9e37_79b9) | 0
    let mixed = counter
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[between(0, list.length - 1)] as T
    },
    fork: () => createRandom(between(0, 0x7fff_ffff)),
  }
}
