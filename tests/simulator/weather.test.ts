import { DEFAULT_CONNECTION_CONFIG } from 'baileys'
import { expect, it } from 'vitest'
import { createChance } from '../../simulator/chance.ts'
import { createWeather } from '../../simulator/server/weather.ts'
import { DEFAULT_BEHAVIOUR } from '../../simulator/settings.ts'
import { client, linked, simulate } from './support/bench.ts'

const LATENCY_MS = 150

it('delays what the server says, in order, and a device links and logs in all the same', async () => {
  const simulator = await simulate({ behaviour: { latencyMs: LATENCY_MS, jitterMs: 100 } })
  const before = performance.now()
  const { socket } = await linked(simulator)
  const answers: number[] = []
  await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      await socket.groupFetchAllParticipating()
      answers.push(number)
    }),
  )
  expect(answers).toEqual([1, 2, 3, 4])
  // Two handshakes and two stanzas at least, one after the other.
  expect(performance.now() - before).toBeGreaterThan(4 * LATENCY_MS)
})

it('cuts connections again and again, and each new one lives', async () => {
  const simulator = await simulate({ behaviour: { dropEverySeconds: 5 } })
  const first = client(simulator)
  expect(await first.closed()).toMatchObject({ code: 428 })
  const second = client(simulator)
  expect(await second.closed()).toMatchObject({ code: 428 })
  simulator.configure({ dropEverySeconds: 0 })
  await expect(client(simulator).qr()).resolves.toContain('#2@')
})

it('tells the time of a clock that is wrong', async () => {
  const simulator = await simulate({ behaviour: { clockSkewSeconds: -86_400 } })
  const device = client(simulator)
  const told = new Promise<number>((resolve) => {
    device.socket.ws.on('CB:iq,,pair-success', ({ attrs }: { attrs: { t: string } }) => resolve(Number(attrs.t)))
  })
  await simulator.scan(await device.qr())
  const behind = Date.now() / 1000 - (await told)
  expect(behind).toBeGreaterThan(86_300)
  expect(behind).toBeLessThan(86_500)
  expect(await device.closed()).toMatchObject({ code: 515 })
})

it('refuses a client that is too old, and takes the same one when it is not', async () => {
  const [major, minor, patch] = DEFAULT_CONNECTION_CONFIG.version
  const simulator = await simulate({ behaviour: { minimumVersion: `${major}.${minor}.${patch + 1}` } })
  expect(await client(simulator).closed()).toMatchObject({ code: 405, message: 'Connection Failure' })
  simulator.configure({ minimumVersion: `${major}.${minor}.${patch}` })
  await expect(client(simulator).qr()).resolves.toContain('#2@')
  simulator.configure({ minimumVersion: `${major}.${minor - 1}.${patch + 1}` })
  await expect(client(simulator).qr()).resolves.toContain('#2@')
})

it('answers nobody while it is silent, and new connections afterwards', async () => {
  const simulator = await simulate({ behaviour: { silent: true } })
  const waiting = client(simulator, undefined, { connectTimeoutMs: 500 })
  expect(await waiting.closed()).toMatchObject({ code: 408 })
  simulator.configure({ silent: false })
  const device = await linked(simulator)
  simulator.configure({ silent: true })
  const unanswered = device.socket.query({ tag: 'iq', attrs: { to: '@g.us', xmlns: 'w:g2', type: 'get' } }, 500)
  await expect(unanswered).rejects.toThrow('Timed Out')
})

it('is the same under the same seed: ids, refs, keys, groups, texts', async () => {
  const run = async (randomSeed: string) => {
    const simulator = await simulate({ randomSeed })
    const first = client(simulator)
    await first.qr()
    const [waiting] = simulator.waiting()
    await simulator.scan(await first.qr())
    await first.closed()
    const device = client(simulator, first.auth)
    await device.opened()
    const lid = device.auth.creds.me?.lid
    const identity = Buffer.from(first.auth.creds.account?.accountSignatureKey ?? []).toString('hex')
    const group = simulator.addGroup('51987654321', { subject: 'Viaje', participants: [] })
    const texts = [
      await simulator.sendText('51912000111', '51987654321', 'uno'),
      await simulator.sendText('51912000111', '51987654321', 'dos'),
    ]
    await simulator.stop()
    return { id: waiting?.id, refs: waiting?.refs, lid, identity, group, texts }
  }
  const once = await run('lluvia')
  expect(once.refs).toHaveLength(6)
  expect(await run('lluvia')).toEqual(once)
  const other = await run('sol')
  expect(other.id).not.toBe(once.id)
  expect(other.refs).not.toEqual(once.refs)
  expect(other.identity).not.toBe(once.identity)
  expect(other.group).not.toBe(once.group)
  expect(other.texts).not.toEqual(once.texts)
})

it('gives delays and cuts in the same order under the same seed, whatever else is drawn', () => {
  const behaviour = () => ({ ...DEFAULT_BEHAVIOUR, latencyMs: 10, jitterMs: 1_000, dropEverySeconds: 60 })
  const draw = (seed: string, disturb: boolean) => {
    const chance = createChance(seed)
    if (disturb) chance.bytes(7)
    const weather = createWeather(behaviour, chance.of('connection/1'))
    return { cut: weather.cutAfter(), delays: Array.from({ length: 20 }, () => weather.delay()) }
  }
  const { cut, delays } = draw('lluvia', false)
  expect(draw('lluvia', true)).toEqual({ cut, delays })
  expect(draw('sol', false)).not.toEqual({ cut, delays })
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(10)
  expect(Math.max(...delays)).toBeLessThanOrEqual(1_010)
  expect(new Set(delays).size).toBeGreaterThan(10)
  expect(cut).toBeGreaterThanOrEqual(30_000)
  expect(cut).toBeLessThanOrEqual(90_000)
})
