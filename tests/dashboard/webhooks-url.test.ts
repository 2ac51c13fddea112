import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WEBHOOK_CHOICES } from '#domain/webhook.ts'
import { expect, it } from 'vitest'
import { callFailure, FAILURE_BY_TEXT } from '../../src/features/webhooks/call-failure.ts'
import { endpointState } from '../../src/features/webhooks/endpoint-state.ts'
import { EVENT_GROUPS } from '../../src/features/webhooks/event-groups.ts'
import { isHere, MAX_URL_LENGTH, urlProblem } from '../../src/features/webhooks/webhook-url.ts'

it.each([
  'https://hooks.acme.example',
  'https://hooks.acme.example:8443/latchkey?team=2',
  'https://hooks.acme.example/at/@me',
  ' https://hooks.acme.example/spaced ',
  'HTTPS://HOOKS.ACME.EXAMPLE/',
  'https://ñandú.example/',
  'http://127.0.0.1:4000/hook',
  'http://localhost:4000/',
  'http://[::1]:4000/',
])('takes %j', (url) => {
  expect(urlProblem(url)).toBeNull()
})

it.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['hooks.acme.example', 'not_https'],
  ['localhost:3000', 'not_https'],
  ['http://hooks.acme.example/', 'not_https'],
  ['http://10.0.0.4/', 'not_https'],
  ['http://localhost.acme.example/', 'not_https'],
  ['ftp://hooks.acme.example/', 'not_https'],
  ['javascript:alert(1)', 'not_https'],
  ['https://', 'not_an_address'],
  ['https://hooks.acme.example/a b', 'not_an_address'],
  ['https://hooks.acme.example\\@evil.example/', 'not_an_address'],
  ['https://ana@hooks.acme.example/', 'credentials'],
  ['https://ana:secret@hooks.acme.example/', 'credentials'],
  ['https://:secret@hooks.acme.example/', 'credentials'],
  ['https://hooks.acme.example/#part', 'fragment'],
  ['https://hooks.acme.example/#', 'fragment'],
  [`https://hooks.acme.example/${'a'.repeat(MAX_URL_LENGTH)}`, 'too_long'],
])('says of %j that it is %s', (url, problem) => {
  expect(urlProblem(url)).toBe(problem)
})

it('tells what leads into a private network as it is written, and nothing else', () => {
  const privateOf = (hosts: string[]) => hosts.filter((host) => urlProblem(`https://${host}/`) === 'not_public')
  const own = ['db.internal', 'nas.local', '127.9.9.9', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254']
  // Other spellings of such addresses; a browser reads them as a worker does.
  const spelt = ['[::]', '[fd00::1]', '[fe80::1]', '167772164', '0xa.4', '10.4']
  expect(privateOf([...own, ...spelt])).toEqual([...own, ...spelt])
  expect(privateOf(['hooks.acme.example', '10.example', '172.32.0.1', '11.1.2.3', 'local.example', '[2001:db8::1]'])).toEqual([])
})

it('tells the machine of the worker, which a demo may call', () => {
  expect(['127.0.0.1', 'localhost', '[::1]', '127.1'].filter((host) => !isHere(`http://${host}:4000/`))).toEqual([])
  expect(isHere('https://hooks.acme.example/127.0.0.1')).toBe(false)
})

it('offers every event that can be chosen, once', () => {
  expect(EVENT_GROUPS.flatMap(([, events]) => events).toSorted()).toEqual(WEBHOOK_CHOICES.toSorted())
})

it('calls an endpoint failing from the first call that was not taken until one is', () => {
  const last = { type: 'ping', state: 'waiting', last_attempt_at: '2026-11-22T03:00:00Z', last_status: 500 } as const
  const on = { enabled: true, disabled_reason: null, failing_since: null }
  expect(endpointState({ ...on, last: null })).toBe('new')
  expect(endpointState({ ...on, last: { ...last, state: 'delivered' } })).toBe('working')
  expect(endpointState({ ...on, last, failing_since: '2026-11-22T03:00:00Z' })).toBe('failing')
  expect(endpointState({ enabled: false, disabled_reason: 'manual', failing_since: null, last })).toBe('off')
  for (const disabled_reason of ['failing', 'gone'] as const)
    expect(endpointState({ enabled: false, disabled_reason, failing_since: null, last })).toBe('given_up')
})

it('has words for every sentence in which the worker says why no answer came', () => {
  const sources = ['post', 'target']
    .map((name) => readFileSync(join(import.meta.dirname, `../../worker/webhooks/${name}.ts`), 'utf8'))
    .join('\n')
  const sentences = [...sources.matchAll(/'([A-Z][a-z]+ [^'\n]*\.)'/g)].map(([, sentence = '']) => sentence)
  expect(sentences.length).toBeGreaterThan(5)
  expect(sentences.filter((sentence) => sentence !== 'No connection.' && !FAILURE_BY_TEXT.has(sentence))).toEqual([])
})

it('says what Node’s codes mean for who runs the server, and else only that there was no connection', () => {
  expect(callFailure('No connection: ECONNREFUSED.')).toBe('refused')
  expect(callFailure('No connection: ENOTFOUND.')).toBe('no_such_host')
  for (const text of ['No connection: EHOSTUNREACH.', 'No connection.', 'whatever comes later', 'constructor'])
    expect(callFailure(text)).toBe('no_connection')
})
