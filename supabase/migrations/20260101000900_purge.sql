-- Attempts that were given up go by themselves: when the page loads, once a minute from the worker, and by pg_cron where
-- that exists. The one place of the stale rule; domain/stale.ts holds a copy for the page's words.

-- Whether a worker may know more of a session than its row that was last touched at `touched`: somebody may have watched or even
-- scanned while the worker could not say so. Either it was not heard since the five minutes were over, or it was away during them
-- and has not been back for five minutes in which to say it. One that fell silent a day before the others is no worker any more.
create function private.worker_may_know_more(touched timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.whatsapp_workers w
    where w.heartbeat_at > (select max(heartbeat_at) from public.whatsapp_workers) - interval '1 day'
      and (
        w.heartbeat_at < least(touched + interval '5 minutes', now() - interval '30 seconds')
        or (w.away_since < touched + interval '5 minutes' and w.returned_at > w.heartbeat_at - interval '5 minutes')
      )
  )
$$;
revoke execute on function private.worker_may_know_more(timestamptz) from public;

-- A person takes the stale rows that they may delete; the worker and pg_cron take them all. Which of the two calls is told by the
-- role of the request (pg_cron sets none): it stays what it was inside a function that runs with its owner's rights, which holding
-- a row needs.
-- A row that somebody holds is being linked, watched, asked for or removed in this instant, so it is left alone. As this never
-- waits, it can be part of no deadlock, whatever order others take rows in.
create function public.purge_stale_sessions() returns setof uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held uuid[] := array(
    select s.id from public.whatsapp_sessions s
    where s.status = 'connecting' and s.linked_at is null
      and coalesce(s.last_active_at, s.created_at) < now() - interval '5 minutes'
      and not private.worker_may_know_more(coalesce(s.last_active_at, s.created_at))
      and (current_setting('role') in ('service_role', 'none') or s.organization_id in (select private.my_admin_org_ids()))
    for update of s skip locked
  );
begin
  perform set_config('latchkey.clear_reason', 'purge', true);
  return query delete from public.whatsapp_sessions s where s.id = any (held) returning s.id;
  perform set_config('latchkey.clear_reason', '', true);
end
$$;
revoke execute on function public.purge_stale_sessions() from public, anon, authenticated, service_role;
grant execute on function public.purge_stale_sessions() to authenticated, service_role;

do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_cron') then
    create extension if not exists pg_cron;
    perform cron.schedule('latchkey: purge stale sessions', '* * * * *', 'select public.purge_stale_sessions()');
  end if;
exception when others then
  -- The page and the worker purge as well: a project where pg_cron may not be set up loses nothing.
  raise notice 'pg_cron was not set up: %', sqlerrm;
end
$$;
