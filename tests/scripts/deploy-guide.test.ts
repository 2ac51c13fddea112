import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPEN_ROUTES } from '#domain/api.ts'
import { LIST_ROUTE, workerPath } from '#domain/routes.ts'
import { ROOT } from '../../scripts/stack/layout.ts'
import { startTestDatabase, type TestDatabase } from '../support/database.ts'

const run = promisify(execFile)
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const START_MS = 60_000

describe('the first owner, as the page founds one', () => {
  let db: TestDatabase
  const [, found = ''] = /```sql covered\n(with owner as \([\s\S]*?)```/.exec(read('docs/how-to/deploy-to-production.md')) ?? []
  beforeAll(async () => {
    db = await startTestDatabase()
  }, START_MS)
  afterAll(() => db.stop())

  it('is nobody, and nothing is made, where there is no such account', async () => {
    expect(await db.sql.unsafe(found)).toEqual([])
    expect(await db.sql`select from public.organizations`).toHaveLength(0)
  })

  it('owns an organisation of their own, which they see on the page and nobody else does', async () => {
    const [you, other] = [await db.person('you@example.com'), await db.person('other@example.com')]
    const [made] = await db.sql.unsafe<{ organization_id: string }[]>(found)
    const { data } = await you.client.from('organizations').select('id, name')
    expect(data).toEqual([{ id: made?.organization_id, name: 'Your company' }])
    expect((await other.client.from('organizations').select('id')).data).toEqual([])
    expect(await db.sql`select role from public.organization_members`).toEqual([{ role: 'owner' }])
  })
})

describe('the proxy before the worker', () => {
  const caddyfile = read('ops/caddy/Caddyfile')
  const passed = (/@worker path (.+)/.exec(caddyfile)?.[1] ?? '').split(' ')
  const passes = (path: string) =>
    passed.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern))

  it('passes what the edge function calls and what an operator asks, and keeps the metrics on the machine', () => {
    const open = [LIST_ROUTE.path, workerPath('00000000-0000-4000-8000-000000000000', 'start'), OPEN_ROUTES.health, OPEN_ROUTES.ready]
    expect(open.filter((path) => !passes(path))).toEqual([])
    expect([OPEN_ROUTES.metrics, OPEN_ROUTES.openapi, '/doctor', '/'].filter(passes)).toEqual([])
  })

  it.each([
    ['caddy', ['validate', '--adapter', 'caddyfile', '--config', join(ROOT, 'ops/caddy/Caddyfile')], 'ops/caddy/Caddyfile'],
    ['nft', ['--check', '--file', join(ROOT, 'ops/firewall/nftables.conf')], 'ops/firewall/nftables.conf'],
  ])('is read by %s itself where one is at hand, and its braces close where none is', async (command, args, path) => {
    const failed = await run(command, args, { env: { PATH: process.env['PATH'], HOME: '/nonexistent' } }).catch((error: unknown) => error)
    const { code, stderr } = failed as { code?: unknown; stderr?: string }
    // Not there, or without the rights that it asks of who only checks.
    if (code === 'ENOENT' || /not permitted/i.test(stderr ?? '')) {
      const text = read(path).replaceAll(/#.*$/gm, '')
      expect(text.split('{').length).toBe(text.split('}').length)
    } else expect(failed).toMatchObject({ stderr: expect.any(String) as string, stdout: expect.any(String) as string })
  })
})
