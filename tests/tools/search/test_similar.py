"""Products like one: the nearest by meaning, never itself nor its variants, one of each family, honest when few."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalog import Product
from core.errors import NotFoundError, UnavailableError
from core.storage.index.snapshot import Snapshot
from evals.shop import NOW, Shop, open_shop
from tests.tools.search.conftest import PRODUCTS
from tools.search.shapes import SimilarPage, SimilarRequest
from tools.search.similar import Similar

BY_ID = {product.id: product for product in PRODUCTS}


@dataclass(frozen=True)
class Index:
    """An index that stands still."""

    snapshot: Snapshot | None


async def like(snapshot: Snapshot | None, product_id: str, k: int = 12) -> SimilarPage:
    with ThreadPoolExecutor(1) as threads:
        return await Similar(Index(snapshot), threads)(SimilarRequest(product_id=product_id, k=k, now=NOW))


def ids(page: SimilarPage) -> list[str]:
    return [result.product_id for result in page.results]


def kinds(page: SimilarPage) -> set[str]:
    return {product_id.split("-")[0] for product_id in ids(page)}


def families(products: list[Product]) -> list[str]:
    return [product.parent_id or product.id for product in products]


async def test_the_nearest_are_of_the_same_kind(shop: Shop) -> None:
    page = await like(shop.snapshot, "boot-3", k=5)

    assert kinds(page) == {"boot"}
    assert page.degraded == ()
    assert [r.score for r in page.results] == sorted((r.score for r in page.results), reverse=True)


async def test_never_itself_nor_its_own_variants_and_one_of_each_family(shop: Shop) -> None:
    for product in PRODUCTS:
        shown = [result.product for result in (await like(shop.snapshot, product.id, k=100)).results]

        found = families(shown)
        assert len(set(found)) == len(found)
        assert (product.parent_id or product.id) not in found


async def test_what_is_no_nearer_than_nonsense_is_not_shown(shop: Shop) -> None:
    vectors = shop.snapshot.vectors
    assert vectors is not None
    row = shop.snapshot.columns.row_of["boot-3"]
    strict = shop.snapshot.moved(vectors=replace(vectors, floor=0.9))
    own = vectors.vector(row)
    assert own is not None

    page = await like(strict, "boot-3", k=100)

    rows = np.array([shop.snapshot.columns.row_of[i] for i in ids(page)], dtype=np.int32)
    assert 0 < len(rows) < 50
    assert np.all(vectors.cosine(own, rows) >= 0.9)


async def test_nothing_is_like_what_stands_alone(shop: Shop) -> None:
    vectors = shop.snapshot.vectors
    assert vectors is not None
    base = np.array(vectors.base)
    row = shop.snapshot.columns.row_of["boot-3"]
    base[row] = -base[row]  # opposite to everything it was near to

    page = await like(shop.snapshot.moved(vectors=replace(vectors, base=base)), "boot-3")

    assert (page.results, page.degraded) == ((), ())


async def test_without_vectors_the_shelf_answers_and_the_page_says_so(shop: Shop) -> None:
    page = await like(shop.snapshot.moved(vectors=None), "pan-3", k=100)

    assert kinds(page) == {"pan"}
    assert len(page.results) == 8  # ten, less itself, and two of one family count once
    assert page.degraded == ("semantic",)


async def test_an_unknown_product_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        await like(shop.snapshot, "no-such-thing")


async def test_without_an_index_it_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        await like(None, "boot-3")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(product_id=st.sampled_from(sorted(BY_ID)), k=st.integers(1, 20))
async def test_fewer_asked_for_are_the_first_of_more_and_always_the_same(shop: Shop, product_id: str, k: int) -> None:
    more = await like(shop.snapshot, product_id, k=30)

    assert ids(await like(shop.snapshot, product_id, k=k)) == ids(more)[:k]


@pytest.fixture(scope="module")
async def wardrobe(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Snapshot]:
    """A shirt in very many sizes, sold under a parent of its own, beside a few other shirts; and a thing of no kind."""
    shirts = [Product(id=f"a{n:03d}", title=f"Blue linen shirt, size {n}", parent_id="a") for n in range(150)]
    others = [Product(id=f"b{n}", title=f"Cotton shirt number {n}", category=("Shirts",)) for n in range(3)]
    parent = Product(id="a", title="Blue linen shirt")
    cache: Path = tmp_path_factory.mktemp("vectors")

    async def embed(products: object) -> np.ndarray:
        """The shirt's variants lie closest together, the others near."""
        return near_one_another(products)  # type: ignore[arg-type]

    products = sorted([parent, *shirts, *others], key=lambda product: product.id)
    async with open_shop(products, cache, lambda *_: None, embed=embed) as opened:
        yield opened.snapshot


def near_one_another(products: list[Product]) -> np.ndarray:
    vectors = np.zeros((len(products), 384), dtype=np.float32)
    for row, product in enumerate(products):
        angle = 0.0 if product.id.startswith("a") else 0.1
        vectors[row, 0], vectors[row, 1] = np.cos(angle), np.sin(angle)
    return vectors


async def test_very_many_variants_of_its_own_do_not_crowd_out_the_others(wardrobe: Snapshot) -> None:
    assert ids(await like(wardrobe, "a007")) == ["b0", "b1", "b2"]


async def test_a_parent_that_is_sold_itself_is_of_its_variants_family(wardrobe: Snapshot) -> None:
    assert ids(await like(wardrobe, "a")) == ["b0", "b1", "b2"]
    assert ids(await like(wardrobe, "b0")) == ["b1", "b2", "a"]


async def test_without_vectors_and_shelf_nothing_is_alike(wardrobe: Snapshot) -> None:
    page = await like(wardrobe.moved(vectors=None), "a007")

    assert (page.results, page.degraded) == ((), ("semantic",))
