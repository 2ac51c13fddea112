import { encodeLinkEvent } from '#domain/link.ts'
import { expect, it, vi } from 'vitest'
import { followLink, REATTACH_WAITS } from '../../src/features/link/follow-link.ts'
import type { LinkView } from '../../src/features/link/link-view.ts'
import { Failure } from '../../src/lib/failure.ts'
import { type FakeStream, openFakeStream, qrEvent, qrText, statusEvent } from './support/fake-streams.ts'

/** Follows streams that the test feeds; waits are recorded and cost no time. */
function follow(refusals: (Failure | null)[] = [], openLimit = 5000) {
  const streams: FakeStream[] = []
  const views: LinkView[] = []
  const waits: number[] = []
  const returns = new Set<() => void>()
  const stop = new AbortController()
  const done = followLink({
    open: async (signal) => {
      const refusal = refusals.shift()
      if (refusal?.code === 'timeout') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      if (refusal) throw refusal
      const { response, stream } = openFakeStream('id', signal)
      streams.push(stream)
      return response
    },
    onView: (view) => views.push(view),
    signal: stop.signal,
    wait: async (milliseconds) => void waits.push(milliseconds),
    onReturn: (listener) => {
      returns.add(listener)
      return () => returns.delete(listener)
    },
    openLimit,
  })
  const stream = (index: number) => vi.waitUntil(() => streams[index], { timeout: 2000, interval: 5 })
  const steps = () => views.map(({ step }) => step)
  return { streams, views, waits, returns, stop, done, stream, steps }
}

it('reads the stream until it is connected, then lets it go', async () => {
  const { stream, done, steps, streams } = follow()
  const first = await stream(0)
  for (const event of [statusEvent('starting'), qrEvent(1), statusEvent('linking'), statusEvent('connected')]) first.send(event)
  await done
  expect(steps()).toEqual(['starting', 'scan', 'linking', 'connected'])
  await vi.waitFor(() => expect(first.isClosed).toBe(true))
  expect(streams).toHaveLength(1)
})

it('reads events that come in pieces, and passes over what it does not know', async () => {
  const { stream, done, views } = follow()
  const first = await stream(0)
  const text = `: keep-alive\n\nevent: news\ndata: {"a":1}\n\nevent: qr\ndata: not json\n\n${encodeLinkEvent(qrEvent(1))}`
  for (const piece of text.match(/.{1,7}/gs) ?? []) first.sendText(piece)
  first.send(statusEvent('connected'))
  await done
  expect(views).toMatchObject([{ step: 'scan', qr: { text: qrText(1), number: 1 } }, { step: 'connected' }])
})

it('attaches again when the stream asks for it', async () => {
  const { stream, done, steps } = follow()
  const first = await stream(0)
  first.send(qrEvent(1))
  first.send({ type: 'retry' })
  const second = await stream(1)
  expect(first.isClosed).toBe(true)
  second.send(qrEvent(2))
  second.send(statusEvent('connected'))
  await done
  expect(steps()).toEqual(['scan', 'scan', 'connected'])
})

it('attaches again when the stream ends or breaks, without a word on the page', async () => {
  const { stream, done, steps } = follow()
  const first = await stream(0)
  first.send(qrEvent(1))
  first.tear()
  const second = await stream(1)
  second.end()
  const third = await stream(2)
  third.send(statusEvent('connected'))
  await done
  expect(steps()).toEqual(['scan', 'connected'])
})

it('does not attach again after the attempt has ended', async () => {
  const { stream, done, steps, streams } = follow()
  const first = await stream(0)
  first.send(statusEvent('ended', { reason: 'link_expired' }))
  await done
  expect(steps()).toEqual(['expired'])
  expect(streams).toHaveLength(1)
})

it('says that the worker is offline, and tries ever more slowly until it is back', async () => {
  const offline = new Failure('worker_offline', 'down')
  const { stream, done, steps, waits } = follow(Array.from({ length: 7 }, () => offline))
  const first = await stream(0)
  first.send(statusEvent('connected'))
  await done
  expect(new Set(steps())).toEqual(new Set(['offline', 'connected']))
  expect(waits).toEqual([...REATTACH_WAITS, 4000, 4000])
})

it('stops at a refusal that will not change', async () => {
  const { done, steps, waits } = follow([new Failure('forbidden', 'no')])
  await done
  expect(steps()).toEqual(['failed'])
  expect(waits).toEqual([])
})

it('is silent once it was told to stop', async () => {
  const { stream, done, steps, stop } = follow()
  const first = await stream(0)
  stop.abort()
  first.send(qrEvent(1))
  await done
  expect(steps()).toEqual([])
  expect(first.isClosed).toBe(true)
})

it('attaches again when somebody returns to the page: the stream may have died without a word', async () => {
  const { stream, done, steps, returns, waits } = follow()
  const first = await stream(0)
  first.send(qrEvent(1))
  await vi.waitFor(() => expect(steps()).toEqual(['scan']))
  for (const listener of returns) listener()
  const second = await stream(1)
  expect(first.isClosed).toBe(true)
  second.send(statusEvent('connected'))
  await done
  expect(steps()).toEqual(['scan', 'connected'])
  expect(waits).toEqual([REATTACH_WAITS[0]])
  expect(returns.size).toBe(0)
})

it('gives up on a function that never begins to answer, says so, and asks again', async () => {
  const { stream, done, views } = follow([new Failure('timeout', 'never answers')], 20)
  const first = await stream(0)
  first.send(statusEvent('connected'))
  await done
  expect(views).toMatchObject([{ step: 'offline', code: 'timeout' }, { step: 'connected' }])
})
