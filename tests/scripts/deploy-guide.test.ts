import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPEN_ROUTES } from '#domain/api.ts'
import { LIST_ROUTE, workerPath } from '#domain/routes.ts'
import { machineFileChecks } from '../../scripts/deploy-check/machine-files.ts'
import { ROOT } from '../../scripts/stack/layout.ts'
import { startTestDatabase, type TestDatabase } from '../support/database.ts'

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

  it('and the firewall are judged by caddy and nft themselves, which are told where they refuse, and counted as untried where they are not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-tools-'))
    try {
      const said = async () => await Promise.all(machineFileChecks(ROOT, folder).map(({ run }) => run()))
      expect(await said()).toMatchObject([{ why: 'there is no caddy on this machine' }, { why: 'there is no nft on this machine' }])
      // Stand-ins: what counts here is what is made of their words.
      await writeFile(join(folder, 'caddy'), '#!/bin/sh\ntest -f "$5"\n', { mode: 0o755 })
      await writeFile(join(folder, 'nft'), '#!/bin/sh\necho "syntax error in $3" >&2\nexit 1\n', { mode: 0o755 })
      expect(await said()).toEqual([
        { kind: 'passed', says: 'caddy takes it' },
        { kind: 'failed', findings: [expect.stringMatching(/^nft: syntax error in .*ops\/firewall\/nftables\.conf$/) as string] },
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
