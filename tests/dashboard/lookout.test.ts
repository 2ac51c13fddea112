import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLookout, type Lookout } from '../../src/lib/lookout.ts'

let lookout: Lookout
/** When each look began, milliseconds since the beginning. */
let looks: number[]
/** How long a look takes, milliseconds. */
let takes: number
const seen = vi.spyOn(document, 'visibilityState', 'get')

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  seen.mockReturnValue('visible')
  looks = []
  takes = 0
  lookout = createLookout(async () => {
    looks.push(Date.now())
    await new Promise((resolve) => setTimeout(resolve, takes))
  })
})
afterEach(() => {
  lookout.stop()
  vi.useRealTimers()
})

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

function see(state: DocumentVisibilityState): void {
  seen.mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

it('takes hints that come together for one', async () => {
  for (let number = 0; number < 10; number += 1) {
    lookout.hint()
    await pass(10)
  }
  await pass(5000)
  expect(looks).toEqual([150])
})

it('looks at most every 600 ms, however much is hinted, and after the last', async () => {
  for (let number = 0; number < 200; number += 1) {
    lookout.hint()
    await pass(10)
  }
  await pass(5000)
  expect(looks).toEqual([150, 750, 1350, 1950, 2550])
})

it('never looks twice at a time, and once more for what was hinted meanwhile', async () => {
  takes = 2000
  lookout.hint()
  await pass(1000)
  lookout.hint()
  lookout.hint()
  await pass(10_000)
  expect(looks).toEqual([150, 2300])
})

it('looks at once after a command, and again at once where it looks already', async () => {
  lookout.hint()
  lookout.now()
  await pass(5000)
  expect(looks).toEqual([0])
  takes = 1000
  lookout.now()
  await pass(100)
  lookout.now()
  await pass(5000)
  expect(looks).toEqual([0, 5000, expect.closeTo(6000, -1)])
})

it('does not look while nobody sees the page, and does when it is seen', async () => {
  see('hidden')
  lookout.hint()
  await pass(60_000)
  expect(looks).toEqual([])
  see('visible')
  await pass(5000)
  expect(looks).toEqual([60_150])
  see('hidden')
  see('visible')
  await pass(5000)
  expect(looks).toHaveLength(1)
})

it('looks no more once it is stopped', async () => {
  lookout.hint()
  lookout.stop()
  see('visible')
  await pass(5000)
  expect(looks).toEqual([])
})
