import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { fakeSession, linkedSession, LONG_AGO } from './support/fake-rows.ts'
import { FakeServer, refusal } from './support/fake-server.ts'
import { qrEvent, qrText, statusEvent } from './support/fake-streams.ts'
import { labels, openPage } from './support/open-page.tsx'

const fresh = () => ({ created_at: new Date().toISOString() })

/** Clicks "Connect device" and waits for the stream. */
async function connect(server = new FakeServer()) {
  const page = openPage(server)
  await page.user.click(await screen.findByRole('button', { name: 'Connect device' }))
  const dialog = await screen.findByRole('dialog', { name: 'Connect device' })
  const stream = (index = 0) => vi.waitUntil(() => server.streams[index], { timeout: 3000 })
  return { ...page, server, dialog, stream }
}

const drawn = () => screen.getByRole('img', { name: 'QR code' }).querySelector('path')?.getAttribute('d')

it('stores the session, shows the QR, and ends with connected', async () => {
  const { server, dialog, stream } = await connect()
  expect(within(dialog).getByText('Getting a code…')).toBeTruthy()
  const link = await stream()
  expect(server.sessions).toMatchObject([{ id: link.sessionId, status: 'connecting' }])
  link.send(qrEvent(1, 20))
  await screen.findByRole('img', { name: 'QR code' })
  expect(within(dialog).getByText(/New code in (20|19) s/)).toBeTruthy()
  link.send(statusEvent('linking'))
  await within(dialog).findByText('Linking…')
  link.send(statusEvent('connected', { phoneNumber: '51987654321' }))
  await within(dialog).findByText('+51 987 654 321 is linked and online.')
  // It closes itself, and closing it cancels nothing.
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: 4000 })
  expect(server.called('POST', '/cancel_link')).toEqual([])
})

it('closes itself also where the cursor still stands in the name that was typed while the phone was fetched', async () => {
  const { user, stream } = await connect()
  const link = await stream()
  link.send(qrEvent(1, 20))
  await user.type(await screen.findByLabelText('Name (optional)'), 'Front desk')
  link.send(statusEvent('connected', { phoneNumber: '51987654321' }))
  await screen.findByText('+51 987 654 321 is linked and online.')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: 4000 })
})

it('draws a rotated QR in place of the old one, and copies the one that is shown', async () => {
  const { user, stream } = await connect()
  const link = await stream()
  link.send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  const first = drawn()
  link.send(qrEvent(2))
  await waitFor(() => expect(drawn()).not.toBe(first))
  expect(screen.getAllByRole('img', { name: 'QR code' })).toHaveLength(1)
  await user.click(screen.getByRole('button', { name: 'Copy code' }))
  expect(await navigator.clipboard.readText()).toBe(qrText(2))
})

for (const [how, act] of [
  ['Cancel', (user: { click: (element: Element) => Promise<void> }) => user.click(screen.getByRole('button', { name: 'Cancel' }))],
  ['Escape', (user: { keyboard: (keys: string) => Promise<void> }) => user.keyboard('{Escape}')],
] as const)
  it(`${how} stops the stream, deletes the row and has the worker clear it`, async () => {
    const { server, stream, user } = await connect()
    const link = await stream()
    link.send(qrEvent(1))
    await screen.findByRole('img', { name: 'QR code' })
    await act(user)
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(await screen.findByText('Linking cancelled')).toBeTruthy()
    expect(link.isClosed).toBe(true)
    expect(server.sessions).toEqual([])
    await waitFor(() => expect(server.orders).toMatchObject([{ reason: 'cancel', receipt: { verifiedAbsent: true } }]))
    await waitFor(() => expect(labels()).toEqual([]))
  })

it('a click outside, hiding and leaving the page cancel nothing', async () => {
  const { server, stream, user, unmount } = await connect()
  const link = await stream()
  link.send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  const outside = document.querySelector('[data-state=open].bg-shade')
  if (!outside) throw new Error('the dialog has no overlay')
  fireEvent.pointerDown(outside)
  await user.click(outside).catch(() => undefined)
  expect(screen.getByRole('img', { name: 'QR code' })).toBeTruthy()
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  expect(link.isClosed).toBe(false)
  unmount()
  await waitFor(() => expect(link.isClosed).toBe(true))
  expect(server.called('POST', '/cancel_link')).toEqual([])
  expect(server.sessions).toHaveLength(1)
})

it('cancelling a session that is connected by now keeps it and says so', async () => {
  const { server, stream, user } = await connect()
  await stream()
  Object.assign(server.sessions[0] ?? {}, { status: 'reconnecting', effective_status: 'reconnecting', linked_at: LONG_AGO })
  await user.keyboard('{Escape}')
  expect(await screen.findByText('This device is linked already. Nothing was removed.')).toBeTruthy()
  expect(server.sessions).toHaveLength(1)
  expect(server.orders).toEqual([])
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.called('POST', '/cancel_link')).toHaveLength(1)
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Connect device'))
})

it('a session that was linked before goes back to disconnected when linking again is cancelled', async () => {
  const session = linkedSession('', {
    phone_number: null,
    display_name: 'Cobranza',
    status: 'disconnected',
    effective_status: 'disconnected',
  })
  const server = new FakeServer([session])
  const { user } = openPage(server)
  await user.click(await screen.findByRole('button', { name: 'Link again Cobranza' }))
  await vi.waitUntil(() => server.streams[0])
  expect(session.status).toBe('connecting')
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.sessions).toMatchObject([{ display_name: 'Cobranza', status: 'disconnected' }])
})

it('a cancel before the row is stored waits for the row and takes it back', async () => {
  const server = new FakeServer()
  const stored = Promise.withResolvers<Response>()
  const session = fakeSession({ ...fresh() })
  server.intercept = ({ path }) => (path.endsWith('/create_session') ? stored.promise : undefined)
  const { user } = await connect(server)
  await user.keyboard('{Escape}')
  await screen.findByText('Cancelling…')
  server.sessions = [session]
  stored.resolve(new Response(JSON.stringify(session), { headers: { 'content-type': 'application/json' } }))
  await waitFor(() => expect(server.sessions).toEqual([]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.streams).toEqual([])
})

it('says so when the cancel could not be stored, and cancels on another try', async () => {
  const { server, user, stream } = await connect()
  await stream()
  server.intercept = ({ path }) => (path.endsWith('/cancel_link') ? Promise.reject(new TypeError('fetch failed')) : undefined)
  await user.keyboard('{Escape}')
  expect(await screen.findByText('This could not be cancelled')).toBeTruthy()
  expect(server.sessions).toHaveLength(1)
  server.intercept = () => undefined
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(server.sessions).toEqual([]))
})

it('says within two seconds that the worker is offline, and shows the code when it is back', async () => {
  const server = new FakeServer()
  server.isWorkerOnline = false
  const { dialog, stream } = await connect(server)
  const begun = performance.now()
  await within(dialog).findByText('The worker is offline')
  expect(performance.now() - begun).toBeLessThan(2000)
  expect(within(dialog).getByRole('button', { name: 'Try again' })).toBeTruthy()
  server.isWorkerOnline = true
  const link = await stream()
  link.send(qrEvent(1))
  expect(await screen.findByRole('img', { name: 'QR code' })).toBeTruthy()
})

it.each([
  ['not_ready', 'Almost there', 'A part of the server is still starting. Trying again by itself.'],
  ['timeout', 'No connection', 'The server does not answer. Trying again by itself.'],
] as const)('does not blame the worker, nor ask for a hand, when the answer is %s', async (code, title, hint) => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith('/link') ? refusal(code) : undefined)
  const { dialog, stream } = await connect(server)
  await within(dialog).findByText(title)
  expect(within(dialog).getByText(hint)).toBeTruthy()
  server.intercept = () => undefined
  expect(await stream()).toBeTruthy()
})

it('cancelling while the worker is offline says that the order is stored', async () => {
  const server = new FakeServer()
  server.isWorkerOnline = false
  const { dialog, user } = await connect(server)
  await within(dialog).findByText('The worker is offline')
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(await screen.findByText('Order stored; it will be carried out when the worker is back.')).toBeTruthy()
  const strip = await screen.findByRole('list', { name: 'Being removed' })
  expect(strip.textContent).toMatch(/cancelled · waiting for the worker/)
})

it('offers a new code for an expired one, for the same session', async () => {
  const { server, dialog, stream, user } = await connect()
  const first = await stream()
  first.send(statusEvent('ended', { reason: 'link_expired' }))
  await within(dialog).findByText('The code has expired')
  await user.click(within(dialog).getByRole('button', { name: 'New code' }))
  const second = await stream(1)
  expect(second.sessionId).toBe(first.sessionId)
  expect(server.called('POST', '/start_session')).toHaveLength(1)
  second.send(qrEvent(1))
  expect(await screen.findByRole('img', { name: 'QR code' })).toBeTruthy()
})

it('says that the session was deleted elsewhere, leaves it so on Close, and links a new device on demand', async () => {
  const { server, dialog, stream, user } = await connect()
  const first = await stream()
  server.sessions = []
  first.send(statusEvent('ended', { reason: 'link_cancelled' }))
  await within(dialog).findByText('This session is not here any more')
  expect(within(dialog).queryByText(/Linking did not work|Linking was cancelled/)).toBeNull()
  await user.click(within(dialog).getByRole('button', { name: 'Link a new device' }))
  const second = await stream(1)
  expect(second.sessionId).not.toBe(first.sessionId)
  expect(server.sessions).toMatchObject([{ id: second.sessionId }])

  server.sessions = []
  second.send(statusEvent('ended', { reason: 'link_cancelled' }))
  await within(dialog).findByText('This session is not here any more')
  await user.click(within(dialog).getByRole('button', { name: 'Close' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.called('POST', '/cancel_link')).toEqual([])
})

it('says that linking was cancelled elsewhere when the session is still there', async () => {
  const { server, dialog, stream, user } = await connect()
  const first = await stream()
  first.send(statusEvent('ended', { reason: 'link_cancelled' }))
  await within(dialog).findByText('Linking was cancelled')
  await user.click(within(dialog).getByRole('button', { name: 'New code' }))
  expect((await stream(1)).sessionId).toBe(first.sessionId)
  expect(server.called('POST', '/start_session')).toHaveLength(1)
})

it('says why a link was refused', async () => {
  const { dialog, stream } = await connect()
  const link = await stream()
  link.send(statusEvent('ended', { reason: 'multidevice_mismatch' }))
  expect(await within(dialog).findByText('This phone does not support linked devices.')).toBeTruthy()
})

it('words a refusal to create a session', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith('/create_session') ? refusalOfDatabase() : undefined)
  const { dialog } = await connect(server)
  expect(await within(dialog).findByText('You may not link devices any more')).toBeTruthy()
})

it('words a refusal of the function', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith('/link') ? refusal('storage_failed') : undefined)
  const { dialog } = await connect(server)
  expect(await within(dialog).findByText(/cannot write to its disk/)).toBeTruthy()
})

it('resumes a session that still waits to be linked', async () => {
  const server = new FakeServer([fakeSession({ display_name: 'Bodega', status_reason: 'link_expired', ...fresh() })])
  const { user } = openPage(server)
  await user.click(await screen.findByRole('button', { name: 'Resume linking Bodega' }))
  const link = await vi.waitUntil(() => server.streams[0])
  expect(link.sessionId).toBe(server.sessions[0]?.id)
  expect(server.called('POST', '/create_session')).toEqual([])
})

it('sees in the list that it is connected when the stream missed it', async () => {
  const { server, dialog, stream } = await connect()
  const link = await stream()
  link.send(qrEvent(1))
  await screen.findByRole('img', { name: 'QR code' })
  Object.assign(server.sessions[0] ?? {}, {
    status: 'connected',
    effective_status: 'connected',
    linked_at: LONG_AGO,
    phone_number: '51987654321',
  })
  expect(await within(dialog).findByText('+51 987 654 321 is linked and online.')).toBeTruthy()
})

it('names the device while its code waits', async () => {
  const { server, stream, user } = await connect()
  await stream()
  await user.type(await screen.findByLabelText('Name (optional)'), 'Front desk')
  expect(await screen.findByText('Saved')).toBeTruthy()
  expect(server.sessions).toMatchObject([{ display_name: 'Front desk' }])
})

it('points to the simulated phone in the demo, and nowhere else', async () => {
  const server = new FakeServer()
  server.config = { supabaseUrl: server.url, supabaseKey: 'anon', realtime: false, demo: { phoneUrl: '/phone', email: 'a@b.test' } }
  const { unmount } = await connect(server)
  expect(screen.getByRole('link', { name: 'Open the simulated phone' }).getAttribute('href')).toBe('/phone')
  unmount()
  await connect()
  expect(screen.queryByRole('link', { name: 'Open the simulated phone' })).toBeNull()
})

function refusalOfDatabase(): Response {
  return new Response(JSON.stringify({ message: 'forbidden', details: '' }), {
    status: 403,
    headers: { 'content-type': 'application/json' },
  })
}
