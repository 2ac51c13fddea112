/** What each lint must find: made by the SQL, in a database with nothing else wrong; `found` is a part of what Splinter then says. */
export type Violation = { lint: string; level: 'ERROR' | 'WARN'; found: string; sql: string }

const guarded = (name: string, policy: string) => `
  create table public.${name} (id int primary key, owner uuid);
  alter table public.${name} enable row level security;
  ${policy}`

/** One violation for each lint at ERROR or WARN that the pinned Splinter knows. */
export const VIOLATIONS: readonly Violation[] = [
  {
    lint: 'auth_users_exposed',
    level: 'ERROR',
    found: 'leaked_users',
    sql: `create view public.leaked_users as select * from auth.users; grant select on public.leaked_users to anon`,
  },
  {
    lint: 'auth_rls_initplan',
    level: 'WARN',
    found: 'asked_per_row',
    sql: guarded('asked_per_row', `create policy "own" on public.asked_per_row for select to authenticated using (owner = auth.uid());`),
  },
  {
    lint: 'multiple_permissive_policies',
    level: 'WARN',
    found: 'two_policies',
    sql: guarded(
      'two_policies',
      `create policy "one" on public.two_policies for select to authenticated using (id = 1);
       create policy "two" on public.two_policies for select to authenticated using (id = 2);`,
    ),
  },
  {
    lint: 'policy_exists_rls_disabled',
    level: 'ERROR',
    found: 'forgot_to_enable',
    sql: `create table public.forgot_to_enable (id int primary key);
      create policy "one" on public.forgot_to_enable for select to authenticated using (id = 1)`,
  },
  {
    lint: 'duplicate_index',
    level: 'WARN',
    found: 'indexed_twice',
    sql: guarded(
      'indexed_twice',
      `create index the_first on public.indexed_twice (owner); create index the_second on public.indexed_twice (owner);`,
    ),
  },
  {
    lint: 'security_definer_view',
    level: 'ERROR',
    found: 'owners_view',
    sql: `create view public.owners_view as select id from public.organizations; grant select on public.owners_view to authenticated`,
  },
  {
    lint: 'function_search_path_mutable',
    level: 'WARN',
    found: 'no_path',
    sql: `create function public.no_path() returns int language sql as 'select 1'`,
  },
  {
    lint: 'rls_disabled_in_public',
    level: 'ERROR',
    found: 'open_table',
    sql: `create table public.open_table (id int primary key); grant select on public.open_table to anon`,
  },
  { lint: 'extension_in_public', level: 'WARN', found: 'fuzzystrmatch', sql: `create extension fuzzystrmatch with schema public` },
  {
    lint: 'rls_references_user_metadata',
    level: 'ERROR',
    found: 'believes_users',
    sql: guarded(
      'believes_users',
      `create policy "by metadata" on public.believes_users for select to authenticated
         using ((select auth.jwt()) -> 'user_metadata' ->> 'role' = 'owner');`,
    ),
  },
  {
    lint: 'materialized_view_in_api',
    level: 'WARN',
    found: 'kept_copy',
    sql: `create materialized view public.kept_copy as select id from public.organizations; grant select on public.kept_copy to anon`,
  },
  {
    lint: 'foreign_table_in_api',
    level: 'WARN',
    found: 'far_away',
    sql: `create foreign data wrapper nowhere; create server far foreign data wrapper nowhere;
      create foreign table public.far_away (id int) server far; grant select on public.far_away to anon`,
  },
  {
    lint: 'unsupported_reg_types',
    level: 'WARN',
    found: 'with_reg_type',
    sql: guarded('with_reg_type', 'alter table public.with_reg_type add column f regproc;'),
  },
  {
    lint: 'insecure_queue_exposed_in_api',
    level: 'ERROR',
    found: 'q_letters',
    sql: `create schema pgmq; create table pgmq.q_letters (id int primary key); grant select on pgmq.q_letters to anon`,
  },
  {
    lint: 'fkey_to_auth_unique',
    level: 'ERROR',
    found: 'by_phone',
    sql: `create unique index on auth.users (phone);
      create table public.by_phone (phone text primary key references auth.users (phone));
      alter table public.by_phone enable row level security`,
  },
  {
    lint: 'extension_versions_outdated',
    level: 'WARN',
    found: 'pg_trgm',
    sql: `create extension pg_trgm with schema extensions version '1.3'`,
  },
  {
    lint: 'sensitive_columns_exposed',
    level: 'ERROR',
    found: 'with_password',
    sql: `create table public.with_password (id int primary key, password text); grant select on public.with_password to anon`,
  },
  {
    lint: 'rls_policy_always_true',
    level: 'WARN',
    found: 'always_open',
    sql: guarded('always_open', `create policy "anybody" on public.always_open for update to authenticated using (true);`),
  },
]
