-- Attempts that were given up go by themselves: when the page loads, once a minute from the worker, and by pg_cron where
-- that exists. The one place of the stale rule; domain/stale.ts holds a copy for the page's words.

-- Runs with the caller's rights: the delete policy decides which stale rows a person may take; the worker takes them all.
-- The rule is part of the delete itself: a row that is linked, watched or asked for meanwhile is looked at again and stays.
create function public.purge_stale_sessions() returns setof uuid
language plpgsql security invoker set search_path = ''
as $$
begin
  perform set_config('latchkey.clear_reason', 'purge', true);
  return query
    delete from public.whatsapp_sessions s
    where s.status = 'connecting' and s.linked_at is null
      and coalesce(s.last_active_at, s.created_at) < now() - interval '5 minutes'
    returning s.id;
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
