-- What a finished job has to say; the queue itself keeps only its state.
create table job_results (
  job_id      bigint primary key references procrastinate_jobs (id) on delete cascade,
  result      jsonb,
  error       text,
  finished_at timestamptz not null default now()
);
