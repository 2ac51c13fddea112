-- What the page shows: the table and two facts that are derived and never stored.

create type public.effective_status as enum (
  'connecting', 'connected', 'reconnecting', 'stopped', 'disconnected', 'worker_offline'
);

-- A worker that is dead says nothing, so what it said last of a session in motion is hearsay. A session that no worker has
-- taken up yet counts as orphaned only when there is no worker at all. `stopped` and `disconnected` need no worker to be true.
-- Written out, for a cast from one kind of state to the other goes by way of text, and thousands of rows are asked for it at each search.
create view public.whatsapp_session_overview with (security_invoker = true) as
select
  s.id, s.organization_id, s.display_name, s.desired, s.generation, s.link_requested_at,
  s.status, s.status_reason, s.phone_number, s.worker_id, s.linked_at, s.connected_at, s.last_active_at,
  s.created_by, s.created_at, s.updated_at,
  case
    when s.status = 'stopped' then 'stopped'::public.effective_status
    when s.status = 'disconnected' then 'disconnected'
    when case
      when s.worker_id is null then exists (select private.online_worker_ids())
      else s.worker_id in (select private.online_worker_ids())
    end then case s.status when 'connecting' then 'connecting'::public.effective_status when 'connected' then 'connected' else 'reconnecting' end
    else 'worker_offline'
  end as effective_status,
  s.id in (select private.clearing_session_ids()) as clearing
from public.whatsapp_sessions s;

revoke all on public.whatsapp_session_overview from anon, authenticated, service_role;
grant select on public.whatsapp_session_overview to authenticated, service_role;
