import type { Contact, GroupMetadata } from 'baileys'
import { expect, it } from 'vitest'
import type { Simulator } from '../../simulator/simulator.ts'
import { client, eventually, simulate } from './support/bench.ts'
import type { Client } from './support/client.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const ROSA = '51944100202'

/** The names that a device hears of after its first sync. */
function heard({ socket }: Client) {
  const contacts: Partial<Contact>[] = []
  const groups: Partial<GroupMetadata>[] = []
  socket.ev.on('contacts.upsert', (upserted) => contacts.push(...upserted))
  socket.ev.on('groups.upsert', (upserted) => groups.push(...upserted))
  socket.ev.on('groups.update', (updated) => groups.push(...updated))
  return { contacts, groups }
}

/** The client checks what signs the changes only when it is told to. */
const STRICT = { appStateMacVerification: { patch: true, snapshot: true } }

async function ready(simulator: Simulator, phone = ANA) {
  const told = simulator.counts().histories
  const first = client(simulator)
  await simulator.scan(await first.qr(), phone)
  await first.closed()
  const device = client(simulator, first.auth, STRICT)
  await device.opened()
  await eventually(() => expect(simulator.counts().histories).toBe(told + 1))
  return { ...device, ...heard(device) }
}

const named = (phone: string, name: string) =>
  expect.objectContaining({ id: `${phone}@s.whatsapp.net`, name, lid: expect.stringMatching(/@lid$/) })

it('tells a linked device of new contacts and new names of old ones, as signed changes of the address book', async () => {
  const simulator = await simulate()
  const ana = await ready(simulator)
  expect(await simulator.addContact(ANA, { phone: '51944100299', name: 'Beto Salas' })).toBe(true)
  await eventually(() => expect(ana.contacts).toEqual([named('51944100299', 'Beto Salas')]))
  expect(await simulator.renameContact(ANA, ROSA, 'Rosita (trabajo)')).toBe(true)
  expect(await simulator.renameContact(ANA, '51944100299', 'Beto')).toBe(true)
  await eventually(() => expect(ana.contacts.slice(1)).toEqual([named(ROSA, 'Rosita (trabajo)'), named('51944100299', 'Beto')]))
  expect(await simulator.renameContact('4930123456', ROSA, 'Rosa')).toBe(false)
})

it('keeps the order of changes that are made at once', async () => {
  const simulator = await simulate()
  const ana = await ready(simulator)
  const renamed = [LUIS, ROSA, '51944100201'].map((phone, index) => ({ phone, name: `Nombre ${index}` }))
  await Promise.all(renamed.map(({ phone, name }) => simulator.renameContact(ANA, phone, name)))
  await eventually(() => expect(ana.contacts).toEqual(renamed.map(({ phone, name }) => named(phone, name))))
})

it('tells a device that was away at its next login', async () => {
  const simulator = await simulate()
  const ana = await ready(simulator)
  await ana.socket.end(undefined)
  await eventually(() => expect(simulator.devices(ANA)).toMatchObject([{ online: false }]))
  await simulator.renameContact(ANA, ROSA, 'Rosa H.')
  const again = client(simulator, ana.auth)
  const { contacts } = heard(again)
  await again.opened()
  await eventually(() => expect(contacts).toEqual([named(ROSA, 'Rosa H.')]))
})

it('tells a device that is linked later the names as they are now', async () => {
  const simulator = await simulate()
  await simulator.renameContact(ANA, ROSA, 'Rosa H.')
  const fresh = client(simulator)
  await simulator.scan(await fresh.qr())
  await fresh.closed()
  const device = client(simulator, fresh.auth)
  const names: (string | undefined)[] = []
  device.socket.ev.on('messaging-history.set', ({ contacts }) => {
    names.push(...contacts.filter(({ id }) => id === `${ROSA}@s.whatsapp.net`).flatMap(({ name }) => name ?? []))
  })
  await device.opened()
  await eventually(() => expect(names).toEqual(['Rosa H.']))
})

it('tells everybody in a group of it and of its new subject', async () => {
  const simulator = await simulate()
  const [ana, luis] = [await ready(simulator), await ready(simulator, LUIS)]
  const jid = simulator.addGroup(ANA, { subject: 'Viaje a Cusco', participants: [LUIS] }) ?? ''
  expect(jid).toMatch(/^\d{18}@g\.us$/)
  const isNew = expect.objectContaining({ id: jid, subject: 'Viaje a Cusco', size: 2 })
  await eventually(() => expect([ana.groups, luis.groups]).toEqual([[isNew], [isNew]]))
  expect(simulator.renameGroup(jid, 'Viaje a Puno')).toBe(true)
  await eventually(() => expect(luis.groups[1]).toMatchObject({ id: jid, subject: 'Viaje a Puno' }))
  expect(Object.values(await luis.socket.groupFetchAllParticipating()).map(({ subject }) => subject)).toContain('Viaje a Puno')
  expect(simulator.renameGroup('1@g.us', 'Nadie')).toBe(false)
  expect(simulator.addGroup('4930123456', { subject: 'Nadie', participants: [] })).toBeUndefined()
})
