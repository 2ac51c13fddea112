import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { TimelineKind } from '#domain/events.ts'
import { deviceAddress } from '../../src/lib/addresses.ts'
import { ACME, type FakeSession, GLOBEX, linkedSession } from './support/fake-rows.ts'
import { FakeServer, refusal, USER } from './support/fake-server.ts'
import { openPage } from './support/open-page.tsx'

const PHONE = '+51 987 654 321'
const SOMEBODY = '7d2f7c1a-0000-4000-8000-000000000009'

function device(facts: Partial<FakeSession> = {}) {
  const session = linkedSession('51987654321', { display_name: 'Ventas', ...facts })
  const server = new FakeServer([session])
  let id = 0
  return {
    session,
    server,
    happens: (kind: TimelineKind, detail: object, at = new Date().toISOString()) =>
      server.events.push({ id: ++id, organization_id: session.organization_id, session_id: session.id, at, kind, detail }),
    open: (tab = 'timeline') => openPage(server, { at: `${deviceAddress(session.id)}#${tab}` }),
  }
}

const entry = (text: string) => screen.findByText(text).then((found) => found.closest('li') ?? found)

it('tells of a device how it is, why, and since when', async () => {
  const { open } = device({ status: 'stopped', effective_status: 'stopped', status_reason: 'replaced' })
  open()
  expect((await screen.findByRole('heading', { level: 1 })).textContent).toBe(PHONE)
  const header = screen.getByRole('region', { name: PHONE })
  expect(header.textContent).toContain('another program uses this link')
  expect(within(header).getByText('stopped')).toBeTruthy()
  expect(within(header).getByText('Linked since').nextSibling?.textContent).toMatch(/Nov 2[12], 2026/)
  expect(within(header).getByText('Connected since').nextSibling?.textContent).toBe('not now')
  expect(within(header).getByRole('button', { name: 'Start' })).toBeTruthy()
})

it('says who did what and why, by days, and how often', async () => {
  const { server, happens, open } = device()
  happens('created', { status: 'connecting', by: USER.id }, '2026-03-01T12:00:00Z')
  happens('renamed', { from: null, to: 'Ventas', by: SOMEBODY }, '2026-03-01T12:01:00Z')
  happens('stop_requested', { by: '7d2f7c1a-0000-4000-8000-000000000002' })
  happens('connection_closed', { code: 428, reason: 'connection_lost', retryInMs: 2000, count: 3 })
  server.people.push({ user_id: SOMEBODY, email: 'luis@acme.example', is_you: false, role: 'agent', created_at: '' })
  open()
  expect((await entry('Session created')).textContent).toContain('you')
  expect((await entry('Renamed')).textContent).toContain('luis@acme.example')
  expect((await entry('A stop was asked for')).textContent).toContain('somebody who left')
  const closed = await entry('Connection closed')
  for (const said of ['3 times', 'the connection was lost', '428', 'trying again in 2 seconds', 'the worker'])
    expect(closed.textContent).toContain(said)
  expect(screen.getByRole('heading', { name: 'Today' })).toBeTruthy()
  expect(screen.getByRole('heading', { name: 'Mar 1, 2026' })).toBeTruthy()
})

it('filters the timeline on the server, and shows older entries when they are asked for', async () => {
  const { server, happens, open } = device()
  happens('linked', { phoneNumberEnd: '4321' })
  for (let day = 0; day < 60; day++) happens('renamed', { from: `a${day}`, to: `b${day}`, by: null })
  const { user } = open()
  await screen.findByText('b59')
  expect(screen.queryByText('b9')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Show older' }))
  expect(await screen.findByText('b9')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Linking' }))
  expect((await entry('Linked to a phone')).textContent).toContain('number ending in 4321')
  await waitFor(() => expect(screen.queryByText('b59')).toBeNull())
  server.events = []
  await user.click(screen.getByRole('button', { name: 'Messages' }))
  expect(await screen.findByText('Nothing of this kind')).toBeTruthy()
})

it('is renamed in place: Escape keeps the name, and a name that is refused stays to be corrected', async () => {
  const { server, session, open } = device()
  const { user } = open()
  await user.click(await screen.findByRole('button', { name: `Rename ${PHONE}` }))
  await user.keyboard('Bodega{Escape}')
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: `Rename ${PHONE}` })))
  expect(session.display_name).toBe('Ventas')
  server.intercept = ({ method }) => (method === 'PATCH' ? refusal('internal') : undefined)
  await user.click(screen.getByRole('button', { name: `Rename ${PHONE}` }))
  await user.keyboard('Bodega{Enter}')
  const problem = await screen.findByRole('alert')
  expect(problem.textContent).toContain('Something went wrong on the server')
  server.intercept = () => undefined
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(session.display_name).toBe('Bodega'))
  expect(await screen.findByText('Bodega')).toBeTruthy()
})

it('sends a text, which waits, is sent, arrives and is read, each in words', async () => {
  const { server, open } = device()
  const { user } = open('messages')
  await user.type(await screen.findByLabelText('To'), '51912000111')
  await user.type(screen.getByLabelText('Message'), 'Hola')
  await user.click(screen.getByRole('button', { name: 'Send' }))
  const waiting = await screen.findByRole('list', { name: /^Waiting/ })
  expect(waiting.textContent).toContain('+51 912 000 111')
  expect(waiting.textContent).toContain('not tried yet')
  expect(server.called('POST', '/messages').map(({ body }) => body)).toEqual([{ to: '+51912000111', text: 'Hola' }])
  server.worker.send()
  const sent = await screen.findByRole('list', { name: /^Sent/ })
  expect(within(sent).getByText('sent')).toBeTruthy()
  for (const state of ['delivered', 'read'] as const) {
    for (const text of server.worker.sent) text.state = state
    expect(await within(sent).findByText(state)).toBeTruthy()
  }
})

it('sends nothing before the number and the text are right, and says at the field what is wrong', async () => {
  const { server, open } = device()
  const { user } = open('messages')
  const send = await screen.findByRole('button', { name: 'Send' })
  await user.click(send)
  expect(await screen.findByText('Type the number that the message is for.')).toBeTruthy()
  const to = screen.getByLabelText('To')
  expect(document.activeElement).toBe(to)
  await user.type(to, '+51912')
  await user.click(send)
  expect(await screen.findByText('This number is too short for its country.')).toBeTruthy()
  await user.type(to, '000111')
  await user.click(send)
  expect(await screen.findByText('Type what the message says.')).toBeTruthy()
  await user.click(screen.getByLabelText('Message'))
  await user.paste('x'.repeat(4097))
  await user.click(send)
  expect(await screen.findByText('A message holds at most 4096 characters.')).toBeTruthy()
  expect(server.called('POST', '/messages')).toEqual([])
})

it('removes one waiting text at once, and all only after a question', async () => {
  const { server, open } = device({ status: 'stopped', effective_status: 'stopped' })
  for (const text of ['one', 'two', 'three']) server.worker.queue('+51912000111', text)
  const { user } = open('messages')
  const [first] = await screen.findAllByRole('button', { name: 'Remove the message to +51 912 000 111' })
  if (first) await user.click(first)
  await waitFor(() => expect(screen.queryByText('one')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Remove all' }))
  const question = await screen.findByRole('alertdialog', { name: 'Remove 2 waiting messages?' })
  await user.click(within(question).getByRole('button', { name: 'Keep them' }))
  expect(server.worker.waiting).toHaveLength(2)
  await user.click(screen.getByRole('button', { name: 'Remove all' }))
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Remove all' }))
  expect(await screen.findByText('No message waits.')).toBeTruthy()
})

it('keeps what is being typed while the worker is away, and says that it is', async () => {
  const { server, open } = device()
  const { user } = open('messages')
  await user.type(await screen.findByLabelText('Message'), 'Hola')
  server.isWorkerOnline = false
  expect(await screen.findByText('This could not be loaded')).toBeTruthy()
  expect(screen.getByText('The worker is offline.')).toBeTruthy()
  expect(screen.getByLabelText('Message')).toHaveProperty('value', 'Hola')
})

it('draws the first hundred of many contacts, finds any of them by name or number, and writes to one', async () => {
  const { server, open } = device()
  server.worker.contacts = Array.from({ length: 250 }, (_, at) => ({
    id: `${at}`,
    phoneNumber: `+519120${String(at).padStart(5, '0')}`,
    name: `Niño ${at}.`,
  }))
  const { user } = open('contacts')
  await screen.findByText('250 contacts')
  const panel = screen.getByRole('tabpanel')
  expect(within(panel).getAllByRole('listitem')).toHaveLength(100)
  await user.click(screen.getByRole('button', { name: 'Show 100 more' }))
  expect(within(panel).getAllByRole('listitem')).toHaveLength(200)
  await user.type(screen.getByLabelText('Search contacts'), 'nino 249')
  await waitFor(() => expect(within(panel).getAllByRole('listitem')).toHaveLength(1))
  await user.clear(screen.getByLabelText('Search contacts'))
  await user.type(screen.getByLabelText('Search contacts'), '+51 912 000 248')
  await user.click(await screen.findByRole('button', { name: 'Write to Niño 248.' }))
  expect(await screen.findByLabelText('To')).toHaveProperty('value', '+51912000248')
  expect(document.activeElement).toBe(screen.getByLabelText('Message'))
})

it('shows what somebody else called a group as text, and says when it was told', async () => {
  const { server, open } = device()
  const name = '<img src=x onerror=alert(1)>\u202Eevil'
  server.worker.groups = [
    { id: 'a@g.us', name, participants: 1 },
    { id: 'b@g.us', name: null, participants: null },
  ]
  server.worker.isLive = false
  open('groups')
  expect((await screen.findByText(name)).tagName).toBe('BDI')
  expect(screen.getByText('1 participant')).toBeTruthy()
  expect(screen.getByText('Group without a subject')).toBeTruthy()
  expect(screen.getByText('As last told just now.')).toBeTruthy()
  expect(document.querySelector('main img')).toBeNull()
})

it('says that no phone is linked where names and texts would be', async () => {
  const { open } = device({ status: 'disconnected', effective_status: 'disconnected', status_reason: 'unlinked_from_phone' })
  const { user } = open('messages')
  expect(await screen.findByText('Link this device to a phone; then messages can be sent from it.')).toBeTruthy()
  await user.click(screen.getByRole('tab', { name: 'Groups' }))
  expect(await screen.findByText('What a phone tells is kept only while it is linked.')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Link again' }).getAttribute('href')).toMatch(/\?link=/)
})

it('opens the tab of its address, moves between tabs by keyboard, and asks nothing for a tab that was not opened', async () => {
  const { server, open } = device()
  const { user } = open('contacts')
  expect((await screen.findByRole('tab', { name: 'Contacts' })).getAttribute('aria-selected')).toBe('true')
  screen.getByRole('tab', { name: 'Contacts' }).focus()
  await user.keyboard('{ArrowLeft}')
  expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'Groups' }))
  expect(server.called('GET', '/groups')).toEqual([])
  await user.keyboard('{Enter}')
  expect(await screen.findByText('No groups')).toBeTruthy()
  expect(location.hash).toBe('#groups')
})

it('lets agents look, and shows them neither orders nor what changes something', async () => {
  const { server, open } = device()
  server.organizations = [{ id: ACME, name: 'Acme', role: 'agent' }]
  server.worker.queue('+51912000111', 'Hola')
  open('messages')
  expect(await screen.findByText('Hola')).toBeTruthy()
  expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Timeline', 'Messages', 'Groups', 'Contacts'])
  const main = within(screen.getByRole('main'))
  for (const name of [/^Rename/, /^Stop/, /^Reset/, /^Send/, /^Remove/]) expect(main.queryByRole('button', { name })).toBeNull()
})

it('follows a device to its end: it is being removed, then gone, and its receipt stays', async () => {
  const { server, session, happens, open } = device({ status: 'stopped', effective_status: 'stopped' })
  open('receipts')
  await screen.findByText('Nothing was removed yet')
  const shown = screen.getByRole('tabpanel')
  server.sessions = []
  const order = server.order(session, 'delete')
  happens('deleted', { status: 'stopped', by: USER.id })
  happens('clear_ordered', { order_id: order.id, reason: 'delete', by: USER.id })
  expect(await screen.findByRole('heading', { level: 1, name: 'This device is being removed' }, { timeout: 6000 })).toBeTruthy()
  expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Timeline', 'Removals'])
  // Nobody is taken away from what they read.
  expect(screen.getByRole('tabpanel')).toBe(shown)
  expect(await within(shown).findByText('under way', undefined, { timeout: 9000 })).toBeTruthy()
  happens('cleared', { order_id: order.id, reason: 'delete', remote_unlink: 'unconfirmed' })
  expect(
    await screen.findByRole('heading', { level: 1, name: 'This device is gone here; unlink it on the phone' }, { timeout: 6000 }),
  ).toBeTruthy()
})

it('says that there is no such device, also of one that another organisation has', async () => {
  const { open } = device({ organization_id: GLOBEX })
  open()
  expect(await screen.findByRole('heading', { level: 1, name: 'There is no such device' })).toBeTruthy()
  expect(screen.queryByRole('tab')).toBeNull()
  expect(screen.getByRole('link', { name: 'Back to the devices' }).getAttribute('href')).toBe('/settings/whatsapp')
})

it('says why a device could not be loaded, and tries again', async () => {
  const { server, open } = device()
  server.intercept = ({ path }) => (path.endsWith('/whatsapp_session_overview') ? refusal('internal') : undefined)
  const { user } = open()
  expect(await screen.findByText('This device could not be loaded')).toBeTruthy()
  server.intercept = () => undefined
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('heading', { level: 1, name: PHONE })).toBeTruthy()
})
