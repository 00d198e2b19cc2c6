"""`POST /events`: what shoppers saw and did, as clients report it."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.body import MAX_MISTAKES, checked, read_json
from api.context import Context, context_of
from api.door import door_of
from api.errors import Mistake, ParameterError
from api.impressions import impression_id
from api.wire import json_answer
from core.catalog import Frozen
from core.errors import AisleError
from core.storage.events import Event
from core.telemetry.record import annotate

router = APIRouter(tags=["events"])

MAX_BATCH = 1_000
OLDEST = timedelta(days=90)  # older than what is kept hot belongs in a load, not here
AHEAD = timedelta(days=1)  # how wrong a caller's clock may be
KNOWN = frozenset({"impression", "search", "click", "view", "add_to_cart", "purchase"})  # labels of the metric

_EXAMPLE = {
    "event_id": "0a0f7a3e-8d2b-4e0b-9a53-7a1f1f3f9a11",
    "event_type": "click",
    "product_id": "p-1",
    "session_id": "s-1",
    "source": "search",
    "query": "headphones",
    "position": 3,
}
_ONE = {"type": "object", "required": ["event_id", "event_type"], "example": _EXAMPLE}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [_ONE, {"type": "array", "items": _ONE, "maxItems": MAX_BATCH}]},
                "examples": {"one": {"value": _EXAMPLE}, "batch": {"value": [_EXAMPLE]}},
            }
        },
    }
}


class Counted(Frozen):
    """What became of the events: those stored now, and those that were stored before."""

    accepted: int
    duplicates: int


@router.post("/events", status_code=202, openapi_extra=_BODY, responses={202: {"model": Counted}})
async def post_events(request: Request) -> Response:
    """Take one event, an array of them, or `{"events": [...]}`. Sending the same `event_id` again is harmless.

    All or nothing: one event that is not valid refuses the batch and names its place. `ts` defaults to now,
    `session_id` to the visitor's session.
    """
    door = door_of(request)
    context = context_of(request, door.clock())
    sent = _listed(await read_json(request))
    events = _checked(sent, context)
    annotate(event="events", events=len(events))
    try:
        stored = await door.service.events.append(events, context.now)
    except AisleError:
        door.metrics.events.labels("all", "failed").inc(len(events))
        raise
    for event in events:
        kind = event.event_type if event.event_type in KNOWN else "other"
        door.metrics.events.labels(kind, "received").inc()
    door.metrics.events.labels("all", "stored").inc(stored)
    door.metrics.events.labels("all", "duplicate").inc(len(events) - stored)
    return json_answer(Counted(accepted=stored, duplicates=len(events) - stored), 202)


def _listed(content: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(content, dict) and set(content) == {"events"}:
        content = content["events"]
    events = content if isinstance(content, list) else [content]
    if not 1 <= len(events) <= MAX_BATCH:
        raise ParameterError([Mistake("body", f"must hold 1 to {MAX_BATCH:,} events, not {len(events):,}")])
    return events


def _checked(sent: list[Any], context: Context) -> list[Event]:
    events: list[Event] = []
    mistakes: list[Mistake] = []
    for place, content in enumerate(sent):
        try:
            events.append(_event(content, context, f"[{place}]"))
        except ParameterError as error:
            mistakes.extend(error.mistakes)
        if len(mistakes) >= MAX_MISTAKES:
            break
    if mistakes:
        raise ParameterError(mistakes)
    return events


def _event(content: Any, context: Context, place: str) -> Event:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(content, dict):
        raise ParameterError([Mistake(place, "must be an object")])
    event = checked(Event, {"ts": context.now, "session_id": context.session_id, **content}, place)
    if not _plausible(event.ts, context.now):
        raise ParameterError([Mistake(f"{place}.ts", "must lie within the last 90 days")])
    nul = next((name for name, value in event if isinstance(value, str) and "\x00" in value), None)
    if nul is not None or any("\x00" in text for pair in event.variants.items() for text in pair):
        raise ParameterError([Mistake(f"{place}.{nul or 'variants'}", "must not hold NUL characters")])
    if event.event_type == "impression" and event.request_id and event.product_id:
        # The server has noted this impression itself: the same thing under the same id is one event.
        return event.model_copy(update={"event_id": impression_id(event.request_id, event.product_id)})
    return event


def _plausible(ts: datetime, now: datetime) -> bool:
    return now - OLDEST <= ts <= now + AHEAD
