"""Settings: one typed class, every one with a working default for one machine.

Read from the environment (`AISLE_*`, plus the customary `DATABASE_URL` and `REDIS_URL`) and from `.env`.
Only entry points, `api.app` and `core.resources` read it; everything else is handed what it needs.
"""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix="AISLE_", env_file=".env", extra="ignore", populate_by_name=True)

    # Where things are
    data_dir: Path = Path("var")
    """Everything the embedded default writes lies under here."""
    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "AISLE_DATABASE_URL")
    )
    """None: an embedded Postgres under `data_dir`."""
    redis_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("REDIS_URL", "AISLE_REDIS_URL"))
    """None: an embedded Valkey under `data_dir`."""
    artefacts_url: str | None = None
    """`s3://bucket/prefix` or a folder; None: `data_dir/artefacts`."""
    namespace: str = Field(default="aisle", pattern=r"^[a-z0-9_-]{1,40}$")
    """Prefixes every Redis key, so that shops may share a server."""

    # The door
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    request_timeout: timedelta = timedelta(seconds=10)
    max_body_bytes: int = 1_000_000
    max_concurrency: int = 256
    """Requests in work at once per process; more wait briefly, then get 503 with Retry-After."""
    queue_wait: timedelta = timedelta(milliseconds=500)
    """How long a request waits for its turn when `max_concurrency` are in work."""
    cors_origins: tuple[str, ...] = ()
    """Other sites whose pages may call this API from a browser, as a JSON list; none by default."""
    frontend_dir: Path = Path(__file__).resolve().parent.parent / "frontend" / "dist"
    warm_queries: int = Field(default=100, ge=0, le=10_000)
    """How many popular queries are searched at start so that the first shoppers find them cached."""
    metrics_dir: Path | None = Field(default=None, validation_alias=AliasChoices("PROMETHEUS_MULTIPROC_DIR"))
    """Where worker processes share their metrics; set by `share_metrics` when there are several."""

    # Search
    search_threads: int = Field(default=2, ge=1, le=64)
    embed_threads: int = Field(default=1, ge=1, le=16)
    hnsw_from: int = 20_000
    """Products from which the vector index is HNSW rather than flat."""
    result_ttl: timedelta = timedelta(minutes=5)
    follow_interval: timedelta = timedelta(seconds=1)
    """How often a process looks for catalogue changes when no notification wakes it."""

    # Postgres
    pool_size: int = 20
    pool_overflow: int = 10
    statement_timeout: timedelta = timedelta(seconds=5)
    slow_query: timedelta = timedelta(milliseconds=100)

    # Observability
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    service_name: str = "aisle"


def share_metrics(folder: Path) -> None:
    """Have the worker processes started from here on count into `folder`, which is emptied first.

    prometheus_client reads this variable when it is imported, hence no ordinary setting.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.resolve())
