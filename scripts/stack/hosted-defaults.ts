/**
 * What a hosted Supabase project has before the first migration and the embedded stack lacks: the roles, and the default
 * privileges that give new tables and functions of `public` to everybody, and pgcrypto (for passwords). Runs at every start; the default
 * privileges are set before the first migration only, which takes them back.
 */
export const HOSTED_DEFAULTS = /* sql */ `
do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit', wanted);
    end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
end
$$;
create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;
grant usage on schema public, auth to anon, authenticated, service_role;
do $$
begin
  if to_regclass('public.organizations') is null then
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
    alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
  end if;
end
$$;
`
