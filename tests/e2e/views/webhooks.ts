import type { Page } from 'playwright-core'
import type { Sql } from 'postgres'
import type { To, View } from './look.ts'

const HOST = 'hooks.acme.example'

/** Deliveries in every state, of an address that nothing is sent to while it is looked at: what is due is due later. */
const DELIVERIES = [
  { type: 'message.failed', state: 'waiting', attempts: 2, status: 503, error: null, ago: '70 seconds', due: '5 minutes' },
  { type: 'session.connected', state: 'delivered', attempts: 1, status: 200, error: null, ago: '12 minutes', due: '0' },
  { type: 'message.sent', state: 'dead', attempts: 9, status: null, error: 'No connection: ECONNREFUSED.', ago: '2 days', due: '0' },
  { type: 'session.disconnected', state: 'delivered', attempts: 3, status: 204, error: null, ago: '3 days', due: '0' },
] as const

/** Adds a webhook that fails, one that was switched off for it, and what became of what they were told. Answers with the first one. */
export async function furnishWebhooks(sql: Sql, sessionId: string): Promise<string> {
  const [webhook] = await sql<{ id: string; organization_id: string }[]>`
    insert into webhook_endpoints (organization_id, url, description, events, failing_since, created_at)
    select id, ${`https://${HOST}/latchkey`}, 'CRM', '{message.sent,message.failed}', now() - interval '70 seconds', now() - interval '9 days'
    from organizations limit 1 returning id, organization_id`
  if (!webhook) throw new Error('the demo has no organisation')
  await sql`
    insert into webhook_endpoints (organization_id, url, enabled, disabled_reason, created_at)
    values (${webhook.organization_id}, 'https://old.acme.example/a/rather/long/path/that/leads/to/the/webhook?version=2', false, 'gone', now() - interval '8 days')`
  for (const { type, state, attempts, status, error, ago, due } of DELIVERIES) {
    const data = { organizationId: webhook.organization_id, sessionId, displayName: 'Ventas', phoneNumber: '+51987654321' }
    await sql`
      insert into webhook_deliveries (endpoint_id, organization_id, type, session_id, payload, state, attempts, next_attempt_at, last_attempt_at,
        last_status, last_error, created_at, delivered_at)
      values (${webhook.id}, ${webhook.organization_id}, ${type}, ${sessionId},
        ${sql.json({ type, timestamp: '2026-11-22T03:13:47.142Z', data })}, ${state}, ${attempts}, now() + ${due}::interval,
        now() - ${ago}::interval, ${status}, ${error}, now() - ${ago}::interval, ${state === 'delivered' ? sql`now() - ${ago}::interval` : null})`
  }
  return webhook.id
}

async function one(page: Page, { url, webhook, webhookWords: words }: To): Promise<void> {
  await page.goto(`${url}/settings/webhooks/${webhook}`)
  await page.getByText(words.events['session.disconnected']).waitFor()
}

async function replace(page: Page, to: To): Promise<void> {
  const words = to.webhookWords
  await one(page, to)
  await page.getByRole('button', { name: words.more }).click()
  await page.getByRole('menuitem', { name: words.rotate.open }).click()
  await page.getByRole('alertdialog').waitFor()
}

export const WEBHOOK_VIEWS: readonly View[] = [
  {
    name: 'webhooks',
    async open(page, { url, webhookWords: words }) {
      await page.goto(`${url}/settings/webhooks`)
      await page.getByText(words.states.given_up).waitFor()
    },
  },
  {
    name: 'webhook-add',
    async open(page, { url, webhookWords: words }) {
      await page.goto(`${url}/settings/webhooks`)
      await page.getByRole('button', { name: words.add }).click()
      await page.getByLabel(words.form.url).fill('https://10.0.0.4/latchkey')
      await page.getByText(words.form.some, { exact: true }).click()
    },
  },
  { name: 'webhook', open: one },
  {
    name: 'webhook-delivery',
    async open(page, to) {
      await one(page, to)
      await page.getByRole('button', { name: to.webhookWords.deliveries.details }).first().click()
      await page.getByRole('dialog').getByText('webhook-id', { exact: true }).waitFor()
    },
  },
  { name: 'webhook-replace-secret', open: replace },
  {
    name: 'webhook-secret',
    async open(page, to) {
      const words = to.webhookWords
      await replace(page, to)
      await page.getByText(words.rotate.overlaps(0), { exact: true }).click()
      await page.getByRole('button', { name: words.rotate.confirm, exact: true }).click()
      await page.getByRole('textbox', { name: words.secret.label }).waitFor()
    },
  },
]
