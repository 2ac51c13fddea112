import { beforeAll, describe, expect, it } from 'vitest'
import { newCommandKey } from '../../scripts/stack/command-key.ts'
import { readSettings } from '../../supabase/functions/whatsapp-session/settings.ts'
import { workerAt } from '../../supabase/functions/whatsapp-session/worker-address.ts'

let commandKey: string
beforeAll(async () => {
  commandKey = JSON.stringify((await newCommandKey()).private)
})

function workersOf(settings: { WORKER_URL: string; WORKER_ID?: string }) {
  const all: Record<string, string> = {
    SUPABASE_URL: 'https://p.example',
    SUPABASE_ANON_KEY: 'k',
    COMMAND_PRIVATE_KEY: commandKey,
    ...settings,
  }
  return readSettings((name) => all[name]).workers
}

describe('the address of one worker', () => {
  it('comes with its id', () => {
    const only = { id: 'Any_id:1', url: 'https://worker.example/below' }
    expect(workersOf({ WORKER_URL: 'https://worker.example/below/', WORKER_ID: 'Any_id:1' })).toEqual({ only })
    expect(() => workersOf({ WORKER_URL: 'https://worker.example' })).toThrow('WORKER_ID: names the one worker')
  })

  it.each(['', 'worker.example', 'https://'])('is refused where it is %j', (WORKER_URL) => {
    expect(() => workersOf({ WORKER_URL, WORKER_ID: 'worker-1' })).toThrow('WORKER_URL')
  })
})

describe('the address of several workers', () => {
  it.each([
    ['https://{worker}.workers.example', 'https://worker-1.workers.example'],
    ['https://{worker}.workers.example:8443/latchkey/', 'https://worker-1.workers.example:8443/latchkey'],
    ['https://eu.{worker}.workers.example', 'https://eu.worker-1.workers.example'],
    ['https://workers.example/{worker}', 'https://workers.example/worker-1'],
    ['http://10.0.0.7:8080/latchkey/{worker}/', 'http://10.0.0.7:8080/latchkey/worker-1'],
  ])('is %s, which leads to %s', (WORKER_URL, url) => {
    const workers = workersOf({ WORKER_URL })
    expect(workers).toHaveProperty('template')
    expect('template' in workers && workerAt(workers.template, 'worker-1')).toEqual({ id: 'worker-1', url })
  })

  it.each([
    // An id could be a whole host: `localhost`, or a number.
    'http://{worker}',
    'http://{worker}:8080/',
    'https://workers.{worker}',
    'https://worker-{worker}.example',
    'https://{worker}x.example',
    'https://workers.example/x{worker}',
    'https://workers.example/?to={worker}',
    'https://workers.example/#{worker}',
    'https://{worker}@workers.example',
    'https://{worker}:x@workers.example/',
    'https://workers.example:{worker}/',
    'https://workers.example/{worker}/..',
    'https://{worker}.workers.example/{worker}',
    'https://workers.example/{worker}/{other}',
    'ftp://workers.example/{worker}',
    '{worker}://workers.example',
    '{worker}.workers.example',
    '{worker}',
  ])('is refused where it is %s', (WORKER_URL) => {
    expect(() => workersOf({ WORKER_URL })).toThrow('WORKER_URL: an address')
  })

  it('comes without an id, for the database knows them', () => {
    expect(() => workersOf({ WORKER_URL: 'https://{worker}.workers.example', WORKER_ID: 'worker-1' })).toThrow('WORKER_ID')
  })

  it.each(['a', 'worker-1', '7', 'x'.repeat(63), 'a--b'])('takes the id %s', (id) => {
    expect(workerAt('https://{worker}.workers.example', id)?.url).toBe(`https://${id}.workers.example`)
  })

  it.each([
    '',
    '.',
    '..',
    '../worker-1',
    'worker-1/..',
    'worker-1/x?',
    'worker-1#',
    'evil.example',
    'evil.example/',
    'evil.example\\',
    'x@evil.example',
    'worker-1:80',
    'worker-1%2f',
    'Worker-1',
    '-worker',
    'worker-',
    'worker 1',
    'worker-1\n',
    'wörker',
    'ｗorker',
    'w\u200Borker',
    'w'.repeat(64),
    '{worker}',
    '$&',
    "$'",
  ])('takes no id %j', (id) => {
    expect(workerAt('https://{worker}.workers.example', id)).toBeNull()
    expect(workerAt('https://workers.example/{worker}', id)).toBeNull()
  })
})
