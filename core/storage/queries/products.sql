-- name: upsert
-- $1: the products as one JSON array, ids distinct; $2: now. Rows that would not change are not touched.
with incoming as (
  select * from json_to_recordset($1::json) as x (
    id text, parent_id text, title text, description text, brand text, category text[], price numeric, currency text,
    attributes jsonb, images text[], rating double precision, rating_count int, stock int, locale text,
    content_hash text, created_at timestamptz, updated_at timestamptz
  )
), written as (
  insert into products as p (
    id, parent_id, title, description, brand, category, price, currency, attributes, images, rating, rating_count,
    stock, locale, content_hash, created_at, updated_at
  )
  select
    id, parent_id, title, description, brand, category, price, currency, attributes, images, rating, rating_count,
    stock, locale, content_hash, coalesce(created_at, $2), coalesce(updated_at, $2)
  from incoming order by id -- one order for all writers: no deadlocks
  on conflict (id) do update set
    parent_id = excluded.parent_id, title = excluded.title, description = excluded.description,
    brand = excluded.brand, category = excluded.category, price = excluded.price, currency = excluded.currency,
    attributes = excluded.attributes, images = excluded.images, rating = excluded.rating,
    rating_count = excluded.rating_count, stock = excluded.stock, locale = excluded.locale,
    content_hash = excluded.content_hash,
    -- an unknown date of creation was filled with the present: keep the first one
    created_at = case when excluded.created_at = $2 then p.created_at else excluded.created_at end,
    updated_at = excluded.updated_at, deleted_at = null
  where p.deleted_at is not null
    or (excluded.created_at <> $2 and excluded.created_at <> p.created_at)
    or (p.content_hash, p.parent_id, p.price, p.currency, p.images, p.rating, p.rating_count, p.stock, p.locale)
      is distinct from (excluded.content_hash, excluded.parent_id, excluded.price, excluded.currency,
        excluded.images, excluded.rating, excluded.rating_count, excluded.stock, excluded.locale)
  returning xmax = 0 as inserted
)
select count(*) filter (where inserted) as inserted, count(*) filter (where not inserted) as updated from written

-- name: patch
-- $1: {id, set_price, price, set_stock, stock} as one JSON array, ids distinct; $2: now. What is so already is not
-- touched. Answers the ids there are, and whether each was changed.
with held as (
  select p.id, set_price, i.price, set_stock, i.stock
  from json_to_recordset($1::json) as i (id text, set_price boolean, price numeric, set_stock boolean, stock int)
  join products p on p.id = i.id where p.deleted_at is null
  order by p.id for update of p -- one order for all writers: no deadlocks
), changed as (
  update products p set
    price = case when set_price then held.price else p.price end,
    stock = case when set_stock then held.stock else p.stock end,
    updated_at = $2
  from held
  where p.id = held.id
    and ((set_price and held.price is distinct from p.price) or (set_stock and held.stock is distinct from p.stock))
  returning p.id
)
select array(select id from held) as held, (select count(*) from changed) as updated

-- name: delete
update products set deleted_at = $2, updated_at = $2 where id = any ($1::text[]) and deleted_at is null

-- name: get
select p.* from unnest($1::text[]) with ordinality as wanted (id, nth)
join products p on p.id = wanted.id
where p.deleted_at is null order by nth

-- name: page
select * from products where id > $1 and deleted_at is null order by id limit $2

-- name: count
select count(*) from products where deleted_at is null

-- name: search
-- $1: query, $2: locale, $3: any word instead of all, $4: k; then the filters and the exclusions, null where absent:
-- $5 brands, $6 categories, $7 attributes, $8/$9 price from/to, $10 in stock, $11 rating from,
-- $12 brands, $13 categories, $14 attributes, $15 terms.
with asked as (
  select case
    when $3 then replace(plainto_tsquery(text_config($2), $1)::text, ' & ', ' | ')::tsquery
    else websearch_to_tsquery(text_config($2), $1)
  end as query
)
select p.*, ts_rank_cd(document, query, 32) as score -- 32: rank / (rank + 1)
from products p, asked
where p.deleted_at is null
  and ($1 = '' or document @@ query)
  and ($5::text[] is null or lower(p.brand) = any ($5))
  and ($6::text[] is null or in_category(p.category, $6))
  and ($7::jsonb is null or has_all_attributes(p.attributes, $7))
  and ($8::numeric is null or p.price >= $8)
  and ($9::numeric is null or p.price <= $9)
  and ($10::boolean is null or (p.stock is null or p.stock > 0) = $10)
  and ($11::double precision is null or p.rating >= $11)
  and ($12::text[] is null or (lower(p.brand) = any ($12)) is not true)
  and ($13::text[] is null or not in_category(p.category, $13))
  and ($14::jsonb is null or not has_any_attribute(p.attributes, $14))
  and ($15::text is null or not document @@ websearch_to_tsquery(text_config(p.locale), $15))
order by score desc, p.id limit $4
