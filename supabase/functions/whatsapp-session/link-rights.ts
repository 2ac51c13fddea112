import type { LinkEvent } from '#domain/link.ts'
import { identifyCaller } from './caller.ts'
import { manageSession, type Caller } from './rights.ts'

/** Watches whether the caller may still see a link; calls back once, with the last event that the stream is to say, when they may not. */
export type RightWatch = { start(onLost: (last: LinkEvent) => void): void; stop(): void }

/** These are answers to the question; everything else is trouble in asking it. */
const ANSWERS_NO: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'not_found'])
/** So many failed questions in a row, and the page is asked to attach anew: nobody watches on without a right that was seen lately. */
const MAX_FAILURES = 3

/** Asks every `everyMs`, as the caller, what was asked when they attached: who they are, and whether they manage that session. */
export function watchRight(caller: Caller, sessionId: string, everyMs: number): RightWatch {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let failures = 0

  async function verdict(): Promise<LinkEvent | null> {
    const known = await identifyCaller(caller.database, caller.token)
    const seen = known.ok ? await manageSession(caller, sessionId) : known
    if (seen.ok) {
      failures = 0
      return null
    }
    if (!ANSWERS_NO.has(seen.code)) return failed()
    // A token that ran out says nothing of its holder, who may have a newer one.
    if (seen.code === 'unauthorized' && hasRunOut(caller.token)) return { type: 'retry' }
    return { type: 'error', code: seen.code, message: seen.message }
  }
  function failed(): LinkEvent | null {
    failures += 1
    return failures < MAX_FAILURES ? null : { type: 'retry' }
  }
  function askLater(onLost: (last: LinkEvent) => void): void {
    timer = setTimeout(() => {
      void verdict()
        .catch(failed)
        .then((last) => {
          if (stopped) return
          if (last) onLost(last)
          else askLater(onLost)
        })
    }, everyMs)
  }

  return {
    start: askLater,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Whether a token says itself that its time is over. Not verified: Auth has refused it already. */
function hasRunOut(token: string): boolean {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    const { exp } = claims as { exp?: unknown }
    return typeof exp === 'number' && exp * 1000 <= Date.now()
  } catch {
    return false
  }
}
