import type { Weather } from './weather.ts'

/** Does one thing after the other, each when its time on the way has passed; at once while there is no delay and nothing waits. */
export function createPipe({ delay }: Pick<Weather, 'delay'>): (act: () => void) => void {
  let last: Promise<void> | undefined
  let due = 0
  return (act) => {
    const now = performance.now()
    due = Math.max(due, now + delay())
    if (!last && due <= now) return act()
    const wait = due - now
    const arrived = new Promise<void>((resolve) => setTimeout(resolve, wait).unref())
    const mine: Promise<void> = (last ?? Promise.resolve())
      .then(() => arrived)
      .then(() => {
        if (last === mine) last = undefined
        act()
      })
    last = mine
  }
}
