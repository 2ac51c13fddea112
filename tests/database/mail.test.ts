import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMailbox } from '../../scripts/stack/mailbox.ts'
import { startSupabaseApi } from '../../scripts/stack/supabase-api.ts'
import { startWithCast, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(() => void cast.db.mails.splice(0))

const guest = () => createClient(cast.db.url, cast.db.anonKey, { auth: { persistSession: false, autoRefreshToken: false } })
const ask = (path: string, body: unknown) =>
  fetch(`${cast.db.url}/auth/v1/${path}`, {
    method: 'POST',
    headers: { apikey: cast.db.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const someone = (name: string) => `${name}-${crypto.randomUUID()}@acme.test`
const isKnown = async (email: string) => (await cast.db.sql`select from auth.users where email = ${email}`).length === 1
const invite = (email: string) =>
  cast.owner.client.rpc('invite_member', { organization_id: cast.acme, email, role: 'agent' }).throwOnError()

/** The link of the only mail. */
function linkSent(): URL {
  expect(cast.db.mails).toHaveLength(1)
  return new URL(/http:\S+\/auth\/v1\/verify\S+/.exec(cast.db.mails[0]?.text ?? '')?.[0] ?? '')
}
/** Follows a link as a browser does, to where it ends. */
async function follow(link: URL): Promise<URL> {
  const answer = await fetch(`${cast.db.url}${link.pathname}${link.search}`, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

describe('a forgotten password', () => {
  it('is replaced by who follows the link in the mail, once', async () => {
    const person = await cast.db.person(someone('ana'))
    await guest().auth.resetPasswordForEmail(person.email, { redirectTo: 'http://localhost:5180/new-password' })
    expect(cast.db.mails[0]).toMatchObject({ to: person.email, subject: 'Reset Your Password' })
    const arrived = await follow(linkSent())
    expect(arrived.origin + arrived.pathname).toBe('http://localhost:5180/new-password')
    const session = new URLSearchParams(arrived.hash.slice(1))
    expect(session.get('type')).toBe('recovery')

    const [access_token, refresh_token] = [session.get('access_token') ?? '', session.get('refresh_token') ?? '']
    const client = guest()
    await client.auth.setSession({ access_token, refresh_token })
    expect((await client.auth.updateUser({ password: 'a better horse battery staple' })).error).toBeNull()
    expect((await cast.db.signIn(person.email, 'a better horse battery staple')).id).toBe(person.id)
    await expect(cast.db.signIn(person.email)).rejects.toThrow('Invalid login credentials')
    expect((await follow(linkSent())).hash).toContain('error_code=otp_expired')
  })

  it('is asked for in the same words for who has no account, whom nothing is sent', async () => {
    const answers = [await ask('recover', { email: cast.agent.email }), await ask('recover', { email: someone('nobody') })]
    const told = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))
    expect(told[0]).toEqual(told[1])
    expect(cast.db.mails.map(({ to }) => to)).toEqual([cast.agent.email])
  })

  it.each([
    'https://evil.example/',
    'http://127.0.0.1:6666/',
    'http://localhost:5180@evil.example/',
    'http://evil.example:5180/',
    'javascript:alert(1)',
    'not an address',
  ])('leads nowhere but to our own page, though %s was asked for', async (redirectTo) => {
    await guest().auth.resetPasswordForEmail(cast.agent.email, { redirectTo })
    expect(linkSent().searchParams.get('redirect_to')).toBe('http://127.0.0.1:5180')
    expect((await follow(linkSent())).origin).toBe('http://127.0.0.1:5180')
  })

  it('cannot be guessed: what the mail holds beside the link is as long as a million millions', async () => {
    await ask('recover', { email: cast.agent.email })
    expect(cast.db.mails[0]?.text).toMatch(/\b\d{12}\b/)
  })
})

describe('an account', () => {
  it('is made by mail for who is invited, and lets them join', async () => {
    const email = someone('new')
    await invite(email)
    expect((await ask('otp', { email: email.toUpperCase() })).status).toBe(200)
    const session = new URLSearchParams((await follow(linkSent())).hash.slice(1))
    const client = guest()
    await client.auth.setSession({ access_token: session.get('access_token') ?? '', refresh_token: session.get('refresh_token') ?? '' })
    const { data } = await client.rpc('my_invitations')
    expect(data).toMatchObject([{ organization_name: 'Acme', role: 'agent', invited_by_email: cast.owner.email }])
    expect((await client.rpc('accept_invitation', { id: data?.[0]?.id ?? '' })).data).toBe(cast.acme)
  })

  it.each([
    ['/otp', (email: string) => ask('otp', { email })],
    ['/otp that insists', (email: string) => ask('otp', { email, create_user: true, options: { shouldCreateUser: true } })],
    ['/otp that does not', (email: string) => ask('otp', { email, create_user: false })],
    ['/otp written otherwise', (email: string) => ask('%6ftp', { email })],
    ['/otp after a detour', (email: string) => ask('recover/../otp', { email })],
    ['/otp with two slashes', (email: string) => ask('/otp', { email })],
    ['/magiclink', (email: string) => ask('magiclink', { email })],
    ['/signup', (email: string) => ask('signup', { email, password: 'a long enough password' })],
    ['/recover', (email: string) => ask('recover', { email })],
  ])('is made for no stranger by %s, which answers as for who has one', async (_, knock) => {
    const stranger = someone('stranger')
    const [first, second] = [await knock(stranger), await knock(cast.agent.email)]
    expect(await isKnown(stranger)).toBe(false)
    expect([first.status, await first.text()]).toEqual([second.status, await second.text()])
    expect(cast.db.mails.filter(({ to }) => to === stranger)).toEqual([])
  })

  it('is made for nobody whose invitation has run out or was taken back', async () => {
    const [late, unwanted] = [someone('late'), someone('unwanted')]
    await invite(late)
    await cast.db.sql`update public.organization_invitations set expires_at = now() where email = ${late}`
    const { data: id } = await invite(unwanted)
    await cast.owner.client.rpc('revoke_invitation', { id: id ?? '' })
    for (const email of [late, unwanted]) {
      await ask('otp', { email })
      expect(await isKnown(email)).toBe(false)
    }
  })

  it('is made for nobody who did not ask for one, though they are invited', async () => {
    const email = someone('cautious')
    await invite(email)
    const answers = [await ask('otp', { email, create_user: false }), await ask('otp', { email: someone('nobody'), create_user: false })]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect([await isKnown(email), cast.db.mails]).toEqual([false, []])
  })

  it.each([{}, { email: 7 }, { email: ['a@b.c'] }, { phone: '51987654321' }, null])('is not asked for by %j', async (body) => {
    expect((await ask('otp', body)).status).toBe(400)
  })

  it('is made for nobody where no mail could tell them of it', async () => {
    const api = await startSupabaseApi({ databaseUrl: cast.db.databaseUrl, jwtSecret: cast.db.jwtSecret })
    const email = someone('unreachable')
    await invite(email)
    const body = JSON.stringify({ email })
    const headers = { apikey: api.anonKey, 'content-type': 'application/json' }
    const answer = await api.fetch(new Request('http://127.0.0.1/auth/v1/otp', { method: 'POST', headers, body }))
    await api.stop()
    expect([answer.status, await isKnown(email)]).toEqual([200, false])
  })
})

describe('a new e-mail', () => {
  it('is somebody’s once they have read what was sent there, and not before', async () => {
    const person = await cast.db.person(someone('old'))
    const wanted = someone('wanted')
    await invite(wanted)
    await person.client.auth.updateUser({ email: wanted })
    expect(cast.db.mails.map(({ to }) => to)).toEqual([wanted])
    expect((await person.client.rpc('my_invitations')).data).toEqual([])
    await follow(linkSent())
    expect((await person.client.rpc('my_invitations')).data).toMatchObject([{ organization_id: cast.acme }])
  })
})

describe('the mailbox of a machine without a mail server', () => {
  let home: string
  beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'latchkey-mail-'))))

  it('keeps each mail in a file for its owner alone, and says where without saying what', async () => {
    const said: string[] = []
    const folder = join(home, 'mail')
    await createMailbox(folder, (line) => said.push(line)).send({ to: 'ana@acme.test', subject: 'Reset', text: 'http://secret' })
    const [name = ''] = readdirSync(folder)
    expect(readFileSync(join(folder, name), 'utf8')).toBe('To: ana@acme.test\nSubject: Reset\n\nhttp://secret\n')
    expect(statSync(join(folder, name)).mode & 0o077).toBe(process.platform === 'win32' ? 0o066 : 0)
    expect(said).toEqual([`Mail to ana@acme.test: Reset. It is in ${join(folder, name)}`])
    rmSync(home, { recursive: true })
  })

  it('keeps the last fifty', async () => {
    const mailbox = createMailbox(home, () => {})
    for (let nth = 1; nth <= 52; nth++) await mailbox.send({ to: 'ana@acme.test', subject: `Mail ${nth}` })
    const subjects = readdirSync(home).map((name) => /Mail \d+/.exec(readFileSync(join(home, name), 'utf8'))?.[0])
    expect(subjects).toHaveLength(50)
    expect(subjects).toContain('Mail 52')
    expect(subjects).not.toContain('Mail 1')
    rmSync(home, { recursive: true })
    expect(existsSync(home)).toBe(false)
  })
})
