import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { DashboardConfig } from '#domain/config.ts'
import { layoutOf } from '../../scripts/stack/layout.ts'
import { seedUser } from '../../scripts/stack/users.ts'
import { createByteSearch, type Hit, type Secret } from '../worker/kill/byte-search.ts'
import { escaped } from './canary/allowed.ts'
import { createListener } from './canary/listener.ts'
import { plantEverywhere, searchPlaces } from './canary/places.ts'
import { openVault, secretsOfStack, toldSecrets } from './canary/vault.ts'
import { eventually } from './support/eventually.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const aside = mkdtempSync(join(tmpdir(), 'latchkey-canary-'))
const told = join(aside, 'told')
const printed: string[] = []
const vault = openVault()
const listener = createListener()
/** A secret of this run: nothing else in the world has these letters. */
const secret = (kind: string): string => vault.text(kind, `${kind}-${randomBytes(12).toString('hex')}`)
const inherited = secret('setting of the shell')

let world: World
let page: Page
let context: BrowserContext
let token: string
let live: string

beforeAll(async () => {
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, name).mockImplementation((...words: unknown[]) => void printed.push(format(...words)))
  }
  process.env['CANARY_SHELL_SETTING'] = inherited
  const preload = `--import ${join(import.meta.dirname, 'canary/tell.ts')}`
  world = await openWorld({
    worker: { LOG_LEVEL: 'trace', CANARY_FILE: told, NODE_OPTIONS: preload, RECONNECT_MIN_MS: '200', RECONNECT_MAX_MS: '400' },
  })
})
afterAll(async () => {
  delete process.env['CANARY_SHELL_SETTING']
  vi.restoreAllMocks()
  await world.stop()
  rmSync(aside, { recursive: true, force: true })
})

const edge = (path: string) => `${world.stack.url}/functions/v1/whatsapp-session${path}`
const post = (path: string, body: unknown) => listener.ask(edge(path), { method: 'POST', token, body: JSON.stringify(body) })
const get = (path: string) => listener.ask(edge(path), { token })
const remove = (path: string) => listener.ask(edge(path), { method: 'DELETE', token })

async function signInAs(email: string, password: string) {
  const answer = await listener.ask(`${world.stack.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: world.stack.keys.anon, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  if (answer.status !== 200) return null
  const { access_token, refresh_token } = z.object({ access_token: z.string(), refresh_token: z.string() }).parse(answer.json)
  vault.text('refresh token', refresh_token)
  return vault.text('access token', access_token)
}

/** Lets a link be mailed to somebody, which is in the mailbox of the machine. */
async function forgetPassword(email: string): Promise<void> {
  const headers = { apikey: world.stack.keys.anon, 'content-type': 'application/json' }
  const asked = await listener.ask(`${world.stack.url}/auth/v1/recover`, { method: 'POST', headers, body: JSON.stringify({ email }) })
  expect(asked.status).toBe(200)
  const { mail } = layoutOf(world.dataDir, 'demo')
  const text = readdirSync(mail)
    .map((name) => readFileSync(join(mail, name), 'utf8'))
    .join('\n')
  vault.text('link of a mail', /[?&]token=([^&\s]+)/.exec(text)?.[1] ?? '')
  vault.text('code of a mail', /\b\d{12}\b/.exec(text)?.[0] ?? '')
}

async function createSession(): Promise<string> {
  const { stack } = world
  const answer = await listener.ask(`${stack.url}/rest/v1/rpc/create_session`, {
    method: 'POST',
    token,
    headers: { apikey: stack.keys.anon, 'content-type': 'application/json' },
    body: JSON.stringify({ organization_id: await world.organizationId(), display_name: 'Front desk' }),
  })
  expect(answer.status).toBe(200)
  return z.object({ id: z.uuid() }).parse(answer.json).id
}
const status = async (id: string) => (await world.held(id)).row?.status ?? null
const becomes = (id: string, wanted: string | null) =>
  eventually(
    () => status(id),
    (seen) => seen === wanted,
    30,
  )
const isGone = (id: string) =>
  eventually(
    () => world.held(id),
    ({ openOrders, files }) => openOrders === 0 && files.length === 0,
    30,
  )

/** Begins a link and waits for its `number`th QR. On a slow machine they may run out before: then another one is begun. */
async function beginLink(number: number) {
  for (;;) {
    const id = await createSession()
    const watched = listener.watch(edge(`/${id}/link`), token, vault)
    const isSeen = await eventually(
      async () => watched.qrs.length >= number || (watched.isOver() ? false : null),
      (seen) => seen !== null,
      60,
    )
    if (isSeen === true) return { id, ...watched }
    await remove(`/${id}`)
    await isGone(id)
  }
}

/** Links a new session with a phone, by its `number`th QR or a later one. */
async function link(number: number): Promise<string> {
  for (;;) {
    const { id, qrs, leave, isOver } = await beginLink(number)
    const scanned = await eventually(
      () =>
        world.phone('scan', { qr: qrs.at(-1), phone: ANA }).then(
          () => true,
          () => (isOver() ? false : null),
        ),
      (done) => done !== null,
      60,
    )
    if (scanned === true) {
      await becomes(id, 'connected')
      leave()
      return id
    }
    await remove(`/${id}`)
    await isGone(id)
  }
}

/** Looks through every place for all that is secret by now. */
async function search(): Promise<{ hits: Hit[]; secrets: Secret[]; scanned: number }> {
  const devices = await fetch(`${world.stack.parts.simulator.url}/api/state`)
  const { devices: linked } = (await devices.json()) as { devices: { noisePublicKey: string }[] }
  const keys = toldSecrets(told, new Set(linked.map(({ noisePublicKey }) => noisePublicKey)), vault)
  const secrets = [...vault.secrets(), ...keys]
  const searching = createByteSearch(secrets)
  await searchPlaces(searching, { world, heard: listener.heard, printed, context })
  return { hits: searching.hits(), secrets, scanned: searching.scanned() }
}

describe('secrets, through all that a Latchkey does', () => {
  it('lets somebody sign in, and refuses who does not know the password', async () => {
    const person = `${randomUUID()}@example.org`
    const password = secret('password')
    await seedUser(world.sql, { email: person, password, cost: 4 })
    expect(await signInAs(person, password)).not.toBeNull()
    expect(await signInAs(person, secret('password'))).toBeNull()
    await forgetPassword(person)
    token = String(await signInAs(world.stack.login.email, world.stack.login.password))
    ;({ page } = await signIn(world))
    context = page.context()
    listener.listenTo(page)
    await page.reload()
    await page.getByRole('button', { name: 'Connect device' }).waitFor()
    const kept = await page.evaluate<string>("Object.values({ ...localStorage }).join('\\n')")
    for (const [, kind = '', value = ''] of kept.matchAll(/"(access|refresh)_token":"([^"]+)"/g)) vault.text(`${kind} token`, value)
  })

  it('links by QR after some have run out, and cancels another link', async () => {
    const cancelled = await beginLink(2)
    expect((await get(`/${cancelled.id}/qr`)).status).toBe(200)
    expect((await remove(`/${cancelled.id}`)).status).toBe(200)
    await isGone(cancelled.id)
    cancelled.leave()
    live = await link(2)
  })

  it('links by pairing code, which a wrong one does not', async () => {
    const { id, leave } = await beginLink(1)
    const asked = await post(`/${id}/request-pairing-code`, { phoneNumber: `+${LUIS}` })
    const code = vault.text('pairing code', z.object({ code: z.string() }).parse(asked.json).code)
    vault.text('pairing code', `${code.slice(0, 4)}-${code.slice(4)}`)
    const wrong = code.startsWith('A') ? `B${code.slice(1)}` : `A${code.slice(1)}`
    await expect(world.phone(`accounts/${LUIS}/code`, { code: wrong })).rejects.toThrow(/the simulator answers 4/)
    await world.phone(`accounts/${LUIS}/code`, { code })
    await becomes(id, 'connected')
    leave()
    expect((await post(`/${id}/clear`, {})).status).toBeLessThan(500)
    await remove(`/${id}`)
    await isGone(id)
  })

  it('lists names, sends a text, and refuses what cannot be read', async () => {
    await world.phone(`accounts/${ANA}/contacts`, { phone: LUIS, name: secret('name').slice(0, 29) })
    await world.phone(`accounts/${ANA}/groups`, { subject: secret('name').slice(0, 29), participants: [LUIS] })
    await get(`/${live}/groups`)
    await get(`/${live}/contacts`)
    expect((await post(`/${live}/messages`, { to: `+${LUIS}`, text: secret('text') })).status).toBe(200)
    const text = secret('text')
    const refusals = [
      await post(`/${live}/messages`, { to: text, text }),
      await post(`/${live}/messages`, { to: `+${LUIS}`, text: text.repeat(4000) }),
      await listener.ask(edge(`/${live}/messages`), { method: 'POST', token, body: `{"text":"${text}` }),
      await listener.ask(edge(`/${text}/status?${text}`), { token: text, headers: { 'x-client-info': text } }),
      await listener.ask(`${world.stack.parts.worker.url}/api/sessions/${live}/${text}`, { token: text }),
      await listener.ask(`${world.stack.parts.worker.url}/api/sessions/${live}/status`, { token: `${token}x` }),
      await listener.ask(`${world.stack.url}/rest/v1/whatsapp_sessions?id=eq.${text}`, { token, headers: { apikey: text } }),
    ]
    expect(refusals.map(({ status }) => status).filter((status) => status < 400)).toEqual([])
  })

  it('goes on through a refused login, WhatsApp away and texts that wait', async () => {
    const [device] = await world.devices()
    await world.phone('refusals', { reason: 503, times: 2 })
    await world.phone(`devices/${encodeURIComponent(device?.jid ?? '')}/drop`)
    await eventually(world.devices, ([one]) => one?.online === true && one.logins > (device?.logins ?? 0), 30)
    await becomes(live, 'connected')
    await world.stack.halt('simulator')
    await becomes(live, 'reconnecting')
    expect((await post(`/${live}/messages`, { to: `+${LUIS}`, text: secret('text') })).status).toBe(200)
    expect((await get(`/${live}/outbox`)).text).toContain('text-')
  })

  it('goes on through a disk that refuses, files that are damaged and a database that is away', async () => {
    const outboxes = join(world.workerData, 'whatsapp', 'outbox')
    const outbox = join(outboxes, `${live}.json`)
    writeFileSync(outbox, `"${secret('text')}" is not what a queue looks like`)
    expect((await get(`/${live}/outbox`)).status).toBeGreaterThanOrEqual(500)
    renameSync(outboxes, `${outboxes}.away`)
    writeFileSync(outboxes, '')
    expect((await post(`/${live}/messages`, { to: `+${LUIS}`, text: secret('text') })).status).toBeGreaterThanOrEqual(500)
    rmSync(outboxes)
    renameSync(`${outboxes}.away`, outboxes)
    for (const name of readdirSync(join(world.workerData, 'sessions', live))) {
      if (name === 'names.json') writeFileSync(join(world.workerData, 'sessions', live, name), `{"contacts":["${secret('name')}`)
    }
    await get(`/${live}/contacts`)
    await world.stack.halt('database')
    expect((await get(`/${live}/status`)).status).toBeGreaterThanOrEqual(500)
    expect((await post(`/${live}/messages`, { to: `+${LUIS}`, text: secret('text') })).status).toBeGreaterThanOrEqual(500)
    await signInAs(world.stack.login.email, world.stack.login.password)
    await world.stack.restart('database')
    await world.stack.restart('simulator')
    await becomes(live, 'connected')
  })

  it('resets and deletes, and links once more', async () => {
    await page.reload()
    expect((await post(`/${live}/clear`, {})).status).toBe(200)
    await isGone(live)
    live = await link(1)
  })

  it('leaves none of them where it does not belong: no log, table, file, answer, bundle, browser or process', async () => {
    secretsOfStack(world, vault)
    const { hits, secrets } = await search()
    expect(escaped(hits)).toEqual([])
    // Each kind was really there to be found, and all that have a home were found in it.
    const kinds = new Set(secrets.map(({ kind }) => kind))
    expect([...kinds].filter((kind) => !EVERY_KIND.includes(kind))).toEqual([])
    expect(EVERY_KIND.filter((kind) => !kinds.has(kind))).toEqual([])
    expect(hits.some(({ kind, place }) => kind === 'command key' && place === 'environment of edge function')).toBe(existsSync('/proc'))
  })

  it('lets nobody keep an answer that holds one', async () => {
    const { secrets } = await search()
    const searching = createByteSearch(secrets)
    for (const { place, bytes, cacheControl } of listener.heard) searching.scan(`${place}: ${cacheControl}`, bytes)
    const places = searching.hits().map(({ place }) => place)
    expect(places).toContain('answer GET /:session/link: no-store')
    expect(places.filter((place) => !place.endsWith(': no-store'))).toEqual([])
  })

  it('tells the page in its configuration where Supabase is and nothing that is secret', async () => {
    const config = await listener.ask(`${world.stack.url}/config.json`)
    const { anon } = world.stack.keys
    expect(z.strictObject(DashboardConfig.shape).parse(config.json)).toMatchObject({ supabaseKey: anon })
    expect(listener.heard.at(-1)?.cacheControl).toBe('no-store')
  })

  it('finds each of them in each place when it is there', async () => {
    const { secrets } = await search()
    const texts = secrets.map(({ kind, bytes }) => (kind.includes(' key of a ') ? bytes.toString('base64') : bytes.toString()))
    const places = { world, heard: [...listener.heard], printed: [...printed], context }
    const bundle = mkdtempSync(join(aside, 'bundle-'))
    const child = await plantEverywhere(places, bundle, texts)
    try {
      const searching = createByteSearch(secrets)
      await searchPlaces(searching, { ...places, bundle })
      const found = new Set(searching.hits().map(({ identity, kind, place }) => `${identity} ${kind} in ${place}`))
      const missed = secrets.flatMap(({ identity, kind }) =>
        PLANTED_IN.map((place) => `${identity} ${kind} in ${place}`).filter((one) => !found.has(one)),
      )
      expect(missed).toEqual([])
      expect(searching.hits().some(({ place }) => place.startsWith('disk:postgres/base/'))).toBe(true)
    } finally {
      child.kill()
      await world.sql`drop table public.planted`
    }
  })
})

const EVERY_KIND = [
  'JWT secret,master key,database password,command key,service role key,setting of the shell,password,access token,refresh token,command'.split(
    ',',
  ),
  'link of a mail,code of a mail,QR,QR reference,public key in a QR,pairing code,text,name'.split(','),
  ['noise', 'identity', 'signed pre-key', 'pairing ephemeral', 'adv secret'].flatMap((key) => [
    `${key} key of a live link`,
    `${key} key of a gone link`,
  ]),
].flat()

const PLANTED_IN = [
  ['table public.planted', 'disk:logs/planted', 'disk:worker/planted', 'bundle:planted', 'planted answer', 'console of the launcher'],
  ['localStorage', 'sessionStorage', 'storage', 'caches'].map((place) => `browser: ${place}`),
  existsSync('/proc') ? ['arguments of another process', 'environment of another process'] : [],
].flat()
