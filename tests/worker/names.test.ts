import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#domain/api.ts'
import { ErrorBody } from '#domain/errors.ts'
import { ContactList, GroupList } from '#domain/names.ts'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const ANAS_GROUPS = ['Cumpleaños de Rosita 🎂', 'Familia Rojas', 'Fútbol de los jueves', 'Ventas Miraflores']

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const ask = (id: string, route: 'groups' | 'contacts') => worker.call('GET', `/api/sessions/${id}/${route}`, { sessionId: id })
const groups = async (id: string) => GroupList.parse((await ask(id, 'groups')).body)
const contacts = async (id: string) => ContactList.parse((await ask(id, 'contacts')).body)
const namesOf = async (id: string) => (await contacts(id)).contacts.map(({ name }) => name)
const fileOf = (id: string) => join(worker.data, 'sessions', id, 'names.json')
const stop = async (id: string) => {
  await world.rpc('stop_session', { session_id: id })
  await world.until(id, 'stopped')
}
/** Links a phone and waits until what it tells is on disk: people by their names, and what one of them calls itself. */
const linkWithNames = async (phone = ANA, known = 'Rosa Huamán', pushName = 'Jorge ⚽'): Promise<string> => {
  const { id } = await world.link(worker, phone)
  await eventually(async () => expect(await namesOf(id)).toEqual(expect.arrayContaining([known, pushName])))
  return id
}

describe('groups and contacts', () => {
  it('come from the phone at first sync, are told in the shape of the API, and outlive a restart and a later login (NAM-1)', async () => {
    const id = await linkWithNames()
    const [asked, told] = [await ask(id, 'groups'), await ask(id, 'contacts')]
    expect(OPERATIONS.groups.answer.safeParse(asked.body).success && OPERATIONS.contacts.answer.safeParse(told.body).success).toBe(true)
    const { contacts: people, updatedAt } = await contacts(id)
    expect(updatedAt).not.toBeNull()
    expect(people).toHaveLength(7)
    // The address book goes before what people call themselves, which is better than nothing.
    expect(people).toContainEqual({ id: '51944100201@s.whatsapp.net', phoneNumber: '+51944100201', name: 'Mamá' })
    expect(people).toContainEqual({ id: '51944100206@s.whatsapp.net', phoneNumber: '+51944100206', name: 'Jorge ⚽' })
    expect(statSync(fileOf(id)).mode & 0o777).toBe(0o600)

    await worker.stop()
    worker = await world.startWorker({}, worker.data)
    await world.until(id, 'connected')
    expect((await contacts(id)).contacts).toEqual(people)
    await stop(id)
    expect((await contacts(id)).contacts).toEqual(people)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected')
    expect((await contacts(id)).contacts).toEqual(people)
  })

  it('of a group are asked of WhatsApp while it is online, and kept for when it is not (NAM-4)', async () => {
    const id = await linkWithNames()
    const live = await groups(id)
    expect(live).toMatchObject({ live: true, groups: ANAS_GROUPS.map((name) => ({ name, participants: 4 })) })
    await stop(id)
    expect(await groups(id)).toEqual({ ...live, live: false })
  })

  it('that are added or renamed later arrive (NAM-1)', async () => {
    const id = await linkWithNames()
    await world.simulator.addContact(ANA, { phone: '51944100299', name: 'Nueva' })
    await eventually(async () => expect(await namesOf(id)).toContain('Nueva'))
    await world.simulator.renameContact(ANA, '51944100299', 'Nueva Clienta')
    await eventually(async () => expect(await namesOf(id)).toContain('Nueva Clienta'))
    expect(await namesOf(id)).not.toContain('Nueva')
    const jid = world.simulator.addGroup(ANA, { subject: 'Proveedores', participants: ['51944100204'] })
    world.simulator.renameGroup(jid ?? '', 'Proveedores 2026')
    await eventually(() => expect(readFileSync(fileOf(id), 'utf8')).toContain('Proveedores 2026'))
    await stop(id)
    expect((await groups(id)).groups).toContainEqual({ id: jid, name: 'Proveedores 2026', participants: 2 })
  })

  it('are of one link each: two organisations’ sessions, and two phones, know nothing of each other (NAM-2)', async () => {
    const [ana, luis] = [await linkWithNames(), await linkWithNames(LUIS, 'Ana Rojas', 'Taller Muñoz')]
    expect(await namesOf(luis)).not.toContain('Mamá')
    expect(await namesOf(ana)).not.toContain('Taller Muñoz')
    for (const route of ['groups', 'contacts']) {
      const stranger = { sessionId: ana, organizationId: '7f0c1a52-8f5e-4a86-9f3c-111111111111' }
      const answer = await worker.call('GET', `/api/sessions/${ana}/${route}`, stranger)
      expect([answer.status, ErrorBody.parse(answer.body).error.code]).toEqual([404, 'not_found'])
    }
  })

  it('are there only for a linked phone', async () => {
    const id = await world.createSession()
    await eventually(async () => expect((await worker.call('GET', `/api/sessions/${id}/status`, { sessionId: id })).status).toBe(200))
    for (const route of ['groups', 'contacts'] as const) {
      expect(await ask(id, route)).toMatchObject({ status: 409, body: { error: { code: 'not_linked' } } })
    }
  })
})

describe('what is kept of them', () => {
  it('goes with a clear, which counts it; the next phone begins with nothing of it (NAM-3, CLR-1, CLR-7)', async () => {
    const id = await linkWithNames()
    await groups(id)
    await eventually(() => expect(existsSync(fileOf(id))).toBe(true))
    const kept = JSON.parse(readFileSync(fileOf(id), 'utf8')) as { groups: unknown[]; contacts: unknown[] }
    const order = await world.rpc<string>('reset_session', { session_id: id })
    const receipt = await world.receipt(id, order)
    expect(kept.groups.length + kept.contacts.length).toBeGreaterThanOrEqual(10)
    expect(receipt).toMatchObject({ verifiedAbsent: true, removed: { names: kept.groups.length + kept.contacts.length } })
    expect(readdirSync(join(worker.data, 'sessions')).filter((name) => name.includes(id))).toEqual([])
    await world.rpc('start_session', { session_id: id })
    await world.scan(worker, id, LUIS)
    await world.until(id, 'connected')
    await eventually(async () => expect(await namesOf(id)).toContain('Ana Rojas'))
    expect(await namesOf(id)).not.toContain('Mamá')
  })

  it('survives when a backup takes the place of damaged credentials (NAM-5, BAK-2)', async () => {
    const id = await linkWithNames()
    const before = await contacts(id)
    await worker.stop()
    writeFileSync(join(worker.data, 'sessions', id, 'auth.sqlite'), 'x'.repeat(8192))
    worker = await world.startWorker({}, worker.data)
    await world.until(id, 'connected')
    expect(await contacts(id)).toEqual(before)
    // What was set aside with them goes with the order, too.
    const order = await world.rpc<string>('reset_session', { session_id: id })
    await world.receipt(id, order)
    expect(readdirSync(join(worker.data, 'quarantine')).filter((name) => name.startsWith(id))).toEqual([])
  })

  it.each([
    ['damaged', '{"version":1,"generation":1,"groups":[{"na'],
    ['of another generation', '{"version":1,"generation":7,"groupsAt":null,"groups":[],"contactsAt":"x","contacts":[]}'],
    ['of somebody else', '[]'],
  ])('counts as nothing where the file is %s, and the next event writes it anew (NAM-5)', async (_how, text) => {
    const id = await linkWithNames()
    writeFileSync(fileOf(id), text)
    expect(await contacts(id)).toEqual({ contacts: [], updatedAt: null })
    await world.simulator.addContact(ANA, { phone: '51944100298', name: 'Otra' })
    await eventually(async () => expect(await namesOf(id)).toContain('Otra'))
    expect(await namesOf(id)).not.toContain('Mamá')
    expect((await world.row(id))?.status).toBe('connected')
    await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))
  })

  it('is nothing strange to the doctor (DOC-1)', async () => {
    await linkWithNames()
    const { url, token } = JSON.parse(readFileSync(join(worker.data, 'doctor.json'), 'utf8')) as { url: string; token: string }
    const report = (await (await fetch(`${url}/doctor`, { headers: { authorization: `Bearer ${token}` } })).json()) as {
      findings: object[]
    }
    expect(report.findings.filter((finding) => JSON.stringify(finding).includes('names'))).toEqual([])
    expect(report.findings.filter((finding) => 'finding' in finding && finding.finding === 'stray')).toEqual([])
  })
})
