import { pause } from './clock.ts'
import type { Clock } from './clock.ts'
import { reasonOf } from './log.ts'
import type { Log } from './log.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** Asks until there is an answer, however long that takes; `null` when it is `over` before. For what must not be forgotten in an outage. */
export async function untilAnswered<T>(clock: Clock, log: Log, over: () => boolean, ask: () => Promise<T>): Promise<T | null> {
  for (let wait = FIRST_PAUSE_MS; !over(); wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      return await ask()
    } catch (error) {
      log.warn({ error: reasonOf(error) }, 'the database did not answer; asking again')
    }
    await pause(clock, wait)
  }
  return null
}
