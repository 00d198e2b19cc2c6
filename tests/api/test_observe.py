import re

import pytest

from core.errors import UnavailableError

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "path", ["/search?q=kettle", "/search?k=0", "/nothing", "/", "/health/live", "/metrics", "/docs"]
)
async def test_every_answer_carries_its_ids(house, path):
    answer = await house.client.get(path)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-trace-id"])
    assert answer.headers["traceparent"].startswith(f"00-{answer.headers['x-trace-id']}-")


async def test_a_callers_ids_are_kept(house):
    headers = {"x-request-id": "order-42", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    answer = await house.client.get("/search?q=kettle", headers=headers)
    assert answer.headers["x-request-id"] == "order-42"
    assert answer.headers["x-trace-id"] == TRACE


@pytest.mark.parametrize("request_id", ["a b", "x" * 101, 'quote"', "<script>", "é"])
async def test_a_request_id_that_is_no_id_is_replaced(house, request_id):
    answer = await house.client.get("/search", headers={"x-request-id": request_id.encode()})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_a_search_is_one_line_with_the_fields_of_the_specification(house):
    answer = await house.client.get("/search?q=kettle&user_id=u-7")
    (line,) = house.lines("search")
    expected = {
        "timestamp",
        "level",
        "service",
        "trace_id",
        "request_id",
        "user_id",
        "query",
        "results_count",
        "latency_ms",
        "cache_hit",
    }
    assert expected <= set(line)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["trace_id"] == answer.headers["x-trace-id"]
    assert (line["user_id"], line["query"], line["results_count"], line["cache_hit"]) == ("u-7", "kettle", 40, False)
    assert "keyword" in line["stages_ms"]


async def test_a_query_cannot_forge_a_line_or_hide_in_one(house):
    await house.client.get("/search", params={"q": 'x\n{"level":"error","event":"forged"}\r\x1b[31m\u2028\u202e'})
    assert house.lines("forged") == []
    (line,) = house.lines("search")
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u202e]", line["query"])


async def test_the_query_stands_in_no_other_field_and_no_other_line(house):
    house.shop.failure = UnavailableError()
    await house.client.get("/search?q=sesame")
    await house.client.get("/search?q=sesame&k=0")
    for line in house.lines():
        assert "sesame" not in str({key: value for key, value in line.items() if key != "query"})


async def test_probes_do_not_fill_the_log(house):
    await house.client.get("/health/live")
    await house.client.get("/metrics")
    assert house.lines("request") == []
