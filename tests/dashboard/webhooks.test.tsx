import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import '../../src/features/webhooks/EndpointMenu.tsx'
import '../../src/pages/webhooks/WebhookPage.tsx'
import '../../src/pages/webhooks/WebhooksPage.tsx'
import '../../src/words/en/webhooks.ts'
import { json } from './support/fake-server.ts'
import { FakeWebhooks } from './support/fake-webhooks.ts'
import { openPage } from './support/open-page.tsx'

const URL_FIELD = 'Address (URL)'
const HOOK = 'https://hooks.acme.example/latchkey'

const openList = (server: FakeWebhooks) => openPage(server, { at: '/settings/webhooks' })
const openOne = (server: FakeWebhooks, id: string, search = '') => openPage(server, { at: `/settings/webhooks/${id}${search}` })
const click = async (user: ReturnType<typeof openPage>['user'], name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }))
const choose = async (user: ReturnType<typeof openPage>['user'], item: string) => {
  await click(user, 'More actions')
  await user.click(await screen.findByRole('menuitem', { name: item }))
}

describe('the list of endpoints', () => {
  it('tells agents that it is not for them, and asks for nothing', async () => {
    const server = new FakeWebhooks('agent')
    server.endpoint()
    openList(server)
    expect(await screen.findByText('Webhooks are for owners and admins. Ask one of them.')).toBeTruthy()
    expect(screen.queryByRole('link', { name: 'Webhooks' })).toBeNull()
    expect(server.called('GET', 'webhook_endpoints')).toEqual([])
  })

  it('is reached from the other pages, and says what webhooks are for where there is none', async () => {
    const { user } = openPage(new FakeWebhooks('admin'))
    await user.click(await screen.findByRole('link', { name: 'Webhooks' }))
    expect(await screen.findByText('No endpoint yet')).toBeTruthy()
    expect(document.title).toBe('Webhooks · Latchkey')
  })

  it('shows each with what it is told of, how its last call went, and that it fails', async () => {
    const server = new FakeWebhooks()
    const works = server.endpoint({ description: 'Orders' })
    server.attempt(server.delivery(works), 200)
    const fails = server.endpoint({ url: 'https://other.acme.example/', events: ['message.failed'] })
    server.attempt(server.delivery(fails, { type: 'message.failed' }), 500)
    server.endpoint({ url: 'https://off.acme.example/', enabled: false, disabled_reason: 'gone' })
    openList(server)
    const rows = within(await screen.findByRole('list', { name: 'Endpoints' })).getAllByRole('listitem')
    expect(rows.map((row) => row.textContent)).toEqual([
      `${HOOK}workingOrdersAll events · last call just now: Device connected (delivered)`,
      'https://other.acme.example/failing1 event · last call just now: Message failed (waiting)',
      'https://off.acme.example/switched off after failingAll events',
    ])
  })

  it('says what is wrong where it cannot be read, and reads it again when it is asked to', async () => {
    const server = new FakeWebhooks()
    server.endpoint()
    let isDown = true
    server.first = ({ path }) => (isDown && path.endsWith('webhook_endpoints') ? json({ message: 'no' }, 503) : undefined)
    const { user } = openList(server)
    expect(await screen.findByText('The webhooks could not be loaded', undefined, { timeout: 15_000 })).toBeTruthy()
    isDown = false
    await click(user, 'Try again')
    expect(await screen.findByRole('list', { name: 'Endpoints' })).toBeTruthy()
  }, 20_000)
})

describe('adding an endpoint', () => {
  it('says while it is typed what can never be called, and sends nothing of it', async () => {
    const server = new FakeWebhooks()
    const { user } = openList(server)
    await click(user, 'Add endpoint')
    const field = await screen.findByLabelText(URL_FIELD)
    expect(document.activeElement).toBe(field)
    const said = () => screen.queryByRole('alert')?.textContent ?? null
    await user.type(field, 'htt')
    expect(said()).toBeNull()
    await user.type(field, 'p://hooks.acme.example')
    expect(said()).toBe('It must begin with https://')
    await user.clear(field)
    await user.type(field, 'https://ana:secret@hooks.acme.example')
    expect(said()).toMatch(/^Without a name and password/)
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    expect(document.activeElement).toBe(field)
    expect(server.called('POST', 'create_webhook')).toEqual([])
    await user.clear(field)
    await user.type(field, 'https://10.0.0.4/hook')
    expect(said()).toMatch(/^Inside a private network/)
    await user.clear(field)
    await user.type(field, 'http://127.0.0.1:4000/hook')
    expect(said()).toBeNull()
    expect(screen.getByText(/only a demo calls it/)).toBeTruthy()
  })

  it('wants at least one event where not all are wanted', async () => {
    const server = new FakeWebhooks()
    const { user } = openList(server)
    await click(user, 'Add endpoint')
    await user.type(await screen.findByLabelText(URL_FIELD), HOOK)
    await user.click(screen.getByRole('radio', { name: 'Only these' }))
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    expect((await screen.findByRole('alert')).textContent).toBe('Choose at least one event.')
    expect(document.activeElement).toBe(screen.getByRole('checkbox', { name: 'Device connected' }))
    await user.click(within(screen.getByRole('group', { name: 'Messages' })).getByRole('checkbox', { name: 'Message failed' }))
    await user.click(within(screen.getByRole('group', { name: 'Devices' })).getByRole('checkbox', { name: 'Device connected' }))
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    await screen.findByRole('dialog', { name: 'Your signing secret' })
    expect(server.endpoints).toMatchObject([{ url: HOOK, events: ['message.failed', 'session.connected'] }])
  })

  it('shows the secret once, copies it, and then leads to the endpoint without it', async () => {
    const server = new FakeWebhooks()
    const { user, container } = openList(server)
    await click(user, 'Add endpoint')
    await user.type(await screen.findByLabelText(URL_FIELD), ` ${HOOK} `)
    await user.type(screen.getByLabelText('Description (optional)'), 'Orders')
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    const dialog = await screen.findByRole('dialog', { name: 'Your signing secret' })
    const secret = within(dialog).getByLabelText<HTMLInputElement>('Signing secret').value
    expect(secret).toMatch(/^whsec_/)
    await user.click(within(dialog).getByRole('button', { name: 'Copy' }))
    expect(await navigator.clipboard.readText()).toBe(secret)
    await user.click(within(dialog).getByRole('button', { name: 'I have kept it' }))
    expect(await screen.findByRole('heading', { name: HOOK, level: 1 })).toBeTruthy()
    expect(container.ownerDocument.documentElement.innerHTML).not.toContain(secret)
    expect(server.called('POST', 'create_webhook').map(({ body }) => body)).toEqual([
      { organization_id: server.endpoints[0]?.organization_id, url: HOOK, description: 'Orders', events: [] },
    ])
  })

  it('does not lose a secret that was not copied to the Escape key', async () => {
    const server = new FakeWebhooks()
    const { user } = openList(server)
    await click(user, 'Add endpoint')
    await user.type(await screen.findByLabelText(URL_FIELD), HOOK)
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    const dialog = await screen.findByRole('dialog', { name: 'Your signing secret' })
    await user.keyboard('{Escape}')
    expect(within(dialog).getByText(/^It was not copied yet/)).toBeTruthy()
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'I have kept it' }))
    await user.click(within(dialog).getByRole('button', { name: 'Copy' }))
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('says in the dialog what the server refuses, and keeps what was typed', async () => {
    const server = new FakeWebhooks()
    for (let count = 0; count < 10; count++) server.endpoint({ url: `https://hooks.acme.example/${count}` })
    const { user } = openList(server)
    await click(user, 'Add endpoint')
    const field = await screen.findByLabelText<HTMLInputElement>(URL_FIELD)
    await user.type(field, HOOK)
    await user.click(screen.getByRole('button', { name: 'Add endpoint' }))
    expect((await screen.findByRole('alert')).textContent).toBe('There are as many as may be. Remove one that is not needed first.')
    expect(field.value).toBe(HOOK)
  })
})

describe('one endpoint', () => {
  it('is edited, and keeps being on or off', async () => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint({ events: ['message.sent'], enabled: false, disabled_reason: 'manual' })
    const { user } = openOne(server, id)
    await click(user, 'Edit')
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Message sent' }).checked).toBe(true)
    await user.click(screen.getByRole('radio', { name: 'All events' }))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(server.called('POST', 'update_webhook')[0]?.body).toMatchObject({ id, url: HOOK, events: [], enabled: false })
  })

  it('is switched off and on, and says so only when the server has it', async () => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint()
    const { user } = openOne(server, id)
    await choose(user, 'Switch off')
    expect(await screen.findByText('This endpoint is switched off')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Send a test' })).toBeNull()
    await click(user, 'Switch on')
    expect(await screen.findByRole('button', { name: 'Send a test' })).toBeTruthy()
    expect(screen.queryByText('This endpoint is switched off')).toBeNull()
    expect(server.endpoints).toMatchObject([{ enabled: true, disabled_reason: null }])
  })

  it.each([
    ['failing', /took nothing for 5 days/],
    ['gone', /it is gone \(410\)/],
  ] as const)('says why Latchkey switched it off: %s', async (disabled_reason, why) => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint({ enabled: false, disabled_reason })
    openOne(server, id)
    expect(await screen.findByText(why)).toBeTruthy()
  })

  it('gets a new secret, while the old one stays valid for as long as was chosen', async () => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint()
    const { user } = openOne(server, id)
    await choose(user, 'Replace the secret')
    const question = await screen.findByRole('alertdialog', { name: 'Replace the secret?' })
    expect(within(question).getByRole<HTMLInputElement>('radio', { name: '1 day more' }).checked).toBe(true)
    await user.click(within(question).getByRole('radio', { name: '7 days more' }))
    await user.click(within(question).getByRole('button', { name: 'Replace' }))
    const dialog = await screen.findByRole('dialog', { name: 'Your signing secret' })
    expect(within(dialog).getByLabelText<HTMLInputElement>('Signing secret').value).toMatch(/^whsec_/)
    expect(server.called('POST', 'rotate_webhook_secret')[0]?.body).toEqual({ id, overlap_hours: 168 })
  })

  it('is deleted after asking; Escape deletes nothing', async () => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint()
    const { user } = openOne(server, id)
    await choose(user, 'Delete')
    await screen.findByRole('alertdialog', { name: 'Delete this endpoint?' })
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(server.endpoints).toHaveLength(1)
    await choose(user, 'Delete')
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete' }))
    expect(await screen.findByText('No endpoint yet')).toBeTruthy()
    expect(location.pathname).toBe('/settings/webhooks')
  })

  it('that is another’s or gone is not there', async () => {
    const server = new FakeWebhooks()
    server.endpoint()
    openOne(server, crypto.randomUUID())
    expect(await screen.findByRole('heading', { name: 'There is no such endpoint' })).toBeTruthy()
  })

  it('is sent a test, and says what came of it', async () => {
    const server = new FakeWebhooks()
    const { id } = server.endpoint()
    const { user } = openOne(server, id)
    await click(user, 'Send a test')
    expect(await screen.findByText('Waiting for what your server answers.')).toBeTruthy()
    const [refused] = server.deliveries
    // A try that is under way says nothing yet.
    if (refused) server.claim(refused)
    expect(await screen.findByText('being tried now', undefined, { timeout: 6000 })).toBeTruthy()
    expect(screen.queryByText('The test was not delivered')).toBeNull()
    expect(screen.queryByRole('button', { name: /^Try now/ })).toBeNull()
    if (refused) server.attempt(refused, 500)
    expect(await screen.findByText('The test was not delivered')).toBeTruthy()
    expect(screen.getByText(/answered 500\. It is tried again in 5 minutes/)).toBeTruthy()
    // Which may come by itself, later.
    if (refused) server.attempt(refused, 204)
    expect(await screen.findByText('The test was delivered')).toBeTruthy()
    await click(user, 'Dismiss')
    expect(screen.queryByText('The test was delivered')).toBeNull()
  })
})

describe('deliveries', () => {
  it('say how far they came, when they are tried again, and of which device they tell', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    const session_id = crypto.randomUUID()
    const payload = { type: 'session.connected', timestamp: '', data: { sessionId: session_id, displayName: 'Ventas' } }
    const failed = server.delivery(endpoint, { session_id, payload })
    server.attempt(failed, 503)
    server.attempt(failed, 500)
    openOne(server, endpoint.id)
    const list = await screen.findByRole('list', { name: 'Deliveries' })
    expect(within(list).getByText('tried 2 times · your server answered 500 · next try in 5 minutes')).toBeTruthy()
    expect(within(list).getByRole('link', { name: 'Ventas' }).getAttribute('href')).toBe(`/settings/whatsapp/${session_id}`)
  })

  it('can be looked into: what is sent stands there as text, whatever is in it', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    const payload = { type: 'session.connected', timestamp: '', data: { displayName: '<img src=x onerror=alert(1)>' } }
    const delivery = server.delivery(endpoint, { payload })
    server.attempt(delivery, 200)
    const { user } = openOne(server, endpoint.id)
    await click(user, /^Details: Device connected/)
    const dialog = await screen.findByRole('dialog', { name: 'Delivery: Device connected' })
    expect(await within(dialog).findByText(delivery.id)).toBeTruthy()
    expect(dialog.querySelector('pre')?.textContent).toBe(JSON.stringify(payload, null, 2))
    expect(dialog.querySelector('img')).toBeNull()
    await user.click(within(dialog).getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Details: Device connected/))
  })

  it('are filtered by their state, which the address keeps', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    server.attempt(server.delivery(endpoint, { type: 'message.sent' }), 200)
    server.delivery(endpoint, { type: 'message.failed', state: 'dead', attempts: 9 })
    const { user } = openOne(server, endpoint.id)
    expect(await screen.findByText('2 deliveries shown')).toBeTruthy()
    await click(user, 'failed')
    expect(await screen.findByText('1 delivery shown')).toBeTruthy()
    expect(screen.queryByText('Message sent')).toBeNull()
    expect(location.search).toBe('?state=dead')
    await click(user, 'waiting')
    expect(await screen.findByText('No delivery is in this state.')).toBeTruthy()
  })

  it('come in pages, the newest first, and none twice where two happened in the same moment', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    const created_at = '2026-11-22 03:13:47.142157+00'
    for (let count = 0; count < 35; count++) server.delivery(endpoint, { created_at, state: 'delivered', attempts: 1 })
    const { user } = openOne(server, endpoint.id)
    expect(await screen.findByText('30 deliveries shown; there are older ones')).toBeTruthy()
    await click(user, 'Show older')
    expect(await screen.findByText('35 deliveries shown')).toBeTruthy()
    const rows = [...document.querySelectorAll('[data-delivery]')].map((row) => row.getAttribute('data-delivery'))
    expect(new Set(rows).size).toBe(35)
  })

  it('are sent again one by one, or all that failed after asking', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    for (const type of ['message.sent', 'message.failed', 'ping'] as const) server.delivery(endpoint, { type, state: 'dead', attempts: 9 })
    const { user } = openOne(server, endpoint.id)
    await click(user, /^Redeliver: Message sent/)
    await waitFor(() => expect(server.deliveries[0]).toMatchObject({ state: 'waiting', attempts: 0 }))
    await click(user, 'Redeliver all that failed')
    const question = await screen.findByRole('alertdialog', { name: 'Redeliver all that failed?' })
    await user.click(within(question).getByRole('button', { name: 'Redeliver' }))
    expect(await screen.findByText('2 deliveries are sent again')).toBeTruthy()
    expect(server.deliveries.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting'])
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Redeliver all that failed' })).toBeNull())
  })

  it('cannot be sent again while the endpoint is off', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint({ enabled: false, disabled_reason: 'manual' })
    server.delivery(endpoint, { state: 'dead', attempts: 0 })
    openOne(server, endpoint.id)
    expect(await screen.findByText('not tried')).toBeTruthy()
    expect(screen.queryByRole('button', { name: /Redeliver/ })).toBeNull()
  })

  it('appear by themselves', async () => {
    const server = new FakeWebhooks()
    const endpoint = server.endpoint()
    openOne(server, endpoint.id)
    expect(await screen.findByText('To see that it works, send a test.', { exact: false })).toBeTruthy()
    server.delivery(endpoint, { type: 'message.sent' })
    expect(await screen.findByText('Message sent', undefined, { timeout: 12_000 })).toBeTruthy()
  }, 15_000)
})
