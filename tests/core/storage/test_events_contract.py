"""What every event store does; run on Postgres and on the memory twin."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest

from core.errors import InvalidInputError
from core.storage.events import Event, Events, EventStore
from core.storage.memory import MemoryEvents
from core.storage.postgres import Database

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
NUMBERS = count()


def event(
    event_type: str = "view", product_id: str | None = "mug", age: timedelta = timedelta(0), **more: object
) -> Event:
    fields = {"event_id": f"e{next(NUMBERS)}", "event_type": event_type, "product_id": product_id, "ts": NOW - age}
    return Event.model_validate(fields | more)


@pytest.fixture(params=["postgres", "memory"])
def events(request: pytest.FixtureRequest) -> Events:
    if request.param == "postgres":
        database: Database = request.getfixturevalue("database")
        return EventStore(database)
    return MemoryEvents()


async def test_an_event_sent_twice_counts_once(events: Events) -> None:
    one, two = event(), event("click")
    assert await events.append([one, two, one], NOW) == 2
    assert await events.append([two, event("purchase")], NOW) == 1
    assert await events.counts(NOW - timedelta(days=1)) == {"click": 1, "purchase": 1, "view": 1}


async def test_the_same_id_in_another_month_is_the_same_event(events: Events) -> None:
    first = event(age=timedelta(days=70))
    again = first.model_copy(update={"ts": NOW})
    assert await events.append([first], NOW) == 1
    assert await events.append([again], NOW) == 0
    assert await events.append([event(event_id="x", age=timedelta(days=40)), event(event_id="x")], NOW) == 1


async def test_events_of_many_months_find_their_place(events: Events) -> None:
    ages = [timedelta(days=30 * month) for month in range(24)]
    assert await events.append([event(age=age) for age in ages], NOW) == 24
    assert await events.counts(NOW - timedelta(days=30 * 12 - 1)) == {"view": 12}


async def test_the_turn_of_a_month_in_any_time_zone_is_kept(events: Events) -> None:
    times = [
        "2026-10-31T23:59:59.999999Z",
        "2026-11-01T00:00:00Z",
        "2026-11-01T01:30:00+02:00",
        "2026-10-31T20:00:00-05:00",
    ]
    assert await events.append([event(ts=time) for time in times], NOW) == 4
    assert await events.counts(datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=UTC)) == {"view": 2}


@pytest.mark.parametrize("ts", ["1969-07-20T00:00:00Z", "2026-11-17T00:00:00Z"])
async def test_an_impossible_time_is_refused_and_nothing_is_stored(events: Events, ts: str) -> None:
    with pytest.raises(InvalidInputError):
        await events.append([event(), event(ts=ts)], NOW)
    assert await events.counts(datetime(1900, 1, 1, tzinfo=UTC)) == {}


async def test_popularity_is_zero_to_one_with_the_best_at_one(events: Events) -> None:
    doings = [event(product_id="hit") for _ in range(40)] + [event("purchase", "hit") for _ in range(10)]
    doings += [event(product_id="plain") for _ in range(12)]
    await events.append(doings, NOW)
    scores = await events.popularity(NOW)
    assert scores == pytest.approx({"hit": 1.0, "plain": math.log1p(12) / math.log1p(40 + 30)})


async def test_a_product_seen_less_than_ten_times_is_a_newcomer(events: Events) -> None:
    few = [event(product_id="new") for _ in range(9)] + [event("purchase", "new") for _ in range(50)]
    await events.append(few + [event(product_id="old") for _ in range(10)], NOW)
    assert await events.popularity(NOW) == pytest.approx({"new": 0.1, "old": 1.0})


async def test_what_was_done_fades_by_half_each_half_life_and_ends_with_the_window(events: Events) -> None:
    week, month = timedelta(days=7), timedelta(days=30)
    doings = [event(product_id="today") for _ in range(10)]
    doings += [event(product_id="last week", age=week) for _ in range(10)]
    doings += [event(product_id="long ago", age=month + timedelta(seconds=1)) for _ in range(10)]
    await events.append(doings, NOW)
    expected = {"today": 1.0, "last week": math.log1p(5) / math.log1p(10)}
    assert await events.popularity(NOW) == pytest.approx(expected)


async def test_impressions_and_events_without_a_product_make_nothing_popular(events: Events) -> None:
    await events.append([event("impression"), event("view", None), event("search", None, query="mug")], NOW)
    assert await events.popularity(NOW) == {}


async def test_popular_queries_count_a_search_once_however_much_it_showed(events: Events) -> None:
    shown = [event("impression", f"p{n}", query="mug", request_id="r1", position=n) for n in range(24)]
    searched = [event("search", None, query="plate", request_id=f"s{n}") for n in range(3)]
    spoken = [event("search", None, query=None)]
    clicked = [event("click", query="cup", request_id="r9")]
    old = [event("search", None, query="old", age=timedelta(days=3))]
    await events.append([*shown, *searched, *spoken, *clicked, *old], NOW)
    since = NOW - timedelta(days=1)
    assert await events.popular_queries(since, 10) == [("plate", 3), ("mug", 1)]
    assert await events.popular_queries(since, 1) == [("plate", 3)]


async def test_old_events_are_forgotten_to_the_instant(events: Events) -> None:
    ages = [timedelta(days=days) for days in (200, 100, 91, 89, 1)]
    await events.append([event(age=age) for age in ages], NOW)
    await events.prune(NOW - timedelta(days=90))
    assert await events.counts(datetime(2000, 1, 1, tzinfo=UTC)) == {"view": 2}
    assert await events.append([event(age=timedelta(days=200))], NOW) == 1


async def test_every_field_is_stored(database: Database) -> None:
    full = event(
        user_id="u", session_id="s", source="search", query="a 'mug'", position=3, score=0.5, quantity=2,
        value=Decimal("19.99"), currency="EUR", request_id="r", variants={"ranking": "b"}, consent=True,
    )  # fmt: skip
    await EventStore(database).append([full], NOW)
    async with database.session() as session:
        row = await session.connection.fetchrow("select * from events")
    assert row is not None
    assert Event.model_validate(dict(row)) == full


async def test_partitions_are_there_before_they_are_needed(database: Database) -> None:
    await EventStore(database).append([event()], NOW)
    async with database.session() as session:
        rows = await session.connection.fetch("select inhrelid::regclass::text as name from pg_inherits")
    assert {"events_2026_11", "events_2026_12"} <= {row["name"] for row in rows}
