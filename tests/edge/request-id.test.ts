import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layoutOf } from '../../scripts/stack/layout.ts'
import { type Stack, startStack } from '../../scripts/stack/stack.ts'
import { eventually } from '../worker/support/eventually.ts'

/** A line of a log that has the id of a call. */
type Line = Record<string, unknown> & { request: string }

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

let folder: string
let stack: Stack
let person: SupabaseClient
let token: string
let id: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-request-'))
  await chmod(folder, 0o711)
  stack = await startStack({ port: 0, dataDir: folder, parts: ['edge', 'worker', 'simulator'] })
  person = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data: signedIn, error } = await person.auth.signInWithPassword(stack.login)
  if (error) throw error
  token = signedIn.session.access_token
  const { data: organizations } = await person.from('organizations').select('id').throwOnError()
  const { data } = await person.rpc('create_session', { organization_id: organizations?.[0]?.id }).throwOnError()
  ;({ id } = data as { id: string })
})
afterAll(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

const textOf = (part: 'edge' | 'worker'): Promise<string> => readFile(join(layoutOf(folder, 'demo').logs, `${part}.log`), 'utf8')

/** The lines of a part's log about the call `request`, once there are any. */
const linesOf = (part: 'edge' | 'worker', request: string): Promise<Line[]> =>
  eventually(async () => {
    const lines = (await textOf(part)).split('\n').filter((line) => line.includes(request))
    expect(lines.length).toBeGreaterThan(0)
    return lines.map((line) => JSON.parse(line) as Line)
  })

/** Calls the function through the one origin, as the page does. `request`: what the page calls the call. */
function ask(request: string, path = `${id}/status`, bearer = token): Promise<Response> {
  return fetch(`${stack.url}/functions/v1/whatsapp-session/${path}`, {
    headers: { 'x-request-id': request, ...(bearer && { authorization: `Bearer ${bearer}` }) },
  })
}

describe('one call', () => {
  it('bears one name from the origin through the function to the worker’s log, and its answer does, too', async () => {
    const request = randomUUID()
    const answer = await ask(request)
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, request])
    const told = { level: 30, request, route: 'status', session: id, result: 'ok', status: 200 }
    expect(await linesOf('edge', request)).toEqual([expect.objectContaining({ ...told, part: 'edge', ms: expect.any(Number) })])
    const organization = expect.stringMatching(UUID)
    expect(await linesOf('worker', request)).toEqual([expect.objectContaining({ ...told, organization, ms: expect.any(Number) })])
  })

  it('bears it in small letters, and also where it was refused', async () => {
    const request = randomUUID()
    const answer = await ask(request.toUpperCase(), undefined, '')
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([401, request])
    expect(await linesOf('edge', request)).toMatchObject([{ route: 'status', session: id, result: 'unauthorized', status: 401 }])
  })

  it('gets a new name where what was sent is none, and nothing of that is logged', async () => {
    for (const evil of ['forged', '"}{"level":60,"msg":"forged"', `${randomUUID()}, forged`, 'forged'.repeat(1000)]) {
      const request = (await ask(evil)).headers.get('x-request-id') ?? ''
      expect(request).toMatch(UUID)
      await linesOf('edge', request)
      await linesOf('worker', request)
    }
    for (const part of ['edge', 'worker'] as const) expect(await textOf(part)).not.toContain('forged')
  })

  it('that names its session by a phone number leaves no number in either log', async () => {
    const request = randomUUID()
    expect((await ask(request, '51987650099/status')).status).toBe(404)
    expect(await linesOf('edge', request)).toMatchObject([{ route: 'status', session: null, result: 'not_found' }])
    for (const part of ['edge', 'worker'] as const) expect(await textOf(part)).not.toContain('51987650099')
  })

  it('is in the function’s log alone where the worker is away, by the name that the page is told', async () => {
    await stack.halt('worker')
    const request = randomUUID()
    expect((await ask(request)).headers.get('x-request-id')).toBe(request)
    expect(await linesOf('edge', request)).toMatchObject([{ result: 'worker_offline', status: 503 }])
    expect(await textOf('worker')).not.toContain(request)
  })
})
