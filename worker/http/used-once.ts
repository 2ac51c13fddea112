/**
 * Takes each name once. It remembers names for `seconds` at least and twice that at most, and never more than `max` of them: what comes
 * then is refused as `full`, for to forget one early would be to take it twice. Adding one costs the same however many there are.
 */
export function createUsedOnce({ seconds, max }: { seconds: number; max: number }) {
  let recent = new Set<string>()
  let older = new Set<string>()
  let turnsAt = -Infinity
  return {
    /** `now`: seconds. */
    use(name: string, now: number): 'first' | 'again' | 'full' {
      if (now >= turnsAt) {
        older = recent
        recent = new Set()
        turnsAt = now + seconds
      }
      if (recent.has(name) || older.has(name)) return 'again'
      if (recent.size + older.size >= max) return 'full'
      recent.add(name)
      return 'first'
    },
  }
}
