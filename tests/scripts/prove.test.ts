import { describe, expect, it } from 'vitest'
import { inParallel, runChild } from '../../scripts/prove/child.ts'
import { figuresOf, isProven, tableOf } from '../../scripts/prove/outcome.ts'

const green = [
  { figures: { plantedBugs: { caught: 3, total: 3 } }, problems: [] },
  { figures: { histories: 10, medianSteps: 31, transitionCoverage: 1, resurrections: 0, orphans: 0, lostOrders: 0 }, problems: [] },
  { figures: { crashPoints: 7, resurrections: 0, orphans: 0, lostOrders: 0 }, problems: [] },
  { figures: { kills: 5, resurrections: 0, orphans: 0, lostOrders: 0 }, problems: [] },
]

describe('the figures of a proof', () => {
  it('are one object with these names in this order', () => {
    expect(JSON.stringify(figuresOf(green))).toBe(
      '{"crashPoints":7,"resurrections":0,"orphans":0,"lostOrders":0,"histories":10,"medianSteps":31,"transitionCoverage":1,"kills":5,"plantedBugs":{"caught":3,"total":3},"fleet":null}',
    )
  })

  it('add up what the parts found', () => {
    const more = [...green, { figures: { resurrections: 2, orphans: 1, lostOrders: 4 }, problems: [] }]
    expect(figuresOf(more)).toMatchObject({ resurrections: 2, orphans: 1, lostOrders: 4 })
  })

  it('say of what was not run that nobody knows', () => {
    expect(figuresOf(green.slice(0, 1))).toMatchObject({ kills: null, resurrections: null, plantedBugs: { total: 3 } })
  })

  it('are proof only when everything is as it must be', () => {
    expect(isProven(green)).toBe(true)
    expect(isProven([])).toBe(false)
    const instead = (figures: object, problems: string[] = []) => isProven([...green.slice(1), { figures, problems }])
    expect(instead({ plantedBugs: { caught: 3, total: 3 } })).toBe(true)
    expect(instead({ plantedBugs: { caught: 2, total: 3 } })).toBe(false)
    expect(instead({ plantedBugs: { caught: 0, total: 0 } })).toBe(false)
    expect(instead({}, ['something'])).toBe(false)
    expect(instead({ resurrections: 1 })).toBe(false)
    expect(instead({ orphans: 1 })).toBe(false)
    expect(instead({ lostOrders: 1 })).toBe(false)
    expect(isProven([{ figures: { transitionCoverage: 0.99 }, problems: [] }])).toBe(false)
  })

  it('come with a table of where the minutes go', () => {
    const rows = [
      { part: 'kills', seconds: 61.4, result: 'green' },
      { part: 'histories', seconds: 8, result: 'RED' },
    ]
    expect(tableOf(rows)).toBe('kills       1 min 01  green\nhistories   0 min 08  RED\nall         1 min 09')
  })
})

describe('a child of the proof', () => {
  it('is read to its last line, and its code is kept', async () => {
    const seen: string[] = []
    const code = 'process.stdout.write("one\\ntwo\\n{\\"a\\":1}"); process.stderr.write("oh"); process.exitCode = 3'
    const ended = await runChild(['-e', code], { onLine: (line) => seen.push(line) })
    expect(ended).toEqual({ code: 3, lines: ['one', 'two', '{"a":1}'], last: { a: 1 }, errors: 'oh' })
    expect(seen).toEqual(['one', 'two'])
  })

  it('that says no JSON has no result', async () => {
    expect((await runChild(['-e', 'console.log("done")'])).last).toBeNull()
  })

  it('works beside no more than there may be, and each has its place', async () => {
    let now = 0
    let most = 0
    const results = await inParallel([3, 1, 2, 5], 2, async (item) => {
      now += 1
      most = Math.max(most, now)
      await Promise.resolve()
      now -= 1
      return item * 2
    })
    expect(results).toEqual([6, 2, 4, 10])
    expect(most).toBe(2)
  })
})
