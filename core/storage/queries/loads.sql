-- name: get
select position, done, rejected, finished from loads where source = $1

-- name: put
insert into loads (source, position, done, rejected, finished, updated_at) values ($1, $2, $3, $4, $5, $6)
on conflict (source) do update set
  position = excluded.position, done = excluded.done, rejected = excluded.rejected, finished = excluded.finished,
  updated_at = excluded.updated_at

-- name: claim
-- Held by the connection, not by a transaction. $1: the source.
select pg_try_advisory_lock(hashtextextended($1, 0))
