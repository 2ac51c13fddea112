import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { createParser } from 'eventsource-parser'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Receipt } from '#domain/clearance.ts'
import { decodeLinkEvent } from '#domain/link.ts'
import { SessionList } from '#domain/listing.ts'
import { type Stack, startStack } from '../../scripts/stack/stack.ts'

let folder: string
let stack: Stack
let person: SupabaseClient
let token: string
let sql: postgres.Sql
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-fleet-'))
  await chmod(folder, 0o711)
  // Passes would take over, too; here the function is to find out where sessions are.
  const seldom = { POLL_SECONDS: '600' }
  stack = await startStack({
    port: 0,
    dataDir: folder,
    parts: ['edge', 'worker', 'simulator'],
    workers: 2,
    environment: { worker: seldom, 'worker-2': seldom },
  })
  sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} })
  person = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await person.auth.signInWithPassword(stack.login)
  if (error) throw error
  token = data.session.access_token
})
afterAll(async () => {
  await sql?.end()
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
})

const call = (method: string, path: string): Promise<Response> =>
  fetch(`${stack.url}/functions/v1/whatsapp-session${path}`, { method, headers: { authorization: `Bearer ${token}` } })

async function createSession(): Promise<string> {
  const { data: organizations } = await person.from('organizations').select('id').throwOnError()
  const { data } = await person.rpc('create_session', { organization_id: organizations[0]?.id, display_name: 'Ventas' }).throwOnError()
  return (data as { id: string }).id
}

/** Follows a link through the function and holds the simulated phone before the first QR; the last thing that it says. */
async function link(id: string, phone: string): Promise<string> {
  const response = await call('GET', `/${id}/link`)
  let last = `${response.status}`
  const qrs: string[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const decoded = decodeLinkEvent(event, data)
      if (decoded?.type === 'qr') qrs.push(decoded.qr)
      if (decoded) last = decoded.type === 'status' ? decoded.step : decoded.type
    },
  })
  let scanned = false
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    parser.feed(chunk)
    const [qr] = qrs
    if (qr === undefined || scanned) continue
    scanned = true
    const headers = { 'content-type': 'application/json' }
    await fetch(`${stack.phoneUrl}api/scan`, { method: 'POST', headers, body: JSON.stringify({ qr, phone }) })
  }
  return last
}

async function holderOf(id: string): Promise<string | null> {
  const [lease] = await sql<{ worker_id: string | null }[]>`select worker_id from private.leases where session_id = ${id}`
  return lease?.worker_id ?? null
}

/** A new session at that worker. They go where most room is, so both have their turn. */
async function sessionAt(worker: string): Promise<string> {
  for (;;) {
    const id = await createSession()
    expect((await call('GET', `/${id}/status`)).status).toBe(200)
    if ((await holderOf(id)) === worker) return id
  }
}

/** As the function lists them. */
async function listed(...ids: string[]): Promise<(string | undefined)[]> {
  const { sessions } = SessionList.parse(await (await call('GET', '')).json())
  return ids.map((id) => sessions.find(({ sessionId }) => sessionId === id)?.status)
}

it(
  'links at whichever of two real workers has room, lists both, follows a session to the one that is left, and clears it there',
  { timeout: 120_000 },
  async () => {
    const [at1, at2] = [await sessionAt('worker-1'), await sessionAt('worker-2')]
    expect(await link(at1, '51987654321')).toBe('connected')
    expect(await link(at2, '51912000111')).toBe('connected')
    expect([await holderOf(at1), await holderOf(at2)]).toEqual(['worker-1', 'worker-2'])
    await expect.poll(() => listed(at1, at2)).toEqual(['connected', 'connected'])

    await stack.halt('worker-2')
    // It has given its session away and takes none back, so that nobody waits for its silence.
    expect(await holderOf(at2)).toBeNull()
    await call('GET', `/${at2}/status`)
    expect(await holderOf(at2)).toBe('worker-1')
    const connected = async () => ((await (await call('GET', `/${at2}/status`)).json()) as { status?: string }).status
    while ((await connected()) !== 'connected') await sleep(100)
    await expect.poll(() => listed(at1, at2)).toEqual(['connected', 'connected'])

    const receipt = Receipt.parse(await (await call('POST', `/${at2}/clear`)).json())
    expect(receipt).toMatchObject({ sessionId: at2, reason: 'reset', remoteUnlink: 'confirmed', verifiedAbsent: true })
    await stack.restart('worker-2')
    expect(Receipt.parse(await (await call('DELETE', `/${at2}`)).json())).toMatchObject({ sessionId: at2, verifiedAbsent: true })
  },
)
