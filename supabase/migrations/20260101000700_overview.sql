-- What the page shows: the table and two facts that are derived and never stored.

create type public.effective_status as enum (
  'connecting', 'connected', 'reconnecting', 'stopped', 'disconnected', 'worker_offline'
);

-- A worker that is dead says nothing, so what it said last of a session in motion is hearsay. A session that no worker has
-- taken up yet counts as orphaned only when there is no worker at all. `stopped` and `disconnected` need no worker to be true.
create view public.whatsapp_session_overview with (security_invoker = true) as
select
  s.id, s.organization_id, s.display_name, s.desired, s.generation, s.link_requested_at,
  s.status, s.status_reason, s.phone_number, s.worker_id, s.linked_at, s.connected_at, s.last_active_at,
  s.created_by, s.created_at, s.updated_at,
  case
    when s.status in ('stopped', 'disconnected') then s.status::text
    when s.worker_id is null and exists (select private.online_worker_ids()) then s.status::text
    when s.worker_id in (select private.online_worker_ids()) then s.status::text
    else 'worker_offline'
  end::public.effective_status as effective_status,
  s.id in (select private.clearing_session_ids()) as clearing
from public.whatsapp_sessions s;

revoke all on public.whatsapp_session_overview from anon, authenticated, service_role;
grant select on public.whatsapp_session_overview to authenticated, service_role;
