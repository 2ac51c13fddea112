import { pause } from '../clock.ts'
import type { Cancel, Clock } from '../clock.ts'
import { createLoop } from '../follow/loop.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { TOLD_AT_ONCE } from './port.ts'
import type { Claim, TryEnd, WebhookDatabase } from './port.ts'
import type { Post } from './post.ts'
import { signedHeaders } from './sign.ts'
import { endOfTry } from './try-end.ts'

/** How long one try may take, from the name to the end of the answer, milliseconds. */
const TRY_MS = 10_000
/** How many tries are under way at once at most. */
const MAX_UNDER_WAY = 100
/** While there is something to do, the database is asked no sooner than after this, milliseconds. */
const SOON_MS = 250
/** What is under way when the worker stops has this long to end, milliseconds. */
const GRACE_MS = 300

/** Carries what waits to the webhooks. What it has is nobody else's for a minute, and what it loses comes again under the same id. */
export type Courier = {
  run(): void
  /** Takes nothing more, gives back what does not end at once. Never throws. */
  close(): Promise<void>
}

type Options = { database: Pick<WebhookDatabase, 'deliver'>; post: Post; clock: Clock; log: Log; pollMs: number; tryMs?: number }

export function createCourier({ database, post, clock, log, pollMs, tryMs = TRY_MS }: Options): Courier {
  const underWay = new Map<Promise<void>, AbortController>()
  let ends: TryEnd[] = []
  let isBusy = false
  let isEnding = false
  let cancelSoon: Cancel | null = null

  const carry = async ({ id, claim, attempts, url, secrets, payload }: Claim, controller: AbortController): Promise<void> => {
    const body = JSON.stringify(payload)
    const headers = { ...signedHeaders({ id, body, secrets }, clock.now()), 'content-type': 'application/json', 'user-agent': 'latchkey' }
    const cancel = clock.after(tryMs, () => controller.abort())
    const answer = await post({ url, headers, body }, controller.signal)
    cancel()
    const isCutOff = isEnding && controller.signal.aborted
    const end = isCutOff ? ({ outcome: 'returned', ...NOTHING } as const) : endOfTry(answer, attempts, clock.random())
    ends.push({ id, claim, ...end })
    log.debug({ delivery: id, attempts, outcome: end.outcome, status: end.status }, 'a webhook was tried')
  }
  const begin = (claim: Claim): void => {
    const controller = new AbortController()
    const flight = carry(claim, controller).finally(() => {
      underWay.delete(flight)
      if (!isEnding) cancelSoon ??= clock.after(SOON_MS, () => ((cancelSoon = null), void loop.now()))
    })
    underWay.set(flight, controller)
  }
  const ask = async (room: number): Promise<Claim[]> => {
    const told = ends.slice(0, TOLD_AT_ONCE)
    const claims = await database.deliver(told, room)
    ends = ends.slice(told.length)
    return claims
  }
  const turn = async (): Promise<void> => {
    isBusy = false
    try {
      const claims = await ask(MAX_UNDER_WAY - underWay.size)
      isBusy = claims.length > 0
      if (isEnding) ends.push(...claims.map(({ id, claim }) => ({ id, claim, outcome: 'returned' as const, ...NOTHING })))
      else for (const claim of claims) begin(claim)
    } catch (error) {
      log.debug({ error: reasonOf(error) }, 'the database was not to be asked for webhooks')
    }
  }
  const loop = createLoop(clock, () => (isBusy ? Math.min(SOON_MS, pollMs) : pollMs), turn)

  return {
    run: () => void loop.now(),
    async close() {
      isEnding = true
      cancelSoon?.()
      const [flights, controllers] = [[...underWay.keys()], [...underWay.values()]]
      await Promise.all([loop.close(), Promise.race([Promise.all(flights), pause(clock, flights.length > 0 ? GRACE_MS : 0)])])
      for (const controller of controllers) controller.abort()
      await Promise.all(flights)
      if (ends.length === 0) return
      await ask(0).catch((error: unknown) => log.debug({ error: reasonOf(error) }, 'what is under way comes again in a minute'))
    },
  }
}

const NOTHING = { status: null, error: null, retryInMs: null }
