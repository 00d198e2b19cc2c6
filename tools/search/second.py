"""The second engine: Postgres full-text search, for when this process has no index to read."""

from dataclasses import dataclass
from typing import Protocol

from core.catalog import Breakdown, Exclude, Filters, Versions
from core.errors import UnavailableError
from core.language.tokens import normalize
from core.language.understanding import Understood
from core.ranking import weights_for
from core.storage.products import Match
from tools.search.finding import rounded
from tools.search.shapes import Result, SearchPage, SearchRequest


class FullText(Protocol):
    """Full-text search in the catalogue's own store."""

    async def search_fts(self, query: str, k: int, filters: Filters, exclude: Exclude, locale: str) -> list[Match]:
        """Best first, scores in [0, 1]."""
        ...


@dataclass(frozen=True)
class SecondEngine:
    """A plainer search: the words and the chosen filters, one page, no facets. It says that it is degraded."""

    store: FullText

    async def __call__(self, request: SearchRequest) -> SearchPage:
        """One page. Raises `UnavailableError` when Postgres is away too, or a page further down is asked for."""
        if request.cursor is not None:
            raise UnavailableError("Further pages are not available right now; try again shortly.")
        matches = await self.store.search_fts(
            normalize(request.query), request.k, request.filters, request.exclude, request.locale
        )
        weights = request.weights or weights_for(None)
        return SearchPage(
            results=tuple(
                Result(
                    product_id=match.product.id,
                    score=rounded(match.score * weights.search),
                    breakdown=Breakdown(search=rounded(match.score), keyword=rounded(match.score)),
                    weights=weights,
                    product=match.product,
                )
                for match in matches
            ),
            facets=(),
            total=len(matches),
            cursor=None,
            understood=Understood(query=request.query, normalized=normalize(request.query), text=request.query),
            relaxed=(),
            did_you_mean=None,
            versions=Versions(catalogue="live", index="postgres", model="none", weights="search only"),
            degraded=("index", "semantic", "facets", *(() if request.sort == "relevance" else ("sort",))),
        )
