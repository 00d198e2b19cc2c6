"""Whatever is sent, the answer is a page or a clear refusal: never a 500, never without ids."""

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.routes.search import EXPLAIN
from api.search_params import SEARCH

NAMES = [name for name in (parameter.name for parameter in (*EXPLAIN, *SEARCH)) if not name.endswith(".")]
NAMES += ["attr.colour", "attr.", "exclude.attr.x", "exclude.attr.", "utm_source"]
VALUES = st.one_of(
    st.text(max_size=600).map(lambda text: quote(text, safe="", errors="surrogatepass") if text else ""),
    st.binary(max_size=20).map(lambda raw: "".join(f"%{byte:02x}" for byte in raw)),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["true", "1", "relevance", "hybrid", "brand:Acme", "spelling", "10", "99.50", "en", "%00", "%", "&", "=", ";"]
    ),
)
PAIRS = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=8).map(lambda t: quote(t, safe=""))), VALUES),
    max_size=8,
)
NO_LIMIT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    ["event_id", "event_type", "product_id", "ts", "query", "score", "position", "value", "variants", "consent"]
)


def check(answer) -> None:
    assert answer.status_code < 500
    assert answer.headers["x-request-id"]
    assert answer.headers["x-trace-id"]
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"]


@NO_LIMIT
@given(pairs=PAIRS, path=st.sampled_from(["/search", "/search/explain", "/search/suggest", "/products/p-1/similar"]))
async def test_any_query_string(house, pairs, path):
    query = "&".join(f"{name}={value}" for name, value in pairs)
    check(await house.client.get(f"{path}?{query}"))


@NO_LIMIT
@given(path=st.text(min_size=1, max_size=40).map(lambda text: quote(text, safe="/", errors="surrogatepass")))
async def test_any_path(house, path):
    for prefix in ("/products/", "/images/", "/p/", "/docs/", "/"):
        check(await house.client.get(prefix + path.lstrip("/")))


@NO_LIMIT
@given(
    body=st.one_of(
        JSON, st.dictionaries(FIELDS, JSON, max_size=4), st.lists(st.dictionaries(FIELDS, JSON, max_size=4), max_size=2)
    )
)
async def test_any_json_body(house, body):
    content = json.dumps(body, allow_nan=False)
    for path in ("/events", "/search/understand"):
        check(await house.client.post(path, content=content, headers={"content-type": "application/json"}))


@NO_LIMIT
@given(body=st.binary(max_size=200))
async def test_any_bytes_as_a_body(house, body):
    check(await house.client.post("/events", content=body, headers={"content-type": "application/json"}))


@NO_LIMIT
@given(value=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
async def test_any_header(house, value):
    raw = value.strip().encode("latin-1")
    names = ("traceparent", "tracestate", "x-request-id", "x-session-id", "cookie", "if-none-match", "accept-encoding")
    check(await house.client.get("/search", headers=dict.fromkeys(names, raw)))
