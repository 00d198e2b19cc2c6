import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_bound_is_refused_announced_or_not(opened, announced):
    async with opened(max_body_bytes=5_000) as house:
        content = b"x" * 6_000 if announced else chunks(6_000)
        answer = await house.client.post("/events", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert "5,000" in answer.json()["detail"]


async def test_a_body_within_the_bound_is_read_in_chunks(opened):
    async with opened(max_body_bytes=5_000) as house:
        answer = await house.client.post("/events", content=chunks(4_000), headers={"content-type": "application/json"})
        assert answer.status_code == 422  # read, and no JSON


async def test_a_content_length_that_is_no_number_is_refused(house):
    answer = await house.client.post("/events", content=b"{}", headers={"content-length": "many"})
    assert answer.status_code == 400


async def test_an_answer_that_takes_too_long_is_given_up(opened):
    async with opened(request_timeout=timedelta(milliseconds=50)) as house:
        house.shop.gate = asyncio.Event()
        answer = await house.client.get("/search?q=kettle")
        assert answer.status_code == 504
        assert answer.headers["content-type"] == "application/problem+json"
        house.shop.gate.set()
        assert (await house.client.get("/search?q=kettle")).status_code == 200


async def test_more_at_once_than_fit_wait_and_then_are_refused_with_a_time_to_come_back(opened):
    async with opened(max_concurrency=2, queue_wait=timedelta(milliseconds=100)) as house:
        house.shop.gate = asyncio.Event()
        asked = [asyncio.create_task(house.client.get(f"/search?q={n}")) for n in range(6)]
        answers = []
        for done in asyncio.as_completed(asked):
            answers.append(await done)
            if len(answers) == 4:  # two were over the queue, two waited in it in vain
                assert [answer.status_code for answer in answers] == [503] * 4
                assert all(answer.headers["retry-after"] == "1" for answer in answers)
                assert (await house.client.get("/health/live")).status_code == 200
                house.shop.gate.set()
        assert [answer.status_code for answer in answers[4:]] == [200, 200]
        assert (await house.client.get("/search?q=after")).status_code == 200


async def test_who_waits_briefly_is_served(opened):
    async with opened(max_concurrency=1, queue_wait=timedelta(seconds=30)) as house:
        house.shop.gate = asyncio.Event()
        asked = [asyncio.create_task(house.client.get(f"/search?q={n}")) for n in range(2)]
        await asyncio.sleep(0.05)
        house.shop.gate.set()
        assert [(await task).status_code for task in asked] == [200, 200]
