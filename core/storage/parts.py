"""How the stores and the index are doing, in an operator's words."""

from datetime import UTC, datetime

from core.resilience import Breaker
from core.storage.cache import LayeredCache
from core.storage.index.follower import Live
from core.storage.postgres import Database
from core.telemetry import Part

OPENNESS = {"closed": 0.0, "half_open": 0.5, "open": 1.0}


def parts(database: Database, cache: LayeredCache, live: Live, now: datetime) -> tuple[Part, ...]:
    """One entry a part. Reads states only; nothing is asked over the network."""
    return (_postgres(database), _redis(cache), _index(live, now), _semantic(live))


def circuit(breaker: Breaker) -> float:
    """0 closed, 0.5 half-open, 1 open."""
    return OPENNESS[breaker.state]


def _postgres(database: Database) -> Part:
    stats, state = database.stats(), circuit(database.breaker)
    readings = {"pool_size": float(stats.limit), "pool_used": float(stats.open - stats.idle), "circuit": state}
    if database.breaker.failing:
        return Part(
            "postgres", "degraded", "Postgres does not answer; the index serves, events wait.", readings=readings
        )
    return Part("postgres", "ok", f"{stats.open} of {stats.limit} connections open", readings=readings)


def _redis(cache: LayeredCache) -> Part:
    if cache.shared is None:
        return Part("redis", "ok", "not used")
    state = circuit(cache.shared.breaker)
    failing = cache.shared.breaker.failing
    detail = "Redis does not answer; results are computed or come from this process." if failing else ""
    return Part("redis", "degraded" if failing else "ok", detail, readings={"circuit": state})


def _index(live: Live, now: datetime) -> Part:
    snapshot = live.snapshot
    if snapshot is None:
        return Part(
            "index", "degraded", f"{live.problem}; Postgres full-text search answers", readings={"circuit": 1.0}
        )
    age = (now.astimezone(UTC) - snapshot.about.built_at).total_seconds()
    readings = {
        "products": float(len(snapshot.columns.row_of)),
        "age_seconds": age,
        "lag": float(live.lag),
        "circuit": 0.0,
    }
    detail = f"{len(snapshot.columns.row_of)} products, position {snapshot.position}"
    return Part("index", "ok", detail, version=snapshot.about.version, readings=readings)


def _semantic(live: Live) -> Part:
    snapshot = live.snapshot
    if snapshot is None or snapshot.vectors is None:
        return Part("semantic", "degraded", "no vectors to search; keyword only", readings={"circuit": 1.0})
    if not snapshot.about.embedded:
        return Part("semantic", "degraded", "vectors are being made; keyword only so far", readings={"products": 0.0})
    waiting = len(snapshot.pending)
    readings = {"products": float(len(snapshot.columns.row_of) - waiting), "circuit": 0.0}
    return Part("semantic", "ok", f"{waiting} vectors to come", version=snapshot.about.model, readings=readings)
