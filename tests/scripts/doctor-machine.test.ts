import { describe, expect, it } from 'vitest'
import {
  judgeClock,
  judgeDisk,
  judgeKeys,
  judgeLedger,
  judgeMigrations,
  judgeOpenFiles,
  judgeVersion,
} from '../../scripts/doctor/judge-machine.ts'

const clock = (takenAt: string) =>
  judgeClock({ takenAt: '2026-01-01T00:00:30.000Z', database: { reachable: true, instanceId: 'x', takenAt } })
const GIB = 2 ** 30

describe('what the doctor says of a machine', () => {
  it('has somebody look at a clock that is beyond what commands bear', () => {
    expect(clock('2026-01-01T00:00:29+00:00')).toMatchObject({ state: 'ok' })
    expect(clock('2026-01-01T00:00:19.000Z').state).toBe('look')
    expect(clock('2026-01-01T00:01:00.000Z')).toMatchObject({ state: 'look', words: expect.stringContaining('30 s behind') as unknown })
    const nobody = { reachable: false as const, reason: 'x' }
    expect(judgeClock({ takenAt: '2026-01-01T00:00:30.000Z', database: nobody }).state).toBe('unknown')
  })

  it('has somebody look at a disk that is full, of bytes or of files', () => {
    const disk = { bsize: 4096, blocks: (100 * GIB) / 4096, bavail: (50 * GIB) / 4096, files: 1000, ffree: 900 }
    expect(judgeDisk(disk)).toEqual({ name: 'disk', state: 'ok', words: '50.0 GiB free, 50 %' })
    expect(judgeDisk({ ...disk, bavail: (4 * GIB) / 4096 }).state).toBe('look')
    expect(judgeDisk({ ...disk, blocks: (2 * GIB) / 4096, bavail: (0.9 * GIB) / 4096 }).state).toBe('look')
    expect(judgeDisk({ ...disk, ffree: 10 }).words).toContain('10 more files')
    expect(judgeDisk({ ...disk, files: 0, ffree: 0 }).state).toBe('ok')
  })

  it('has somebody look before the limit of open files is reached', () => {
    expect(judgeOpenFiles({ open: 800, limit: 1000 }).state).toBe('ok')
    expect(judgeOpenFiles({ open: 801, limit: 1000 }).state).toBe('look')
    expect(judgeOpenFiles(null).state).toBe('unknown')
  })

  it('tells master keys that are still needed, a ledger in the wrong place, and programs that do not fit', () => {
    expect(judgeKeys(new Map([['aa', 3]])).state).toBe('ok')
    const two = new Map([
      ['aa', 3],
      ['bb', 1],
    ])
    expect(judgeKeys(two)).toMatchObject({ state: 'look', words: expect.stringContaining('bb wraps 1') as unknown })
    expect([judgeLedger(false, 2).state, judgeLedger(true, 2).state, judgeLedger(false, null).state]).toEqual(['ok', 'look', 'look'])
    expect([judgeVersion('1', '1').state, judgeVersion('1', '0').state, judgeVersion('1', null).state]).toEqual(['ok', 'look', 'unknown'])
    expect(judgeMigrations([{ state: 'applied', name: 'a' }]).state).toBe('ok')
    expect(judgeMigrations([{ state: 'waiting', name: 'a' }]).words).toBe('1 of 1 are not as shipped: a waiting')
    expect(judgeMigrations(null).state).toBe('unknown')
  })
})
