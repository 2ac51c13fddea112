import { EFFECTIVE_STATES } from '#domain/session.ts'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict'
import { expect, it, vi } from 'vitest'
import { formatPhone } from '../../src/lib/phone-format.ts'
import { fakeSession, linkedSession } from './support/fake-rows.ts'
import { FakeServer, json } from './support/fake-server.ts'
import { labels, openPage, row } from './support/open-page.tsx'

const fresh = () => ({ created_at: new Date().toISOString() })

it('shows label, name, last active, badge and reason of a session', async () => {
  const session = linkedSession('51912000111', {
    display_name: 'Soporte',
    status: 'stopped',
    effective_status: 'stopped',
    status_reason: 'replaced',
  })
  openPage(new FakeServer([session]))
  const text = (await row('+51 912 000 111')).textContent ?? ''
  expect(text).toContain('Soporte')
  expect(text).toContain(`Last active ${formatDistanceStrict(new Date('2026-11-22T03:13:47.142Z'), Date.now(), { addSuffix: true })}`)
  expect(text).toContain('stopped')
  expect(text).toContain('another program uses this link')
})

it('falls back to the first 20 characters of the id', async () => {
  const session = fakeSession({ id: '19aec740-1add-4da7-9abc-def012345678', ...fresh() })
  openPage(new FakeServer([session]))
  expect(await row('19aec740-1add-4da7-9…')).toBeTruthy()
})

it('shows a trash icon on every row that is not online', async () => {
  const sessions = EFFECTIVE_STATES.map((effective_status, index) =>
    linkedSession(`5190000000${index}`, {
      effective_status,
      status: effective_status === 'worker_offline' ? 'connected' : effective_status,
    }),
  )
  openPage(new FakeServer(sessions))
  for (const session of sessions) {
    const label = formatPhone(`+${session.phone_number}`)
    const trash = within(await row(label)).queryByRole('button', { name: `Delete ${label}` })
    expect([session.effective_status, trash !== null]).toEqual([session.effective_status, session.effective_status !== 'connected'])
  }
})

it('deletes a row that was never linked at once, and has the worker clear it', async () => {
  const server = new FakeServer([fakeSession({ display_name: 'Bodega', ...fresh() })])
  const { user } = openPage(server)
  await user.click(within(await row('Bodega')).getByRole('button', { name: 'Delete Bodega' }))
  expect(await screen.findByText('Session removed')).toBeTruthy()
  await waitFor(() => expect(labels()).toEqual([]))
  await waitFor(() => expect(server.orders).toMatchObject([{ reason: 'delete', receipt: { verifiedAbsent: true } }]))
})

it('does not take a row away before the database says that it is gone', async () => {
  const server = new FakeServer([fakeSession({ display_name: 'Bodega', ...fresh() })])
  const answer = Promise.withResolvers<Response>()
  server.intercept = ({ method }) => (method === 'DELETE' ? answer.promise : undefined)
  const { user } = openPage(server)
  const trash = within(await row('Bodega')).getByRole('button', { name: 'Delete Bodega' })
  await user.click(trash)
  await waitFor(() => expect(trash).toHaveProperty('disabled', true))
  expect(labels()).toEqual(['Bodega'])
  answer.resolve(json({ message: 'permission denied', code: '42501' }, 403))
  expect(await screen.findByText('Your role does not allow this. Ask an owner or admin.')).toBeTruthy()
  await waitFor(() => expect(trash).toHaveProperty('disabled', false))
  expect(labels()).toEqual(['Bodega'])
})

it('keeps a row that is connected by the time it is deleted, and says so', async () => {
  const racing = fakeSession({ display_name: 'Racing', ...fresh() })
  const server = new FakeServer([racing])
  server.intercept = ({ method }) => {
    if (method === 'DELETE') Object.assign(racing, { status: 'connected', effective_status: 'connected' })
    return undefined
  }
  const { user } = openPage(server)
  await row('Racing')
  await user.click(screen.getByRole('button', { name: 'Delete Racing' }))
  expect(await screen.findByText(/is connected now, so it was not deleted/)).toBeTruthy()
  expect(labels()).toEqual(['Racing'])
  expect(server.orders).toEqual([])
})

it('says so when a row was gone before it could be deleted', async () => {
  const server = new FakeServer([fakeSession({ display_name: 'Gone', ...fresh() })])
  server.intercept = ({ method }) => {
    if (method === 'DELETE') server.sessions = []
    return undefined
  }
  const { user } = openPage(server)
  await row('Gone')
  await user.click(screen.getByRole('button', { name: 'Delete Gone' }))
  expect(await screen.findByText('This session was gone already')).toBeTruthy()
  await waitFor(() => expect(labels()).toEqual([]))
  expect(screen.queryByText('Session removed')).toBeNull()
})

it('stops believing what it shows when the server has not answered for ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], shouldAdvanceTime: true })
  try {
    const server = new FakeServer([linkedSession('51987654321')])
    openPage(server)
    expect(within(await row('+51 987 654 321')).getByText('connected')).toBeTruthy()
    server.intercept = ({ path }) => (path.startsWith('/rest/') ? Promise.reject(new TypeError('fetch failed')) : undefined)
    await act(() => vi.advanceTimersByTimeAsync(20_000))
    const shown = await row('+51 987 654 321')
    expect(within(shown).getByText('not known')).toBeTruthy()
    expect(within(shown).queryByText('connected')).toBeNull()
    expect(await screen.findByText('No answer from the server.')).toBeTruthy()
    server.intercept = () => undefined
    // The network is back: nobody waits for the next poll.
    const before = server.calls.length
    fireEvent.offline(window)
    fireEvent.online(window)
    await act(() => vi.advanceTimersByTimeAsync(50))
    expect(server.calls.length).toBeGreaterThan(before)
    expect(within(await row('+51 987 654 321')).getByText('connected')).toBeTruthy()
  } finally {
    vi.useRealTimers()
  }
})

it('purges stale sessions when the page loads, once, and says so', async () => {
  const server = new FakeServer([fakeSession(), fakeSession(), fakeSession(), fakeSession({ display_name: 'Fresh', ...fresh() })])
  const { user } = openPage(server)
  expect(await screen.findByText('3 stale sessions were removed')).toBeTruthy()
  await waitFor(() => expect(labels()).toEqual(['Fresh']))
  await waitFor(() =>
    expect(server.orders.map(({ reason, receipt }) => `${reason} ${receipt?.verifiedAbsent}`)).toEqual([
      'purge true',
      'purge true',
      'purge true',
    ]),
  )
  // Looking away and back is not another load.
  const reads = server.called('POST', '/search_sessions').length
  act(() => void window.dispatchEvent(new Event('visibilitychange')))
  await waitFor(() => expect(server.called('POST', '/search_sessions').length).toBeGreaterThan(reads))
  expect(server.called('POST', '/purge_stale_sessions')).toHaveLength(1)
  await user.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(screen.queryByText('3 stale sessions were removed')).toBeNull()
})

it('says nothing when nothing was stale', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  openPage(server)
  await row('+51 987 654 321')
  await waitFor(() => expect(server.called('POST', '/purge_stale_sessions')).toHaveLength(1))
  expect(screen.queryByText(/stale session/)).toBeNull()
})

it('follows what the worker reports', async () => {
  const session = linkedSession('51987654321', { status: 'reconnecting', effective_status: 'reconnecting' })
  openPage(new FakeServer([session]))
  expect(within(await row('+51 987 654 321')).getByText('reconnecting')).toBeTruthy()
  Object.assign(session, { status: 'connected', effective_status: 'connected' })
  expect(await within(await row('+51 987 654 321')).findByText('connected')).toBeTruthy()
})

it('stops saying connected when the worker is dead', async () => {
  const session = linkedSession('51987654321', { effective_status: 'worker_offline' })
  const server = new FakeServer([session])
  server.isWorkerOnline = false
  openPage(server)
  const shown = await row('+51 987 654 321')
  expect(within(shown).getByText('worker offline')).toBeTruthy()
  expect(within(shown).queryByText('connected')).toBeNull()
  expect(await screen.findByText('The worker is offline')).toBeTruthy()
})

it('says of the worker and of its sessions the same at every moment', async () => {
  const session = linkedSession('51987654321', { status: 'reconnecting', effective_status: 'reconnecting' })
  const server = new FakeServer([session])
  openPage(server)
  await row('+51 987 654 321')
  expect(screen.getByText('worker online')).toBeTruthy()
  session.effective_status = 'worker_offline'
  server.isWorkerOnline = false
  await within(await row('+51 987 654 321')).findByText('worker offline')
  expect(screen.queryByText('worker online')).toBeNull()
  expect(screen.getByText('The worker is offline')).toBeTruthy()
})

it('stops and starts a session from its menu', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const { user } = openPage(server)
  await user.click(within(await row('+51 987 654 321')).getByRole('button', { name: 'More actions for +51 987 654 321' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Stop' }))
  expect(await screen.findByText('Session stopped')).toBeTruthy()
  expect(await within(await row('+51 987 654 321')).findByText('stopped')).toBeTruthy()
  expect(server.called('POST', '/stop')).toHaveLength(1)

  await user.click(screen.getByRole('button', { name: 'More actions for +51 987 654 321' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Start' }))
  expect(await screen.findByText('Session started')).toBeTruthy()
  expect(server.called('POST', '/start')).toHaveLength(1)
})

it('says why the list could not be loaded, and loads it on another try', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  let isDown = true
  server.intercept = ({ path }) => (isDown && path.endsWith('/search_sessions') ? json({ message: 'down' }, 503) : undefined)
  const { user } = openPage(server)
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('The database cannot be reached')
  isDown = false
  await user.click(within(alert).getByRole('button', { name: 'Try again' }))
  expect(await row('+51 987 654 321')).toBeTruthy()
})
