import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrationsCheck } from '../../scripts/deploy-check/migrations.ts'
import { differences } from '../../scripts/deploy-check/schema-picture.ts'
import { withoutWhere } from '../../scripts/deploy-check/without-where.ts'
import { ROOT } from '../../scripts/stack/layout.ts'
import { plantedCopy } from './deploy/planted-copy.ts'

/** Bounds what hangs. */
const PUSH_MS = 300_000

/** What is found when one more migration is pushed, before the others. */
async function pushWith(sql: string): Promise<string> {
  const { folder, remove } = await plantedCopy()
  try {
    await writeFile(join(folder, 'supabase/migrations/20250101000000_planted.sql'), sql)
    const outcome = await migrationsCheck(folder).run()
    return outcome.kind === 'failed' ? outcome.findings.join('\n') : outcome.kind
  } finally {
    await remove()
  }
}

it(
  "the project's migrations are pushed by the Supabase CLI to a plain Postgres, as no superuser, and make there what our own stack makes",
  { timeout: PUSH_MS },
  async () => {
    expect(await migrationsCheck(ROOT).run()).toEqual({
      kind: 'passed',
      says: expect.stringMatching(/^Supabase CLI \d+\.\d+\.\d+ applied \d+/) as string,
    })
  },
)

it(
  'a migration that only a superuser may run is red, and is told with its file, its statement and the reason',
  { timeout: PUSH_MS },
  async () => {
    const said = await pushWith('alter table auth.users add column nickname text;')
    expect(said).toContain('20250101000000_planted.sql')
    expect(said).toContain('must be owner of table users')
    expect(said).toContain('alter table auth.users add column nickname text')
  },
)

it(
  "what holds on our own stack alone is told: a grant that a project of today does not give by itself, a change that Supabase's API refuses",
  { timeout: PUSH_MS },
  async () => {
    const said = await pushWith(`create table public.planted (id int primary key);
    create function public.forget() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$ begin delete from public.planted; end $$;`)
    expect(said.split('\n')).toEqual([
      'function public.forget() differs on the hosted side',
      'relation public.planted differs on the hosted side',
      'public.forget(): Supabase refuses this through its API for want of a "where": delete from public.planted',
    ])
  },
)

it('compares what two databases hold by name', () => {
  const hosted = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ])
  const ours = new Map([
    ['b', '2'],
    ['c', '4'],
    ['d', '5'],
  ])
  expect(differences(hosted, ours)).toEqual([
    'a is on the hosted side only',
    'c differs on the hosted side',
    'd is missing on the hosted side',
  ])
})

it.each([
  ['begin update public.a set b = 1; end', ['update public.a set b = 1']],
  ['begin if x then delete from public.a; end if; end', ['delete from public.a']],
  ['begin update public.a set b = 1 where c; end', []],
  ['begin perform from public.a for update skip locked; end', []],
  ['insert into public.a values (1) on conflict (id) do update set b = 1', []],
  ['begin\n  -- delete from public.a;\n  return; end', []],
])('sees which change of %j has no bounds', (body, found) => {
  expect(withoutWhere(body)).toEqual(found)
})
