import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { layoutOf } from '../../scripts/stack/layout.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

let world: World
let page: Page
let session: string

beforeAll(async () => {
  world = await openWorld()
  const { url, keys, login } = world.stack
  const person = createClient(url, keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  await person.auth.signInWithPassword(login)
  const asked = await person.rpc('create_session', { organization_id: await world.organizationId(), display_name: 'Ventas' }).throwOnError()
  session = (asked.data as { id: string }).id
  ;({ page } = await signIn(world))
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
})
afterAll(() => world.stop())
afterEach(async ({ task }) => keepPicture(page, task))

/** Opens a tab that asks the worker; what the browser calls that call. */
async function asks(tab: 'Groups' | 'Contacts'): Promise<string> {
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().endsWith(`${session}/${tab.toLowerCase()}`) && one.method() === 'GET'),
    page.getByRole('tab', { name: tab }).click(),
  ])
  return (await request.headerValue('x-request-id')) ?? 'none'
}

/** The lines of a part's log about a call. */
function linesOf(part: 'edge' | 'worker', request: string): unknown[] {
  const text = readFileSync(join(layoutOf(world.dataDir, 'demo').logs, `${part}.log`), 'utf8')
  return text.split('\n').flatMap((line) => (line.includes(request) ? [JSON.parse(line) as unknown] : []))
}

describe('a call that a browser makes', () => {
  it('bears one name from the page through the function on Deno to the worker’s log', async () => {
    await page.goto(`${world.stack.url}/settings/whatsapp/${session}`)
    const request = await asks('Groups')
    expect(request).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const told = { request, route: 'groups', session, result: 'not_linked', status: 409 }
    for (const part of ['edge', 'worker'] as const) {
      expect(
        await eventually(
          async () => linesOf(part, request),
          (lines) => lines.length > 0,
        ),
      ).toEqual([expect.objectContaining(told)])
    }
  })

  it('that nobody answers is shown with its name, which can be copied and is found in the function’s log', async () => {
    await world.stack.halt('worker')
    const request = await asks('Contacts')
    const notice = page.getByRole('tabpanel').getByText('Reference')
    await notice.getByText(request, { exact: true }).waitFor()
    await notice.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Reference copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(request)
    expect(linesOf('edge', request)).toEqual([expect.objectContaining({ result: 'worker_offline', status: 503 })])
    expect(linesOf('worker', request)).toEqual([])
  })
})
