import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newCommandKey } from '../../scripts/stack/command-key.ts'
import { signCommand } from '../../supabase/functions/whatsapp-session/command.ts'
import { decideCommand } from '../../worker/http/command.ts'
import { createUsedOnce } from '../../worker/http/used-once.ts'
import { USER } from './support/caller.ts'
import { startWorld, WORKER_ID } from './support/world.ts'
import type { World } from './support/world.ts'
import '../support/fixed-chance.ts'

const NOW = 1_800_000_000
const binding = { method: 'GET', path: '/api/sessions', body_sha256: 'hash', session_id: null }
const identity = { aud: WORKER_ID, jti: '0', user_id: USER, organization_id: USER }

describe('the time of a command, to the second (CMD-4, CMD-5)', () => {
  it.each<[string, iat: number, exp: number, startedAt: number, answer: string]>([
    ['now', 0, 30, -100, 'taken'],
    ['of a clock that is 10 s ahead', 10, 40, -100, 'taken'],
    ['of a clock that is 11 s ahead', 11, 41, -100, 'clock_skew'],
    ['over for 10 s', -40, -10, -100, 'taken'],
    ['over for 11 s', -41, -11, -100, 'clock_skew'],
    ['of a year ago', -31_536_000, -31_535_970, -40_000_000, 'clock_skew'],
    ['30 s long', -1, 29, -100, 'taken'],
    ['31 s long', -1, 30, -100, 'invalid_command'],
    ['one second long', 0, 1, -100, 'taken'],
    ['no second long', 0, 0, -100, 'invalid_command'],
    ['over before it begins', 5, 4, -100, 'invalid_command'],
    ['of the second in which the worker began', -5, 25, -5, 'taken'],
    ['of the second before', -6, 24, -5, 'invalid_command'],
  ])('%s', (_, iat, exp, startedAt, answer) => {
    const decision = decideCommand({ ...identity, ...binding, iat: NOW + iat, exp: NOW + exp }, binding, NOW, NOW + startedAt)
    expect(decision.ok ? 'taken' : decision.code).toBe(answer)
    const { workerTime } = (!decision.ok && decision.detail) || {}
    expect(workerTime).toBe(answer === 'clock_skew' ? '2027-01-15T08:00:00.000Z' : undefined)
  })
})

describe('what was used is remembered', () => {
  it('as long as it could be used again, and takes no more room than it may (CMD-7)', () => {
    const step = fc.record({ name: fc.integer({ min: 0, max: 30 }), after: fc.nat({ max: 40 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const max = 8
        const used = createUsedOnce({ seconds: 50, max })
        const takenAt = new Map<number, number>()
        let now = 0
        for (const { name, after } of steps) {
          now += after
          const since = takenAt.get(name)
          const answer = used.use(String(name), now)
          expect(since !== undefined && now - since <= 50 && answer !== 'again').toBe(false)
          if (answer === 'first') takenAt.set(name, now)
          const remembered = [...takenAt.values()].filter((at) => now - at <= 50).length
          expect(remembered).toBeLessThanOrEqual(max)
        }
      }),
    )
  })

  it('and a flood is refused, not let in by forgetting; it ends by itself', () => {
    const used = createUsedOnce({ seconds: 50, max: 1000 })
    const answers = Array.from({ length: 3000 }, (_, at) => used.use(String(at), 1))
    expect(answers.filter((answer) => answer === 'first')).toHaveLength(1000)
    expect(answers.slice(1000).every((answer) => answer === 'full')).toBe(true)
    expect(used.use('0', 1)).toBe('again')
    expect(used.use('0', 51)).toBe('again')
    expect(used.use('new', 101)).toBe('first')
  })
})

describe('the keys are replaced', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.stop())

  it('without a command lost: the worker knows both, the edge function changes over, the old key is worth nothing (CMD-2)', async () => {
    const [old, fresh] = await Promise.all([newCommandKey(), newCommandKey()])
    const folder = world.newFolder()
    /** A worker process that knows these keys, and what it says to a command of each. */
    const answers = async (...known: (typeof old)[]): Promise<{ old: number; fresh: number }> => {
      const keys = JSON.stringify({ keys: known.map((key) => key.public) })
      const worker = await world.spawnWorker({ COMMAND_PUBLIC_KEYS: keys }, folder)
      const ask = async ({ private: key }: typeof old): Promise<number> => {
        const about = { userId: USER, organizationId: world.organizationId, sessionId: null }
        const token = await signCommand(key, WORKER_ID, { ...about, method: 'GET', path: '/api/sessions', body: '' })
        return (await fetch(`${worker.url}/api/sessions`, { headers: { authorization: `Bearer ${token}` } })).status
      }
      const statuses = { old: await ask(old), fresh: await ask(fresh) }
      expect(await worker.kill('SIGTERM')).toBe(0)
      return statuses
    }
    expect(await answers(old)).toEqual({ old: 200, fresh: 401 })
    expect(await answers(old, fresh)).toEqual({ old: 200, fresh: 200 })
    expect(await answers(fresh)).toEqual({ old: 401, fresh: 200 })
  })

  it('and a worker that is given the private key does not start, says why, and shows nothing of it', async () => {
    const { private: secret } = await newCommandKey()
    const worker = await world.spawnWorker({ COMMAND_PUBLIC_KEYS: JSON.stringify({ keys: [secret] }) }, world.newFolder(), false)
    const [code] = await new Promise<[number | null]>((ended) => worker.child.once('exit', (code) => ended([code])))
    expect(code).not.toBe(0)
    expect(worker.output()).toContain('COMMAND_PUBLIC_KEYS: keys.0.d: a private key does not belong here and has leaked')
    expect(worker.output()).not.toContain(secret.d)
  })
})
