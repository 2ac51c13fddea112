import { describe, expect, it } from 'vitest'
import { createSmallCache } from '../../worker/whatsapp/small-cache.ts'

describe('what a socket remembers for a while', () => {
  const clock = { now: 1000 }
  const create = (max = 3) => createSmallCache({ ttlMs: 100, max, now: () => clock.now })

  it('is there until its time is over, by reference', () => {
    const cache = create()
    const devices = ['1', '2']
    cache.set('user', devices)
    clock.now += 99
    expect(cache.get('user')).toBe(devices)
    clock.now += 1
    expect(cache.get('user')).toBeUndefined()
  })

  it('has its time anew when it is set anew', () => {
    const cache = create()
    cache.set('user', 1)
    clock.now += 60
    cache.set('user', 2)
    clock.now += 60
    expect(cache.get('user')).toBe(2)
  })

  it('never holds more than it may: the oldest goes, and all that is too old', () => {
    const cache = create()
    for (const key of ['a', 'b', 'c']) cache.set(key, key)
    cache.set('a', 'again')
    cache.set('d', 'd')
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['again', undefined, 'c', 'd'])
    clock.now += 100
    cache.set('e', 'e')
    clock.now -= 100
    expect(['a', 'c', 'd'].map((key) => cache.get(key))).toEqual([undefined, undefined, undefined])
  })

  it('forgets what it is told to', () => {
    const cache = create()
    cache.set('a', 1)
    cache.set('b', 2)
    cache.del('a')
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2])
    cache.flushAll()
    expect(cache.get('b')).toBeUndefined()
  })
})
