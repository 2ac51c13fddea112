import { setTimeout as sleep } from 'node:timers/promises'
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ConfigContext } from '../../src/lib/config.ts'
import { LiveContext, useLive } from '../../src/lib/live.ts'
import { type Client, createSupabase, SupabaseContext } from '../../src/lib/supabase.ts'
import { useLiveSource } from '../../src/lib/useLiveSource.ts'
import { startTestDatabase, type TestDatabase } from '../support/database.ts'
import { openRealtimeGateway, type RealtimeGateway } from '../support/realtime-gateway.ts'

// A server runs here beside the page, and to its code the arrays and events of a window are none.
vi.hoisted(() => {
  globalThis.Uint8Array = Object.getPrototypeOf(Buffer)
})

const PASSWORD = 'correct horse battery staple'

let database: TestDatabase
let gateway: RealtimeGateway
let client: Client
let acme: string
let globex: string
const look = vi.fn(() => Promise.resolve())

beforeAll(async () => {
  vi.stubGlobal('WebSocket', WebSocket)
  database = await startTestDatabase()
  const { sql, jwtSecret, anonKey, api } = database
  gateway = await openRealtimeGateway(Number(new URL(api.url).port), { sql, jwtSecret, apiKey: anonKey })
  const ana = await database.person('ana@acme.example')
  acme = await database.createOrganization('Acme', { admin: ana })
  globex = await database.createOrganization('Globex', { owner: await database.person('gus@globex.example') })
  client = createSupabase({ supabaseUrl: gateway.url, supabaseKey: anonKey, realtime: true })
  await client.auth.signInWithPassword({ email: ana.email, password: PASSWORD })
})
afterAll(async () => {
  await client.auth.stopAutoRefresh()
  await gateway.stop()
  await database.stop()
})
beforeEach(async () => {
  render(<Page />)
  await told('realtime')
  await vi.waitUntil(() => gateway.server.joined === 1)
})
afterEach(cleanup)

/** A page with one thing on it: how it learns of changes. */
function Page() {
  return (
    <ConfigContext value={{ supabaseUrl: gateway.url, supabaseKey: database.anonKey, realtime: true }}>
      <SupabaseContext value={client}>
        <Organization />
      </SupabaseContext>
    </ConfigContext>
  )
}

function Organization() {
  return (
    <LiveContext value={useLiveSource(acme)}>
      <Follower />
    </LiveContext>
  )
}

function Follower() {
  const { live, changed } = useLive(['sessions'], look)
  return <button onClick={changed}>{live}</button>
}

const told = (live: string) => screen.findByRole('button', { name: live }, { timeout: 8000 })

/** Until nobody looks any more: longer than two looks are apart. */
async function rest(): Promise<void> {
  let before = -1
  while (look.mock.calls.length !== before) {
    before = look.mock.calls.length
    await sleep(700)
  }
  look.mockClear()
}

/** Until something is looked at after what is done. */
async function looksAfter(act: () => Promise<unknown>): Promise<void> {
  look.mockClear()
  await act()
  await waitFor(() => expect(look).toHaveBeenCalled())
}

it('looks when a session of the organisation changes, is new or goes, and not for what row level security hides', async () => {
  await rest()
  const { sql } = database
  const theirs = await database.insertSession(globex)
  const ours = await database.insertSession(acme)
  await rest()
  await looksAfter(() => database.insertSession(acme))
  await looksAfter(() => sql`update whatsapp_sessions set display_name = 'Ventas' where id in (${theirs.id}, ${ours.id})`)
  await looksAfter(() => sql`delete from whatsapp_sessions where id = ${ours.id}`)
  expect(gateway.server.told).toContain(ours.id)
  expect(gateway.server.told).not.toContain(theirs.id)
})

it('takes a burst of changes for a few looks, and looks once more after the last', async () => {
  const { id } = await database.insertSession(acme)
  await rest()
  let newest = ''
  look.mockImplementation(async () => {
    const [row] = await database.sql<{ display_name: string }[]>`select display_name from whatsapp_sessions where id = ${id}`
    newest = row?.display_name ?? ''
    // The answer may be long on its way, and be older than what is announced meanwhile.
    await sleep(300)
  })
  for (let number = 1; number <= 60; number += 1)
    await database.sql`update whatsapp_sessions set display_name = ${String(number)} where id = ${id}`
  await waitFor(() => expect(newest).toBe('60'), { timeout: 10_000 })
  expect(look.mock.calls.length).toBeLessThan(30)
  look.mockImplementation(() => Promise.resolve())
})

it('polls at once when the server is lost, and is told again when it is back', async () => {
  await rest()
  await gateway.server.goAway()
  await told('polling')
  await waitFor(() => expect(look).toHaveBeenCalled())
  await rest()
  gateway.server.comeBack()
  await told('realtime')
  // What happened in between was announced to nobody.
  await waitFor(() => expect(look).toHaveBeenCalled())
})

it('polls while the server refuses to let it join, and joins when it is let', async () => {
  gateway.server.refusal = 'ChannelRateLimitReached: Too many channels'
  await gateway.server.goAway()
  gateway.server.comeBack()
  await told('polling')
  const { joins } = gateway.server
  await waitFor(() => expect(gateway.server.joins).toBeGreaterThan(joins), { timeout: 5000 })
  await told('polling')
  gateway.server.refusal = null
  await told('realtime')
})

it('joins anew when the server closes the channel, which the library takes for the end', async () => {
  gateway.server.closeChannels('Token has expired')
  await told('polling')
  await told('realtime')
  expect(gateway.server.joined).toBe(1)
})

it('gives the server each new token', async () => {
  const { data } = await client.auth.refreshSession()
  await waitFor(() => expect(gateway.server.tokens.at(-1)).toBe(data.session?.access_token))
})

it('leaves when the page does', async () => {
  cleanup()
  await waitFor(() => expect(gateway.server.joined).toBe(0))
})
