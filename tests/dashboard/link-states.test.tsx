import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { ACME, fakeSession, linkedSession } from './support/fake-rows.ts'
import { FakeServer, json } from './support/fake-server.ts'
import { qrEvent, statusEvent } from './support/fake-streams.ts'
import { openPage } from './support/open-page.tsx'

const NUMBER = '+51987654321'

async function connect(server = new FakeServer()) {
  const page = openPage(server)
  await page.user.click(await screen.findByRole('button', { name: 'Connect device' }))
  const dialog = await screen.findByRole('dialog', { name: 'Connect device' })
  const stream = (index = 0) => vi.waitUntil(() => server.streams[index], { timeout: 3000 })
  return { ...page, server, dialog, stream }
}

/** Long enough for a dialog to close itself. */
const moment = () => act(() => new Promise((resolve) => setTimeout(resolve, 2800)))
const selected = () => screen.getByRole('tab', { selected: true }).textContent

it('has two tabs of which the arrow keys choose, and Enter goes on to the field', async () => {
  const { user, stream } = await connect()
  ;(await stream()).send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  act(() => screen.getByRole('tab', { name: 'QR code' }).focus())
  await user.keyboard('{ArrowRight}')
  await waitFor(() => expect(selected()).toBe('Pairing code'))
  expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'Pairing code' }))
  await user.keyboard('{Enter}')
  expect(document.activeElement).toBe(screen.getByLabelText('Phone number'))
})

it('begins with the pairing code on a phone, whose camera cannot see its own screen, and opens no keyboard', async () => {
  const real = window.matchMedia
  const matchMedia = vi.spyOn(window, 'matchMedia')
  matchMedia.mockImplementation((media) => Object.assign(real(media), { matches: media.includes('coarse') }))
  const { stream } = await connect()
  ;(await stream()).send(qrEvent(1))
  const field = await screen.findByLabelText('Phone number')
  expect(screen.getAllByRole('tab').map(({ textContent }) => textContent)).toEqual(['Pairing code', 'QR code'])
  expect(document.activeElement).not.toBe(field)
  matchMedia.mockRestore()
})

it('says whom to ask when the role was taken away, and cancels nothing that is not theirs any more', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) =>
    path.endsWith('/organization_members_overview')
      ? json([
          { email: 'rosa@acme.example', role: 'owner', is_you: false },
          { email: 'ana@acme.example', role: 'agent', is_you: true },
        ])
      : undefined
  const { dialog, stream, user } = await connect(server)
  ;(await stream()).send({ type: 'error', code: 'forbidden', message: '' })
  await within(dialog).findByText('You may not link devices any more')
  await within(dialog).findByText('Ask rosa@acme.example.')
  expect(within(dialog).queryByRole('button', { name: /Try again|Cancel/ })).toBeNull()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.called('POST', '/cancel_link')).toEqual([])
})

it('says that there is no room for another device', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith('/create_session') ? json({ message: 'limit_reached', details: '' }, 409) : undefined)
  const { dialog } = await connect(server)
  await within(dialog).findByText('No room for another device')
  expect(within(dialog).getByRole('button', { name: 'Close' })).toBeTruthy()
})

it('shows no QR while the browser is offline, keeps what is linked, and goes on when the network is back', async () => {
  const { dialog, stream, server } = await connect()
  ;(await stream()).send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  act(() => void window.dispatchEvent(new Event('offline')))
  await within(dialog).findByText('You are offline')
  expect(screen.queryByRole('img', { name: 'QR code' })).toBeNull()
  onLine.mockRestore()
  act(() => void window.dispatchEvent(new Event('online')))
  await screen.findByRole('img', { name: 'QR code' })
  // The stream may be dead: it is attached anew.
  await stream(1)
  expect(server.called('POST', '/cancel_link')).toEqual([])
})

it.each([
  ['moves the pointer over it', (panel: Element) => fireEvent.pointerMove(panel), (panel: Element) => fireEvent.pointerLeave(panel)],
  [
    'is in it with the keyboard',
    () => act(() => screen.getByLabelText('Name (optional)').focus()),
    () => act(() => screen.getByRole('dialog').focus()),
  ],
] as const)('stays open, connected, while somebody %s', async (_how, enter, leave) => {
  const { dialog, stream } = await connect()
  ;(await stream()).send(statusEvent('connected', { phoneNumber: NUMBER }))
  await within(dialog).findByText('Connected')
  const panel = screen.getByRole('tablist').closest('.grid, .flex-col') ?? dialog
  enter(panel)
  await moment()
  expect(screen.queryByRole('dialog')).toBeTruthy()
  leave(panel)
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: 4000 })
})

it('goes on with the link of this tab after a reload, without asking for a new one', async () => {
  const { server, stream, unmount } = await connect()
  const first = await stream()
  first.send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  unmount()
  openPage(server)
  const second = await stream(1)
  expect(second.sessionId).toBe(first.sessionId)
  second.send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  expect(server.called('POST', '/create_session')).toHaveLength(1)
  expect(server.called('POST', '/start_session')).toEqual([])
})

it('opens nothing after a reload when the link has ended meanwhile', async () => {
  const { server, stream, unmount } = await connect()
  await stream()
  unmount()
  Object.assign(server.sessions[0] ?? {}, { status_reason: 'link_expired' })
  openPage(server)
  await screen.findByRole('button', { name: /^Resume/ })
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(server.streams).toHaveLength(1)
})

it('links the session that the address names, once', async () => {
  const session = fakeSession({ display_name: 'Cobranza', status: 'disconnected', effective_status: 'disconnected' })
  const server = new FakeServer([session])
  openPage(server, { at: `/settings/whatsapp?link=${session.id}` })
  const stream = await vi.waitUntil(() => server.streams[0], { timeout: 3000 })
  expect(stream.sessionId).toBe(session.id)
  expect(window.location.search).toBe('')
  expect(await screen.findByDisplayValue('Cobranza')).toBeTruthy()
})

it('starts no session that was stopped because of an address', async () => {
  const session = linkedSession(NUMBER, { status: 'stopped', effective_status: 'stopped' })
  const server = new FakeServer([session])
  openPage(server, { at: `/settings/whatsapp?link=${session.id}` })
  expect(await screen.findByText('This device is linked already. Nothing was removed.')).toBeTruthy()
  expect(server.called('POST', '/start_session')).toEqual([])
  expect(session.organization_id).toBe(ACME)
})
