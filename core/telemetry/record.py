"""The record of the request at hand: its ids, how long its stages took, and what was noted along the way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from opentelemetry import trace
from opentelemetry.trace import Span, Tracer

Note = str | int | float | bool | None

_current: ContextVar["Record | None"] = ContextVar("aisle_record", default=None)


@dataclass(slots=True)
class Record:
    """One request (or job). Shared by every task it starts, so that their stages are counted with it.

    `stages` maps a span's name to seconds spent in it; `notes` are fields for the request's log line.
    """

    request_id: str
    trace_id: str
    tracer: Tracer
    user_id: str | None = None
    stages: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)


def current() -> Record | None:
    """The record of the request being served, if any."""
    return _current.get()


@contextmanager
def recording(record: Record) -> Iterator[Record]:
    """Make `record` the current one within the block."""
    token = _current.set(record)
    try:
        yield record
    finally:
        _current.reset(token)


@contextmanager
def span(name: str, **attributes: Note) -> Iterator[Span]:
    """Time a stage of the current request and trace it; outside a request, do nothing.

    An exception is recorded on the span and goes on its way.
    """
    record = _current.get()
    if record is None:
        yield trace.INVALID_SPAN
        return
    started = time.perf_counter()
    try:
        known = {key: value for key, value in attributes.items() if value is not None}
        with record.tracer.start_as_current_span(name, attributes=known) as opened:
            yield opened
    finally:
        record.stages[name] = record.stages.get(name, 0.0) + time.perf_counter() - started


def annotate(**notes: Note) -> None:
    """Add fields to the log line of the current request."""
    record = _current.get()
    if record is not None:
        record.notes.update(notes)
