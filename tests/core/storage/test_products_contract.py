"""What every catalogue and its outbox do; run on Postgres and on the memory twin."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.catalog import Product
from core.errors import InvalidInputError, NotFoundError
from core.storage.memory import MemoryOutbox, MemoryProducts
from core.storage.outbox import Changes, Outbox
from core.storage.postgres import Database
from core.storage.products import Patch, Patched, Products, ProductStore, Written

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
MUG = Product(
    id="mug",
    title="Blue mug",
    description="Holds coffee.",
    brand="Acme",
    category=("Home", "Kitchen"),
    price=Decimal("12.50"),
    attributes={"color": ("blue", "navy"), "material": ("clay",)},
    images=("a.svg", "b.svg"),
    rating=4.5,
    rating_count=3,
    stock=7,
    parent_id="mugs",
)


@dataclass(frozen=True)
class Shop:
    products: Products
    outbox: Changes

    async def kinds(self, after: int = 0) -> list[tuple[str, str]]:
        return [(change.product_id, change.kind) for change in await self.outbox.read(after)]


@pytest.fixture(params=["postgres", "memory"])
def shop(request: pytest.FixtureRequest) -> Shop:
    if request.param == "postgres":
        database: Database = request.getfixturevalue("database")
        return Shop(ProductStore(database), Outbox(database))
    outbox = MemoryOutbox()
    return Shop(MemoryProducts(outbox), outbox)


async def test_a_product_comes_back_as_it_was_given(shop: Shop) -> None:
    assert await shop.products.upsert_many([MUG], NOW) == Written(inserted=1)
    assert await shop.products.get(["mug"]) == [MUG.model_copy(update={"created_at": NOW, "updated_at": NOW})]
    [held] = await shop.products.get(["mug"])
    assert str(held.price) == "12.50"


async def test_what_is_unknown_stays_unknown(shop: Shop) -> None:
    bare = Product(id="x", title="Thing")
    await shop.products.upsert_many([bare], NOW)
    [held] = await shop.products.get(["x"])
    assert held == bare.model_copy(update={"created_at": NOW, "updated_at": NOW})


async def test_doing_it_again_changes_nothing(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    latest = await shop.outbox.latest()
    assert await shop.products.upsert_many([MUG], LATER) == Written(unchanged=1)
    assert await shop.outbox.latest() == latest
    assert [product.updated_at for product in await shop.products.get(["mug"])] == [NOW]


async def test_of_equal_ids_in_a_batch_the_last_counts(shop: Shop) -> None:
    second = MUG.model_copy(update={"title": "Red mug"})
    assert await shop.products.upsert_many([MUG, second], NOW) == Written(inserted=1)
    assert [product.title for product in await shop.products.get(["mug"])] == ["Red mug"]


async def test_the_first_day_of_a_product_is_kept_and_a_given_one_taken(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    await shop.products.upsert_many([MUG.model_copy(update={"title": "Green mug"})], LATER)
    assert [product.created_at for product in await shop.products.get(["mug"])] == [NOW]
    born = datetime(2020, 1, 1, tzinfo=UTC)
    written = await shop.products.upsert_many(
        [MUG.model_copy(update={"title": "Green mug", "created_at": born})], LATER
    )
    assert written == Written(updated=1)
    assert [product.created_at for product in await shop.products.get(["mug"])] == [born]


@pytest.mark.parametrize(
    ("field", "value", "kinds"),
    [
        ("title", "Red mug", ["content"]),
        ("description", "", ["content"]),
        ("brand", None, ["content"]),
        ("category", ("Home",), ["content"]),
        ("attributes", {"color": ("navy", "blue")}, ["content"]),
        ("images", (), ["content"]),
        ("rating", 4.0, ["content"]),
        ("currency", "EUR", ["content"]),
        ("parent_id", None, ["content"]),
        ("price", Decimal("12.49"), ["price"]),
        ("price", None, ["price"]),
        ("stock", 0, ["stock"]),
    ],
)
async def test_a_change_is_told_by_its_kind(shop: Shop, field: str, value: object, kinds: list[str]) -> None:
    await shop.products.upsert_many([MUG], NOW)
    latest = await shop.outbox.latest()
    assert await shop.products.upsert_many([MUG.model_copy(update={field: value})], LATER) == Written(updated=1)
    assert await shop.kinds(latest) == [("mug", kind) for kind in kinds]
    assert [getattr(product, field) for product in await shop.products.get(["mug"])] == [value]


async def test_a_patch_of_price_and_stock_leaves_the_text_alone(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    latest = await shop.outbox.latest()
    patches = [Patch("mug", price=Decimal("9.99"), stock=3), Patch("no", stock=1)]
    assert await shop.products.patch_many(patches, LATER) == Patched(updated=1, missing=("no",))
    assert await shop.products.patch_many(patches, LATER) == Patched(unchanged=1, missing=("no",))
    assert await shop.kinds(latest) == [("mug", "price"), ("mug", "stock")]
    [held] = await shop.products.get(["mug"])
    assert (held.price, held.stock, held.updated_at, held.title) == (Decimal("9.99"), 3, LATER, "Blue mug")


async def test_a_patch_may_say_that_a_price_is_unknown_now(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    await shop.products.patch_many([Patch("mug", price=None)], LATER)
    assert [(product.price, product.stock) for product in await shop.products.get(["mug"])] == [(None, 7)]


async def test_a_negative_patch_is_refused_and_changes_nothing(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    with pytest.raises(InvalidInputError):
        await shop.products.patch_many([Patch("mug", stock=-1)], LATER)
    assert [product.stock for product in await shop.products.get(["mug"])] == [7]


async def test_a_deleted_product_is_gone_until_it_is_put_again(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    latest = await shop.outbox.latest()
    assert await shop.products.delete(["mug", "no"], LATER) == 1
    assert await shop.products.delete(["mug"], LATER) == 0
    assert (await shop.products.get(["mug"]), await shop.products.count()) == ([], 0)
    assert await shop.products.patch_many([Patch("mug", stock=1)], LATER) == Patched(missing=("mug",))
    assert await shop.products.upsert_many([MUG], LATER) == Written(updated=1)
    assert await shop.kinds(latest) == [("mug", "delete"), ("mug", "content")]


async def test_get_answers_in_the_order_asked(shop: Shop) -> None:
    await shop.products.upsert_many([MUG.model_copy(update={"id": letter}) for letter in "abc"], NOW)
    assert [product.id for product in await shop.products.get(["c", "zz", "a"])] == ["c", "a"]


async def test_the_stream_has_everything_once_in_code_point_order(shop: Shop) -> None:
    ids = ["B", "a", "Z1", "é", "10", "9", "a-b", "aB", "日本"]
    await shop.products.upsert_many([MUG.model_copy(update={"id": each}) for each in ids], NOW)
    pages = [page async for page in shop.products.stream(batch=2)]
    assert [product.id for page in pages for product in page] == sorted(ids)
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert await shop.products.count() == len(ids)


async def test_text_of_any_kind_is_kept_as_it_is(shop: Shop) -> None:
    wild = "'); DROP TABLE products; -- <b>\\ \" \t\n 🫖 \u202e\u05e9\u05dc\u05d5\u05dd %s $1"
    await shop.products.upsert_many([MUG.model_copy(update={"title": wild, "attributes": {wild: (wild,)}})], NOW)
    [held] = await shop.products.get(["mug"])
    assert (held.title, held.attributes) == (wild, {wild: (wild,)})


async def test_changes_are_read_in_pages_without_gap_or_repeat(shop: Shop) -> None:
    ids = [f"{number:02}" for number in range(25)]
    await shop.products.upsert_many([MUG.model_copy(update={"id": each}) for each in ids], NOW)
    seen: list[str] = []
    after = 0
    while changes := await shop.outbox.read(after, limit=10):
        seen += [change.product_id for change in changes]
        after = changes[-1].position
    assert seen == ids
    assert after == await shop.outbox.latest()


async def test_a_listener_is_woken_by_a_change(shop: Shop) -> None:
    while await shop.outbox.wait(timedelta(milliseconds=300)):
        pass  # the first call may say that something was missed
    waiting = asyncio.create_task(shop.outbox.wait(timedelta(seconds=20)))
    await asyncio.sleep(0.05)
    await shop.products.upsert_many([MUG], NOW)
    assert await waiting
    assert not await shop.outbox.wait(timedelta(milliseconds=50))
    if isinstance(shop.outbox, Outbox):
        await shop.outbox.close()


async def test_a_reader_behind_what_was_pruned_is_told_to_rebuild(shop: Shop) -> None:
    await shop.products.upsert_many([MUG], NOW)
    await shop.outbox.prune(datetime(2100, 1, 1, tzinfo=UTC))
    with pytest.raises(NotFoundError):
        await shop.outbox.read(0)
    latest = await shop.outbox.latest()
    assert latest > 0
    assert await shop.outbox.read(latest) == []
    await shop.products.delete(["mug"], LATER)
    assert await shop.kinds(latest) == [("mug", "delete")]


async def test_a_position_of_another_history_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        await shop.outbox.read(2**62)
