"""What every route can reach: the service behind the door, the clock, the metrics, the impression buffer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from api.context import Clock
from api.impressions import Impressions
from api.page import Asset
from api.service import Service
from api.wire import Bodies
from core.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Door:
    """Opened in the app's lifespan and kept in `app.state.door`."""

    service: Service
    clock: Clock
    metrics: Metrics
    impressions: Impressions
    assets: Mapping[str, Asset]
    bodies: Bodies
    multiprocess: Path | None  # where worker processes share their metrics, if there are several


def door_of(request: Request) -> Door:
    """The door this request came through."""
    door: Door = request.app.state.door
    return door
