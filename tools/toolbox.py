"""All tools of the shop, built once from the live things; the same objects behind every door."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.catalog import Product
from core.errors import NotFoundError, UnavailableError
from core.resources import Resources
from tools.picture import picture
from tools.search.cached import CachedSearch
from tools.search.explain import Explain
from tools.search.search import Search
from tools.search.second import SecondEngine
from tools.search.similar import Similar
from tools.suggest import Suggest
from tools.understand import Understand


@dataclass(frozen=True)
class Toolbox:
    """Each is `async (request) -> result`."""

    search: CachedSearch
    explain: Explain
    similar: Similar
    suggest: Suggest
    understand: Understand
    product: Callable[[str], Awaitable[Product]]
    picture: Callable[[str], Awaitable[str]]


def build(resources: Resources) -> Toolbox:
    """Wire the tools."""
    live, threads = resources.live, resources.threads
    search = Search(live, resources.encoder, SecondEngine(resources.products), threads)
    look_up = ProductLookup(resources)

    async def drawn(product_id: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(threads, picture, await look_up(product_id))

    return Toolbox(
        search=CachedSearch(search, resources.cache, resources.index_version, resources.result_ttl),
        explain=Explain(search),
        similar=Similar(live, threads),
        suggest=Suggest(live, threads),
        understand=Understand(live, threads),
        product=look_up,
        picture=drawn,
    )


@dataclass(frozen=True)
class ProductLookup:
    """One product: the index's display record, else Postgres, so that either being away is not felt."""

    resources: Resources

    async def __call__(self, product_id: str) -> Product:
        """Raises `NotFoundError`, or `UnavailableError` when nobody can tell."""
        snapshot = self.resources.live.snapshot
        if snapshot is not None and (product := snapshot.product(product_id)) is not None:
            return product
        try:
            found = await self.resources.products.get([product_id])
        except UnavailableError:
            if snapshot is not None:
                raise NotFoundError(f"There is no product {product_id}.") from None
            raise
        if not found:
            raise NotFoundError(f"There is no product {product_id}.")
        return found[0]
