import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lonePageHeaders, PLAIN_PAGE_HEADERS, securityHeaders } from '../../scripts/stack/security-headers.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const policyOf = (headers: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(
    (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )

describe('the headers of the dashboard', () => {
  it.each([
    [undefined, false, ["'self'"]],
    ['https://abc.supabase.co', false, ["'self'", 'https://abc.supabase.co']],
    ['https://abc.supabase.co', true, ["'self'", 'https://abc.supabase.co', 'wss://abc.supabase.co']],
    ['https://abc.supabase.co/rest/v1?x=1', true, ["'self'", 'https://abc.supabase.co', 'wss://abc.supabase.co']],
    ['http://127.0.0.1:54321', true, ["'self'", 'http://127.0.0.1:54321', 'ws://127.0.0.1:54321']],
  ])('let it talk to its own origin and, where it is configured, to %s', (supabaseUrl, realtime, sources) => {
    expect(policyOf(securityHeaders({ ...(supabaseUrl && { supabaseUrl }), realtime }))['connect-src']).toEqual(sources)
  })

  it.each(['', 'abc.supabase.co', "javascript:'unsafe-inline'", 'ftp://abc', '*'])('are not made for %s', (supabaseUrl) => {
    expect(() => securityHeaders({ supabaseUrl })).toThrow(TypeError)
  })

  it.each([
    ['dashboard', securityHeaders()],
    ['dashboard of a project', securityHeaders({ supabaseUrl: 'https://abc.supabase.co', https: true })],
    ['page of the API', PLAIN_PAGE_HEADERS],
    ['starting page', lonePageHeaders('body {}')],
  ])('of the %s allow nothing inline, nothing evaluated, no wildcard, no frame around it', (_page, headers) => {
    const policy = policyOf(headers)
    expect(Object.values(policy).flat().join(' ')).not.toMatch(/unsafe|\*|data:|blob:|https:( |$)/)
    expect(policy['default-src']?.length).toBe(1)
    expect(policy).toMatchObject({ 'base-uri': ["'none'"], 'frame-ancestors': ["'none'"] })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it('promise TLS for good only where it is there', () => {
    expect(securityHeaders()).not.toHaveProperty('strict-transport-security')
    expect(securityHeaders({ https: true })['strict-transport-security']).toMatch(/^max-age=\d{8}; includeSubDomains$/)
  })

  it('allow the one style of a lone page by what it is', () => {
    const style = 'body { margin: 0 }'
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policyOf(lonePageHeaders(style))['style-src']).toEqual([`'sha256-${hash}'`])
  })
})

describe('npm run headers', () => {
  const SUPABASE = 'https://abc.supabase.co'
  const headers = (...args: string[]) => run(process.execPath, [join(ROOT, 'scripts/headers.ts'), ...args])
  const wanted = Object.entries(securityHeaders({ supabaseUrl: SUPABASE, https: true }))

  it.each([
    ['nginx', (name: string, value: string) => `add_header ${name} "${value}" always;`],
    ['caddy', (name: string, value: string) => `  ${name} "${value}"`],
    ['netlify', (name: string, value: string) => `  ${name}: ${value}`],
  ])('says all of them in the words of %s', async (format, line) => {
    const { stdout } = await headers('--supabase', SUPABASE, '--format', format)
    for (const [name, value] of wanted) expect(stdout.split('\n')).toContain(line(name, value))
  })

  it('says them as JSON', async () => {
    expect(JSON.parse((await headers('--supabase', SUPABASE, '--format', 'json')).stdout)).toEqual(Object.fromEntries(wanted))
  })

  it('lets the page listen to Realtime where it is told to, and only there', async () => {
    const socket = 'wss://abc.supabase.co'
    expect((await headers('--supabase', SUPABASE, '--realtime')).stdout).toContain(socket)
    expect((await headers('--supabase', SUPABASE)).stdout).not.toContain(socket)
  })

  it.each([[[]], [['--supabase', 'http://abc.supabase.co']], [['--supabase', SUPABASE, '--format', 'apache']], [['--else']]])(
    'says how it is used when asked with %j',
    async (args) => {
      await expect(headers(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm run headers -- --supabase') })
    },
  )
})
