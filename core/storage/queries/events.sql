-- name: months
select ensure_event_partitions($1, $2)

-- name: append
-- $1: the events as one JSON array. An id seen before, here or in any earlier month, is left out.
with incoming as (
  select distinct on (event_id) * from json_to_recordset($1::json) as x (
    event_id text, user_id text, session_id text, product_id text, event_type text, source text, query text,
    position int, score double precision, quantity int, value numeric, currency text, request_id text,
    variants jsonb, consent boolean, ts timestamptz
  ) order by event_id
), fresh as (
  insert into event_ids (event_id, ts) select event_id, ts from incoming on conflict do nothing returning event_id
)
insert into events (
  event_id, user_id, session_id, product_id, event_type, source, query, position, score, quantity, value, currency,
  request_id, variants, consent, ts
)
select
  event_id, user_id, session_id, product_id, event_type, source, query, position, score, quantity, value, currency,
  request_id, variants, consent, ts
from incoming join fresh using (event_id)

-- name: popularity
-- $1: now, $2: window, $3: half-life; $4: event types, $5: their weights; $6: types that count as a view;
-- $7: views needed, $8: score until then. raw = sum of weight * 0.5 ^ (age / half-life); score = ln(1 + raw) / ln(1 + max).
with counted as (
  select
    product_id,
    sum(weight * power(0.5, extract(epoch from $1 - ts) / extract(epoch from $3::interval))) as raw,
    count(*) filter (where event_type = any ($6)) as views
  from events join unnest($4::text[], $5::double precision[]) as w (event_type, weight) using (event_type)
  where ts > $1::timestamptz - $2::interval and ts <= $1 and product_id is not null
  group by product_id
)
select product_id, case
    when views < $7 then $8::double precision
    else coalesce(ln(1 + raw) / nullif(ln(1 + max(raw) filter (where views >= $7) over ()), 0), 0)
  end as score
from counted order by product_id

-- name: popular_queries
-- $1: since, $2: limit. A search counts once, however many products it showed.
select query, count(distinct coalesce(request_id, event_id)) as searches from events
where ts > $1 and event_type in ('search', 'impression') and query <> ''
group by query order by searches desc, query limit $2

-- name: counts
select event_type, count(*) as count from events where ts > $1 group by event_type order by event_type

-- name: drop_months
select drop_event_months($1)

-- name: prune
delete from events where ts >= $1 and ts < $2

-- name: prune_ids
delete from event_ids where ctid = any (array(select ctid from event_ids where ts < $1 limit $2))
