import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { workerPath } from '#domain/routes.ts'
import { eventually } from '../../tests/worker/support/eventually.ts'
import { linkAgain, linkNew, type Live } from '../stack/link.ts'
import type { Stack } from '../stack/stack.ts'
import { growth } from './fit.ts'
import { settle, type Settled } from './settle.ts'

/** Sessions that come and go; each round takes the one that waited longest. */
const SESSIONS = 10
/** Connections that are cut in each round. */
const DROPS = 2
/** How long a reconnect may take, milliseconds. */
const BACK_MS = 30_000
/** Of the time, before anything counts: code is compiled, and the worker keeps the receipts of its last 500 clears. */
const WARM_UP = 1 / 3
const MIN_SAMPLES = 20
/** Of the samples, one in so many is told at once. */
const TOLD = 10
const MAX_PAUSE_MS = 30_000

const OrderId = z.uuid()

export type Growth = {
  minutes: number
  rounds: number
  rssPercentPerHour: number
  rssError: number
  heapPercentPerHour: number
  heapError: number
  first: Settled
  last: Settled
}

/** Links, clears and reconnects again and again for `minutes`, and says what the worker's memory did meanwhile. */
export async function measureGrowth(
  stack: Stack,
  gaugeFile: string,
  minutes: number,
  offset: number,
  say: (text: string) => void,
): Promise<Growth> {
  const sessions: Live[] = []
  for (let number = 0; number < SESSIONS; number += 1) sessions.push(await linkNew(stack, offset + number))
  const begun = performance.now()
  const hours = () => (performance.now() - begun) / 3_600_000
  const pauseMs = Math.min(MAX_PAUSE_MS, (minutes * 60_000) / MIN_SAMPLES)
  const samples: (Settled & { hours: number })[] = []
  let rounds = 0
  while (hours() * 60 < minutes) {
    const until = performance.now() + pauseMs
    while (performance.now() < until) {
      const live = sessions.shift()
      if (!live) throw new Error('no session is left')
      await clear(stack, live)
      sessions.push(await linkAgain(stack, live))
      await Promise.all(sessions.slice(0, DROPS).map((one) => reconnect(stack, one)))
      rounds += 1
    }
    const settled = await settle(stack.workerPid(), gaugeFile)
    samples.push({ hours: hours(), ...settled })
    if (samples.length % TOLD === 1) say(`${rounds} rounds: ${settled.rssKB} KB, of which the heap uses ${settled.heapUsedKB}`)
  }
  const counted = samples.filter((sample) => sample.hours * 60 >= minutes * WARM_UP)
  const of = (key: 'rssKB' | 'heapUsedKB') => growth(counted.map((sample) => ({ hours: sample.hours, value: sample[key] })))
  const [rss, heap] = [of('rssKB'), of('heapUsedKB')]
  const [first, last] = [counted[0], counted.at(-1)]
  if (!first || !last) throw new Error('too short for a sample')
  return {
    minutes,
    rounds,
    rssPercentPerHour: rss.percentPerHour,
    rssError: rss.error,
    heapPercentPerHour: heap.percentPerHour,
    heapError: heap.error,
    first,
    last,
  }
}

/** Resets a session as the page does. */
async function clear(stack: Stack, { id }: Live): Promise<void> {
  const orderId = OrderId.parse(await stack.rpc('reset_session', { session_id: id }))
  const { status, body } = await stack.call('POST', workerPath(id, 'clear'), { sessionId: id, body: JSON.stringify({ orderId }) })
  if (status !== 200) throw new Error(`the clear of ${id} was refused: ${status} ${JSON.stringify(body)}`)
}

/** Cuts a connection and waits until the session is back. */
async function reconnect(stack: Stack, { jid }: Live): Promise<void> {
  const logins = (await stack.online()).get(jid)
  if (logins === undefined) return
  await stack.phone('POST', `devices/${jid}/drop`)
  await eventually(async () => {
    await sleep(100)
    const now = (await stack.online()).get(jid)
    if (now === undefined || now <= logins) throw new Error(`${jid} did not come back`)
  }, BACK_MS)
}
