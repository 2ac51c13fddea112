/** The time that something may take. `inTime` rejects with a `TimeoutError` when it is over, `signal` aborts; `stop` when it is done. */
export type TimeLimit = { inTime<T>(answer: Promise<T>): Promise<T>; stop(): void; signal: AbortSignal }

/**
 * Starts the time of a call to `whom`. `inTime` does not rest on the signal: Deno forgets that of a fetch once it
 * has answered and garbage was collected, and what is left of the answer could be waited for without end.
 */
export function startTimeLimit(limitMs: number, whom: string): TimeLimit {
  const gone = new AbortController()
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => {})
  const timer = setTimeout(() => {
    const silent = new DOMException(`the ${whom} is silent`, 'TimeoutError')
    over.reject(silent)
    gone.abort(silent)
  }, limitMs)
  return { inTime: (answer) => Promise.race([answer, over.promise]), stop: () => clearTimeout(timer), signal: gone.signal }
}

/** These have no body, and none may be made for them. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** A fetch whose answer is there to its last byte within `limitMs`, or that rejects. */
export async function fetchInTime(input: RequestInfo | URL, init: RequestInit | undefined, limitMs: number): Promise<Response> {
  const { inTime, stop, signal } = startTimeLimit(limitMs, 'database')
  try {
    const answer = await inTime(fetch(input, { ...init, signal }))
    const body = await inTime(answer.arrayBuffer())
    const { status, statusText, headers } = answer
    return new Response(WITHOUT_BODY.has(status) ? null : body, { status, statusText, headers })
  } finally {
    stop()
  }
}
