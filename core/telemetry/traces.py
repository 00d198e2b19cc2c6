"""Traces: W3C trace context in and out, and spans to an OTLP collector when there is one."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, TraceFlags, Tracer, TraceState

# https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(r"^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$")


@dataclass(frozen=True, slots=True)
class Tracing:
    """Where spans go. Without a collector spans are carried, not recorded: ids still run through."""

    tracer: Tracer
    close: Callable[[], None]


def open_tracing(endpoint: str | None, *, service: str, version: str) -> Tracing:
    """Export spans to `endpoint` (OTLP over HTTP, `http://host:4318`), or nowhere."""
    if endpoint is None:
        return Tracing(tracer=trace.NoOpTracer(), close=lambda: None)
    # The SDK costs 0.1 s to import and is of no use without a collector.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.version": version}), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(tracer=provider.get_tracer(service, version), close=provider.shutdown)


def incoming(traceparent: str | None, tracestate: str | None = None) -> SpanContext:
    """The caller's trace context; a malformed or missing one starts a new trace."""
    match = _TRACEPARENT.match(traceparent) if traceparent else None
    if match is not None:
        version, trace_id, span_id, flags, rest = match.groups()
        context = SpanContext(
            trace_id=int(trace_id, 16),
            span_id=int(span_id, 16),
            is_remote=True,
            trace_flags=TraceFlags(int(flags, 16) & TraceFlags.SAMPLED),
            trace_state=TraceState.from_header([tracestate]) if tracestate else None,
        )
        if context.is_valid and version != "ff" and not (version == "00" and rest):
            return context
    return SpanContext(
        trace_id=secrets.randbits(128) or 1,
        span_id=secrets.randbits(64) or 1,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def within(parent: SpanContext) -> Context:
    """A context in which new spans are children of `parent`."""
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def trace_id(span: Span) -> str:
    """32 hexadecimal digits."""
    return format(span.get_span_context().trace_id, "032x")


def outgoing(span: Span) -> str:
    """The `traceparent` of what is called from here on."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
