-- The second store of credentials: everything of a session that a worker would keep in its folder, as rows, so that another worker can take
-- the session over. Every value is sealed under the session's key, which lies here wrapped by a master key that only workers have; names
-- of rows tell nothing. Only the holder of the lease reads or writes, and each write checks its token.

create table private.shelf (
  session_id uuid,
  generation integer check (generation >= 1),
  name text check (char_length(name) between 1 and 100),
  value bytea not null,
  primary key (session_id, generation, name)
) with (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 80);
-- Sealed values do not compress.
alter table private.shelf alter column value set storage external;

-- What a clear found before it erased, for whoever has to finish it: counts, no secrets. Goes with the order's completion.
create table private.clear_findings (
  order_id uuid primary key,
  findings jsonb not null
);

-- Stores changes of several sessions at once: `[{ sessionId, token, sequence, generation, fresh, puts: { name: base64 }, drops: [name] }]`;
-- `fresh`: a new identity takes the place of all credentials of the generation. Returns the sessions whose lease has another token by now:
-- nothing of those was stored. `sequence` counts what the holder sends of a session: a call that seemed lost, was sent again and comes
-- through at last must not put old values over newer ones. What an order has cleared meanwhile is late as well, and passed over.
create function public.worker_shelve(worker_id text, changes jsonb) returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  one record;
  lease private.leases;
  fenced uuid[] := '{}';
begin
  for one in
    select c.* from jsonb_to_recordset(worker_shelve.changes)
      as c("sessionId" uuid, token bigint, sequence bigint, generation integer, fresh boolean, puts jsonb, drops jsonb)
    order by c."sessionId", c.sequence, c.generation
  loop
    select l.* into lease from private.leases l
    where l.session_id = one."sessionId" and l.worker_id = worker_shelve.worker_id and l.token = one.token for no key update;
    if not found then
      fenced := fenced || one."sessionId";
      continue;
    end if;
    continue when one.sequence <= lease.shelved;
    if one.sequence is not null then
      update private.leases l set shelved = one.sequence where l.session_id = one."sessionId";
    end if;
    continue when one.generation <= lease.cleared_generation;
    delete from private.shelf s
    where s.session_id = one."sessionId" and s.generation = one.generation and (one.drops ? s.name or one.fresh and (s.name = 'identity' or s.name like 'key:%'));
    insert into private.shelf as s (session_id, generation, name, value)
    select one."sessionId", one.generation, put.key, decode(put.value, 'base64') from jsonb_each_text(one.puts) put
    on conflict (session_id, generation, name) do update set value = excluded.value;
  end loop;
  return fenced;
end
$$;

-- All that lies here of a session, for whoever took it; nothing where the lease has another token by now. `sequence`: what the reader has
-- counted in `worker_shelve` so far. What it sent before is late from now on: it does not know that it was stored.
create function public.worker_unshelve(session_id uuid, worker_id text, token bigint, sequence bigint default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update private.leases l set shelved = greatest(l.shelved, worker_unshelve.sequence)
  where l.session_id = worker_unshelve.session_id and l.worker_id = worker_unshelve.worker_id and l.token = worker_unshelve.token;
  if not found then
    return null;
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'generation', s.generation, 'name', s.name, 'value', translate(encode(s.value, 'base64'), E'\n', '')
    )), '[]')
    from private.shelf s where s.session_id = worker_unshelve.session_id
  );
end
$$;

-- Erases all that an order covers, in one step that is done or not, and keeps what was found for whoever finishes the order. Returns what
-- was found the first time. `{ "done": true }`: the order has a receipt. Nothing: somebody else holds the session.
create function public.worker_clear_shelf(order_id uuid, worker_id text, token bigint, findings jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  clearance public.whatsapp_clearances;
  stored jsonb;
begin
  -- Held, so that nobody completes it before what was found is stored, to be left for ever.
  select c.* into clearance from public.whatsapp_clearances c where c.id = worker_clear_shelf.order_id for share;
  if not found then
    perform private.fail(409, 'order_missing', 'There is no such order.');
  end if;
  if clearance.completed_at is not null then
    return jsonb_build_object('done', true);
  end if;
  update private.leases l set cleared_generation = greatest(l.cleared_generation, clearance.max_generation)
  where l.session_id = clearance.session_id and l.worker_id = worker_clear_shelf.worker_id and l.token = worker_clear_shelf.token;
  if not found then
    return null;
  end if;
  delete from private.shelf s where s.session_id = clearance.session_id and s.generation <= clearance.max_generation;
  insert into private.clear_findings as f (order_id, findings)
  values (clearance.id, worker_clear_shelf.findings) on conflict do nothing;
  select f.findings into stored from private.clear_findings f where f.order_id = clearance.id;
  return jsonb_build_object('done', false, 'findings', stored);
end
$$;

-- Gives sessions away, `[{ sessionId, token }]`, so that others take them at once.
create function public.worker_release(worker_id text, leases jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  freed integer;
begin
  perform from public.whatsapp_workers w where w.id = worker_release.worker_id for no key update;
  with given as (
    select l.session_id
    from private.leases l join jsonb_to_recordset(worker_release.leases) as given("sessionId" uuid, token bigint)
      on l.session_id = given."sessionId" and l.token = given.token
    where l.worker_id = worker_release.worker_id and l.kept = 'database'
    order by l.session_id for update of l
  )
  update private.leases l set worker_id = null from given where l.session_id = given.session_id;
  get diagnostics freed = row_count;
  update public.whatsapp_workers w set held = greatest(0, w.held - freed) where w.id = worker_release.worker_id;
  return freed;
end
$$;

-- An order is not called done while something of what it covers is here, or may still come here, whoever says so: what a holder has
-- under way is only refused once the shelf was cleared.
create function private.refuse_unfinished_clear() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.shelf s where s.session_id = new.session_id and s.generation <= new.max_generation)
    or exists (
      select from private.leases l
      where l.session_id = new.session_id and l.kept = 'database' and l.cleared_generation < new.max_generation
    ) then
    perform private.fail(507, 'storage_failed', 'Something of this session is still stored.');
  end if;
  delete from private.clear_findings f where f.order_id = new.id;
  return new;
end
$$;
revoke execute on function private.refuse_unfinished_clear() from public;
create trigger refuse_unfinished_clear before update on public.whatsapp_clearances
  for each row when (old.completed_at is null and new.completed_at is not null)
  execute function private.refuse_unfinished_clear();

revoke execute on function
  public.worker_shelve(text, jsonb),
  public.worker_unshelve(uuid, text, bigint, bigint),
  public.worker_clear_shelf(uuid, text, bigint, jsonb),
  public.worker_release(text, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  public.worker_shelve(text, jsonb),
  public.worker_unshelve(uuid, text, bigint, bigint),
  public.worker_clear_shelf(uuid, text, bigint, jsonb),
  public.worker_release(text, jsonb)
  to service_role;
