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

  it.each([
    ['now', 1],
    ['now', -1],
    ['elapsed', 1],
  ] as const)(
    'is over 29 s after the last heartbeat by the clock "%s" (times %d), and stays so until the next one (FLT-4)',
    (clock, way) => {
      const { book, time, beat } = bookAt()
      book.read([{ id: A, token: 1 }], book.mark())
      time[clock] += way * 28_999
      expect(book.tokenOf(A)).toBe(1)
      time[clock] += way
      expect(book.tokenOf(A)).toBeNull()
      // A clock that is put right afterwards makes nothing good again: others may have taken over.
      time[clock] -= way * 29_000
      expect([book.isCurrent(), book.tokenOf(A)]).toEqual([false, null])
      expect(book.lapse()).toEqual([A])
      beat()
      expect([book.isCurrent(), book.tokenOf(A), book.all()]).toEqual([true, null, []])
    },
  )

  it('hears no read that was begun before an outage or in it, nor any that is answered in it (FLT-6)', () => {
    const { book, time, beat } = bookAt()
    const leases = [{ id: A, token: 1 }]
    book.read(leases, book.mark())
    const nothing = { taken: [], missing: [] }
    const before = book.mark()
    time.elapsed += 29_000
    const outage = book.mark()
    expect([book.read([], before), book.read(leases, outage)]).toEqual([nothing, nothing])
    book.lapse()
    const lapsed = book.mark()
    expect(book.read(leases, lapsed)).toEqual(nothing)
    beat()
    for (const mark of [before, outage, lapsed]) expect(book.read(leases, mark)).toEqual(nothing)
    expect(book.read(leases, book.mark()).taken).toEqual([A])
  })

  it('is over at once where it is let lapse, however fresh its heartbeat is', () => {
    const { book } = bookAt()
    book.lapse()
    expect([book.isCurrent(), book.read([{ id: A, token: 1 }], book.mark()).taken]).toEqual([false, []])
  })

  it('counts from when a heartbeat was begun, not from when it was answered', () => {
    const { book, time } = bookAt()
    const begun = book.mark()
    time.elapsed += 20_000
    book.renew(begun)
    time.elapsed += 9000
    expect(book.isCurrent()).toBe(false)
  })

  it('holds nothing before the first heartbeat, whatever is read (FLT-1)', () => {
    const book = createLeaseBook({ now: () => 0, elapsed: () => 0 })
    expect(book.read([{ id: A, token: 1 }], book.mark()).taken).toEqual([])
    expect([book.isCurrent(), book.tokenOf(A), book.all()]).toEqual([false, null, []])
  })
})
