"""Structured logs: one JSON object a line, always with the same first fields."""

import logging
import sys
import unicodedata
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from core.telemetry.record import current

MAX_TEXT = 500  # characters of shopper's text in a log line
FIRST = ("timestamp", "level", "service", "trace_id", "request_id", "user_id", "event")


def get_logger() -> FilteringBoundLogger:
    """A logger; ids of the current request are added when a line is written."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def loggable(text: str) -> str:
    """A shopper's text as it may stand in a log line: bounded, and without control or formatting characters."""
    return "".join(c for c in text[:MAX_TEXT] if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def configure(*, level: str, service: str, stream: BinaryIO | None = None) -> None:
    """Send structlog's and the standard library's lines to `stream` (standard output) as JSON."""
    out: BinaryIO = stream if stream is not None else sys.stdout.buffer
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        _identify(service),
    ]
    finish: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        _order,
        structlog.processors.JSONRenderer(serializer=_dump),
    ]
    structlog.configure(
        processors=[*shared, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    _bridge(level, out, shared, finish)


def _bridge(level: str, out: BinaryIO, shared: list[Processor], finish: list[Processor]) -> None:
    """Lines of libraries (standard logging) come out in the same form."""
    handler = _BytesHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish[:-1], _render_text],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level.upper()], logging.INFO))
    for chatty in ("httpx", "httpcore", "opentelemetry", "procrastinate"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _BytesHandler(logging.Handler):
    """Writes a finished line as UTF-8."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._out.write(self.format(record).encode("utf-8", "replace") + b"\n")
            self._out.flush()
        except Exception:  # noqa: BLE001 - a log line must never break the service; this is logging's own way out
            self.handleError(record)


def _identify(service: str) -> Processor:
    def identify(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        record = current()
        event["service"] = service
        event["trace_id"] = record.trace_id if record else None
        event["request_id"] = record.request_id if record else None
        event.setdefault("user_id", record.user_id if record else None)
        return event

    return identify


def _order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**{key: event.pop(key) for key in FIRST if key in event}, **event}


def _dump(event: EventDict, **_options: Any) -> bytes:  # noqa: ANN401 - structlog's serializer protocol
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)


def _render_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _dump(event).decode()
