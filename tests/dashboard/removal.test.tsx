import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { linkedSession } from './support/fake-rows.ts'
import { FakeServer, refusal } from './support/fake-server.ts'
import { labels, openPage, row } from './support/open-page.tsx'

const PHONE = '+51 987 654 321'

/** Opens the menu of the one device, and from it the question whether to reset. */
async function askReset(server: FakeServer) {
  const page = openPage(server)
  await page.user.click(within(await row(PHONE)).getByRole('button', { name: `More actions for ${PHONE}` }))
  await page.user.click(await screen.findByRole('menuitem', { name: 'Reset' }))
  const question = await screen.findByRole('alertdialog', { name: `Reset ${PHONE}?` })
  return { ...page, question }
}

it('the tooltip of Reset tells what a reset does', async () => {
  const { user } = openPage(new FakeServer([linkedSession('51987654321')]))
  await user.click(within(await row(PHONE)).getByRole('button', { name: `More actions for ${PHONE}` }))
  await screen.findByRole('menu')
  await user.keyboard('{End}')
  const tooltip = await screen.findByRole('tooltip')
  for (const said of ['disconnects', 'deletes the credentials', 'clears backups', 'waiting messages', 'nothing can come back by itself'])
    expect(tooltip.textContent).toContain(said)
})

it('resets after a confirmation, and shows what is gone', async () => {
  const server = new FakeServer([linkedSession('51987654321', { display_name: 'Ventas' })])
  const { user, question } = await askReset(server)
  expect(server.called('POST', '/reset_session')).toEqual([])
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
  expect(await within(question).findByText('Gone')).toBeTruthy()
  // It was a question; it is none any more.
  expect(within(question).getByRole('heading').textContent).toBe(`Reset ${PHONE}`)
  expect(question.textContent).toContain('12 credential files, 3 backup files, 4 waiting messages')
  expect(await screen.findByText('Session was reset')).toBeTruthy()
  expect(server.orders).toMatchObject([{ reason: 'reset', receipt: { verifiedAbsent: true } }])
  await user.click(within(question).getByRole('button', { name: 'Done' }))
  const after = await row('Ventas')
  await waitFor(() => expect(within(after).getByText('disconnected')).toBeTruthy())
})

it('keeps the session when the answer is no, by button or Escape', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const { user, question } = await askReset(server)
  // The safe answer has the focus.
  await waitFor(() => expect(document.activeElement).toBe(within(question).getByRole('button', { name: 'Keep it' })))
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  expect(server.called('POST', '/reset_session')).toEqual([])
  // The keyboard goes on where it was.
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe(`More actions for ${PHONE}`))
})

it('tells to unlink on the phone when WhatsApp did not confirm', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.remoteUnlink = 'unconfirmed'
  const { user, question } = await askReset(server)
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
  expect(await within(question).findByText('Gone here; unlink it on your phone')).toBeTruthy()
  expect(within(question).getByText(/Linked devices/)).toBeTruthy()
})

it('says that the order is stored when the worker is offline, and lists it', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const { user, question } = await askReset(server)
  server.isWorkerOnline = false
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
  expect(await within(question).findByText('Order stored; it will be carried out when the worker is back.')).toBeTruthy()
  await user.click(within(question).getByRole('button', { name: 'Done' }))
  const strip = await screen.findByRole('list', { name: 'Being removed' })
  expect(strip.textContent).toContain(PHONE)
  expect(strip.textContent).toContain('ordered just now')
})

it('says that the order is stored when the worker does not confirm in time', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/clear') ? refusal('timeout') : undefined)
  const { user, question } = await askReset(server)
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
  expect(await within(question).findByText(/The worker has not confirmed it yet/)).toBeTruthy()
})

it('says why a reset could not be stored', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/reset_session') ? Promise.reject(new TypeError('fetch failed')) : undefined)
  const { user, question } = await askReset(server)
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
  expect(await within(question).findByText('This did not work')).toBeTruthy()
  expect(within(question).getByText(/The server cannot be reached/)).toBeTruthy()
  expect(within(question).queryByRole('button', { name: 'Done' })).toBeNull()
  server.intercept = () => undefined
  await user.click(within(question).getByRole('button', { name: 'Try again' }))
  expect(await within(question).findByText('Gone')).toBeTruthy()
})

it('asks before it deletes a session that was linked', async () => {
  const server = new FakeServer([linkedSession('51987654321', { status: 'stopped', effective_status: 'stopped' })])
  const { user } = openPage(server)
  await user.click(within(await row(PHONE)).getByRole('button', { name: `Delete ${PHONE}` }))
  const question = await screen.findByRole('alertdialog', { name: `Delete ${PHONE}?` })
  expect(server.called('DELETE', '/whatsapp_sessions')).toEqual([])
  await user.click(within(question).getByRole('button', { name: 'Delete session' }))
  expect(await within(question).findByText('Gone')).toBeTruthy()
  await waitFor(() => expect(labels()).toEqual([]))
  expect(server.orders).toMatchObject([{ reason: 'delete', receipt: { remoteUnlink: 'confirmed' } }])
})
