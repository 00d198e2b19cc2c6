-- name: read
-- Only transactions that are over, and older than any still running (see the migration). $1: after, $2: limit.
-- Always at least one row: the bounds, read in the same snapshot.
select pruned_to, outbox_horizon() as horizon, position, product_id, kind, at
from outbox left join (
  select * from changes where position > $1 and position < outbox_horizon() order by position limit $2
) as found on true
order by position

-- name: latest
select greatest(pruned_to, (select max(position) from changes where position < outbox_horizon())) from outbox

-- name: prune
-- $1: forget what is older than this. Readers behind it must rebuild.
with old as (delete from changes where at < $1 and position < outbox_horizon() returning position)
update outbox set pruned_to = greatest(pruned_to, (select max(position) from old))
where exists (select from old)
