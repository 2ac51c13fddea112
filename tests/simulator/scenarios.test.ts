import { expect, it, onTestFinished } from 'vitest'
import { namedScenarios } from '../../simulator/scenario/named.ts'
import type { Scenario } from '../../simulator/scenario/schema.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { client, eventually, simulate } from './support/bench.ts'
import type { Close } from './support/client.ts'

const ANA = '51987654321'

/** A device that does what a session does: it restarts, comes back after a cut, and stops when it is told to. */
function persistent(simulator: Simulator) {
  const closes: (number | undefined)[] = []
  const names: string[] = []
  const groups: string[] = []
  const texts: string[] = []
  const seen: { auth?: ReturnType<typeof client>['auth'] } = {}
  let stopped = false
  onTestFinished(() => void (stopped = true))
  const stops = (close: Close) => [401, 403, 408].includes(close.code ?? 0)
  const live = async (auth?: ReturnType<typeof client>['auth']): Promise<void> => {
    const device = client(simulator, auth, { keepAliveIntervalMs: 1_000 })
    seen.auth = device.auth
    device.socket.ev.on('contacts.upsert', (contacts) => names.push(...contacts.flatMap(({ name }) => name ?? [])))
    device.socket.ev.on('groups.update', (updates) => groups.push(...updates.flatMap(({ subject }) => subject ?? [])))
    device.socket.ev.on('messages.upsert', ({ messages }) => texts.push(...messages.flatMap(({ message }) => message?.conversation ?? [])))
    const close = await device.closed()
    closes.push(close.code)
    if (!stopped && !stops(close)) await live(device.auth)
  }
  const over = live()
  return { closes, names, groups, texts, over, seen }
}

it('fits the schema: every scenario that comes with the simulator, under the name of its file', () => {
  expect([...namedScenarios().keys()].toSorted()).toEqual([
    'bad-network',
    'banned-after-link',
    'outdated-client',
    'passkey-account',
    'phone-renames-a-contact',
  ])
})

it('bad-network: a device links and comes back after every cut', async () => {
  const simulator = await simulate()
  const running = simulator.run('bad-network')
  const device = persistent(simulator)
  expect(await running).toMatchObject({ state: 'done' })
  await eventually(() => expect(simulator.devices()).toMatchObject([{ online: true, silent: false }]))
  expect(device.closes.slice(0, 3)).toEqual([515, 428, 428])
  expect(simulator.counts()).toMatchObject({ links: 1, histories: 1 })
})

it('banned-after-link: 403, and 403 again at the next login', async () => {
  const simulator = await simulate()
  const running = simulator.run('banned-after-link')
  const device = persistent(simulator)
  expect(await running).toMatchObject({ state: 'done', steps: [{ do: 'scan' }, { do: 'refuse' }, { do: 'fail' }] })
  await device.over
  expect(device.closes).toEqual([515, 403])
  expect(await client(simulator, device.seen.auth).closed()).toMatchObject({ code: 403 })
  expect(simulator.devices()).toMatchObject([{ logins: 1 }])
})

it('passkey-account: nothing is linked, until the account demands no passkey any more', async () => {
  const simulator = await simulate()
  const running = simulator.run('passkey-account')
  const first = client(simulator)
  await first.qr()
  await eventually(() => expect(simulator.accounts()[0]?.passkey).toBe(true))
  // The run waits for a device that shows a code after the demand was withdrawn.
  await eventually(() => expect(simulator.accounts()[0]?.passkey).toBe(false))
  expect(simulator.devices()).toEqual([])
  await first.socket.end(undefined)
  const second = client(simulator)
  expect(await second.closed()).toMatchObject({ code: 515 })
  expect((await running).steps.map(({ outcome }) => outcome)).toEqual(['ok', 'passkey_required', 'ok', 'ok'])
})

it('phone-renames-a-contact: the device hears of names, a subject and a text', async () => {
  const simulator = await simulate()
  const running = simulator.run('phone-renames-a-contact')
  const device = persistent(simulator)
  expect(await running).toMatchObject({ state: 'done' })
  await eventually(() => expect(device.names).toEqual(['Rosita (trabajo)', 'Beto Salas']))
  await eventually(() => expect(device.groups).toContain('Familia Rojas ❤️'))
  await eventually(() => expect(device.texts).toEqual(['¿Vienes el jueves?']))
})

it('outdated-client: 405 for a while, then a code', async () => {
  const simulator = await simulate()
  const running = simulator.run('outdated-client')
  expect(await client(simulator).closed()).toMatchObject({ code: 405 })
  expect(await running).toMatchObject({ state: 'done' })
  await expect(client(simulator).qr()).resolves.toContain('#2@')
})

it('types a code that is data, when the device chose it', async () => {
  const simulator = await simulate()
  const scenario: Scenario = {
    name: 'code',
    about: 'A wrong code and the right one.',
    steps: [
      { do: 'enterCode', phone: ANA, code: 'LATC-HKEZ', after: 'code_asked', expect: 'wrong_code' },
      { do: 'enterCode', phone: ANA, code: 'LATC-HKEY' },
    ],
  }
  const running = simulator.run(scenario)
  const device = client(simulator)
  await device.qr()
  await device.socket.requestPairingCode(ANA, 'LATCHKEY')
  expect(await running).toMatchObject({ state: 'done', steps: [{ outcome: 'wrong_code' }, { outcome: 'ok' }] })
  expect(await device.closed()).toMatchObject({ code: 515 })
})

it('ends at the first step that comes out otherwise than expected, and with the simulator', async () => {
  const simulator = await simulate()
  const unlinked: Scenario['steps'] = [{ do: 'drop', phone: ANA }, { do: 'rest' }]
  expect(await simulator.run({ name: 'nobody', about: '', steps: unlinked })).toEqual({
    name: 'nobody',
    state: 'failed',
    steps: [{ do: 'drop', outcome: 'unknown_device', atMs: expect.any(Number) }],
  })
  await expect(simulator.run('no-such-story')).rejects.toThrow('no-such-story')
  const waiting = simulator.run({ name: 'long', about: '', steps: [{ do: 'rest', after: 'linked' }] })
  const sleeping = simulator.run({ name: 'longer', about: '', steps: [{ do: 'rest', at: 3_000_000 }] })
  await simulator.stop()
  expect(await waiting).toMatchObject({ state: 'ended', steps: [] })
  expect(await sleeping).toMatchObject({ state: 'ended', steps: [] })
})
