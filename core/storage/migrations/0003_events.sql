-- What shoppers saw and did: append-only but for erasure, a partition a month.

create table events (
  event_id   text not null,
  user_id    text,
  session_id text,
  product_id text,
  event_type text not null, -- search | impression | click | view | add_to_cart | purchase | ...
  source     text,          -- where: search, recommend, similar, chat, ...
  query      text,          -- null for a spoken turn
  position   int,
  score      double precision,
  quantity   int,
  value      numeric(14, 4),
  currency   char(3),
  request_id text,
  variants   jsonb not null default '{}',
  consent    boolean not null default false, -- may be used to personalize
  ts         timestamptz not null
) partition by range (ts);
create index events_ts on events using brin (ts);
create index events_user on events (user_id, ts) where user_id is not null;
create index events_product on events (product_id, ts) where product_id is not null;

-- A unique key over partitions cannot leave out the partition key, so the ids are kept beside them.
create table event_ids (
  event_id text primary key,
  ts       timestamptz not null
);
create index event_ids_ts on event_ids using brin (ts);

-- The partitions of the months from the first day to the last.
create function ensure_event_partitions(first timestamptz, last timestamptz) returns void language plpgsql as $$
declare
  month timestamp := date_trunc('month', first at time zone 'UTC');
  name text;
begin
  while month <= last at time zone 'UTC' loop
    name := 'events_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null then
      perform pg_advisory_xact_lock(hashtext('event_partitions')); -- `if not exists` alone races
      execute format('create table if not exists %I partition of events for values from (%L) to (%L)',
        name, month::text || '+00', (month + interval '1 month')::text || '+00');
    end if;
    month := month + interval '1 month';
  end loop;
end $$;

-- Drop the months that lie wholly before a day; answers how many.
create function drop_event_months(before timestamptz) returns int language plpgsql as $$
declare
  part record;
  dropped int := 0;
begin
  for part in
    select inhrelid::regclass::text as name from pg_inherits
    where inhparent = 'events'::regclass
      and to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
  loop
    execute format('drop table %I', part.name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
