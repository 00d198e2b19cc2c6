from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core.telemetry import annotate, span
from core.telemetry.record import Record, current, recording
from core.telemetry.traces import incoming, open_tracing, outgoing, trace_id, within

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_callers_trace_is_continued():
    context = incoming(f"00-{TRACE}-{SPAN}-01")
    assert (format(context.trace_id, "032x"), format(context.span_id, "016x")) == (TRACE, SPAN)
    assert context.trace_flags.sampled
    assert not incoming(f"00-{TRACE}-{SPAN}-00").trace_flags.sampled


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
    ],
)
def test_a_header_that_is_no_trace_starts_a_new_one(header):
    context = incoming(header)
    assert context.is_valid
    assert format(context.trace_id, "032x") != TRACE


def test_a_later_version_may_say_more():
    assert format(incoming(f"01-{TRACE}-{SPAN}-01-more").trace_id, "032x") == TRACE


@given(st.text(), st.text())
def test_no_header_breaks_a_request(traceparent, tracestate):
    assert incoming(traceparent, tracestate).is_valid


def test_without_a_collector_ids_still_run_through():
    tracing = open_tracing(None, service="aisle", version="1")
    with tracing.tracer.start_as_current_span("request", context=within(incoming(f"00-{TRACE}-{SPAN}-01"))) as root:
        assert trace_id(root) == TRACE
        assert outgoing(root) == f"00-{TRACE}-{SPAN}-01"


def test_spans_of_a_request_are_children_timed_and_told_of_errors():
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    record = Record("r", "t", provider.get_tracer("test"))
    with recording(record), span("search", mode="hybrid", cursor=None):
        for _ in range(2):
            with span("keyword"):
                annotate(found=3)
        with pytest.raises(KeyError), span("rank"):
            raise KeyError("x")
    spans = {finished.name: finished for finished in exporter.get_finished_spans()}
    assert spans["keyword"].parent.span_id == spans["search"].context.span_id
    assert spans["search"].attributes == {"mode": "hybrid"}
    assert not spans["rank"].status.is_ok
    assert set(record.stages) == {"search", "keyword", "rank"}
    assert record.stages["search"] >= record.stages["keyword"] > 0
    assert record.notes == {"found": 3}
    assert current() is None


def test_outside_a_request_spans_and_notes_do_nothing():
    with span("keyword"):
        annotate(found=3)
    assert current() is None


class Collector(BaseHTTPRequestHandler):
    paths: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.paths.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def collector() -> Iterator[str]:
    Collector.paths.clear()
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_with_a_collector_spans_are_sent_by_the_time_tracing_is_closed(collector):
    tracing = open_tracing(collector, service="aisle", version="1")
    with recording(Record("r", "t", tracing.tracer)), span("search"):
        pass
    tracing.close()
    assert Collector.paths == ["/v1/traces"]
