import asyncio
from datetime import timedelta

from api.service import Service
from api.warming import warm
from core.errors import UnavailableError
from core.storage.cache import LayeredCache
from tests.api.conftest import NOW, Diary, Shop, Tools
from tools.search.cached import CachedSearch


def service(shop: Shop, diary: Diary) -> Service:
    search = CachedSearch(shop.find, LayeredCache(), lambda: "i-1", timedelta(minutes=5))

    async def parts() -> tuple[()]:
        return ()

    return Service(Tools(search, shop), diary, parts)  # type: ignore[arg-type]


async def test_the_first_shopper_finds_popular_searches_cached(opened):
    async with opened(warm_queries=5) as house:
        while not house.lines("warmed"):  # noqa: ASYNC110 - the log is what an operator would wait for
            await asyncio.sleep(0.01)
        assert (await house.client.get("/search?q=kettle")).headers["x-cache"] == "memory"
        assert (await house.client.get("/search")).headers["x-cache"] == "memory"


async def test_warming_gives_up_quietly_when_a_part_is_away(log):
    shop = Shop(failure=UnavailableError())
    assert await warm(service(shop, Diary()), lambda: NOW, 5) == 0
    assert await warm(service(Shop(), Diary()), lambda: NOW, 5) == 1
