"""The circuit breaker, by a clock in hand."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resilience import POSTGRES, REDIS, Breaker, BreakerPolicy, State


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_half_the_calls_failing_opens_it_once_there_are_enough(clock: Clock) -> None:
    breaker = Breaker("x", POSTGRES, clock)
    for _ in range(5):
        breaker.succeeded()
    for _ in range(4):
        breaker.failed()
        assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "open"
    assert not breaker.allow()


def test_less_than_half_failing_keeps_it_closed(clock: Clock) -> None:
    breaker = Breaker("x", POSTGRES, clock)
    for _ in range(100):
        breaker.succeeded()
        breaker.succeeded()
        breaker.failed()
    assert breaker.state == "closed"


def test_failures_older_than_the_window_are_forgotten(clock: Clock) -> None:
    breaker = Breaker("x", POSTGRES, clock)
    for _ in range(9):
        breaker.failed()
    clock.now += 61
    breaker.failed()
    assert breaker.state == "closed"


def test_five_in_a_row_open_it_and_a_success_between_does_not(clock: Clock) -> None:
    breaker = Breaker("x", REDIS.model_copy(update={"min_calls": 1000}), clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "open"


def opened(clock: Clock, policy: BreakerPolicy = REDIS) -> Breaker:
    breaker = Breaker("x", policy, clock)
    while breaker.state != "open":
        breaker.failed()
    return breaker


def test_it_half_opens_after_its_time_and_lets_one_call_in_ten_through(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 29.9
    assert not breaker.allow()
    clock.now += 0.1
    assert breaker.state == "half_open"
    assert [breaker.allow() for _ in range(20)] == [True, *[False] * 9] * 2


def test_a_good_trial_closes_it_with_a_clean_slate(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.allow()
    breaker.succeeded()
    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "closed"


def test_a_bad_trial_opens_it_for_the_whole_time_again(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.allow()
    breaker.failed()
    clock.now += 29
    assert breaker.state == "open"
    clock.now += 1
    assert breaker.state == "half_open"


def test_a_late_answer_of_a_call_from_before_does_not_close_an_open_one(clock: Clock) -> None:
    breaker = opened(clock)
    breaker.succeeded()
    assert breaker.state == "open"


def test_a_cancelled_trial_does_not_lock_it(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.allow()  # and nobody ever tells how it went
    assert any(breaker.allow() for _ in range(10))


def test_several_good_trials_may_be_asked_for(clock: Clock) -> None:
    breaker = opened(clock, REDIS.model_copy(update={"trials_to_close": 2}))
    clock.now += 30
    assert breaker.allow()
    breaker.succeeded()
    assert breaker.state == "half_open"
    breaker.succeeded()
    assert breaker.state == "closed"


def test_listeners_hear_every_change_once(clock: Clock) -> None:
    heard: list[tuple[str, State]] = []
    breaker = Breaker("redis", REDIS, clock, [lambda name, state: heard.append((name, state))])
    for _ in range(8):
        breaker.failed()
    clock.now += 30
    assert breaker.allow()
    breaker.succeeded()
    assert heard == [("redis", "open"), ("redis", "half_open"), ("redis", "closed")]


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 20)), max_size=200))
def test_whatever_happens_it_lets_calls_through_again_within_ten_after_its_time(
    calls: list[tuple[bool, float]],
) -> None:
    clock = Clock()
    breaker = Breaker("x", BreakerPolicy(in_a_row=3, window=timedelta(seconds=30)), clock)
    for good, pause in calls:
        clock.now += pause
        if breaker.allow():
            breaker.succeeded() if good else breaker.failed()
    clock.now += 30.001
    assert any(breaker.allow() for _ in range(10))
