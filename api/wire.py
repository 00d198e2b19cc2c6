"""Answers as they stand on the wire: JSON with money as decimal strings, and each product flattened into its result."""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
from pydantic import BaseModel, create_model
from starlette.responses import Response

from core.catalog import Product
from tools.search.shapes import Result, SearchPage, SimilarPage

JSON = "application/json"


def money(amount: Decimal) -> str:
    """`12.50` for 12.5000: exact, with at least two decimals."""
    text = format(amount, "f")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def json_answer(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer made of dicts, values of ours, and what JSON knows."""
    return Response(to_json(content), status, headers, JSON)


def to_json(content: object) -> bytes:
    """JSON of dicts and frozen values. Serializing fields directly takes half the time pydantic takes for a page."""
    return orjson.dumps(content, default=_plain)


def page_out(page: SearchPage | SimilarPage) -> dict[str, Any]:
    """A page of results as SPEC §5 words it, but for the request's id."""
    return {**vars(page), "results": [result_out(result) for result in page.results]}


@dataclass
class Bodies:
    """Answers whose pages were served last, kept encoded: a cached page is then sent without being walked again."""

    capacity: int = 256
    _kept: OrderedDict[int, tuple[object, bytes]] = field(default_factory=OrderedDict)

    def of(self, page: SearchPage | SimilarPage, request_id: str) -> bytes:
        """The JSON of `page` with this request's id in front."""
        kept = self._kept.get(id(page))  # an id is a page's own for as long as the page is kept here
        body = kept[1] if kept is not None and kept[0] is page else self._keep(page)
        return b'{"request_id":' + orjson.dumps(request_id) + b"," + body[1:]

    def _keep(self, page: SearchPage | SimilarPage) -> bytes:
        body = to_json(page_out(page))
        self._kept[id(page)] = (page, body)
        while len(self._kept) > self.capacity:
            self._kept.popitem(last=False)
        return body


def result_out(result: Result) -> dict[str, Any]:
    """A result with its product's fields beside its own."""
    flat = {**vars(result), **vars(result.product)}
    del flat["product"], flat["id"]
    return flat


def _plain(value: object) -> Any:  # noqa: ANN401 - orjson's protocol
    if isinstance(value, BaseModel):
        return vars(value)
    if isinstance(value, Decimal):
        return money(value)
    raise TypeError(f"{type(value).__name__} has no form on the wire")


def _fields(model: type[BaseModel], *without: str) -> dict[str, Any]:
    return {name: (info.annotation, info) for name, info in model.model_fields.items() if name not in without}


# The same shapes for OpenAPI, derived so that they cannot drift.
SearchResult = create_model("SearchResult", **_fields(Result, "product"), **_fields(Product, "id"))
SearchAnswer = create_model(
    "SearchAnswer",
    **{**_fields(SearchPage), "results": (tuple[SearchResult, ...], ...), "request_id": (str, ...)},
)
SimilarAnswer = create_model(
    "SimilarAnswer",
    **{**_fields(SimilarPage), "results": (tuple[SearchResult, ...], ...), "request_id": (str, ...)},
)
