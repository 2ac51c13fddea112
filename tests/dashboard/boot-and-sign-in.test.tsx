import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { FakeServer, json, USER } from './support/fake-server.ts'
import { ACME, GLOBEX, linkedSession } from './support/fake-rows.ts'
import { labels, openPage } from './support/open-page.tsx'

it('waits while the stack starts, then opens by itself', async () => {
  const server = new FakeServer()
  let looks = 0
  server.intercept = ({ path }) => {
    if (path !== '/config.json') return undefined
    looks += 1
    return looks < 3 ? json({}, 503) : undefined
  }
  openPage(server, { signedIn: false })
  expect(await screen.findByRole('heading', { name: 'Latchkey is starting' })).toBeTruthy()
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy()
})

it('says what is wrong with a configuration of the wrong shape', async () => {
  const server = new FakeServer()
  server.config = { supabaseUrl: server.url, realtime: 'yes' }
  openPage(server)
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('Latchkey is not configured')
  expect(alert.textContent).toContain('supabaseKey')
})

it('says that nothing answers, and opens when something does', async () => {
  const server = new FakeServer()
  let isDown = true
  server.intercept = ({ path }) => (path === '/config.json' && isDown ? Promise.reject(new TypeError('fetch failed')) : undefined)
  openPage(server, { signedIn: false })
  await screen.findByRole('heading', { name: 'Latchkey does not answer' })
  isDown = false
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy()
})

it('signs in and out', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const { user } = openPage(server, { signedIn: false })
  await user.type(await screen.findByLabelText('E-mail'), USER.email)
  await user.type(screen.getByLabelText('Password'), 'wrong')
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect((await screen.findByRole('alert')).textContent).toBe('E-mail or password is wrong.')

  await user.clear(screen.getByLabelText('Password'))
  await user.type(screen.getByLabelText('Password'), USER.password)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findByText('+51 987 654 321')).toBeTruthy()
  expect(screen.getByText('Acme')).toBeTruthy()

  await user.click(screen.getByRole('button', { name: `Account: ${USER.email}` }))
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }))
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy()
})

it('says that the server does not answer when signing in', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.startsWith('/auth/') ? Promise.reject(new TypeError('fetch failed')) : undefined)
  const { user } = openPage(server, { signedIn: false })
  await user.type(await screen.findByLabelText('E-mail'), USER.email)
  await user.type(screen.getByLabelText('Password'), USER.password)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached')
})

it('asks somebody to sign in whose session the server does not know any more', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.startsWith('/rest/') ? json({ message: 'JWT invalid', code: 'PGRST301' }, 401) : undefined)
  openPage(server)
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy()
})

it('shows the sessions of one organisation, and of the other when it is chosen', async () => {
  const server = new FakeServer([linkedSession('51900000001'), linkedSession('51900000002', { organization_id: GLOBEX })])
  server.organizations.push({ id: GLOBEX, name: 'Globex', role: 'agent' })
  const { user } = openPage(server)
  await waitFor(() => expect(labels()).toEqual(['+51 900 000 001']))
  await user.click(screen.getByRole('button', { name: 'Organisation: Acme' }))
  await user.click(await screen.findByRole('menuitemradio', { name: /^Globex\b.*Agent$/ }))
  await waitFor(() => expect(labels()).toEqual(['+51 900 000 002']))
  // An agent looks and does not touch.
  expect(screen.queryByRole('button', { name: 'Connect device' })).toBeNull()
  expect(screen.queryByRole('button', { name: /More actions|Delete/ })).toBeNull()
  expect(screen.getByText(/To change them, ask an owner or admin/)).toBeTruthy()
})

it('lets somebody without an organisation found one', async () => {
  const server = new FakeServer()
  server.organizations = []
  const { user } = openPage(server)
  await user.type(await screen.findByLabelText('Name of the organisation'), 'Acme')
  await user.click(screen.getByRole('button', { name: 'Create organisation' }))
  expect(await screen.findByText('No device yet')).toBeTruthy()
  expect(server.organizations).toEqual([{ id: ACME, name: 'Acme', role: 'owner' }])
  expect(within(screen.getByRole('banner')).getByText('Acme')).toBeTruthy()
})
