-- No change of a row tells that a worker has died. The page that is told of changes asks how long it may believe the last heartbeats,
-- and looks again then: seconds until the first of the workers that are online counts as silent; nothing where none is online.
create function public.worker_silence_in() returns double precision
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select extract(epoch from min(w.heartbeat_at) + interval '30 seconds' - now())::double precision
  from public.whatsapp_workers w where w.id in (select private.online_worker_ids())
$$;
revoke execute on function public.worker_silence_in() from public, anon, authenticated, service_role;
grant execute on function public.worker_silence_in() to authenticated;
