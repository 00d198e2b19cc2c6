import pytest

from api.impressions import impression_id
from core.errors import UnavailableError

CLICK = {"event_id": "e-1", "event_type": "click", "product_id": "p-1", "position": 3, "query": "kettle"}


async def test_one_event_many_or_wrapped_are_all_taken(house):
    for body in (
        CLICK,
        [{**CLICK, "event_id": "e-2"}, {**CLICK, "event_id": "e-3"}],
        {"events": [{**CLICK, "event_id": "e-4"}]},
    ):
        answer = await house.client.post("/events", json=body)
        assert answer.status_code == 202
        assert answer.json()["duplicates"] == 0
    assert sorted(house.diary.stored) == ["e-1", "e-2", "e-3", "e-4"]


async def test_sending_an_event_again_changes_nothing(house):
    await house.client.post("/events", json=CLICK)
    answer = await house.client.post("/events", json=[CLICK, {**CLICK, "event_id": "e-2"}])
    assert answer.json() == {"accepted": 1, "duplicates": 1}


async def test_session_and_time_default_to_the_requests_own(house):
    await house.client.post("/events", json=CLICK, headers={"x-session-id": "s-9"})
    event = house.diary.stored["e-1"]
    assert (event.session_id, event.ts.isoformat()) == ("s-9", "2026-11-22T10:30:00+00:00")


async def test_the_pages_report_of_an_impression_is_the_event_the_server_noted(opened):
    async with opened() as house:
        page = (await house.client.get("/search?q=kettle&k=1")).json()
        product_id = page["results"][0]["product_id"]
        body = {"event_id": "of-the-page", "event_type": "impression", "product_id": product_id}
        answer = await house.client.post("/events", json={**body, "request_id": page["request_id"]})
        assert answer.json() == {"accepted": 1, "duplicates": 0}
    assert len([event for event in house.diary.stored.values() if event.event_type == "impression"]) == 1
    assert impression_id(page["request_id"], product_id) in house.diary.stored


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "body"),
        ({"events": []}, "body"),
        ([CLICK] * 1001, "body"),
        ("click", "[0]"),
        ([CLICK, 7], "[1]"),
        ([CLICK, {**CLICK, "event_type": "Click!"}], "[1].event_type"),
        ([{**CLICK, "ts": "yesterday"}], "[0].ts"),
        ([{**CLICK, "ts": "2020-01-01T00:00:00Z"}], "[0].ts"),
        ([{**CLICK, "ts": "2030-01-01T00:00:00Z"}], "[0].ts"),
        ([{**CLICK, "ts": "2026-11-22T10:00:00"}], "[0].ts"),
        ([{**CLICK, "surprise": 1}], "[0].surprise"),
        ([{**CLICK, "query": "nul \x00"}], "[0].query"),
        ([{**CLICK, "variants": {"a": "b\x00"}}], "[0].variants"),
        ([{**CLICK, "value": "NaN"}], "[0].value"),
        ([{**CLICK, "position": 10**12}], "[0].position"),
    ],
)
async def test_one_wrong_event_refuses_the_batch_and_is_named(house, body, place):
    answer = await house.client.post("/events", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == place
    assert house.diary.stored == {}


async def test_while_storage_is_away_the_caller_is_told_to_come_back(house):
    house.diary.failure = UnavailableError()
    answer = await house.client.post("/events", json=CLICK)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_kinds_of_events_make_few_labels(house):
    for number, kind in enumerate(("click", "swipe", "wave")):
        await house.client.post("/events", json={**CLICK, "event_id": f"e-{number}", "event_type": kind})
    metrics = (await house.client.get("/metrics")).text
    assert 'aisle_events_total{event_type="other",outcome="received"} 2.0' in metrics
    assert "swipe" not in metrics
