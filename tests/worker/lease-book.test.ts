import { describe, expect, it } from 'vitest'
import { createLeaseBook } from '../../worker/fleet/lease-book.ts'

const [A, B] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']

function bookAt() {
  const time = { now: 1_000_000, elapsed: 1000 }
  const book = createLeaseBook({ now: () => time.now, elapsed: () => time.elapsed })
  const beat = (): void => book.renew(book.mark())
  beat()
  return { book, time, beat }
}

describe('the book of leases', () => {
  it('holds again what was let go, when a read says so that was begun later, and not by an older one (FLT-6)', () => {
    const { book } = bookAt()
    book.read([{ id: A, token: 7 }], book.mark())
    const before = book.mark()
    book.drop(A)
    expect(book.read([{ id: A, token: 7 }], before).taken).toEqual([])
    expect(book.tokenOf(A)).toBeNull()
    expect(book.read([{ id: A, token: 7 }], book.mark()).taken).toEqual([A])
    expect(book.tokenOf(A)).toBe(7)
  })

  it('takes a newer token from any read, an older one from none', () => {
    const { book } = bookAt()
    const before = book.mark()
    book.read([{ id: A, token: 7 }], book.mark())
    book.drop(A)
    expect(book.read([{ id: A, token: 8 }], before).taken).toEqual([A])
    expect(book.read([{ id: A, token: 7 }], book.mark()).taken).toEqual([])
    expect(book.tokenOf(A)).toBe(8)
  })

  it('says what a list lacks that was held when it was begun, and goes on holding it', () => {
    const { book } = bookAt()
    book.read([{ id: A, token: 1 }], book.mark())
    const before = book.mark()
    book.read([{ id: B, token: 2 }], book.mark())
    expect(book.read([], before)).toEqual({ taken: [], missing: [A] })
    expect([book.tokenOf(A), book.tokenOf(B)]).toEqual([1, 2])
  })

  it.each(['now', 'elapsed'] as const)(
    'is over 29 s after the last heartbeat by the clock "%s", and no read from before is heard again',
    (clock) => {
      const { book, time, beat } = bookAt()
      book.read([{ id: A, token: 1 }], book.mark())
      const before = book.mark()
      time[clock] += 28_999
      expect(book.tokenOf(A)).toBe(1)
      time[clock] += 1
      expect(book.tokenOf(A)).toBeNull()
      expect(book.lapse()).toEqual([A])
      beat()
      expect(book.read([{ id: A, token: 1 }], before).taken).toEqual([])
      expect(book.read([{ id: A, token: 1 }], book.mark()).taken).toEqual([A])
    },
  )
})
