/** Milliseconds to wait for an answer: of the database and Auth, and of the edge function, which itself waits 15 s for the worker. */
const ANSWER_LIMITS = { answer: 10_000, function: 20_000 }

/**
 * `fetch` that gives up: a call that hangs for ever would keep its poll from ever being repeated. The stream of a link is left
 * alone; who follows it bounds it.
 */
export function boundedFetch(fetchHttp: typeof fetch, limits = ANSWER_LIMITS): typeof fetch {
  return (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input, location.origin)
    if (pathname.endsWith('/link')) return fetchHttp(input, init)
    const limit = AbortSignal.timeout(pathname.includes('/functions/') ? limits.function : limits.answer)
    return fetchHttp(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit })
  }
}
