"""The outermost layer: gives a request its record; whatever then happens is answered, logged and counted."""

import asyncio
import re
import time
import uuid

from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_for
from core.telemetry.logs import get_logger, loggable
from core.telemetry.metrics import METHODS, Metrics
from core.telemetry.record import Record, annotate, recording
from core.telemetry.traces import Tracing, incoming, outgoing, trace_id, within

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._:-]{1,100}$")
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})  # probes would drown the log
CLIENT_CLOSED = 499  # nginx's word for a caller who left


class Observe:
    """ASGI middleware: ids and trace context in and out, access log, RED metrics, the last net for errors."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._log = get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        parent = within(incoming(headers.get("traceparent"), headers.get("tracestate")))
        tracer = self._tracing.tracer
        with tracer.start_as_current_span("request", context=parent, kind=SpanKind.SERVER) as root:
            record = Record(_request_id(headers.get("x-request-id")), trace_id(root), tracer)
            reply = _Reply(send, record, outgoing(root))
            started = time.perf_counter()
            with recording(record), self._metrics.in_flight.track_inprogress():
                try:
                    await self._serve(scope, receive, reply)
                finally:
                    self._account(scope, record, reply.status, time.perf_counter() - started)
                    root.update_name(f"{scope['method']} {_route(scope)}")
                    root.set_attributes({"http.route": _route(scope), "http.response.status_code": reply.status})

    async def _serve(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        try:
            await self._app(scope, receive, reply)
        except asyncio.CancelledError:
            reply.status = reply.status or CLIENT_CLOSED
            raise
        except Exception as error:
            answer = problem_for(error, scope["path"])
            annotate(problem=type(error).__name__)
            if answer.status_code == 500 or reply.status:
                self._log.exception("unexpected_error", path=loggable(scope["path"]))
            if reply.status:  # half an answer is out: cutting the line is the only honest sign
                raise
            await answer(scope, receive, reply)

    def _account(self, scope: Scope, record: Record, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(method, route).observe(seconds)
        self._metrics.observe_stages(record.stages)
        if 400 <= status < 500:
            self._metrics.rejected.labels(route, str(record.notes.get("problem", status))).inc()
        quiet = scope["path"] in _QUIET and status < 500
        fields = {
            "method": method,
            "route": route,
            "path": loggable(scope["path"]),
            "status": status,
            "latency_ms": round(seconds * 1e3, 3),
            "stages_ms": {name: round(spent * 1e3, 3) for name, spent in record.stages.items()},
            **record.notes,
        }
        event = str(fields.pop("event", "request"))
        (self._log.debug if quiet else self._log.info)(event, **fields)


class _Reply:
    """Send, remembering the status and adding the ids."""

    def __init__(self, send: Send, record: Record, traceparent: str) -> None:
        self._send = send
        self._record = record
        self._traceparent = traceparent
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self._record.request_id
            headers["x-trace-id"] = self._record.trace_id
            headers["traceparent"] = self._traceparent
        await self._send(message)


def _request_id(given: str | None) -> str:
    return given if given and _REQUEST_ID.match(given) else uuid.uuid4().hex


def _route(scope: Scope) -> str:
    """The route's template: few values, whatever paths are asked for."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else scope.get("aisle.route", "unmatched")
