import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Repeats `look` until `holds` is true of what it sees, and returns that; throws with the last thing seen when it does not
 * come true in `seconds`.
 */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean, seconds = 15): Promise<T> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (Date.now() > until) throw new Error(`not so after ${seconds} s: ${JSON.stringify(seen, null, 2)}`)
    await sleep(50)
  }
}
