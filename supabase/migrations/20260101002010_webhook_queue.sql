-- The way of an event to the webhooks: queued in the transaction in which it happens, taken by a worker for a while, settled. A delivery
-- that was sent and not settled is sent again with the same id: at least once, and never forgotten.

-- Nothing is written where nobody listens: the index of endpoints tells. Endpoints are held against being deleted, in the order in which
-- the cascade of an organisation takes them; one that goes in this moment is left out and fails nobody.
create function private.enqueue_webhooks(
  organization_id uuid, session_id uuid, type public.webhook_event, data jsonb, at timestamptz default now()
) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into public.webhook_deliveries (endpoint_id, organization_id, session_id, type, payload)
  select w.id, w.organization_id, enqueue_webhooks.session_id, enqueue_webhooks.type,
    private.webhook_payload(enqueue_webhooks.type, jsonb_build_object(
      'organizationId', w.organization_id, 'sessionId', enqueue_webhooks.session_id) || enqueue_webhooks.data, enqueue_webhooks.at)
  from public.webhook_endpoints w
  where w.organization_id = enqueue_webhooks.organization_id and w.enabled
    and (w.events = '{}' or enqueue_webhooks.type = any (w.events))
  order by w.created_at, w.id
  for key share
$$;

-- The phone number goes from a row with its link; whoever hears of the end wants to know whose it was.
create function private.enqueue_session() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  happened constant text := case
    when new.status_reason = 'link_expired' then 'session.link_expired'
    when new.status <> old.status and new.status in ('connected', 'disconnected', 'stopped') then 'session.' || new.status
  end;
begin
  if happened is not null then
    perform private.enqueue_webhooks(new.organization_id, new.id, happened::public.webhook_event, jsonb_build_object(
      'displayName', new.display_name, 'phoneNumber', coalesce(new.phone_number, old.phone_number),
      'reason', case when new.status in ('disconnected', 'stopped') then new.status_reason end));
  end if;
  return null;
end
$$;
create trigger enqueue_session after update on public.whatsapp_sessions
  for each row when ((old.status, old.status_reason) is distinct from (new.status, new.status_reason))
  execute function private.enqueue_session();

create function private.enqueue_clearance() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.enqueue_webhooks(new.organization_id, new.session_id, 'session.cleared', jsonb_build_object(
    'displayName', new.label, 'phoneNumber', new.phone_number,
    'orderId', new.id, 'reason', new.reason, 'remoteUnlink', new.receipt -> 'remoteUnlink'));
  return null;
end
$$;
create trigger enqueue_clearance after update on public.whatsapp_clearances
  for each row when (old.completed_at is null and new.completed_at is not null)
  execute function private.enqueue_clearance();

-- What became of texts, at most 200 at once: `[{ sequence, sessionId, type, messageId, reason?, agoMs }]`, numbered as notes are. Whose the
-- session is, its row says, or the order of one that is gone.
create function public.worker_message_events(boot_id text, events jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  known bigint;
begin
  if jsonb_array_length(worker_message_events.events) > 200 then
    perform private.fail(400, 'invalid_input', 'events: at most 200 at once.');
  end if;
  insert into private.noted (boot_id) values (worker_message_events.boot_id) on conflict do nothing;
  select n.sequence into known from private.noted n where n.boot_id = worker_message_events.boot_id for update;
  perform private.enqueue_webhooks(o.organization_id, e."sessionId", e.type::public.webhook_event, jsonb_build_object(
      'displayName', o.display_name, 'phoneNumber', o.phone_number, 'messageId', left(e."messageId", 200), 'reason', left(e.reason, 50)),
    now() - make_interval(secs => least(greatest(e."agoMs", 0), 604800000) / 1000.0))
  from (
    select * from jsonb_to_recordset(worker_message_events.events)
      as e(sequence bigint, "sessionId" uuid, type text, "messageId" text, reason text, "agoMs" double precision)
    where e.sequence > known and e.type in ('message.sent', 'message.failed')
    order by e.sequence
  ) e
  cross join lateral (
    (select s.organization_id, s.display_name, s.phone_number from public.whatsapp_sessions s where s.id = e."sessionId")
    union all
    (select c.organization_id, c.label, c.phone_number from public.whatsapp_clearances c
      where c.session_id = e."sessionId" order by c.requested_at desc limit 1)
    limit 1
  ) o;
  update private.noted n set at = now(), sequence = greatest(known, (
    select max((e ->> 'sequence')::bigint) from jsonb_array_elements(worker_message_events.events) e
  )) where n.boot_id = worker_message_events.boot_id;
end
$$;

-- What waits for a webhook that is switched off is dead, and people decide whether it is delivered after all. A try that is under way keeps
-- its claim, so that its success still counts.
create function private.give_up_deliveries() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update public.webhook_deliveries d set state = 'dead', last_error = coalesce(d.last_error, 'The webhook was switched off.')
  where d.endpoint_id = new.id and d.state = 'waiting';
  return null;
end
$$;
create trigger give_up_deliveries after update on public.webhook_endpoints
  for each row when (old.enabled and not new.enabled) execute function private.give_up_deliveries();

-- How tries ended: `[{ id, claim, outcome, status, error, retryInMs }]`. Only who holds the claim is heard, and once. `gone`: the receiver
-- wants no more. `returned`: the worker stops; the try does not count. Webhooks are held before their deliveries, as people's functions do.
create function private.settle_deliveries(outcomes jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.webhook_endpoints w where w.id in (
    select d.endpoint_id from public.webhook_deliveries d
    where d.id in (select (o ->> 'id')::uuid from jsonb_array_elements(settle_deliveries.outcomes) o)
  ) order by w.id for no key update;
  with settled as (
    update public.webhook_deliveries d
    set claim = null,
      last_status = case when o.outcome = 'returned' then d.last_status else o.status end,
      last_error = case when o.outcome = 'returned' then d.last_error else left(o.error, 500) end,
      state = case
        when o.outcome = 'delivered' then 'delivered'::public.delivery_state
        when o.outcome in ('retry', 'returned') then d.state
        else 'dead'
      end,
      delivered_at = case when o.outcome = 'delivered' then now() end,
      attempts = d.attempts - (o.outcome = 'returned')::integer,
      next_attempt_at = now() + make_interval(secs => coalesce(least(greatest(o."retryInMs", 0), 604800000), 0) / 1000.0)
    from jsonb_to_recordset(settle_deliveries.outcomes)
      as o(id uuid, claim uuid, outcome text, status integer, error text, "retryInMs" double precision)
    where d.id = o.id and d.claim = o.claim and (d.state = 'waiting' or o.outcome = 'delivered')
    returning d.endpoint_id, o.outcome
  ),
  heard as (
    select endpoint_id, bool_or(outcome = 'delivered') as took_one, bool_or(outcome = 'gone') as is_gone
    from settled where outcome <> 'returned' group by endpoint_id
  )
  update public.webhook_endpoints w
  set failing_since = case when not h.took_one then coalesce(w.failing_since, now()) end,
    enabled = w.enabled and not h.is_gone and (h.took_one or coalesce(w.failing_since > now() - interval '5 days', true)),
    disabled_reason = case
      when not w.enabled then w.disabled_reason
      when h.is_gone then 'gone'
      when not h.took_one and w.failing_since <= now() - interval '5 days' then 'failing'
    end
  from heard h where w.id = h.endpoint_id and (h.is_gone or not h.took_one or w.failing_since is not null);
end
$$;

-- Gives a worker up to `room` deliveries that are due, for a minute. Of one webhook at most four are under way, and one while it fails;
-- every organisation has its first before another has its second: whoever is slow delays nobody else. The index is read by leaps from
-- webhook to webhook, so that a long queue of one costs the others nothing.
create function private.claim_deliveries(room integer) returns jsonb
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive endpoint (id) as (
    (select d.endpoint_id from public.webhook_deliveries d where d.state = 'waiting' order by d.endpoint_id limit 1)
    union all
    select (
      select d.endpoint_id from public.webhook_deliveries d
      where d.state = 'waiting' and d.endpoint_id > e.id order by d.endpoint_id limit 1
    ) from endpoint e where e.id is not null
  ),
  due as (
    select d.id, d.next_attempt_at, row_number() over (partition by w.organization_id order by d.next_attempt_at) as nth
    from endpoint e join public.webhook_endpoints w on w.id = e.id and w.enabled
    cross join lateral (
      select d.id, d.next_attempt_at from public.webhook_deliveries d
      where d.endpoint_id = w.id and d.state = 'waiting' and d.next_attempt_at <= now()
      order by d.next_attempt_at
      limit greatest(0, case when w.failing_since is null then 4 else 1 end - (
        select count(*) from public.webhook_deliveries u
        where u.endpoint_id = w.id and u.state = 'waiting' and u.next_attempt_at > now() and u.claim is not null
      ))
      for update skip locked
    ) d
  ),
  claimed as (
    update public.webhook_deliveries d
    set claim = gen_random_uuid(), attempts = d.attempts + 1, last_attempt_at = now(), next_attempt_at = now() + interval '1 minute'
    -- As an array, lest the planner read all that was ever delivered to match a few.
    where d.id = any (array(
      select due.id from due order by due.nth, due.next_attempt_at limit least(greatest(claim_deliveries.room, 0), 100)
    ))
    returning d.id, d.endpoint_id, d.claim, d.attempts, d.payload
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', c.id, 'endpointId', c.endpoint_id, 'claim', c.claim, 'attempts', c.attempts, 'payload', c.payload, 'url', w.url,
    'secrets', (
      select jsonb_agg(s.secret order by s.created_at desc) from private.webhook_secrets s
      where s.endpoint_id = c.endpoint_id and (s.expires_at is null or s.expires_at > now())
    )
  )), '[]')
  from claimed c join public.webhook_endpoints w on w.id = c.endpoint_id
$$;

-- When what is old was last taken away.
create table private.webhook_upkeep (
  only_row boolean primary key default true check (only_row),
  at timestamptz not null default now()
);
insert into private.webhook_upkeep default values;

-- At most once a minute, whoever comes first: what is older than 30 days goes, and of each webhook that was told something since, what is
-- beyond its newest. Nobody is waited for.
create function private.prune_deliveries() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  since timestamptz;
begin
  select u.at into since from private.webhook_upkeep u where u.at < now() - interval '1 minute' for update skip locked;
  if not found then
    return;
  end if;
  update private.webhook_upkeep u set at = now() where u.at = since;
  delete from public.webhook_deliveries d where d.id = any (array(
    select old.id from public.webhook_deliveries old where old.created_at < now() - interval '30 days' for update skip locked
  ));
  -- Arrays, lest the planner read all that was ever delivered to match a few.
  delete from public.webhook_deliveries d where d.id = any (array(
    select old.id from public.webhook_deliveries old where old.id = any (array(
      select beyond.id
      from (select distinct n.endpoint_id from public.webhook_deliveries n where n.created_at > since - interval '1 minute') busy
      cross join lateral (
        select o.id from public.webhook_deliveries o where o.endpoint_id = busy.endpoint_id order by o.created_at desc, o.id desc
        offset (select b.at_most from private.bounds b where b.what = 'webhook_deliveries')
      ) beyond
    )) for update skip locked
  ));
end
$$;

-- The one call of a worker that delivers: it says how tries ended and takes the next. Said twice, it changes nothing twice.
create function public.worker_deliver(outcomes jsonb, room integer) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_array_length(worker_deliver.outcomes) > 200 then
    perform private.fail(400, 'invalid_input', 'outcomes: at most 200 at once.');
  end if;
  if jsonb_array_length(worker_deliver.outcomes) > 0 then
    perform private.settle_deliveries(worker_deliver.outcomes);
  end if;
  perform private.prune_deliveries();
  return private.claim_deliveries(worker_deliver.room);
end
$$;

revoke execute on function
  private.enqueue_webhooks(uuid, uuid, public.webhook_event, jsonb, timestamptz),
  private.enqueue_session(),
  private.enqueue_clearance(),
  private.give_up_deliveries(),
  private.settle_deliveries(jsonb),
  private.claim_deliveries(integer),
  private.prune_deliveries()
  from public;
revoke execute on function public.worker_message_events(text, jsonb), public.worker_deliver(jsonb, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.worker_message_events(text, jsonb), public.worker_deliver(jsonb, integer) to service_role;
