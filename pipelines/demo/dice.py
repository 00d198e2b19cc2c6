"""Chance that falls the same way on every machine: seeded by a hash of a text, drawn by the one stable generator."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws for one named thing. Uses only `Random.random()`, whose sequence Python promises never to change."""

    def __init__(self, name: str) -> None:
        seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
        self._draw = random.Random(seed).random

    def share(self) -> float:
        """A number in [0, 1)."""
        return self._draw()

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self._draw()

    def below(self, n: int) -> int:
        """A whole number in [0, n)."""
        return int(self._draw() * n)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self._draw() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, all alike."""
        return choices[int(self._draw() * len(choices))]

    def skewed(self, n: int) -> int:
        """A whole number in [0, n), small ones far likelier: the head and tail of real shops."""
        share = self._draw()
        return int(share * share * share * n)

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Up to `count` different ones, in random order."""
        left = list(choices)
        return [left.pop(int(self._draw() * len(left))) for _ in range(min(count, len(left)))]
