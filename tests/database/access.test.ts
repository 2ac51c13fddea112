import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

describe('the API', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(cast.db.url + path, { headers })

  it('answers nothing but auth and rest', async () => {
    const paths = [
      '/',
      '/_system/config',
      '/_system/info',
      '/_system/introspect',
      '/storage/v1/bucket',
      '/studio',
      '/rest/v10/x',
      '/functions/v1/x',
    ]
    const answers = await Promise.all(paths.map((path) => get(path, { apikey: cast.db.serviceRoleKey })))
    expect(answers.map((answer) => answer.status)).toEqual(paths.map(() => 404))
  })

  it('takes no call without a key, also from this machine', async () => {
    const rest = await get('/rest/v1/whatsapp_sessions')
    const bearerOnly = await get('/rest/v1/whatsapp_sessions', { authorization: `Bearer ${cast.owner.token}` })
    expect([rest.status, bearerOnly.status]).toEqual([401, 401])
  })

  it('opens the public schema only', async () => {
    const answer = await get('/rest/v1/users?select=id', { apikey: cast.db.serviceRoleKey, 'accept-profile': 'auth' })
    const instance = await get('/rest/v1/instance', { apikey: cast.db.serviceRoleKey, 'accept-profile': 'private' })
    expect([answer.status, instance.status]).toEqual([406, 406])
  })

  it('refuses a forged token, a wrong password and a sign-up', async () => {
    const [header = '', , signature = ''] = cast.owner.token.split('.')
    const payload = btoa(JSON.stringify({ sub: cast.owner.id, role: 'service_role', exp: 4_000_000_000 }))
    const forged = await get('/rest/v1/whatsapp_sessions', {
      apikey: cast.db.anonKey,
      authorization: `Bearer ${header}.${payload}.${signature}`,
    })
    const wrong = await cast.db.anon.auth.signInWithPassword({ email: cast.owner.email, password: 'guess' })
    const signUp = await cast.db.anon.auth.signUp({ email: 'new@acme.test', password: 'long enough a password' })
    expect(forged.status).toBe(401)
    expect([wrong.data.session, signUp.data.session]).toEqual([null, null])
    expect([wrong.error?.status, signUp.error?.status]).toEqual([400, 422])
  })
})
