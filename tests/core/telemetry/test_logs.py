import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import NoOpTracer

from core.telemetry import get_logger, logs
from core.telemetry.record import Record, recording


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    out = io.BytesIO()
    handlers = logging.getLogger().handlers[:]
    logs.configure(level="INFO", service="aisle", stream=out)
    yield out
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


def lines(stream: io.BytesIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_the_ids_of_the_request(stream):
    with recording(Record("r-1", "t" * 32, NoOpTracer(), user_id="u-1")):
        get_logger().info("shown", count=3)
    get_logger().info("alone")
    inside, outside = lines(stream)
    assert list(inside)[:7] == ["timestamp", "level", "service", "trace_id", "request_id", "user_id", "event"]
    assert (inside["trace_id"], inside["request_id"], inside["user_id"], inside["count"]) == ("t" * 32, "r-1", "u-1", 3)
    assert (outside["trace_id"], outside["service"], outside["level"]) == (None, "aisle", "info")


def test_lines_of_libraries_take_the_same_form(stream):
    logging.getLogger("somebody").warning("it is %s", "late\nor never")
    (line,) = lines(stream)
    assert line["event"] == "it is late\nor never"
    assert (line["level"], line["logger"], line["service"]) == ("warning", "somebody", "aisle")


def test_an_exception_stays_on_its_line(stream):
    try:
        raise ValueError("bad\nnews")  # noqa: TRY301
    except ValueError:
        get_logger().exception("failed")
        logging.getLogger("somebody").exception("failed too")
    first, second = lines(stream)
    assert "ValueError: bad\nnews" in str(first["exception"])
    assert "ValueError: bad\nnews" in str(second["exception"])


def test_below_its_level_nothing_is_written(stream):
    get_logger().debug("noise")
    logging.getLogger("httpx").info("noise")
    assert stream.getvalue() == b""


def test_what_json_does_not_know_is_written_as_text(stream):
    get_logger().info("odd", value={1, 2}, error=KeyError("x"), number={3: "three"})
    (line,) = lines(stream)
    assert line["number"] == {"3": "three"}


@given(st.text())
def test_text_for_the_log_is_bounded_and_has_no_control_characters(text):
    written = logs.loggable(text)
    assert len(written) <= 500
    assert written.isprintable() or all(not c.isprintable() and ord(c) > 159 for c in written if not c.isprintable())
    assert not set(written) & {"\n", "\r", "\x1b", "\x00", "\u202e"}
