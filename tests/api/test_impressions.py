from datetime import timedelta

import pytest

from api.context import Context
from api.impressions import Impressions, Shown, impression_id
from core.errors import UnavailableError
from core.telemetry.metrics import create_metrics
from tests.api.conftest import NOW, Diary


def page(request_id: str = "r-1", size: int = 3, offset: int = 0, query: str | None = "kettle") -> Shown:
    context = Context(request_id=request_id, trace_id="t", user_id="u", session_id="s", now=NOW)
    return Shown(context, "search", query, offset, tuple((f"p-{n}", 1 / (n + 1)) for n in range(size)))


def buffer(diary: Diary, **options: object) -> Impressions:
    return Impressions(diary, create_metrics(), lambda: NOW, timedelta(0), **options)  # type: ignore[arg-type]


def counted(impressions: Impressions, outcome: str) -> float:
    return impressions.metrics.registry.get_sample_value("aisle_impressions_total", {"outcome": outcome}) or 0.0


async def test_a_page_is_written_down_with_place_score_and_why():
    diary = Diary()
    impressions = buffer(diary)
    impressions.add(page(offset=24))
    assert await impressions.flush()
    events = sorted(diary.stored.values(), key=lambda event: event.position)
    assert [(e.product_id, e.position) for e in events] == [("p-0", 25), ("p-1", 26), ("p-2", 27)]
    assert {(e.event_type, e.source, e.query, e.request_id, e.user_id, e.session_id) for e in events} == {
        ("impression", "search", "kettle", "r-1", "u", "s")
    }
    assert events[0].score == 1.0
    assert counted(impressions, "stored") == 3


async def test_a_typed_search_is_noted_itself_once_even_if_it_found_nothing():
    diary = Diary()
    impressions = buffer(diary)
    impressions.add(page(size=0))
    impressions.add(page("r-2", size=1, query=None))
    await impressions.flush()
    assert sorted(event.event_type for event in diary.stored.values()) == ["impression", "search"]
    assert diary.stored[impression_id("r-1", "")].query == "kettle"


async def test_what_could_not_be_written_is_written_later_in_order():
    diary = Diary(failure=UnavailableError())
    impressions = buffer(diary)
    impressions.add(page("r-1"))
    impressions.add(page("r-2"))
    assert not await impressions.flush()
    diary.failure = None
    assert await impressions.flush()
    assert [e.request_id for e in diary.stored.values()] == ["r-1"] * 4 + ["r-2"] * 4


async def test_when_storage_stays_away_the_oldest_go_and_are_counted():
    impressions = buffer(Diary(failure=UnavailableError()), capacity=2)
    for number in range(5):
        impressions.add(page(f"r-{number}"))
        await impressions.flush()
    assert counted(impressions, "dropped") == 9
    impressions.events.failure = None  # type: ignore[attr-defined]
    await impressions.flush()
    assert {event.request_id for event in impressions.events.stored.values()} == {"r-3", "r-4"}  # type: ignore[attr-defined]


async def test_an_error_in_our_own_code_is_not_swallowed():
    impressions = buffer(Diary(failure=KeyError("bug")))
    impressions.add(page())
    with pytest.raises(KeyError):
        await impressions.flush()


async def test_pages_served_are_written_by_the_time_the_service_has_stopped(opened):
    async with opened() as house:
        first = (await house.client.get("/search?q=kettle&k=5", headers={"x-session-id": "s-1"})).json()
        await house.client.get("/search", params={"q": "kettle", "k": "5", "cursor": first["cursor"], "user_id": "u-1"})
        await house.client.get("/products/p-1/similar?k=2")
    events = list(house.diary.stored.values())
    searched = [e for e in events if e.event_type == "impression" and e.source == "search"]
    assert sorted(e.position for e in searched) == list(range(1, 11))
    assert {(e.session_id, e.user_id) for e in searched} == {("s-1", None), (None, "u-1")}
    assert len([e for e in events if e.source == "similar"]) == 2
    assert len([e for e in events if e.event_type == "search"]) == 1
