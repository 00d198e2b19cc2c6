"""Who asks: user, session, locale, now, trace. One context a request, made at the door and handed on."""

import re
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from core.catalog import Frozen
from core.telemetry.record import current

Clock = Callable[[], datetime]
"""Answers the time, in UTC."""

_OPAQUE = re.compile(r"^[\x21-\x7e]{1,128}$")
SESSION_HEADER = "x-session-id"
SESSION_COOKIE = "aisle_session"


class Context(Frozen):
    """One request's who and when."""

    request_id: str
    trace_id: str
    user_id: str | None
    session_id: str | None
    now: datetime


def hour_of(now: datetime) -> datetime:
    """The time that ranking sees: rounded down, so that equal searches within an hour are equal."""
    return now.replace(minute=0, second=0, microsecond=0)


def context_of(request: Request, now: datetime, user_id: str | None = None) -> Context:
    """The context of `request`. An unusable session id is dropped: a shopper cannot mend a cookie."""
    record = current()
    if record is None:
        raise RuntimeError("the request was not observed: api.observe must be the outermost layer")
    record.user_id = user_id
    session = request.headers.get(SESSION_HEADER) or request.cookies.get(SESSION_COOKIE) or ""
    return Context(
        request_id=record.request_id,
        trace_id=record.trace_id,
        user_id=user_id,
        session_id=session if _OPAQUE.match(session) else None,
        now=now,
    )
