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

it('shows what somebody else wrote as text: no escape sequence, forged line or turned direction reaches the terminal', () => {
  const hostile = 'a\u001B[2J\u001B]0;owned\u0007\r\n[worker] forged\u009B31m\u202Egnp\u2028'
  const shown = [
    consoleLine(pino(50, { msg: hostile, cause: hostile, [hostile]: 1 }), 'stdout'),
    consoleLine(hostile, 'stderr'),
    consoleLine('x'.repeat(1_000_000), 'stderr'),
  ]
  for (const line of shown) {
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Bidi_Control}]/u)
    expect(line?.length).toBeLessThan(20_000)
  }
  expect(shown[1]).toContain(String.raw`a\u001b[2J`)
})
