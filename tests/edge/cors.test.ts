import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../../supabase/functions/whatsapp-session/settings.ts'
import { type Edge, startEdge } from './support/edge.ts'
import { type RecordingWorker, startRecordingWorker } from './support/recording-worker.ts'

let edge: Edge
let worker: RecordingWorker
beforeAll(async () => {
  worker = await startRecordingWorker()
  edge = await startEdge({
    // Nobody is asked: what is refused here is refused before.
    supabaseUrl: 'http://127.0.0.1:1',
    anonKey: 'k',
    workerUrl: worker.url,
    commandKey: worker.commandKey,
    allowedOrigins: 'https://console.example, https://Other.example:8443/ ,http://localhost:5173,https://port.example:443',
  })
})
afterAll(async () => {
  await edge.stop()
  await worker.stop()
})

const ORIGINS: [origin: string, allowed: boolean][] = [
  ['https://console.example', true],
  ['https://other.example:8443', true],
  ['http://localhost:5173', true],
  ['https://port.example', true],
  ['http://console.example', false],
  ['https://console.example:8443', false],
  ['https://console.example:443', false],
  ['https://other.example', false],
  ['http://localhost', false],
  ['http://localhost:51730', false],
  ['https://console.example.evil', false],
  ['https://console.example.evil.example', false],
  ['https://evil.console.example', false],
  ['https://evilconsole.example', false],
  ['https://console.exampl', false],
  ['https://console-example', false],
  ['https://console.example/', false],
  ['https://console.example@evil.example', false],
  ['https://evil.example#https://console.example', false],
  ['https://CONSOLE.example', false],
  ['https://console.example, https://evil.example', false],
  ['https://console.example https://evil.example', false],
  ['null', false],
  ['file://', false],
  ['*', false],
]

describe.each(ORIGINS)('a page of %s', (origin, allowed) => {
  const wanted = allowed ? origin : null

  it('may call and read what comes, or neither', async () => {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    const preflight = await fetch(`${edge.url}/1/start`, { method: 'OPTIONS', headers: { origin, ...asked } })
    const answer = await fetch(`${edge.url}/1/status`, { headers: { origin } })
    for (const { headers } of [preflight, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe(wanted)
      // There are no cookies: nothing is to be sent along by itself.
      expect(headers.get('access-control-allow-credentials')).toBeNull()
      expect(headers.get('vary')).toBe('origin')
    }
    expect(preflight.headers.get('access-control-max-age')).toBe(allowed ? '600' : null)
    expect(preflight.headers.get('access-control-allow-methods')).toBe(allowed ? 'GET, POST, DELETE' : null)
    expect(answer.headers.get('access-control-expose-headers')).toBe(allowed ? 'retry-after, x-request-id' : null)
  })
})

describe('the list of origins', () => {
  const read = (ALLOWED_ORIGINS: string) => {
    const others = {
      SUPABASE_URL: edge.url,
      SUPABASE_ANON_KEY: 'k',
      WORKER_URL: edge.url,
      WORKER_ID: 'w',
      COMMAND_PRIVATE_KEY: worker.commandKey,
    }
    return readSettings((name) => ({ ...others, ALLOWED_ORIGINS })[name as keyof typeof others])
  }

  it('may be empty: then no page of another origin may call', () => {
    expect(read('').allowedOrigins).toEqual(new Set())
    expect(read(' , ').allowedOrigins).toEqual(new Set())
  })

  it.each([
    '*',
    'null',
    'https://*.example',
    'console.example',
    'https://console.example/path',
    'https://a@console.example',
    'file:///',
    'https://',
  ])('is refused where it holds %s', (origin) => {
    expect(() => read(`https://console.example,${origin}`)).toThrow('ALLOWED_ORIGINS: not a list of origins')
  })
})

it('answers say that they are for programs, for this moment', async () => {
  for (const path of ['/1/status', '/nothing/at/all', '/openapi.json', '']) {
    const { headers } = await fetch(edge.url + path)
    expect([path, Object.fromEntries(headers)]).toMatchObject([
      path,
      {
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      },
    ])
  }
})
