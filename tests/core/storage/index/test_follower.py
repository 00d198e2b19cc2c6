"""The index follows the catalogue: words at once, meaning a moment later, price in place; damage is survived."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.catalog import Filters, Product
from core.encoder import DIMENSIONS
from core.language.terms import Term, Variant
from core.language.tokens import stem
from core.storage.artefact_bucket import open_artefacts
from core.storage.index.build import Plan, build
from core.storage.index.follower import Follower, Live
from core.storage.index.generations import Generations, version_at
from core.storage.memory import MemoryOutbox, MemoryProducts
from core.storage.products import Patch

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class House:
    """A shop in memory, its published generations, and one follower."""

    folder: Path
    outbox: MemoryOutbox
    products: MemoryProducts
    generations: Generations
    live: Live = field(default_factory=Live)
    embedded: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    hours: int = 0

    async def embed(self, products: Sequence[Product]) -> NDArray[np.float32]:
        self.embedded += [product.id for product in products]
        vectors = np.zeros((len(products), DIMENSIONS), dtype=np.float32)
        vectors[np.arange(len(products)), [len(product.title) for product in products]] = 1
        return vectors

    async def publish(self) -> str:
        self.hours += 1
        now = NOW + timedelta(hours=self.hours)
        folder = self.folder / f"building-{self.hours}"
        folder.mkdir()
        plan = Plan(version_at(now), await self.outbox.latest(), "test", now, 20_000)
        about = await build(self.products.stream(100), folder, plan, self.embed, lambda *_: None)
        await self.generations.publish(folder, about, now)
        self.embedded.clear()
        return about.version

    def follower(self) -> Follower:
        async def drop(tags: Sequence[str]) -> None:
            self.dropped += tags

        async def broken(version: str) -> None:
            self.broken.append(version)

        return Follower(
            self.live, self.generations, self.outbox, self.products, self.embed, drop, broken,
            self.folder / "scratch", timedelta(milliseconds=10),
        )  # fmt: skip

    def found(self, word: str) -> set[str]:
        snapshot = self.live.snapshot
        assert snapshot is not None
        rows = snapshot.keyword.match((Term(word, (Variant((stem(word),)),)),))
        mask = snapshot.columns.mask(Filters())
        return {snapshot.columns.ids[row] for row in rows if mask[row]}


@pytest.fixture
async def house(tmp_path: Path) -> House:
    outbox = MemoryOutbox()
    generations = Generations(open_artefacts(tmp_path / "artefacts"), tmp_path)
    house = House(tmp_path, outbox, MemoryProducts(outbox), generations)
    await house.products.upsert_many([product("boot", "Red boot"), product("mug", "Blue mug")], NOW)
    return house


def product(product_id: str, title: str, price: str = "9.99") -> Product:
    return Product(id=product_id, title=title, price=Decimal(price))


async def settle(follower: Follower) -> None:
    while await follower.step():
        pass


async def test_a_new_product_is_found_by_its_words_at_once_and_by_meaning_after(house: House) -> None:
    await house.publish()
    follower = house.follower()
    await settle(follower)
    await house.products.upsert_many([product("lamp", "Green lamp")], NOW)

    await follower.step()

    assert house.found("lamp") == {"lamp"}
    await settle(follower)
    assert house.embedded == ["lamp"]
    snapshot = house.live.snapshot
    assert snapshot is not None
    assert snapshot.vectors is not None
    assert snapshot.vectors.vector(snapshot.columns.row_of["lamp"]) is not None
    assert {"product:lamp", "search"} <= set(house.dropped)


async def test_price_and_stock_change_in_place_and_embed_nothing(house: House) -> None:
    await house.publish()
    follower = house.follower()
    await settle(follower)
    await house.products.patch_many([Patch(id="mug", price=Decimal("5.00"), stock=0)], NOW)

    await settle(follower)

    snapshot = house.live.snapshot
    assert snapshot is not None
    assert house.embedded == []
    assert snapshot.columns.rows == 2
    shown = snapshot.product("mug")
    assert shown is not None
    assert (shown.price, shown.stock) == (Decimal("5.00"), 0)
    assert snapshot.columns.mask(Filters(price_max=Decimal(5))).sum() == 1
    assert "search" not in house.dropped


async def test_a_changed_title_is_found_by_the_new_words_only_and_a_deleted_product_by_none(house: House) -> None:
    await house.publish()
    follower = house.follower()
    await settle(follower)
    await house.products.upsert_many([product("mug", "Blue cup")], NOW)
    await house.products.delete(["boot"], NOW)

    await settle(follower)

    assert house.found("cup") == {"mug"}
    assert house.found("mug") == house.found("boot") == set()


async def test_a_process_that_starts_later_replays_what_happened_since_the_build(house: House) -> None:
    await house.publish()
    await house.products.upsert_many([product("lamp", "Green lamp")], NOW)
    follower = house.follower()

    await follower.start(timedelta(seconds=5))

    assert house.found("lamp") == {"lamp"}


async def test_a_new_generation_never_shows_an_older_catalogue_than_the_one_before(house: House) -> None:
    await house.publish()
    follower = house.follower()
    await settle(follower)
    position = await house.outbox.latest()
    await house.products.upsert_many([product("lamp", "Green lamp")], NOW)
    await settle(follower)
    house.hours += 1
    folder = house.folder / "late"
    folder.mkdir()

    async def before() -> AsyncIterator[list[Product]]:
        yield [product("boot", "Red boot"), product("mug", "Blue mug")]

    now = NOW + timedelta(hours=house.hours)
    plan = Plan(version_at(now), position, "test", now, 20_000)
    about = await build(before(), folder, plan, house.embed, lambda *_: None)
    await house.generations.publish(folder, about, now)

    await follower._reopen()

    assert house.live.snapshot is not None
    assert house.live.snapshot.about.version == about.version
    assert house.found("lamp") == {"lamp"}


@pytest.mark.parametrize("damaged", ["columns.npz", "records.bin", "vectors/vectors.npy", "keyword/meta.json"])
async def test_a_truncated_file_is_noticed_and_the_generation_before_answers(house: House, damaged: str) -> None:
    first = await house.publish()
    await house.products.upsert_many([product("lamp", "Green lamp")], NOW)
    second = await house.publish()
    manifest = await house.generations.artefacts.manifest("index", second)
    assert damaged in manifest.files
    file = house.folder / "artefacts" / "index" / second / damaged
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.unlink()  # the build folder shares it by hard link
    file.write_bytes(half)

    await settle(house.follower())

    assert house.broken == [second]
    assert house.live.snapshot is not None
    assert house.live.snapshot.about.version == first
    assert "damaged" in house.live.problem
    assert house.found("lamp") == {"lamp"}


async def test_without_any_whole_generation_nothing_is_served_and_a_rebuild_is_asked_for(house: House) -> None:
    version = await house.publish()
    (house.folder / "artefacts" / "index" / version / "records.bin").unlink()
    follower = house.follower()

    await settle(follower)

    assert house.live.snapshot is None
    assert house.broken == [version]
    rebuilt = await house.publish()
    await settle(follower)
    assert house.live.snapshot is not None
    assert house.live.snapshot.about.version == rebuilt
    assert house.live.problem == ""


async def test_going_back_to_the_generation_before_is_followed(house: House) -> None:
    first = await house.publish()
    await house.publish()
    follower = house.follower()
    await settle(follower)

    await house.generations.artefacts.rollback("index")
    await settle(follower)

    assert house.live.snapshot is not None
    assert house.live.snapshot.about.version == first


async def test_popularity_is_taken_over_when_published(house: House, tmp_path: Path) -> None:
    await house.publish()
    follower = house.follower()
    await settle(follower)
    (tmp_path / "scores").mkdir()
    await house.generations.publish_popularity({"mug": 0.9}, tmp_path / "scores", NOW)

    await settle(follower)

    assert house.live.snapshot is not None
    columns = house.live.snapshot.columns
    assert columns.popularity[columns.row_of["mug"]] == pytest.approx(0.9)
    assert columns.popularity[columns.row_of["boot"]] == pytest.approx(0.1)
