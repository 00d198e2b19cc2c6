import pytest

from core.errors import (
    AisleError,
    ConflictError,
    IndexCorruptError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    SetupError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError("cursor: not ours"), 422),
        (NotFoundError(), 404),
        (ConflictError(), 409),
        (UnavailableError(), 503),
        (OverloadedError(), 503),
        (IndexCorruptError(), 503),
    ],
)
async def test_an_expected_error_becomes_its_status_and_says_why(house, error, status):
    house.shop.failure = error
    answer = await house.client.get("/search?q=kettle")
    assert answer.status_code == status
    assert answer.json()["detail"] == str(error)
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    "error", [RuntimeError("password=hunter2"), SetupError("/etc/secret"), AisleError("inner"), KeyError("x")]
)
async def test_an_unexpected_error_tells_the_caller_nothing_and_the_log_everything(house, error):
    house.shop.failure = error
    answer = await house.client.get("/search?q=kettle")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    line = house.lines("unexpected_error")[0]
    assert line["trace_id"] == answer.json()["trace_id"]
    assert type(error).__name__ in line["exception"]
    assert house.lines("search")[0]["status"] == 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("POST", "/nothing/here", 404),
        ("GET", "/products/none", 404),
        ("GET", "/images/none.svg", 404),
        ("GET", "/docs/none.js", 404),
        ("GET", "/products/" + "x" * 201, 422),
        ("GET", "/products/a%00b", 422),
        ("POST", "/search", 405),
        ("DELETE", "/events", 405),
        ("OPTIONS", "/search", 405),
        ("PROPFIND", "/", 404),
        ("GET", "/search?k=x", 422),
        ("GET", "/products/p-1?colour=red", 422),
        ("GET", "/products/p-1/similar?k=101", 422),
    ],
)
async def test_every_refusal_is_a_problem_document(house, method, path, status):
    answer = await house.client.request(method, path)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "trace_id", "request_id"} <= set(problem)
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_method_says_which_are_right(house):
    assert (await house.client.post("/search")).headers["allow"] == "GET"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_must_say_that_it_is_json(house, media_type):
    answer = await house.client.post("/events", content=b"{}", headers={"content-type": media_type})
    assert answer.status_code == 415
