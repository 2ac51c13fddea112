import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BaileysEventMap, Contact } from 'baileys'
import { expect, it, onTestFinished } from 'vitest'
import type { NewPhone } from '../../simulator/settings.ts'
import { client, eventually, linked, simulate } from './support/bench.ts'
import { memoryAuth } from './support/client.ts'
import type { Client } from './support/client.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const PEOPLE: NewPhone[] = [
  {
    phone: ANA,
    name: 'Ana',
    contacts: [
      { phone: LUIS, name: 'Luis Quispe', pushName: 'Luis' },
      { phone: '51944100201', pushName: 'Jorge ⚽' },
    ],
    groups: [{ subject: 'Familia Rojas', participants: [LUIS, '51944100201'] }],
  },
  { phone: LUIS, name: 'Luis' },
]

type History = BaileysEventMap['messaging-history.set']

/** Links a device and collects what its phone tells it, from before the first login on. */
async function told(simulator: Awaited<ReturnType<typeof simulate>>, device: Client): Promise<Client & { histories: History[] }> {
  await simulator.scan(await device.qr())
  await device.closed()
  const again = client(simulator, device.auth)
  const histories: History[] = []
  again.socket.ev.on('messaging-history.set', (history) => histories.push(history))
  await again.opened()
  return { ...again, histories }
}

const contactsOf = (histories: History[]): Contact[] => histories.flatMap(({ contacts }) => contacts)

it('tells a new device the names of people and groups, once: not again at later logins', async () => {
  const simulator = await simulate({ seed: PEOPLE })
  const device = await told(simulator, client(simulator))
  await eventually(() => expect(simulator.counts().histories).toBe(1))
  await eventually(() => expect(device.histories).toHaveLength(2))
  const lid = expect.stringMatching(/^[1-9]\d{14}@lid$/)
  expect(contactsOf(device.histories)).toEqual([
    { id: `${LUIS}@s.whatsapp.net`, name: 'Luis Quispe', lid },
    { id: '51944100201@s.whatsapp.net', name: undefined, lid },
    { id: expect.stringMatching(/^\d{18}@g\.us$/), name: 'Familia Rojas' },
    { id: `${LUIS}@s.whatsapp.net`, notify: 'Luis' },
    { id: '51944100201@s.whatsapp.net', notify: 'Jorge ⚽' },
  ])
  expect(device.histories.flatMap(({ messages }) => messages)).toEqual([])

  await device.socket.end(undefined)
  await eventually(() => expect(simulator.devices()).toMatchObject([{ online: false }]))
  const later = client(simulator, device.auth)
  const again: History[] = []
  later.socket.ev.on('messaging-history.set', (history) => again.push(history))
  await later.opened()
  // The copies of two texts come from the same phone, after everything that the login would have brought.
  for (const delivered of [1, 2]) {
    await simulator.sendText(ANA, LUIS, 'Hola')
    await eventually(() => expect(simulator.counts().delivered).toBe(delivered))
  }
  expect(again).toEqual([])
  expect(simulator.counts().histories).toBe(1)
})

it('tells it again at the next login when the connection ended before the device had confirmed it', async () => {
  const simulator = await simulate({ seed: PEOPLE })
  const first = client(simulator)
  await simulator.scan(await first.qr())
  await first.closed()
  const cut = client(simulator, first.auth)
  cut.socket.ws.on('CB:message', () => simulator.drop(`${ANA}:1@s.whatsapp.net`))
  expect(await cut.closed()).toMatchObject({ code: 428 })
  expect(simulator.counts().histories).toBe(0)
  const device = client(simulator, first.auth)
  await device.opened()
  await eventually(() => expect(simulator.counts().histories).toBe(1))
})

it('remembers over its own restart that a device was told', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-first-sync-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const simulator = await simulate({ seed: PEOPLE, dataDir })
  const device = await told(simulator, client(simulator))
  await eventually(() => expect(simulator.counts().histories).toBe(1))
  await simulator.stop()
  const next = await simulate({ dataDir })
  const later = client(next, device.auth)
  await later.opened()
  await later.socket.groupFetchAllParticipating()
  expect(next.counts()).toMatchObject({ logins: 1, histories: 0 })
  expect(Object.values(await later.socket.groupFetchAllParticipating())).toMatchObject([{ subject: 'Familia Rojas' }])
})

it('tells three thousand names', async () => {
  const contacts = Array.from({ length: 3_000 }, (_, index) => ({ phone: String(51_900_000_000 + index), name: `Persona ${index}` }))
  const simulator = await simulate({ seed: [{ phone: ANA, name: 'Ana', contacts }] })
  const device = await told(simulator, client(simulator, memoryAuth()))
  await eventually(() => expect(contactsOf(device.histories)).toHaveLength(3_000))
  expect(contactsOf(device.histories).at(-1)).toMatchObject({ id: '51900002999@s.whatsapp.net', name: 'Persona 2999' })
})

it('answers which groups an account takes part in, also those that others made', async () => {
  const simulator = await simulate({ seed: PEOPLE })
  for (const phone of [ANA, LUIS]) {
    const { socket } = await linked(simulator, phone)
    const [group] = Object.values(await socket.groupFetchAllParticipating())
    expect(group).toMatchObject({ subject: 'Familia Rojas', size: 3, addressingMode: 'lid', ownerPn: `${ANA}@s.whatsapp.net` })
    expect(group?.participants).toMatchObject([{ phoneNumber: `${ANA}@s.whatsapp.net`, admin: 'superadmin' }, { admin: null }, {}])
    expect(await socket.groupMetadata(group?.id ?? '')).toMatchObject({ subject: 'Familia Rojas' })
  }
})
