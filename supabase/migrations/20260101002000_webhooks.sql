-- Who else hears what happens: addresses of an organisation that are told by signed requests (Standard Webhooks). What is to be told is
-- written in the transaction in which it happens; the workers deliver it.

-- The words of domain/webhook.ts. `ping` is what people send as a test.
create type public.webhook_event as enum (
  'session.connected', 'session.disconnected', 'session.stopped', 'session.cleared', 'session.link_expired',
  'message.sent', 'message.failed', 'ping'
);
create type public.delivery_state as enum ('waiting', 'delivered', 'dead');

create table public.webhook_endpoints (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  url text not null,
  description text not null default '' check (char_length(description) <= 200),
  -- Empty: all.
  events public.webhook_event[] not null default '{}' check (not 'ping' = any (events)),
  enabled boolean not null default true,
  -- `failing`: nothing was taken for five days. `gone`: it answered that it is gone (410).
  disabled_reason text check (disabled_reason in ('manual', 'failing', 'gone')),
  -- The first failure after the last success.
  failing_since timestamptz,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  -- When people changed it last.
  updated_at timestamptz not null default now(),
  secret_rotated_at timestamptz not null default now(),
  constraint disabled_for_a_reason check (enabled = (disabled_reason is null))
);
create index webhook_endpoints_of_an_organization on public.webhook_endpoints (organization_id, created_at, id);
create index webhook_endpoints_by_a_person on public.webhook_endpoints (created_by);

-- Secrets sign, so they are kept as they are. People are told one once, when it is made; later only the workers read it.
create table private.webhook_secrets (
  endpoint_id uuid not null references public.webhook_endpoints (id) on delete cascade,
  secret text not null,
  created_at timestamptz not null default now(),
  -- Empty: the newest one.
  expires_at timestamptz,
  primary key (endpoint_id, secret)
);

-- One event on its way to one endpoint. The id is the `webhook-id`: every try and every redelivery bears it.
create table public.webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  endpoint_id uuid not null references public.webhook_endpoints (id) on delete cascade,
  organization_id uuid not null,
  type public.webhook_event not null,
  session_id uuid,
  payload jsonb not null,
  state public.delivery_state not null default 'waiting',
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_attempt_at timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  -- Names the try that is under way. It ends with `next_attempt_at`: what a killed worker held is due again then.
  claim uuid
);
create index webhook_deliveries_waiting on public.webhook_deliveries (endpoint_id, next_attempt_at) where state = 'waiting';
create index webhook_deliveries_of_an_endpoint on public.webhook_deliveries (endpoint_id, created_at desc, id desc);
create index webhook_deliveries_by_age on public.webhook_deliveries (created_at);

revoke all on public.webhook_endpoints, public.webhook_deliveries from anon, authenticated, service_role;
grant select on public.webhook_endpoints, public.webhook_deliveries to authenticated;
alter table public.webhook_endpoints enable row level security;
alter table public.webhook_deliveries enable row level security;
create policy "admins see the webhooks of their organisations" on public.webhook_endpoints
  for select to authenticated using (organization_id in (select private.my_admin_org_ids()));
create policy "admins see what was delivered" on public.webhook_deliveries
  for select to authenticated using (organization_id in (select private.my_admin_org_ids()));

-- `webhook_deliveries`: of one endpoint; older ones go. `webhook_tests`: of one endpoint within a minute. `webhook_secrets`: that sign for
-- one endpoint at the same time.
insert into private.bounds (what, at_most) values
  ('webhooks', 10), ('webhook_deliveries', 10000), ('webhook_tests', 10), ('webhook_secrets', 5);

-- A secret as Standard Webhooks writes it. The ids come from the system's source of chance.
create function private.new_webhook_secret() returns text
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select 'whsec_' || encode(
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;

-- Refuses what can be seen to be no address for a webhook. Where it leads to is judged by the worker, each time it connects. http is for
-- a receiver on the same machine, which a worker reaches only where its operator allows that.
create function private.refuse_webhook(url text, description text, events public.webhook_event[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if refuse_webhook.url is null or char_length(refuse_webhook.url) > 2000 or refuse_webhook.url ~ '[[:cntrl:][:space:]\\#]'
    or refuse_webhook.url !~* '^(https://[^/?@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?)([/?]|$)' then
    perform private.fail(400, 'invalid_input', 'url: it must be an https address without a user name, a password or a fragment.');
  end if;
  if char_length(refuse_webhook.description) > 200 then
    perform private.fail(400, 'invalid_input', 'description: it has at most 200 characters.');
  end if;
  if 'ping' = any (refuse_webhook.events) then
    perform private.fail(400, 'invalid_input', 'events: a test is sent to every webhook.');
  end if;
end
$$;

-- Each event once, in the order of the type.
create function private.distinct_events(events public.webhook_event[]) returns public.webhook_event[]
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct e order by e), '{}') from unnest(distinct_events.events) e
$$;

-- The webhook that the caller may change, locked; the right is asked for again once it is held. Members who may not see webhooks are
-- told what strangers are told.
create function private.lock_my_webhook(id uuid) returns public.webhook_endpoints
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints;
begin
  perform from public.webhook_endpoints w
  where w.id = lock_my_webhook.id and w.organization_id in (select private.my_admin_org_ids());
  if found then
    select w.* into webhook from public.webhook_endpoints w where w.id = lock_my_webhook.id for no key update;
  end if;
  if webhook.organization_id is null or webhook.organization_id not in (select private.my_admin_org_ids()) then
    perform private.fail(404, 'not_found', 'There is no such webhook.');
  end if;
  return webhook;
end
$$;

create function private.refuse_disabled(webhook public.webhook_endpoints) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if not (webhook).enabled then
    perform private.fail(400, 'invalid_input', 'enabled: the webhook is switched off; switch it on first.');
  end if;
end
$$;

create function public.create_webhook(
  organization_id uuid, url text, events public.webhook_event[] default '{}', description text default ''
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  address text := btrim(create_webhook.url);
  made uuid;
  told text := private.new_webhook_secret();
begin
  if create_webhook.organization_id is null or create_webhook.organization_id not in (select private.my_org_ids()) then
    perform private.fail(404, 'not_found', 'There is no such organisation.');
  end if;
  -- Held to the end, so that two at once cannot both make the last one allowed; the role is asked after the wait.
  perform from public.organizations o where o.id = create_webhook.organization_id for no key update;
  if create_webhook.organization_id not in (select private.my_admin_org_ids()) then
    perform private.fail(403, 'forbidden', 'Only owners and admins may change webhooks.');
  end if;
  perform private.refuse_webhook(address, create_webhook.description, create_webhook.events);
  if private.reached('webhooks', (
    select count(*) from public.webhook_endpoints w where w.organization_id = create_webhook.organization_id
  )) then
    perform private.fail(409, 'limit_reached', 'This organisation has as many webhooks as one may have.');
  end if;
  insert into public.webhook_endpoints as w (organization_id, url, description, events, created_by)
  values (
    create_webhook.organization_id, address, coalesce(btrim(create_webhook.description), ''),
    private.distinct_events(create_webhook.events), auth.uid()
  )
  returning w.id into made;
  insert into private.webhook_secrets (endpoint_id, secret) values (made, told);
  return jsonb_build_object('id', made, 'secret', told);
end
$$;

-- Switching it on again forgives what failed before.
create function public.update_webhook(id uuid, url text, events public.webhook_event[], description text, enabled boolean)
returns public.webhook_endpoints
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints := private.lock_my_webhook(update_webhook.id);
  address text := btrim(update_webhook.url);
begin
  perform private.refuse_webhook(address, update_webhook.description, update_webhook.events);
  if update_webhook.enabled is null then
    perform private.fail(400, 'invalid_input', 'enabled: say whether it is on.');
  end if;
  update public.webhook_endpoints w
  set url = address, description = coalesce(btrim(update_webhook.description), ''),
    events = private.distinct_events(update_webhook.events), enabled = update_webhook.enabled,
    disabled_reason = case when not update_webhook.enabled then coalesce(w.disabled_reason, 'manual') end,
    failing_since = case when w.enabled = update_webhook.enabled then w.failing_since end,
    updated_at = now()
  where w.id = webhook.id
  returning w.* into webhook;
  return webhook;
end
$$;

create function public.delete_webhook(id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints := private.lock_my_webhook(delete_webhook.id);
begin
  delete from public.webhook_endpoints w where w.id = webhook.id;
end
$$;

-- A new secret, told this once. The old one signs beside it until it expires; 0 hours end it at once.
create function public.rotate_webhook_secret(id uuid, overlap_hours integer default 24) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints := private.lock_my_webhook(rotate_webhook_secret.id);
  told text := private.new_webhook_secret();
begin
  if rotate_webhook_secret.overlap_hours is null or rotate_webhook_secret.overlap_hours not between 0 and 168 then
    perform private.fail(400, 'invalid_input', 'overlap_hours: 0 to 168.');
  end if;
  update private.webhook_secrets s
  set expires_at = least(s.expires_at, now() + make_interval(hours => rotate_webhook_secret.overlap_hours))
  where s.endpoint_id = webhook.id;
  delete from private.webhook_secrets s where s.endpoint_id = webhook.id and s.expires_at <= now();
  if private.reached('webhook_secrets', (select count(*) from private.webhook_secrets s where s.endpoint_id = webhook.id)) then
    perform private.fail(429, 'rate_limited', 'Too many old secrets are valid still. Wait, or let them end at once.');
  end if;
  insert into private.webhook_secrets (endpoint_id, secret) values (webhook.id, told);
  update public.webhook_endpoints w set secret_rotated_at = now() where w.id = webhook.id;
  return told;
end
$$;

-- Queues a delivery anew, whatever became of it: the same id, tries from the beginning. One that is being tried stays as it is.
create function public.redeliver_webhook(delivery_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints;
begin
  begin
    webhook := private.lock_my_webhook((select d.endpoint_id from public.webhook_deliveries d where d.id = redeliver_webhook.delivery_id));
  exception when sqlstate 'PT404' then
    perform private.fail(404, 'not_found', 'There is no such delivery.');
  end;
  perform private.refuse_disabled(webhook);
  update public.webhook_deliveries d
  set state = 'waiting', attempts = 0, next_attempt_at = now(), delivered_at = null, claim = null
  where d.id = redeliver_webhook.delivery_id and not (d.state = 'waiting' and d.claim is not null and d.next_attempt_at > now());
end
$$;

-- Queues all that was given up anew; says how many.
create function public.redeliver_dead(endpoint_id uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints := private.lock_my_webhook(redeliver_dead.endpoint_id);
  queued integer;
begin
  perform private.refuse_disabled(webhook);
  update public.webhook_deliveries d set state = 'waiting', attempts = 0, next_attempt_at = now(), claim = null
  where d.endpoint_id = webhook.id and d.state = 'dead';
  get diagnostics queued = row_count;
  return queued;
end
$$;

-- What a receiver is sent, as domain/webhook.ts describes it. What is not known is left out.
create function private.webhook_payload(type public.webhook_event, data jsonb, at timestamptz) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', webhook_payload.type, 'timestamp', to_char(webhook_payload.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', jsonb_strip_nulls(webhook_payload.data)
  )
$$;

create function public.test_webhook(id uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  webhook public.webhook_endpoints := private.lock_my_webhook(test_webhook.id);
  queued uuid;
begin
  perform private.refuse_disabled(webhook);
  if private.reached('webhook_tests', (
    select count(*) from public.webhook_deliveries d
    where d.endpoint_id = webhook.id and d.type = 'ping' and d.created_at > now() - interval '1 minute'
  )) then
    perform private.fail(429, 'rate_limited', 'This webhook was tested very often within a minute. Wait a while.');
  end if;
  insert into public.webhook_deliveries as d (endpoint_id, organization_id, type, payload)
  values (
    webhook.id, webhook.organization_id, 'ping',
    private.webhook_payload('ping', jsonb_build_object('organizationId', webhook.organization_id), now())
  )
  returning d.id into queued;
  return queued;
end
$$;

revoke execute on function
  private.new_webhook_secret(),
  private.refuse_webhook(text, text, public.webhook_event[]),
  private.distinct_events(public.webhook_event[]),
  private.lock_my_webhook(uuid),
  private.refuse_disabled(public.webhook_endpoints),
  private.webhook_payload(public.webhook_event, jsonb, timestamptz)
  from public;
revoke execute on function
  public.create_webhook(uuid, text, public.webhook_event[], text),
  public.update_webhook(uuid, text, public.webhook_event[], text, boolean),
  public.delete_webhook(uuid),
  public.rotate_webhook_secret(uuid, integer),
  public.redeliver_webhook(uuid),
  public.redeliver_dead(uuid),
  public.test_webhook(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  public.create_webhook(uuid, text, public.webhook_event[], text),
  public.update_webhook(uuid, text, public.webhook_event[], text, boolean),
  public.delete_webhook(uuid),
  public.rotate_webhook_secret(uuid, integer),
  public.redeliver_webhook(uuid),
  public.redeliver_dead(uuid),
  public.test_webhook(uuid)
  to authenticated;
