"""Is it alive, can it serve, how is it doing."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.door import door_of
from api.wire import json_answer
from core.telemetry import Part
from core.telemetry.health import State
from core.telemetry.metrics import exposition

router = APIRouter(tags=["health"])
NO_STORE = {"cache-control": "no-store"}


@router.get("/health/live")
async def live() -> Response:
    """Whether this process answers at all."""
    return json_answer({"status": "ok"}, headers=NO_STORE)


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """How each part is doing: 200 while searches can be answered, if need be by less than all parts; else 503."""
    parts = await door_of(request).service.parts()
    state = overall(parts)
    body = {"status": state, "parts": [_shown(part) for part in parts]}
    return json_answer(body, 503 if state == "down" else 200, NO_STORE)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    door = door_of(request)
    return Response(exposition(door.metrics, door.multiprocess), media_type="text/plain; version=0.0.4; charset=utf-8")


def overall(parts: tuple[Part, ...]) -> State:
    """Searches come from the in-process index or else from Postgres: only without both is the service down."""
    states = {part.name: part.state for part in parts}
    if all(states.get(name, "down") == "down" for name in ("index", "postgres")):
        return "down"
    return "ok" if all(state == "ok" for state in states.values()) else "degraded"


def _shown(part: Part) -> dict[str, object]:
    return {
        "name": part.name,
        "state": part.state,
        "detail": part.detail,
        "version": part.version,
        "readings": dict(part.readings),
    }
