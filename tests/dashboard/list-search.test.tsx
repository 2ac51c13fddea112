import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { fakeSession, linkedSession } from './support/fake-rows.ts'
import { FakeServer, json } from './support/fake-server.ts'
import { labels, openPage, row } from './support/open-page.tsx'

const fresh = () => ({ created_at: new Date().toISOString() })
const VENTAS = linkedSession('51987654321', { display_name: 'Ventas' })
const SOPORTE = linkedSession('51912000111', { display_name: 'Soporte', status: 'stopped' })
const BODEGA = linkedSession('51944123456', { display_name: 'Bodega', status: 'stopped' })
const three = () => new FakeServer(structuredClone([VENTAS, SOPORTE, BODEGA]))

const field = () => screen.findByRole<HTMLInputElement>('searchbox', { name: 'Search devices' })
const address = () => `${location.pathname}${location.search}`

afterEach(() => vi.restoreAllMocks())

it('finds devices by a part of their name while it is typed, and says how many match', async () => {
  const { user } = openPage(three())
  await row('+51 987 654 321')
  await user.type(await field(), 'so')
  await waitFor(() => expect(labels()).toEqual(['+51 912 000 111']))
  await waitFor(() => expect(screen.getAllByText('1 of 3 match').map(({ tagName }) => tagName)).toContain('OUTPUT'))
  await waitFor(() => expect(address()).toBe('/settings/whatsapp?q=so'))
})

it('keeps what was found until the server has answered', async () => {
  const server = three()
  const answer = Promise.withResolvers<void>()
  const { user } = openPage(server)
  await row('+51 987 654 321')
  server.intercept = ({ path, body }) =>
    path.endsWith('/search_sessions') && body['query'] === 'x' ? answer.promise.then(() => json(null, 503)) : undefined
  await user.type(await field(), 'x')
  expect(screen.getByRole('list', { name: 'Devices' }).ariaBusy).toBe('true')
  expect(labels()).toHaveLength(3)
  server.intercept = () => undefined
  answer.resolve()
  expect(await screen.findByText('The devices could not be loaded')).toBeTruthy()
})

it('filters by a state, of each of which it says how many there are, and goes back', async () => {
  const { user } = openPage(three())
  await row('+51 987 654 321')
  await user.click(screen.getByRole('button', { name: 'State: All' }))
  const choices = (await screen.findAllByRole('menuitemradio')).map(({ textContent }) => textContent)
  expect(choices).toEqual(['All3✓', 'connecting0', 'connected1', 'reconnecting0', 'stopped2', 'disconnected0', 'worker offline0'])
  await user.click(screen.getByRole('menuitemradio', { name: /stopped/ }))
  await waitFor(() => expect(labels()).toEqual(['+51 912 000 111', '+51 944 123 456']))
  expect(address()).toBe('/settings/whatsapp?state=stopped')
  expect(screen.getByRole('button', { name: 'State: stopped' })).toBeTruthy()
  history.back()
  await waitFor(() => expect(labels()).toHaveLength(3))
})

it('opens with the search and the state of its address', async () => {
  openPage(three(), { at: '/settings/whatsapp?q=bod&state=stopped' })
  await row('+51 944 123 456')
  expect(labels()).toEqual(['+51 944 123 456'])
  expect((await field()).value).toBe('bod')
})

it('leads to the search by /, but not out of a dialog, and Escape empties it', async () => {
  const { user } = openPage(three())
  await row('+51 987 654 321')
  await user.keyboard('/')
  expect(document.activeElement).toBe(await field())
  await user.keyboard('a/b')
  expect((await field()).value).toBe('a/b')
  await user.keyboard('{Escape}')
  expect((await field()).value).toBe('')
  await user.click(screen.getByRole('button', { name: 'Connect device' }))
  await screen.findByRole('dialog')
  await user.keyboard('/')
  expect(document.activeElement).not.toBe(await screen.findByRole('searchbox', { hidden: true }))
})

it('says so when nothing matches, and takes the search back with the focus on it', async () => {
  const { user } = openPage(three())
  await row('+51 987 654 321')
  await user.type(await field(), 'zzz')
  expect(await screen.findByText('No device matches')).toBeTruthy()
  await user.click(screen.getAllByRole('button', { name: 'Clear search' }).at(-1) ?? document.body)
  await waitFor(() => expect(labels()).toHaveLength(3))
  expect(document.activeElement).toBe(await field())
  expect(address()).toBe('/settings/whatsapp')
})

it('tells who has no device yet how to link one, and offers no search', async () => {
  openPage(new FakeServer())
  expect(await screen.findByText('No device yet')).toBeTruthy()
  expect(within(screen.getByRole('main')).getAllByRole('listitem').length).toBeGreaterThanOrEqual(3)
  expect(screen.queryByRole('searchbox')).toBeNull()
})

it('offers who may only look neither buttons nor menus, and says whom to ask', async () => {
  const server = three()
  server.organizations = server.organizations.map((organization) => ({ ...organization, role: 'agent' }))
  openPage(server)
  const shown = await row('+51 987 654 321')
  expect(within(shown).queryAllByRole('button')).toEqual([])
  expect(within(shown).getByRole('link').getAttribute('href')).toBe(`/settings/whatsapp/${VENTAS.id}`)
  expect(screen.queryByRole('button', { name: 'Connect device' })).toBeNull()
  expect(screen.getByText(/ask an owner or admin/)).toBeTruthy()
})

it('renames a device from its menu, and keeps what was typed when that fails', async () => {
  const server = three()
  const { user } = openPage(server)
  await row('+51 987 654 321')
  await user.click(screen.getByRole('button', { name: 'More actions for +51 987 654 321' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Rename' }))
  const dialog = await screen.findByRole('dialog', { name: 'Rename +51 987 654 321' })
  expect(document.activeElement).toBe(within(dialog).getByRole('textbox', { name: 'Name' }))
  server.intercept = ({ method }) => (method === 'PATCH' ? json({ message: 'no', code: '42501' }, 403) : undefined)
  await user.keyboard('Caja{Enter}')
  expect((await within(dialog).findByRole('alert')).textContent).toContain('Your role does not allow this')
  server.intercept = () => undefined
  await user.keyboard('{Enter}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(await within(await row('+51 987 654 321')).findByText('Caja')).toBeTruthy()
})

it('notices that a device is linked though the list does not show it', async () => {
  const server = three()
  const { user } = openPage(server, { at: '/settings/whatsapp?state=stopped' })
  await row('+51 912 000 111')
  await user.click(screen.getByRole('button', { name: 'Connect device' }))
  const dialog = await screen.findByRole('dialog', { name: 'Connect device' })
  const created = await vi.waitUntil(() => server.sessions.find(({ status }) => status === 'connecting'))
  Object.assign(created, { status: 'connected', effective_status: 'connected', phone_number: '51900000001' })
  expect(await within(dialog).findByText('+51 900 000 001 is linked and online.')).toBeTruthy()
  expect(labels()).not.toContain('+51 900 000 001')
})

/** How high a row is where the window is narrow, pixels: it is in jsdom. */
const ROW = 108
const THOUSANDS = Array.from({ length: 3000 }, (_, nth) => fakeSession({ display_name: `Phone ${nth}`, ...fresh() }))

it('draws of thousands only what is seen, reads the rest as it is scrolled to, and keeps the row that has the focus', async () => {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(680)
  const server = new FakeServer(THOUSANDS)
  const { user } = openPage(server)
  const first = await row('Phone 0')
  const list = screen.getByRole('list', { name: 'Devices' })
  expect(labels().length).toBeLessThan(40)
  expect([first.ariaSetSize, first.ariaPosInSet]).toEqual(['3000', '1'])
  const link = within(first).getByRole('link')
  link.focus()
  list.scrollTop = 1500 * ROW
  list.dispatchEvent(new Event('scroll'))
  expect((await row('Phone 1500')).ariaPosInSet).toBe('1501')
  expect(list.querySelectorAll('li').length).toBeLessThan(40)
  expect(server.called('POST', '/search_sessions').some(({ body }) => body['page_offset'] === 1450)).toBe(true)
  expect(document.activeElement).toBe(link)
  // Another search begins at the top.
  await user.type(await field(), 'phone 15')
  await row('Phone 15')
  expect(list.scrollTop).toBe(0)
  list.scrollTop = 60 * ROW
  list.dispatchEvent(new Event('scroll'))
  await row('Phone 1559')
  await user.type(await field(), '0')
  await row('Phone 150')
  expect(labels()).toHaveLength(11)
})
