import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ConnectionBanner } from '../../src/features/connection/ConnectionBanner.tsx'
import { Failure } from '../../src/lib/failure.ts'
import { fetchLanguage, LanguageContext } from '../../src/words/language.ts'

const SECOND = 1000
const online = vi.spyOn(navigator, 'onLine', 'get')
/** What the server says to whoever asks; each second somebody does. */
let answer: () => Promise<unknown>
let seldom: () => Promise<unknown>

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date('2026-11-22T14:03:20') })
  online.mockReturnValue(true)
  answer = () => Promise.resolve('fine')
  seldom = () => answer()
  const english = { ...(await fetchLanguage('en')), choose: () => {} }
  render(
    <LanguageContext value={english}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { networkMode: 'always' } } })}>
        <Follower />
        <Seldom />
        <ConnectionBanner />
      </QueryClientProvider>
    </LanguageContext>,
  )
  await pass(1)
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Follower() {
  const { data } = useQuery({ queryKey: ['followed'], queryFn: () => answer(), retry: false, refetchInterval: SECOND })
  return <p>{String(data)}</p>
}

/** Asks each minute for something that does not change. */
function Seldom() {
  useQuery({ queryKey: ['seldom'], queryFn: () => seldom(), retry: false, refetchInterval: 60 * SECOND, staleTime: 60 * SECOND })
  return null
}

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * SECOND))
const said = () => screen.getByRole('status').textContent
const noAnswer = () => Promise.reject(new Failure('unreachable', 'no answer'))

async function network(isThere: boolean): Promise<void> {
  online.mockReturnValue(isThere)
  await act(() => {
    window.dispatchEvent(new Event(isThere ? 'online' : 'offline'))
    return vi.advanceTimersByTimeAsync(0)
  })
}

it('says nothing while all is well', async () => {
  expect(said()).toBe('')
  await pass(60)
  expect(said()).toBe('')
})

it('says at once that the browser is offline and of when everything is, and that it is back when somebody has answered', async () => {
  await pass(60)
  answer = noAnswer
  await network(false)
  expect(said()).toBe('You are offline. What you see is from 2:04 PM.')
  await pass(120)
  expect(said()).toBe('You are offline. What you see is from 2:04 PM.')
  // A network is there: that is not yet an answer.
  const reply = Promise.withResolvers<unknown>()
  answer = () => reply.promise
  await network(true)
  await pass(1)
  expect(said()).toBe('Connecting again… ')
  reply.resolve('fine')
  await pass(1)
  expect(said()).toBe('Connected again. ')
  await pass(4)
  expect(said()).toBe('')
})

it('says that nobody answers where the network is there again and the server is not', async () => {
  answer = noAnswer
  await network(false)
  await pass(20)
  await network(true)
  expect(said()).toBe('Connecting again… ')
  await pass(2)
  expect(said()).toContain('No answer from the server.')
})

it('says that nobody answers once nothing was read for ten seconds, not for a look that fails', async () => {
  answer = noAnswer
  await pass(3)
  expect(said()).toBe('')
  answer = () => Promise.resolve('fine')
  await pass(2)
  expect(said()).toBe('')
  answer = noAnswer
  await pass(12)
  expect(said()).toBe('No answer from the server. What you see is from 2:03 PM; how it is now is not known. Trying again by itself.')
  answer = () => Promise.resolve('fine')
  await pass(1)
  expect(said()).toBe('Connected again. ')
})

it('takes one look that fails while others are answered for no silence', async () => {
  seldom = noAnswer
  await pass(150)
  expect(said()).toBe('')
})

it('takes a refusal for an answer', async () => {
  answer = () => Promise.reject(new Failure('forbidden', 'not allowed any more'))
  await pass(30)
  expect(said()).toBe('')
})
