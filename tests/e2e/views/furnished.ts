import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { seedUser } from '../../../scripts/stack/users.ts'
import { readQr } from '../../support/qr.ts'
import { eventually } from '../support/eventually.ts'
import { openWorld, signIn, type World } from '../support/world.ts'
import { furnishWebhooks } from './webhooks.ts'

/** A Latchkey in which something of everything can be seen. */
export type Furnished = World & {
  /** The session of the phone that is linked and online. */
  linked: string
  /** An order that was carried out. */
  removed: string
  /** A webhook that fails. */
  webhook: string
  /** Of the demo's admin, signed in. */
  page: Page
}

const DEVICES = [
  { phone: '51987654321', name: 'Ventas' },
  { phone: '51912000111', name: 'Soporte' },
]

/** Links two phones through the page, stops one, and adds rows in the other states. */
export async function furnish(): Promise<Furnished> {
  const world = await openWorld()
  try {
    const { page } = await signIn(world)
    for (const device of DEVICES) await linkDevice(world, page, device)
    const [linked] = await world.sql<{ id: string }[]>`select id from whatsapp_sessions order by created_at`
    if (!linked) throw new Error('two devices were linked')
    await page.getByRole('button', { name: 'More actions for +51 912 000 111' }).click()
    await page.getByRole('menuitem', { name: 'Stop' }).click()
    await page.getByText('stopped', { exact: true }).waitFor()
    await world.sql`
      insert into whatsapp_sessions (organization_id, display_name, desired, status, status_reason, phone_number, linked_at, last_active_at)
      select id, 'Cobranza', 'online', 'disconnected', 'unlinked_from_phone', '+51944123456', now() - interval '9 days', now() - interval '2 hours'
      from organizations limit 1`
    const agent = await seedUser(world.sql, { email: 'luis@acme.test', password: randomUUID(), cost: 4 })
    await world.sql`insert into organization_members (organization_id, user_id, role) select id, ${agent}, 'agent' from organizations limit 1`
    await world.sql`
      insert into organization_invitations (organization_id, email, role, invited_by)
      select organization_id, 'rosa@acme.test', 'admin', user_id from organization_members where role = 'owner' limit 1`
    const [removed] = await world.sql<{ id: string }[]>`select id from whatsapp_clearances where completed_at is not null limit 1`
    if (!removed) throw new Error('the demo purges when somebody signs in')
    const webhook = await furnishWebhooks(world.sql, linked.id)
    return { ...world, linked: linked.id, removed: removed.id, webhook, page }
  } catch (error) {
    await world.stop()
    throw error
  }
}

export async function linkDevice(world: World, page: Page, { phone, name }: { phone: string; name: string }): Promise<void> {
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  const image = dialog.getByRole('img', { name: 'QR code' })
  await image.waitFor()
  await page.getByLabel('Name (optional)').fill(name)
  await page.getByText('Saved').waitFor()
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  await world.phone('scan', { qr, phone })
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'hidden' })
}
