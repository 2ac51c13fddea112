import { join } from 'node:path'
import type { Page } from 'playwright-core'
import * as z from 'zod'
import { eventually } from '../../tests/e2e/support/eventually.ts'
import { signIn, type World } from '../../tests/e2e/support/world.ts'

const Marks = z.object({
  click: z.number(),
  ask: z.number(),
  qrs: z.array(z.number()),
  code: z.number(),
  linking: z.number(),
  dialog: z.number(),
  row: z.number(),
  stored: z.number(),
})
/** When things stood on the page since the last click on "Connect device", milliseconds since 1970; 0: not yet. */
export type Marks = z.infer<typeof Marks>

/** The time as the page's marks count it. */
export const now = (): number => performance.timeOrigin + performance.now()

/** A page that is signed in and takes marks; so does every other of its browser. */
export async function openPage(world: World): Promise<Page> {
  const { page } = await signIn(world)
  await page.context().addInitScript({ path: join(import.meta.dirname, '..', 'in-page.js') })
  await page.reload()
  await page.getByRole('button', { name: 'Connect device' }).first().waitFor()
  return page
}

/** Another page of the same browser. */
export async function openBeside(page: Page): Promise<Page> {
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.getByRole('button', { name: 'Connect device' }).first().waitFor()
  return other
}

export async function marksOf(page: Page): Promise<Marks> {
  return Marks.parse(
    await page.evaluate(`({
      ...marks,
      stored: performance.timeOrigin +
        (performance.getEntriesByType('resource').findLast(({ name }) => name.endsWith('/rpc/create_session'))?.responseEnd ?? 0),
    })`),
  )
}

/** Opens the dialog and waits for its QR; returns the session that it is for. */
export async function beginLink(world: World, page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  await page.getByRole('dialog').getByRole('img', { name: 'QR code' }).waitFor()
  return await world.newestSession()
}

/** Deletes a session, has the worker look at it, and waits until nothing of it is left. */
export async function remove(world: World, session: string): Promise<void> {
  await world.sql`delete from whatsapp_sessions where id = ${session}`
  // It finds the order, and nobody to tell of.
  await world.worker(session, 'status').catch(() => undefined)
  await eventually(
    () => world.held(session),
    (held) => held.openOrders === 0 && held.memory === null,
  )
}
