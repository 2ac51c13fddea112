import { expect, it } from 'vitest'
import { consoleLine } from '../../scripts/stack/console-lines.ts'

const pino = (level: number, rest: object = {}) =>
  JSON.stringify({ level, time: 1, pid: 2, hostname: 'h', msg: 'the disk is full', ...rest })

it('shows warnings and worse, worded for people', () => {
  expect(consoleLine(pino(40, { session: 'a1' }), 'stdout')).toBe('warning: the disk is full session=a1')
  expect(consoleLine(pino(50, { err: { type: 'Error', message: 'ENOSPC', stack: 'long' } }), 'stdout')).toBe(
    'error: the disk is full err=ENOSPC',
  )
})

it('leaves what is only information to the log file', () => {
  expect(consoleLine(pino(30), 'stdout')).toBeNull()
  expect(consoleLine('plain', 'stdout')).toBeNull()
  expect(consoleLine('', 'stderr')).toBeNull()
})

it('shows what a part says on stderr, JSON or not', () => {
  expect(consoleLine('error: Uncaught', 'stderr')).toBe('error: Uncaught')
  expect(consoleLine('{"unlike": "pino"}', 'stderr')).toBe('{"unlike": "pino"}')
})
