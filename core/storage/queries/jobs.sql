-- name: enqueue
-- The queue's own function, as its client calls it. $1: task, $2: lock, $3: arguments.
-- The lock is both: one such job waiting at most, and no two running at once.
select (procrastinate_defer_jobs_v1(array[
  row ('default', $1, 0, $2, $2, $3::jsonb, null)::procrastinate_job_to_defer_v1
]))[1]

-- name: waiting
select coalesce(max(id), 0) from procrastinate_jobs where queueing_lock = $1 and status = 'todo'

-- name: get
select
  j.id, j.task_name as name, j.status::text as status, j.attempts, r.result, r.error,
  (select min(e.at) from procrastinate_events e where e.job_id = j.id) as queued_at,
  case when j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
    then (select max(e.at) from procrastinate_events e where e.job_id = j.id) end as finished_at
from procrastinate_jobs j left join job_results r on r.job_id = j.id where j.id = $1

-- name: finish
insert into job_results (job_id, result, error) values ($1, $2, $3)
on conflict (job_id) do update set result = excluded.result, error = excluded.error, finished_at = now()

-- name: prune
delete from procrastinate_jobs j
where status in ('succeeded', 'failed', 'cancelled', 'aborted')
  and not exists (select from procrastinate_events e where e.job_id = j.id and e.at >= $1)
