import { describe, expect, it } from 'vitest'
import { createFetching } from '../../worker/fleet/fetching.ts'
import { createLog } from '../../worker/log.ts'
import { eventually } from './support/eventually.ts'

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `session ${index}`)

/** A queue of fetches of which those that `fails` names fail, and what was here each time that it was told. */
function fetchingOf(fails: (id: string) => boolean = () => false) {
  const here = new Set<string>()
  const told: number[] = []
  const asked: string[] = []
  const fetch = async (id: string): Promise<void> => {
    asked.push(id)
    await Promise.resolve()
    if (fails(id)) throw new Error('not today')
    here.add(id)
  }
  const log = createLog('silent', 'worker-1')
  const fetching = createFetching({ fetch, isHere: (id) => here.has(id), onFetched: () => told.push(here.size), log })
  return { fetching, here, told, asked }
}

describe('sessions that are fetched', () => {
  it('begin while others are still on their way, and the last of them with the end', async () => {
    const { fetching, here, told } = fetchingOf()
    fetching.soon(ids(200))
    await eventually(() => expect(here.size).toBe(200))
    await eventually(() => expect(told.at(-1)).toBe(200))
    expect(told.length).toBeGreaterThan(3)
    expect(told[0]).toBeLessThan(100)
  })

  it('are told of once where they are few, and not at all where none came', async () => {
    const few = fetchingOf()
    few.fetching.soon(ids(3))
    await eventually(() => expect(few.told).toEqual([3]))
    const none = fetchingOf(() => true)
    none.fetching.soon(ids(100))
    await eventually(() => expect(none.asked).toHaveLength(100))
    expect(none.told).toEqual([])
  })

  it('are each asked for once, however often they are wanted meanwhile, and again where that failed', async () => {
    let isBad = true
    const { fetching, here, asked } = fetchingOf((id) => isBad && id === 'session 1')
    fetching.soon(ids(3))
    fetching.soon(ids(3))
    await eventually(() => expect(here.size).toBe(2))
    expect(asked).toEqual(ids(3))
    isBad = false
    fetching.soon(ids(3))
    await eventually(() => expect(asked).toEqual([...ids(3), 'session 1']))
  })

  it('that wait for their turn are forgotten at the end, and nobody is told of the rest', async () => {
    const { fetching, told, asked, here } = fetchingOf()
    fetching.soon(ids(100))
    fetching.close()
    await eventually(() => expect(here.size).toBe(asked.length))
    expect(asked.length).toBeLessThan(100)
    expect(told).toEqual([])
  })
})
