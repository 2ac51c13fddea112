import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timestamp } from '#domain/session.ts'
import '../support/fixed-chance.ts'

describe('a timestamp', () => {
  it.each([
    ['2026-11-22 03:13:47.142+00', '2026-11-22T03:13:47.142Z'],
    ['2026-11-22T03:13:47.142536+00:00', '2026-11-22T03:13:47.142Z'],
    ['2026-11-22 03:13:47+02', '2026-11-22T01:13:47.000Z'],
    ['2026-11-22 03:13:47-05:30', '2026-11-22T08:43:47.000Z'],
    ['2026-11-22T03:13:47Z', '2026-11-22T03:13:47.000Z'],
  ])('%s is read as %s', (text, iso) => {
    expect(Timestamp.parse(text)).toBe(iso)
  })

  it('is the same moment in the spelling of Postgres and in that of PostgREST', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString()
        expect(Timestamp.parse(iso.replace('T', ' ').replace('Z', '+00'))).toBe(iso)
        expect(Timestamp.parse(iso.replace('Z', '+00:00'))).toBe(iso)
      }),
    )
  })

  it.each(['', 'yesterday', '2026-13-01 00:00:00+00', 'infinity', 5, null])('refuses %j', (text) => {
    expect(Timestamp.safeParse(text).success).toBe(false)
  })
})
