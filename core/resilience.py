"""Circuit breaker: a sliding window of outcomes → whether the next call may go out. No I/O; the clock is handed in."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from core.catalog import Frozen

State = Literal["closed", "open", "half_open"]
Listener = Callable[[str, State], None]
"""Called with the breaker's name and its new state."""

BUCKETS = 12  # the window slides in twelfths: bounded memory at any rate of calls


class BreakerPolicy(Frozen):
    """When to stop calling a part that fails, and how to come back (SPEC §2)."""

    error_rate: float = 0.5  # share of failed calls in the window that opens it
    window: timedelta = timedelta(minutes=1)
    min_calls: int = 10  # fewer calls than this say nothing about a rate
    in_a_row: int | None = None  # this many failures one after the other open it too
    open_for: timedelta = timedelta(seconds=30)
    trial_every: int = 10  # half-open lets one call in this many through
    trials_to_close: int = 1


POSTGRES = BreakerPolicy()
REDIS = BreakerPolicy(in_a_row=5)


@dataclass
class Breaker:
    """Ask `allow()` before a call and tell `succeeded()` or `failed()` after it.

    A call that ended without an answer either way (it was cancelled) need not be told.
    """

    name: str
    policy: BreakerPolicy
    clock: Callable[[], float]  # monotonic seconds
    listeners: list[Listener] = field(default_factory=list)
    _state: State = "closed"
    _opened_at: float = 0.0
    _in_a_row: int = 0
    _asked: int = 0  # calls asked for since half-open
    _passed: int = 0  # trials that went well since half-open
    _buckets: deque[list[int]] = field(default_factory=deque)  # [slot, calls, failures]

    @property
    def state(self) -> State:
        """Where the circuit stands now; reading it may move open → half-open."""
        if self._state == "open" and self.clock() - self._opened_at >= self.policy.open_for.total_seconds():
            self._asked = self._passed = 0
            self._move("half_open")
        return self._state

    @property
    def failing(self) -> bool:
        """Whether the last call failed, or none may go out: what health says before the circuit opens."""
        return self._in_a_row > 0 or self.state != "closed"

    def allow(self) -> bool:
        """Whether this call may go out."""
        state = self.state
        if state != "half_open":
            return state == "closed"
        self._asked += 1
        return self._asked % self.policy.trial_every == 1 or self.policy.trial_every == 1

    def succeeded(self) -> None:
        """A call came back in good order."""
        self._in_a_row = 0
        if self._state == "half_open":
            self._passed += 1
            if self._passed >= self.policy.trials_to_close:
                self._buckets.clear()
                self._move("closed")
        else:
            self._count(failed=0)

    def failed(self) -> None:
        """A call failed because the part is not well (not because the request was wrong)."""
        self._in_a_row += 1
        self._count(failed=1)
        if self._state == "half_open" or (self._state == "closed" and self._too_many()):
            self._opened_at = self.clock()
            self._in_a_row = 0
            self._move("open")

    def _count(self, *, failed: int) -> None:
        width = self.policy.window.total_seconds() / BUCKETS
        slot = int(self.clock() / width)
        if not self._buckets or self._buckets[-1][0] != slot:
            self._buckets.append([slot, 0, 0])
        self._buckets[-1][1] += 1
        self._buckets[-1][2] += failed
        while self._buckets[0][0] <= slot - BUCKETS:
            self._buckets.popleft()

    def _too_many(self) -> bool:
        if self.policy.in_a_row is not None and self._in_a_row >= self.policy.in_a_row:
            return True
        calls = sum(bucket[1] for bucket in self._buckets)
        failures = sum(bucket[2] for bucket in self._buckets)
        return calls >= self.policy.min_calls and failures / calls >= self.policy.error_rate

    def _move(self, state: State) -> None:
        if state != self._state:
            self._state = state
            for listener in self.listeners:
                listener(self.name, state)
