"""`GET /search` and what is asked about a search: why, what was understood, what might be meant."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.body import checked, documented, read_json
from api.context import context_of, hour_of
from api.door import Door, door_of
from api.impressions import Shown
from api.params import Parameter, clean, openapi, read_query, text, whole
from api.search_params import ASKED, LOCALE, QUERY, SEARCH, search_request
from api.wire import JSON, SearchAnswer, json_answer
from core.catalog import Frozen
from core.language.understanding import Understood
from core.telemetry.logs import loggable
from core.telemetry.record import annotate, current
from tools.search.cursor import read as read_cursor
from tools.search.shapes import MAX_QUERY, ExplainRequest, Explanation, SearchPage, SearchRequest
from tools.suggest import Suggestions, SuggestRequest
from tools.understand import UnderstandRequest

router = APIRouter(tags=["search"])

PRODUCT = Parameter("product_id", "The product to explain.", text(200, min_length=1), example="p-1", required=True)
EXPLAIN = (PRODUCT, *ASKED)
SUGGEST = (
    QUERY,
    LOCALE,
    Parameter("k", "How many suggestions.", whole(1, 20), {"type": "integer", "minimum": 1, "maximum": 20}, 8),
)


@router.get("/search", openapi_extra=openapi(SEARCH), responses={200: {"model": SearchAnswer}})
async def search(request: Request) -> Response:
    """Find products. An empty `q` browses; `cursor` of one page asks for the next."""
    door = door_of(request)
    now = door.clock()
    asked, given = search_request(request.scope["query_string"], SEARCH, hour_of(now))
    context = context_of(request, now, given.get("user_id"))
    offset = len(read_cursor(asked).shown) if asked.cursor else 0
    annotate(event="search", query=loggable(asked.query), mode=asked.mode, k=asked.k)
    page = await door.service.tools.search(asked)
    layer = _account(door, asked, page)
    results = tuple((result.product_id, result.score) for result in page.results)
    door.impressions.add(Shown(context, "search" if asked.query else "browse", asked.query or None, offset, results))
    headers = {"x-cache": layer, "cache-control": "no-store"}
    return Response(door.bodies.of(page, context.request_id), headers=headers, media_type=JSON)


@router.get("/search/explain", openapi_extra=openapi(EXPLAIN), responses={200: {"model": Explanation}})
async def explain(request: Request) -> Response:
    """Why a product stands where it does in a search, or why it is absent."""
    door = door_of(request)
    now = door.clock()
    asked, given = search_request(request.scope["query_string"], EXPLAIN, hour_of(now))
    context = context_of(request, now, given.get("user_id"))
    annotate(event="explain", query=loggable(asked.query), product_id=given["product_id"])
    answer = await door.service.tools.explain(ExplainRequest(product_id=given["product_id"], search=asked))
    return json_answer({**vars(answer), "request_id": context.request_id})


@router.get("/search/suggest", openapi_extra=openapi(SUGGEST), responses={200: {"model": Suggestions}})
async def suggest(request: Request) -> Response:
    """Completions for what has been typed so far."""
    given = read_query(request.scope["query_string"], SUGGEST)
    annotate(event="suggest", query=loggable(given.get("q", "")))
    asked = SuggestRequest(query=given.get("q", ""), k=given.get("k", 8), locale=given.get("locale", "en"))
    answer = await door_of(request).service.tools.suggest(asked)
    return json_answer(answer, headers={"cache-control": "public, max-age=60"})


class UnderstandBody(Frozen):
    """A query to understand."""

    query: Annotated[str, Field(max_length=MAX_QUERY, examples=["red nike shoes under $50 not leather"])]
    off: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    locale: str = Field(default="en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")


@router.post("/search/understand", openapi_extra=documented(UnderstandBody), responses={200: {"model": Understood}})
async def understand(request: Request) -> Response:
    """What the rules make of a query: words, corrections, constraints."""
    body = checked(UnderstandBody, await read_json(request))
    query = clean(body.query)
    annotate(event="understand", query=loggable(query))
    asked: dict[str, Any] = {"query": query, "off": body.off, "ignore": body.ignore, "locale": body.locale}
    return json_answer(await door_of(request).service.tools.understand(UnderstandRequest(**asked)))


def _account(door: Door, asked: SearchRequest, page: SearchPage) -> str:
    """Note and count one search; answers the cache layer it came from."""
    record = current()
    layer = str(record.notes.get("cache", "miss")) if record else "miss"
    annotate(results_count=page.total, cache_hit=layer != "miss", relaxed=len(page.relaxed))
    if page.degraded:
        annotate(degraded=",".join(page.degraded))
    metrics = door.metrics
    metrics.searches.labels(asked.mode, layer).inc()
    metrics.cache.labels(layer).inc()
    metrics.results.observe(page.total)
    if page.results:
        metrics.scores.observe(page.results[0].score)
    elif asked.cursor is None:
        metrics.zero_results.labels(asked.mode).inc()
    return layer
