import { AuthApiError, AuthRetryableFetchError } from '@supabase/auth-js'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { asFailure, authFailure, databaseFailure, functionFailure } from '../../src/lib/failure.ts'
import { askWorker, createSupabase } from '../../src/lib/supabase.ts'
import { refusal } from './support/fake-server.ts'

it('takes the code that our SQL raised', () => {
  expect(databaseFailure({ message: 'not_linked', code: 'PT409' }, 409).code).toBe('not_linked')
})

it('translates what Postgres and PostgREST say', () => {
  expect(databaseFailure({ message: 'permission denied', code: '42501' }, 403).code).toBe('forbidden')
  expect(databaseFailure({ message: 'JWT expired', code: 'PGRST303' }, 401).code).toBe('unauthorized')
  expect(databaseFailure({ message: 'invalid uuid', code: '22P02' }, 400).code).toBe('invalid_input')
  expect(databaseFailure({ message: 'boom', code: 'SUP' }, 500).code).toBe('internal')
  expect(databaseFailure({ message: 'bad gateway' }, 503).code).toBe('database_unavailable')
  expect(databaseFailure({ message: 'TypeError: fetch failed' }, 0).code).toBe('unreachable')
})

it('reads the error body of the edge function', async () => {
  const failure = await functionFailure(refusal('worker_offline', { queued: true }))
  expect(failure).toMatchObject({ code: 'worker_offline', queued: true })
})

it('survives an error without a body of ours, and a function that is not there', async () => {
  expect((await functionFailure(new Response('<html>', { status: 502 }))).code).toBe('database_unavailable')
  const nobody = createSupabase({ supabaseUrl: 'http://127.0.0.1:9', supabaseKey: 'key', realtime: false }, () =>
    Promise.reject(new TypeError('x')),
  )
  await expect(nobody.callFunction('x')).rejects.toMatchObject({ code: 'unreachable' })
})

it('tells a wrong password from a server that does not answer', () => {
  expect(authFailure(new AuthApiError('Invalid login credentials', 400, 'invalid_credentials')).code).toBe('wrong_credentials')
  expect(authFailure(new AuthApiError('Email not confirmed', 400, 'email_not_confirmed')).code).toBe('email_not_confirmed')
  expect(authFailure(new AuthApiError('slow down', 429, 'over_request_rate_limit')).code).toBe('rate_limited')
  expect(authFailure(new AuthRetryableFetchError('fetch failed', 0)).code).toBe('unreachable')
})

it('makes a failure of anything', () => {
  expect(asFailure(new TypeError('x'))).toMatchObject({ code: 'unexpected_answer', message: 'x' })
})

const REFERENCE = '3f0c7a52-8f5e-4a86-9f3c-5d0f7a3b2e64'
const named = (response: Response, id: string): Response => {
  response.headers.set('x-request-id', id)
  return response
}

it('names the call in the logs where those tell more than people were told, and nowhere else', async () => {
  expect((await functionFailure(named(refusal('worker_offline'), REFERENCE))).reference).toBe(REFERENCE)
  expect((await functionFailure(named(refusal('clock_skew'), REFERENCE))).reference).toBe(REFERENCE)
  expect((await functionFailure(named(refusal('not_linked'), REFERENCE))).reference).toBeNull()
  expect((await functionFailure(named(new Response('<html>', { status: 502 }), REFERENCE))).reference).toBe(REFERENCE)
})

it('takes nothing for a reference but what looks like one', async () => {
  expect((await functionFailure(named(refusal('internal'), 'javascript:alert(1)'))).reference).toBeNull()
  expect((await functionFailure(refusal('internal'))).reference).toBeNull()
})

it('gives each call of the function a name of its own, and none to what is asked of the database', async () => {
  const sent: { path: string; id: string | null }[] = []
  const client = createSupabase({ supabaseUrl: 'http://127.0.0.1:9', supabaseKey: 'key', realtime: false }, (input, init) => {
    sent.push({ path: new URL(input instanceof Request ? input.url : input).pathname, id: new Headers(init?.headers).get('x-request-id') })
    return Promise.resolve(named(Response.json({ unexpected: true }), REFERENCE))
  })
  await expect(askWorker(client, 'a/status', { method: 'GET' }, z.array(z.string()))).rejects.toMatchObject({
    code: 'unexpected_answer',
    reference: REFERENCE,
  })
  await client.callFunction('b/status')
  await client.from('whatsapp_sessions').select('id')
  const [first, second, database] = sent
  expect(first?.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(second?.id).not.toBe(first?.id)
  expect(database).toEqual({ path: '/rest/v1/whatsapp_sessions', id: null })
})
