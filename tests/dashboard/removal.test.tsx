import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { fakeReceipt, linkedSession } from './support/fake-rows.ts'
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

/** Types what the question asks for, and answers yes. */
async function reset({ user, question }: Awaited<ReturnType<typeof askReset>>, name = '51987654321') {
  await user.type(within(question).getByRole('textbox'), name)
  await user.click(within(question).getByRole('button', { name: 'Reset session' }))
}

it('the tooltip of Reset tells what a reset does', async () => {
  const { user } = openPage(new FakeServer([linkedSession('51987654321')]))
  await user.click(within(await row(PHONE)).getByRole('button', { name: `More actions for ${PHONE}` }))
  await user.hover(await screen.findByRole('menuitem', { name: 'Reset' }))
  const tooltip = await screen.findByRole('tooltip')
  for (const said of ['disconnects', 'deletes the credentials', 'clears backups', 'waiting messages', 'nothing can come back by itself'])
    expect(tooltip.textContent).toContain(said)
})

it('lists with counts what a reset will remove, and after it what it has removed', async () => {
  const server = new FakeServer([linkedSession('51987654321', { display_name: 'Ventas' })])
  const asked = await askReset(server)
  const { user, question } = asked
  const list = within(question).getByRole('list')
  await waitFor(() =>
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual([
      'the link on the phone',
      'its credentials (41 KB)',
      '3 backups (8.8 KB)',
      '4 messages waiting',
      '242 names of groups and contacts',
    ]),
  )
  expect(server.called('POST', '/reset_session')).toEqual([])
  await reset(asked, 'ventas')
  expect(await within(question).findByText('Gone')).toBeTruthy()
  // It was a question; it is none any more.
  expect(within(question).getByRole('heading').textContent).toBe(`Reset ${PHONE}`)
  const steps = within(question).getByRole('list', { name: 'Steps' })
  expect(
    within(steps)
      .getAllByRole('listitem')
      .map((step) => step.textContent),
  ).toEqual([
    'Unlinked at WhatsAppconfirmed',
    'Messages that waited4',
    'Backups3 files, 8.8 KB',
    'Credentials12 files, 41 KB',
    'Names of groups and contacts242',
    'Verified gonenothing is left here',
  ])
  expect(server.orders).toMatchObject([{ reason: 'reset', receipt: { verifiedAbsent: true } }])
  await user.click(within(question).getByRole('button', { name: 'Done' }))
  const after = await row('Ventas')
  await waitFor(() => expect(within(after).getByText('disconnected')).toBeTruthy())
})

it('takes no slip of the finger for a yes: what is missing stands on the button, which leads to the field', async () => {
  const server = new FakeServer([linkedSession('51987654321', { display_name: 'Ventas  Lima' })])
  const { user, question } = await askReset(server)
  await user.click(within(question).getByRole('button', { name: 'Type the name first' }))
  const field = within(question).getByRole('textbox', { name: 'Type its name to confirm' })
  expect(document.activeElement).toBe(field)
  await user.type(field, 'ventas')
  await user.keyboard('{Enter}')
  expect(within(question).queryByRole('button', { name: 'Reset session' })).toBeNull()
  expect(server.called('POST', '/reset_session')).toEqual([])
  await user.type(field, ' LIMA ')
  await user.keyboard('{Enter}')
  expect(await within(question).findByText('Gone')).toBeTruthy()
  expect(server.called('POST', '/reset_session')).toHaveLength(1)
})

it('asks at once, and lists the same without counts and says why, when the worker is offline or does not count in time', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/holdings') ? refusal('worker_offline') : undefined)
  const offline = await askReset(server)
  expect(await within(offline.question).findByText('Not counted: the worker is offline.')).toBeTruthy()
  expect(within(offline.question).getByText('every backup of them')).toBeTruthy()
  await offline.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())

  const timeout = vi
    .spyOn(AbortSignal, 'timeout')
    .mockImplementation((after) => (after === 3000 ? AbortSignal.abort() : new AbortController().signal))
  server.intercept = ({ path }) => (path.endsWith('/holdings') ? new Promise<Response>(() => {}) : undefined)
  await offline.user.click(within(await row(PHONE)).getByRole('button', { name: `More actions for ${PHONE}` }))
  await offline.user.click(await screen.findByRole('menuitem', { name: 'Reset' }))
  expect(await screen.findByText('Not counted: the worker did not answer in time.')).toBeTruthy()
  timeout.mockRestore()
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

it('tells to unlink on the phone, by its kind, when WhatsApp did not confirm', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.remoteUnlink = 'unconfirmed'
  const asked = await askReset(server)
  await reset(asked)
  expect(await within(asked.question).findByText('Gone here; unlink it on your phone')).toBeTruthy()
  for (const phone of ['Android', 'iPhone']) {
    const steps = within(asked.question).getByRole('heading', { name: phone }).parentElement
    expect(steps?.textContent).toContain('Linked devices')
  }
  expect(asked.question.querySelector('[data-step=unlink]')?.textContent).toContain('not confirmed')
})

it('says that the order is stored when the worker is offline, and lists it', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const asked = await askReset(server)
  server.isWorkerOnline = false
  await reset(asked)
  expect(await within(asked.question).findByText('Order stored; it will be carried out when the worker is back.')).toBeTruthy()
  expect(asked.question.querySelectorAll('[data-state=waiting]')).toHaveLength(6)
  await asked.user.click(within(asked.question).getByRole('button', { name: 'Close' }))
  const strip = await screen.findByRole('list', { name: 'Being removed' })
  await waitFor(() => expect(strip.textContent).toContain('waiting for the worker'))
  expect(strip.textContent).toContain(PHONE)
  expect(strip.textContent).toContain('ordered just now')
})

it('says that the order is stored before the heartbeats tell that the worker is gone', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/clear') ? refusal('worker_offline', { queued: true }) : undefined)
  const asked = await askReset(server)
  await reset(asked)
  expect(await within(asked.question).findByText('Order stored; it will be carried out when the worker is back.')).toBeTruthy()
})

it('claims no more than the worker tells: all steps are under way until the receipt settles them', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/clear') ? refusal('timeout') : undefined)
  const asked = await askReset(server)
  await reset(asked)
  expect(await within(asked.question).findByText(/The worker has not confirmed it yet/)).toBeTruthy()
  expect(asked.question.querySelectorAll('[data-state=under_way]')).toHaveLength(6)

  const [order] = server.orders
  if (!order) throw new Error('nothing was ordered')
  Object.assign(order, { attempts: 2, last_error: 'ENOSPC: no space left' })
  expect(await within(asked.question).findByText('tried 2 times, trying again')).toBeTruthy()
  expect(within(asked.question).getByText('It said: ENOSPC: no space left')).toBeTruthy()

  Object.assign(order, { completed_at: new Date().toISOString(), receipt: fakeReceipt(order, 'confirmed') })
  expect(await within(asked.question).findByText('Gone')).toBeTruthy()
  expect(asked.question.querySelectorAll('[data-state=done]')).toHaveLength(6)
})

it('opens the checklist again from the address, also of what is gone already', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const asked = await askReset(server)
  await reset(asked)
  await within(asked.question).findByText('Gone')
  expect(location.search).toBe(`?order=${server.orders[0]?.id}`)
  const address = location.pathname + location.search
  asked.unmount()

  const { user } = openPage(server, { at: address })
  const dialog = await screen.findByRole('dialog', { name: `Reset ${PHONE}` })
  expect(await within(dialog).findByText('Gone')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(location.search).toBe('')
})

it('says so when an address names an order that is none of the reader’s', async () => {
  openPage(new FakeServer(), { at: `/settings/whatsapp?order=${crypto.randomUUID()}` })
  expect(await screen.findByText('There is no such order')).toBeTruthy()
})

it('leaves the checklist by the browser’s Back, and asks nothing again', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const asked = await askReset(server)
  await reset(asked)
  await within(asked.question).findByText('Gone')
  act(() => history.back())
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('says why a reset could not be stored', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  server.intercept = ({ path }) => (path.endsWith('/reset_session') ? Promise.reject(new TypeError('fetch failed')) : undefined)
  const asked = await askReset(server)
  await reset(asked)
  expect(await within(asked.question).findByText('This did not work')).toBeTruthy()
  expect(within(asked.question).getByText(/The server cannot be reached/)).toBeTruthy()
  server.intercept = () => undefined
  await asked.user.click(within(asked.question).getByRole('button', { name: 'Try again' }))
  expect(await within(asked.question).findByText('Gone')).toBeTruthy()
})

it('offers no second try for a session that was deleted in another tab', async () => {
  const server = new FakeServer([linkedSession('51987654321')])
  const asked = await askReset(server)
  server.sessions = []
  await reset(asked)
  expect(await within(asked.question).findByText('This session does not exist any more.')).toBeTruthy()
  expect(within(asked.question).queryByRole('button', { name: 'Try again' })).toBeNull()
  await asked.user.click(within(asked.question).getByRole('button', { name: 'Close' }))
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
})

it('asks before it deletes a session that was linked, without anything to type', async () => {
  const server = new FakeServer([linkedSession('51987654321', { status: 'stopped', effective_status: 'stopped' })])
  const { user } = openPage(server)
  await user.click(within(await row(PHONE)).getByRole('button', { name: `Delete ${PHONE}` }))
  const question = await screen.findByRole('alertdialog', { name: `Delete ${PHONE}?` })
  expect(within(question).queryByRole('textbox')).toBeNull()
  expect(server.called('DELETE', '/whatsapp_sessions')).toEqual([])
  await user.click(within(question).getByRole('button', { name: 'Delete session' }))
  expect(await within(question).findByText('Gone')).toBeTruthy()
  await waitFor(() => expect(labels()).toEqual([]))
  expect(server.orders).toMatchObject([{ reason: 'delete', receipt: { remoteUnlink: 'confirmed' } }])
})

it('shows in the strip what is being removed, some of many, and says when one is gone', async () => {
  const server = new FakeServer()
  for (let nth = 1; nth <= 17; nth++) server.order(linkedSession(`519876543${10 + nth}`), 'reset')
  const { user } = openPage(server)
  const strip = await screen.findByRole('list', { name: 'Being removed' })
  expect(within(strip).getAllByRole('listitem')).toHaveLength(5)
  expect(screen.getByRole('link', { name: 'and 12 more' }).getAttribute('href')).toBe('/activity?outcome=open')

  const [first] = server.orders
  if (!first) throw new Error('nothing was ordered')
  Object.assign(first, { completed_at: new Date().toISOString(), receipt: fakeReceipt(first, 'confirmed') })
  expect(await screen.findByText('+51 987 654 311 is gone.', undefined, { timeout: 6000 })).toBeTruthy()
  await user.click(within(strip).getByRole('button', { name: /\+51 987 654 311.*Gone/ }))
  expect(await screen.findByRole('dialog', { name: 'Reset +51 987 654 311' })).toBeTruthy()
})

it('leads from the notice of a purge to what was purged', async () => {
  openPage(new FakeServer([linkedSession('51987654321', { status: 'connecting', linked_at: null, effective_status: 'connecting' })]))
  await screen.findByText('1 stale session was removed')
  expect(screen.getByRole('link', { name: 'What was removed' }).getAttribute('href')).toBe('/activity?reason=purge')
})
