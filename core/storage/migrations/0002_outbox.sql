-- The outbox: every change of a product, written by triggers in the same transaction, followed by every process.
--
-- A position must never appear below one that a reader has already passed. A sequence cannot promise that: a slow
-- transaction may take number 5, another take and commit number 6, and a reader at 6 would never see 5. So a position
-- is (transaction id, ordinal within it), and a reader reads only transactions older than the oldest still running,
-- pg_snapshot_xmin(pg_current_snapshot()): all of those are over, and every later one has a greater id.
-- 24 bits hold the ordinal (16 million changes a transaction), 39 bits the transaction.

create table changes (
  position   bigint primary key,
  product_id text not null,
  kind       text not null check (kind in ('content', 'price', 'stock', 'delete')),
  at         timestamptz not null default now()
);

create table outbox (
  one        boolean primary key default true check (one),
  xid_offset bigint not null default 0, -- added to transaction ids; see outbox_mend
  pruned_to  bigint not null default 0  -- readers at a lower position have lost changes and must rebuild
);
insert into outbox default values;

-- The first position that is not yet safe to read.
create function outbox_horizon() returns bigint language sql stable return
  (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + xid_offset from outbox) << 24;

create function outbox_write(ids text[], kinds text[]) returns void language plpgsql as $$
declare
  base bigint := ((select xid_offset from outbox) + pg_current_xact_id()::text::bigint) << 24;
  used bigint;
begin
  select coalesce(max(position), base) into used from changes where position >= base and position < base + (1 << 24);
  insert into changes (position, product_id, kind)
    select used + ordinal, id, kind from unnest(ids, kinds) with ordinality as written (id, kind, ordinal);
  if found then perform pg_notify('changes', ''); end if;
end $$;

create function products_inserted() returns trigger language plpgsql as $$
begin
  perform outbox_write(array_agg(id), array_agg('content'::text))
    from (select id from fresh where deleted_at is null order by id) as changed having count(*) > 0;
  return null;
end $$;

-- Planned anew each time: a plan made for one row would compare every row of a large batch with every other.
create function products_updated() returns trigger language plpgsql set plan_cache_mode = force_custom_plan as $$
begin
  perform outbox_write(array_agg(id), array_agg(kind)) from (
    select n.id, kind
    from fresh n join stale o on o.id = n.id, lateral (values
      ('delete', n.deleted_at is not null and o.deleted_at is null),
      ('content', n.deleted_at is null and (o.deleted_at is not null or
        (n.content_hash, n.currency, n.images, n.rating, n.rating_count, n.parent_id, n.locale, n.created_at)
          is distinct from
        (o.content_hash, o.currency, o.images, o.rating, o.rating_count, o.parent_id, o.locale, o.created_at)
      )),
      ('price', n.deleted_at is null and n.price is distinct from o.price),
      ('stock', n.deleted_at is null and n.stock is distinct from o.stock)
    ) as kinds (kind, holds)
    where holds order by n.id, kind
  ) as changed having count(*) > 0;
  return null;
end $$;

create function products_deleted() returns trigger language plpgsql as $$
begin
  perform outbox_write(array_agg(id), array_agg('delete'::text))
    from (select id from stale where deleted_at is null order by id) as changed having count(*) > 0;
  return null;
end $$;

create trigger inserted after insert on products referencing new table as fresh
  for each statement execute function products_inserted();
create trigger updated after update on products referencing new table as fresh old table as stale
  for each statement execute function products_updated();
create trigger deleted after delete on products referencing old table as stale
  for each statement execute function products_deleted();

-- After a restore into another cluster transaction ids start again, below what has been written: lift them over it.
create function outbox_mend() returns void language sql as $$
  update outbox set xid_offset = (written >> 24) + 1 - pg_current_xact_id()::text::bigint
  from (select greatest((select max(position) from changes), (select pruned_to from outbox)) as written) as last
  where written >= (xid_offset + pg_current_xact_id()::text::bigint) << 24
$$;
