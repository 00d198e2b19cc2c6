"""Closed-loop clients: each asks, waits for the answer, asks again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter

import numpy as np

from core.catalog import Frozen


class Timing(Frozen):
    """Milliseconds by percentile, and answers a second over all clients."""

    clients: int
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    per_second: float


async def drive(ask: Callable[[str], Awaitable[object]], queries: Sequence[str], clients: int) -> Timing:
    """Ask every query once, `clients` at a time. An error is counted, not raised."""
    waiting = iter(queries)
    took: list[float] = []
    errors = 0

    async def client() -> None:
        nonlocal errors
        for query in waiting:
            start = perf_counter()
            try:
                await ask(query)
            except Exception:  # noqa: BLE001 - whatever it was, it is one failed request of the figure
                errors += 1
            took.append((perf_counter() - start) * 1000)

    start = perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return timing(took, clients, errors, perf_counter() - start)


def timing(took: Sequence[float], clients: int, errors: int, seconds: float) -> Timing:
    """Percentiles of `took` (ms)."""
    p50, p95, p99 = np.percentile(took, [50, 95, 99]) if took else (0.0, 0.0, 0.0)
    return Timing(
        clients=clients,
        requests=len(took),
        errors=errors,
        p50_ms=round(float(p50), 3),
        p95_ms=round(float(p95), 3),
        p99_ms=round(float(p99), 3),
        per_second=round(len(took) / seconds, 1),
    )
