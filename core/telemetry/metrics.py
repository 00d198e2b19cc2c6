"""Prometheus metrics, all in one object with a registry of its own.

Labels have few values by construction: route templates, known methods, stages, layers and reasons; never a path, a
query or an id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from core.telemetry.health import Part

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
COUNTS = (0, 1, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 25_000, 100_000)
SCORES = tuple(step / 10 for step in range(1, 11))
STAGES = frozenset(
    {
        "understand", "embed", "retrieval", "keyword", "semantic", "fusion", "rank", "facets", "page", "relax",
        "search", "explain", "similar", "suggest", "cache", "postgres", "redis", "encode",
    }
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Metrics:
    """Every metric of a process. In multi-process serving each gauge says how processes are combined."""

    registry: CollectorRegistry
    requests: Counter
    request_seconds: Histogram
    in_flight: Gauge
    rejected: Counter
    searches: Counter
    zero_results: Counter
    results: Histogram
    scores: Histogram
    stage_seconds: Histogram
    cache: Counter
    events: Counter
    impressions: Counter
    part_state: Gauge
    circuit: Gauge
    pool: Gauge
    index: Mapping[str, Gauge]
    index_version: Gauge

    def observe_stages(self, stages: Mapping[str, float]) -> None:
        """Count the stages of one request, in seconds."""
        for name, seconds in stages.items():
            self.stage_seconds.labels(name if name in STAGES else "other").observe(seconds)

    def observe_parts(self, parts: Iterable[Part]) -> None:
        """Set the gauges from what the parts say of themselves."""
        for part in parts:
            self.part_state.labels(part.name).set({"ok": 1.0, "degraded": 0.5, "down": 0.0}[part.state])
            for reading, value in part.readings.items():
                self._observe_reading(part.name, reading, value)
            if part.version:
                self.index_version.labels(part.name, part.version).set_to_current_time()

    def _observe_reading(self, part: str, reading: str, value: float) -> None:
        if reading == "circuit":
            self.circuit.labels(part).set(value)
        elif reading.startswith("pool_"):
            self.pool.labels(part, reading.removeprefix("pool_")).set(value)
        elif reading in self.index:
            self.index[reading].labels(part).set(value)


def create_metrics() -> Metrics:
    """A fresh set of metrics in a fresh registry."""
    registry = CollectorRegistry()
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each counter and histogram that nobody reads

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(f"aisle_{name}", text, labels, registry=registry)

    def gauge(name: str, text: str, mode: str, *labels: str) -> Gauge:
        return Gauge(f"aisle_{name}", text, labels, registry=registry, multiprocess_mode=mode)  # type: ignore[arg-type]

    def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"aisle_{name}", text, labels, registry=registry, buckets=buckets)

    return Metrics(
        registry=registry,
        requests=counter("http_requests", "Requests answered.", "method", "route", "status"),
        request_seconds=histogram("http_request_seconds", "Time to answer.", SECONDS, "method", "route"),
        in_flight=gauge("http_requests_in_flight", "Requests being served.", "livesum"),
        rejected=counter("inputs_rejected", "Inputs refused.", "route", "reason"),
        searches=counter("searches", "Searches answered.", "mode", "cache"),
        zero_results=counter("searches_without_results", "Searches that found nothing.", "mode"),
        results=histogram("search_results", "Products found by a search.", COUNTS),
        scores=histogram("search_top_score", "Score of the first result.", SCORES),
        stage_seconds=histogram("stage_seconds", "Time spent in a stage of a request.", SECONDS, "stage"),
        cache=counter("cache_lookups", "Result-cache answers by layer; `miss` is none.", "layer"),
        events=counter("events", "Events received.", "event_type", "outcome"),
        impressions=counter("impressions", "Impressions written, or dropped when storage stayed away.", "outcome"),
        part_state=gauge("part_state", "1 ok, 0.5 degraded, 0 down.", "livemin", "part"),
        circuit=gauge("circuit_open", "0 closed, 0.5 half-open, 1 open.", "livemax", "part"),
        pool=gauge("pool_connections", "Connections of a pool.", "livesum", "part", "state"),
        index={
            "age_seconds": gauge("index_age_seconds", "Age of the index being served.", "livemax", "part"),
            "products": gauge("index_products", "Products that can be found.", "livemax", "part"),
            "bytes": gauge("index_bytes", "Size of the index.", "livemax", "part"),
            "lag": gauge("index_lag_changes", "Catalogue changes not yet in the index.", "livemax", "part"),
        },
        index_version=gauge("version_seen_timestamp", "When a version was last served.", "max", "part", "version"),
    )


def exposition(metrics: Metrics, multiprocess: Path | None) -> bytes:
    """The metrics in Prometheus' text form; of all worker processes when they share a `multiprocess` folder."""
    if multiprocess is None:
        return generate_latest(metrics.registry)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(multiprocess))  # type: ignore[no-untyped-call]
    return generate_latest(registry)
