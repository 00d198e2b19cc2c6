-- name: applied
select count(*) from schema_migrations
