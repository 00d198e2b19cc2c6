-- name: get
select hash, vector from embeddings where model = $1 and hash = any ($2::text[])

-- name: put
insert into embeddings (model, hash, vector)
select $1, hash, vector from unnest($2::text[], $3::bytea[]) as x (hash, vector) on conflict do nothing
