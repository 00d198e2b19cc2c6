"""`GET /products/…` and their pictures."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.context import context_of, hour_of
from api.door import door_of
from api.impressions import Shown
from api.params import Parameter, openapi, read_query, whole
from api.wire import SimilarAnswer, json_answer, page_out
from core.catalog import Product
from core.telemetry.record import annotate
from tools.search.shapes import MAX_K, SimilarRequest

router = APIRouter(tags=["products"])

# A product's id is the merchant's: any printable text, slashes too.
ProductId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["p-1"])]
SIMILAR = (Parameter("k", "How many.", whole(1, MAX_K), {"type": "integer", "minimum": 1, "maximum": MAX_K}, 12),)


@router.get(
    "/products/{product_id:path}/similar", openapi_extra=openapi(SIMILAR), responses={200: {"model": SimilarAnswer}}
)
async def similar(request: Request, product_id: ProductId) -> Response:
    """Products like this one, nearest first."""
    given = read_query(request.scope["query_string"], SIMILAR)
    door = door_of(request)
    context = context_of(request, door.clock())
    annotate(event="similar", product_id=product_id)
    asked = SimilarRequest(product_id=product_id, now=hour_of(context.now), **given)
    page = await door.service.tools.similar(asked)
    results = tuple((result.product_id, result.score) for result in page.results)
    door.impressions.add(Shown(context, "similar", None, 0, results))
    return json_answer({**page_out(page), "request_id": context.request_id})


@router.get("/products/{product_id:path}", responses={200: {"model": Product}})
async def product(request: Request, product_id: ProductId) -> Response:
    """One product."""
    read_query(request.scope["query_string"], ())
    annotate(product_id=product_id)
    return json_answer(await door_of(request).service.tools.product(product_id), headers={"cache-control": "no-cache"})


@router.get(
    "/images/{product_id:path}.svg", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}}
)
async def picture(request: Request, product_id: ProductId) -> Response:
    """A drawn picture of a product."""
    svg = await door_of(request).service.tools.picture(product_id)
    return Response(svg, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})
