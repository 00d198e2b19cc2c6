"""What a part of the service says of its own state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part as an operator sees it.

    `readings` are plain numbers under short names (`pool_used`, `age_seconds`, `lag`, `circuit`: 0 closed, 0.5
    half-open, 1 open); those that `core.telemetry.metrics` knows become gauges.
    """

    name: str
    state: State
    detail: str = ""
    version: str = ""
    readings: Mapping[str, float] = field(default_factory=dict)
