import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Receipt } from '#domain/clearance.ts'
import { decodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import { SessionView } from '#domain/observation.ts'
import { PairingCode } from '#domain/pairing.ts'
import { type Stack, startStack } from '../../scripts/stack/stack.ts'

let folder: string
let stack: Stack
let person: SupabaseClient
let token: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-edge-'))
  await chmod(folder, 0o711)
  stack = await startStack({ port: 0, dataDir: folder, parts: ['edge', 'worker', 'simulator'] })
  person = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await person.auth.signInWithPassword(stack.login)
  if (error) throw error
  token = data.session.access_token
})
afterAll(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Calls the function through the one origin, as the dashboard does. */
function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${stack.url}/functions/v1/whatsapp-session/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function createSession(): Promise<string> {
  const { data: organizations } = await person.from('organizations').select('id').throwOnError()
  const { data } = await person.rpc('create_session', { organization_id: organizations[0]?.id, display_name: 'Ventas' }).throwOnError()
  return (data as { id: string }).id
}

async function* linkEvents(id: string): AsyncGenerator<LinkEvent> {
  const response = await call('GET', `${id}/link`)
  expect(response.status).toBe(200)
  const found: LinkEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const decoded = decodeLinkEvent(event, data)
      if (decoded) found.push(decoded)
    },
  })
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    parser.feed(chunk)
    yield* found.splice(0)
  }
}

/** Holds the simulated phone before the QR. */
async function scan(qr: string): Promise<void> {
  const scanned = await fetch(`${stack.phoneUrl}api/scan`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ qr, phone: '51987654321' }),
  })
  if (!scanned.ok) throw new Error(`the phone refused the QR: ${await scanned.text()}`)
}

/** Types a pairing code into the simulated phone. */
async function typeCode(code: string): Promise<void> {
  const answer = await fetch(`${stack.phoneUrl}api/accounts/51987654321/code`, { method: 'POST', body: JSON.stringify({ code }) })
  if (!answer.ok) throw new Error(`the phone refused the code: ${await answer.text()}`)
}

it('links, shows, stops, starts and clears a session through function and worker', async () => {
  const id = await createSession()
  const steps: string[] = []
  for await (const event of linkEvents(id)) {
    steps.push(event.type === 'status' ? event.step : event.type)
    if (event.type === 'qr' && event.number === 1) await scan(event.qr)
  }
  expect(steps).toContain('qr')
  expect(steps.at(-1)).toBe('connected')

  expect(SessionView.parse(await (await call('GET', `${id}/status`)).json())).toMatchObject({
    status: 'connected',
    phoneNumber: '+51987654321',
  })
  expect(SessionView.parse(await (await call('POST', `${id}/stop`)).json())).toMatchObject({ status: 'stopped' })
  // Its word is on its way to the database; a start that overtakes it is answered with what still is.
  for (let status = ''; status !== 'stopped';) {
    const { data } = await person.from('whatsapp_sessions').select('status').eq('id', id).single().throwOnError()
    status = data.status
  }
  expect(SessionView.parse(await (await call('POST', `${id}/start`)).json()).status).toMatch(/^(reconnecting|connected)$/)

  const receipt = Receipt.parse(await (await call('POST', `${id}/clear`)).json())
  expect(receipt).toMatchObject({ sessionId: id, reason: 'reset', remoteUnlink: 'confirmed', verifiedAbsent: true })
  expect(receipt.removed.credentials.files).toBeGreaterThan(0)
  expect(Receipt.parse(await (await call('POST', `${id}/clear`, { orderId: receipt.orderId })).json())).toEqual(receipt)
})

it('gives a code for the link that is under way: the QR beside it stays what it was (LNK-4, LNK-9)', async () => {
  const id = await createSession()
  const askForCode = () => call('POST', `${id}/request-pairing-code`, { phoneNumber: '+51 987 654 321' })
  const waiting = async () => ((await (await fetch(`${stack.phoneUrl}api/state`)).json()) as { waiting: { id: string }[] }).waiting
  const seen: LinkEvent[] = []
  for await (const event of linkEvents(id)) {
    seen.push(event)
    if (event.type !== 'qr') continue
    const shown = await waiting()
    const { code } = PairingCode.parse(await (await askForCode()).json())
    expect(shown).toHaveLength(1)
    expect(await waiting()).toMatchObject([{ id: shown[0]?.id }])
    await typeCode(code)
  }
  const told = seen.map((event) => (event.type === 'status' ? event.step : event.type))
  expect(told.filter((step) => ['starting', 'qr', 'pairing_code'].includes(step))).toEqual(['starting', 'qr', 'pairing_code'])
  expect(told.at(-1)).toBe('connected')
  expect(await (await askForCode()).json()).toMatchObject({ error: { code: 'already_connected' } })
})

it('stores a delete while the worker is down, and the worker carries it out when it is back', async () => {
  const id = await createSession()
  await stack.halt('worker')
  const refused = await call('DELETE', id)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ error: { code: 'worker_offline', detail: { queued: true } } })
  await stack.restart('worker')
  const receipt = Receipt.parse(await (await call('DELETE', id)).json())
  expect(receipt).toMatchObject({ sessionId: id, reason: 'delete', verifiedAbsent: true })
})

it('says each time that a body is too large, though the function hangs up on the rest of it', async () => {
  const answers = new Set<number>()
  for (let time = 0; time < 30; time++) {
    const response = await call('POST', `${randomUUID()}/clear`, 'x'.repeat(1_000_000))
    answers.add(response.status)
    await response.json()
  }
  expect([...answers]).toEqual([413])
})
