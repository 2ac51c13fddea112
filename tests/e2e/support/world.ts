import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import type { Browser, Page } from 'playwright-core'
import postgres, { type Sql } from 'postgres'
import * as z from 'zod'
import { Receipt } from '#domain/clearance.ts'
import { bodyHash, COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_TYPE, type CommandClaims } from '#domain/command.ts'
import { SessionView } from '#domain/observation.ts'
import { type SessionRoute, workerPath } from '#domain/routes.ts'
import { layoutOf } from '../../../scripts/stack/layout.ts'
import { startStack, type Stack, type StackOptions } from '../../../scripts/stack/stack.ts'
import { launchBrowser } from '../../support/browser.ts'
import { pathsBelow } from '../../support/paths-below.ts'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** What the simulator tells of a linked device. */
const LinkedDevice = z.object({ jid: z.string(), phone: z.string(), online: z.boolean(), logins: z.number() })
export type LinkedDevice = z.infer<typeof LinkedDevice>
const SimulatorState = z.object({ devices: z.array(LinkedDevice), waiting: z.array(z.object({ id: z.string() })) })

/** Everything that anybody holds of one session: the four places that "gone" is about, and what the database has on record. */
export type Held = {
  row: { status: string; status_reason: string | null; generation: number; linked_at: Date | null; phone_number: string | null } | null
  openOrders: number
  receipts: Receipt[]
  /** Paths below the worker's data folder that bear the session's id. */
  files: string[]
  memory: SessionView | null
}

/** The same of all sessions at once, by id: what the page, the worker and the phone must agree on. */
export type Everything = {
  rows: Record<string, string>
  memory: Record<string, string>
  /** Sessions of which anything at all lies in the worker's data folder. */
  onDisk: string[]
  openOrders: number
  devices: { phone: string; online: boolean }[]
  /** Devices that ask the simulator to be linked. */
  waiting: number
}

export type World = {
  stack: Stack
  sql: Sql
  browser: Browser
  dataDir: string
  /** The worker's data folder. */
  workerData: string
  organizationId: () => Promise<string>
  newestSession: () => Promise<string>
  held: (sessionId: string) => Promise<Held>
  everything: () => Promise<Everything>
  devices: () => Promise<LinkedDevice[]>
  phone: (path: string, body?: unknown) => Promise<void>
  /** Asks the worker itself about a session, past the edge function: a `GET` with a signed command. */
  worker: (sessionId: string, route: SessionRoute) => Promise<Response>
  /** The sessions in the worker's memory, asked with a signed command. */
  memory: () => Promise<SessionView[]>
  stop: () => Promise<void>
}

/** A whole Latchkey of its own with a browser in front of it, on free ports and in a temporary folder. */
export async function openWorld(environment: StackOptions['environment'] = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-e2e-'))
  await chmod(dataDir, 0o711)
  const [stack, browser] = await Promise.all([startStack({ port: 0, dataDir, environment }), launchBrowser()])
  const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} })
  const workerData = layoutOf(dataDir, 'demo').worker

  const organizationId = async () => {
    const [row] = await sql<{ id: string }[]>`select id from organizations limit 1`
    if (!row) throw new Error('the demo has no organisation')
    return row.id
  }
  const memory = async () => {
    const response = await fetch(`${stack.parts.worker.url}/api/sessions`, {
      headers: { authorization: `Bearer ${await command(stack, await organizationId(), null, 'GET', '/api/sessions')}` },
    })
    if (!response.ok) throw new Error(`the worker answers ${response.status}: ${await response.text()}`)
    return z.object({ sessions: z.array(SessionView) }).parse(await response.json()).sessions
  }
  const simulator = async () => {
    const response = await fetch(`${stack.parts.simulator.url}/api/state`)
    return SimulatorState.parse(await response.json())
  }

  return {
    stack,
    sql,
    browser,
    dataDir,
    workerData,
    organizationId,
    memory,
    worker: async (sessionId, route) => {
      const path = workerPath(sessionId, route)
      const authorization = `Bearer ${await command(stack, await organizationId(), sessionId, 'GET', path)}`
      const response = await fetch(`${stack.parts.worker.url}${path}`, { headers: { authorization } })
      if (!response.ok) throw new Error(`the worker answers ${response.status}: ${await response.text()}`)
      return response
    },
    newestSession: async () => {
      const [row] = await sql<{ id: string }[]>`select id from whatsapp_sessions order by created_at desc limit 1`
      if (!row) throw new Error('there is no session')
      return row.id
    },
    held: async (sessionId) => {
      const [row] = await sql<NonNullable<Held['row']>[]>`
        select status, status_reason, generation, linked_at, phone_number from whatsapp_sessions where id = ${sessionId}`
      const orders = await sql<{ receipt: unknown; completed_at: Date | null }[]>`
        select receipt, completed_at from whatsapp_clearances where session_id = ${sessionId} order by requested_at`
      return {
        row: row ?? null,
        openOrders: orders.filter(({ completed_at }) => completed_at === null).length,
        receipts: orders.filter(({ completed_at }) => completed_at !== null).map(({ receipt }) => Receipt.parse(receipt)),
        files: filesOf(workerData, sessionId),
        memory: (await memory()).find((session) => session.sessionId === sessionId) ?? null,
      }
    },
    everything: async () => {
      const rows = await sql<{ id: string; status: string }[]>`select id, status from whatsapp_sessions`
      const [open] = await sql<{ count: number }[]>`select count(*)::int as count from whatsapp_clearances where completed_at is null`
      const { devices, waiting } = await simulator()
      const paths = pathsBelow(workerData)
      return {
        rows: Object.fromEntries(rows.map(({ id, status }) => [id, status])),
        memory: Object.fromEntries((await memory()).map(({ sessionId, status }) => [sessionId, status])),
        onDisk: [...new Set(paths.flatMap((path) => path.match(UUID) ?? []))],
        openOrders: open?.count ?? 0,
        devices: devices.map(({ phone, online }) => ({ phone, online })),
        waiting: waiting.length,
      }
    },
    devices: async () => (await simulator()).devices,
    phone: async (path, body = {}) => {
      const response = await fetch(`${stack.parts.simulator.url}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`the simulator answers ${response.status}: ${await response.text()}`)
    },
    stop: async () => {
      try {
        // Says so when a page violated its policy; the rest is to end all the same.
        await browser.close()
      } finally {
        await sql.end()
        await stack.stop()
        await rm(dataDir, { recursive: true, force: true })
      }
    },
  }
}

/** A command such as the edge function signs, for looking into the worker. */
async function command(stack: Stack, organizationId: string, sessionId: string | null, method: string, path: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims: CommandClaims = {
    aud: 'worker-1',
    iat: now,
    exp: now + COMMAND_SECONDS,
    jti: randomUUID(),
    user_id: randomUUID(),
    organization_id: organizationId,
    session_id: sessionId,
    method,
    path,
    body_sha256: await bodyHash(''),
  }
  const key = stack.keys.command.private
  return new SignJWT(claims)
    .setProtectedHeader({ alg: COMMAND_ALGORITHM, typ: COMMAND_TYPE, kid: key.kid })
    .sign(await importJWK(key, COMMAND_ALGORITHM))
}

function filesOf(folder: string, sessionId: string): string[] {
  return pathsBelow(folder)
    .filter((path) => path.includes(sessionId))
    .toSorted()
}

/** Signs in as the demo's admin; what the browser complained about is collected in `complaints`. */
export async function signIn(world: World): Promise<{ page: Page; complaints: string[] }> {
  const context = await world.browser.newContext({ viewport: { width: 1200, height: 860 } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  await page.goto(world.stack.url)
  await page.getByLabel('E-mail').fill(world.stack.login.email)
  await page.getByLabel('Password').fill(world.stack.login.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Connect device' }).waitFor()
  return { page, complaints }
}
