import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { WebhookPayload } from '#domain/webhook.ts'
import { seedUser } from '../../scripts/stack/users.ts'
import { launchBrowser } from '../support/browser.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'
import { linkDevice } from './views/furnished.ts'

type Call = { headers: IncomingHttpHeaders; body: string }

/** Somebody's server: it notes what it is sent, and answers with `status`. */
const receiver = { status: 200, calls: [] as Call[] }
let server: Server
let hook: string
let world: World
let page: Page
let complaints: string[]

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      receiver.calls.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
      response.writeHead(receiver.status).end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latchkey`
  world = await openWorld()
  ;({ page, complaints } = await signIn(world))
})
afterAll(async () => {
  await world.stop()
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})
afterEach(({ task }) => keepPicture(page, task))

const Signed = z.object({ 'webhook-id': z.string(), 'webhook-timestamp': z.string(), 'webhook-signature': z.string() })
const verify = (secret: string, { headers, body }: Call) => new Webhook(secret).verify(body, Signed.parse(headers))
const payloadOf = ({ body }: Call) => WebhookPayload.parse(JSON.parse(body))
const idOf = ({ headers }: Call) => headers['webhook-id']
/** The call that comes after the first `seen` and tells of `type`. */
const nextCall = async (type: string, seen: number): Promise<Call> => {
  const calls = await eventually(
    async () => receiver.calls.slice(seen).filter((call) => payloadOf(call).type === type),
    (found) => found.length > 0,
  )
  if (!calls[0]) throw new Error('unreachable')
  return calls[0]
}
const row = (event: string) => page.locator('[data-delivery]').filter({ hasText: event }).first()
const menu = async (item: string) => {
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
const takeSecret = async (): Promise<string> => {
  const secret = await page.getByRole('textbox', { name: 'Signing secret' }).inputValue()
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  return secret
}
const sendTest = async (): Promise<Call> => {
  const seen = receiver.calls.length
  await page.getByRole('button', { name: 'Send a test' }).click()
  return nextCall('ping', seen)
}

describe('a webhook', () => {
  let secret: string
  let endpointId: string

  it('is added, tells its secret once, and a test arrives that the secret verifies', async () => {
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByText('No endpoint yet').waitFor()
    await page.getByRole('button', { name: 'Add endpoint' }).click()
    await page.getByLabel('Address (URL)').fill(hook)
    await page.getByLabel('Description (optional)').fill('Orders')
    await page.getByRole('dialog').getByRole('button', { name: 'Add endpoint' }).click()
    secret = await takeSecret()
    expect(secret).toMatch(/^whsec_[\w+/]{32,}=*$/)
    await page.getByRole('heading', { name: hook }).waitFor()
    endpointId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await page.reload()
    await page.getByRole('heading', { name: hook }).waitFor()
    expect(await page.content()).not.toContain(secret)

    const call = await sendTest()
    expect(verify(secret, call)).toMatchObject({ type: 'ping', data: { organizationId: await world.organizationId() } })
    expect(() => verify(secret, { ...call, body: call.body.replace('ping', 'pong') })).toThrow('No matching signature')
    await page.getByText('The test was delivered').waitFor()
    await page.getByText('Your server answered 200.').waitFor()
  })

  it('is told when a device connects, with which one, and with no secret of it', async () => {
    const seen = receiver.calls.length
    await page.getByRole('link', { name: 'Devices' }).click()
    await linkDevice(world, page, { phone: '51987654321', name: 'Ventas' })
    const call = await nextCall('session.connected', seen)
    expect(verify(secret, call)).toEqual(payloadOf(call))
    const sessionId = await world.newestSession()
    expect(payloadOf(call).data).toMatchObject({ sessionId, displayName: 'Ventas', phoneNumber: '+51987654321' })
    await page.goto(`${world.stack.url}/settings/webhooks/${endpointId}`)
    await row('Device connected').getByText('delivered').waitFor()
    await row('Device connected').getByRole('link', { name: 'Ventas' }).click()
    await page.waitForURL(`${world.stack.url}/settings/whatsapp/${sessionId}`)
  })

  it('that fails says so, and what was given up is delivered from the page under the same id', async () => {
    receiver.status = 503
    const seen = receiver.calls.length
    await page.getByRole('button', { name: 'Stop' }).click()
    const failed = await nextCall('session.stopped', seen)
    await page.goto(`${world.stack.url}/settings/webhooks/${endpointId}`)
    await row('Device stopped').getByText('your server answered 503').waitFor()
    await page.getByText('failing', { exact: true }).waitFor()
    // As if it had been tried for the day that all tries take.
    await world.sql`update webhook_deliveries set state = 'dead', claim = null where id = ${idOf(failed) ?? ''}`
    await row('Device stopped').getByText('failed', { exact: true }).waitFor()

    receiver.status = 204
    const before = receiver.calls.length
    await row('Device stopped').getByRole('button', { name: 'Redeliver' }).click()
    const again = await nextCall('session.stopped', before)
    expect(idOf(again)).toBe(idOf(failed))
    expect(again.body).toBe(failed.body)
    verify(secret, again)
    await row('Device stopped').getByText('delivered', { exact: true }).waitFor()
    await page.getByText('working', { exact: true }).waitFor()
  })

  it('delivers all that failed at one word', async () => {
    const dead = await world.sql<{ id: string }[]>`
      update webhook_deliveries set state = 'dead', delivered_at = null where endpoint_id = ${endpointId} returning id`
    const before = receiver.calls.length
    await page.getByRole('button', { name: 'Redeliver all that failed' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Redeliver' }).click()
    const calls = await eventually(
      async () => receiver.calls.slice(before),
      (found) => found.length >= dead.length,
    )
    expect(new Set(calls.map(idOf))).toEqual(new Set(dead.map(({ id }) => id)))
    await page.getByRole('button', { name: 'Redeliver all that failed' }).waitFor({ state: 'detached' })
  })

  it('gets a new secret: both sign while the old one is valid, and only the new one once it is not', async () => {
    await menu('Replace the secret')
    await page.getByRole('button', { name: 'Replace', exact: true }).click()
    const second = await takeSecret()
    expect(second).not.toBe(secret)
    const byBoth = await sendTest()
    verify(secret, byBoth)
    verify(second, byBoth)

    await menu('Replace the secret')
    await page.getByText('no longer: it ends at once').click()
    await page.getByRole('button', { name: 'Replace', exact: true }).click()
    const third = await takeSecret()
    const byOne = await sendTest()
    verify(third, byOne)
    for (const old of [secret, second]) expect(() => verify(old, byOne)).toThrow('No matching signature')
  })

  it('is nobody else’s: another organisation finds neither it nor what it was told', async () => {
    const password = randomUUID()
    const stranger = await seedUser(world.sql, { email: 'eva@globex.test', password, cost: 4 })
    await world.sql`
      with founded as (insert into organizations (name) values ('Globex') returning id)
      insert into organization_members (organization_id, user_id, role) select id, ${stranger}, 'owner' from founded`
    const elsewhere = await launchBrowser()
    try {
      const other = await (await elsewhere.newContext()).newPage()
      await other.goto(`${world.stack.url}/settings/webhooks/${endpointId}`)
      await other.getByLabel('E-mail').fill('eva@globex.test')
      await other.getByLabel('Password').fill(password)
      await other.getByRole('button', { name: 'Sign in' }).click()
      await other.getByRole('heading', { name: 'There is no such endpoint' }).waitFor()
      await other.getByRole('link', { name: 'Back to the webhooks' }).click()
      await other.getByText('No endpoint yet').waitFor()
      expect(await other.locator('[data-endpoint], [data-delivery]').count()).toBe(0)
    } finally {
      await elsewhere.close()
    }
  })

  it('is told nothing any more once it is deleted', async () => {
    await menu('Delete')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No endpoint yet').waitFor()
    const kept = await world.sql`select id from webhook_deliveries union all select endpoint_id from private.webhook_secrets`
    expect(kept).toHaveLength(0)
    expect(complaints).toEqual([])
  })
})
