"""Numbers of a product: where in its price range it stands, its price, stock, ratings and dates."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pipelines.demo.dice import Dice
from pipelines.demo.shelves import TIERS, Tier

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
"""The demo shop's last day of listing; the first is two years before."""

LISTED = timedelta(days=730)
REACH: dict[Tier, tuple[float, float]] = {"budget": (0.0, 0.45), "mid": (0.25, 0.75), "premium": (0.6, 1.0)}
"""Tier → the part of a price range its brands live in, as shares."""


def tier(dice: Dice) -> Tier:
    """Two in five are budget, two in five mid, one in five premium."""
    share = dice.share()
    return TIERS[0 if share < 0.4 else 1 if share < 0.8 else 2]


def rung(dice: Dice, quality: float, steps: int) -> int:
    """The step of a ladder that a product of this quality (0–1) has, give or take one."""
    return min(max(int((quality + dice.between(-0.15, 0.15)) * steps), 0), steps - 1)


def price(reach: tuple[float, float], quality: float, rungs: float, bounds: tuple[float, float]) -> Decimal:
    """USD. Half by quality, half by how high its attributes stand (both 0–1), within the tier's part of the bounds.

    Only sums and products, so that every platform's floats agree.
    """
    share = min(max(0.5 * quality + 0.5 * rungs, reach[0]), reach[1])
    return charm(bounds[0] + (bounds[1] - bounds[0]) * at(share))


def at(share: float) -> float:
    """Place in the tier scale → place in the price range: prices bunch towards the cheap end."""
    return share * (0.4 + 0.6 * share)


def charm(amount: float) -> Decimal:
    """The nearest price a shop would print."""
    if amount < 25:
        return Decimal(max(round(amount * 2), 2)) / 2 - Decimal("0.01")
    if amount < 200:
        return Decimal(round(amount)) - Decimal("0.01")
    return Decimal(round(amount / 10) * 10 - 1).quantize(Decimal("0.01"))


def stock(dice: Dice) -> int:
    """About one in twelve is sold out, one in eight nearly."""
    share = dice.share()
    if share < 0.08:
        return 0
    return 1 + dice.below(5) if share < 0.2 else 6 + dice.skewed(400)


def ratings(dice: Dice, quality: float, age: float) -> tuple[float | None, int]:
    """Stars and how many gave them. Better and older products (age 0–1) have more; the newest may have none."""
    count = int((0.15 + age) * (0.4 + quality) * dice.skewed(6000))
    stars = 3.0 + 0.5 * quality + 0.75 * (dice.share() + dice.share())
    return (round(stars, 1), count) if count else (None, 0)


def listed(age: float) -> datetime:
    """When a product of this age (share of two years) was listed, to the minute."""
    return EPOCH - timedelta(minutes=int(age * (LISTED.total_seconds() / 60)))
