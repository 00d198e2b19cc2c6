"""What the demo shop's shoppers did in ninety days: tastes, visits, baskets. Same products and time, same events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.catalog import Product
from core.storage.events import Event
from pipelines.demo.dice import Dice

SHOPPERS = 2500
DAYS = 90
SHOWN = 6  # products a search shows them
PURCHASE, CART, CLICK = 0.35, 0.45, 0.4  # chances, each given the one after it


@dataclass(frozen=True)
class Shelf:
    """Products of one category, the best known first."""

    name: str
    products: tuple[Product, ...]


def history(products: Sequence[Product], now: datetime, shoppers: int = SHOPPERS) -> Iterator[Event]:
    """Searches, impressions, clicks, baskets and purchases, shopper by shopper."""
    shelves = shelved(products)
    for number in range(shoppers):
        yield from shopper(f"shopper-{number:04d}", shelves, now)


def shelved(products: Sequence[Product]) -> tuple[Shelf, ...]:
    """By the last level of the category; within it by ratings, which stand for how well a product is known."""
    by_name: dict[str, list[Product]] = {}
    for product in products:
        by_name.setdefault(product.category[-1] if product.category else "", []).append(product)
    return tuple(
        Shelf(name, tuple(sorted(held, key=lambda p: (-p.rating_count * (p.rating or 0), p.id))))
        for name, held in sorted(by_name.items())
    )


def shopper(user_id: str, shelves: Sequence[Shelf], now: datetime) -> Iterator[Event]:
    """All visits of one shopper: two or three favourite shelves, now and then another."""
    dice = Dice(f"history {user_id}")
    favourites = dice.sample(shelves, 2 + dice.below(2))
    for visit in range(1 + dice.skewed(10)):
        start = now - timedelta(minutes=dice.between(5, DAYS * 24 * 60))
        session = f"{user_id}-{visit}"
        for step in range(1 + dice.below(3)):
            shelf = dice.pick(favourites) if dice.chance(0.85) else dice.pick(shelves)
            yield from search(user_id, f"{session}-{step}", shelf, start + timedelta(minutes=2 * step), dice)


def search(user_id: str, request_id: str, shelf: Shelf, at: datetime, dice: Dice) -> Iterator[Event]:
    """One search and what came of it."""
    query, session_id = shelf.name.lower(), request_id.rpartition("-")[0]

    def event(event_type: str, after: float, product: Product | None = None, position: int | None = None) -> Event:
        bought = event_type == "purchase" and product is not None
        return Event(
            event_id=f"demo-{request_id}-{event_type}-{position or 0}",
            event_type=event_type,
            ts=at + timedelta(seconds=after),
            user_id=user_id,
            session_id=session_id,
            product_id=product.id if product else None,
            source="search",
            query=query,
            position=position,
            quantity=1 if bought else None,
            value=product.price if bought and product else None,
            currency=product.currency if bought and product else None,
            request_id=request_id,
            consent=True,
        )

    yield event("search", 0)
    seen = {dice.skewed(len(shelf.products)) for _ in range(SHOWN)}
    for position, place in enumerate(sorted(seen), start=1):
        product = shelf.products[place]
        yield event("impression", 0, product, position)
        if not dice.chance(CLICK / position**0.5):
            continue
        yield event("click", 5 * position, product, position)
        yield event("view", 5 * position + 1, product, position)
        if dice.chance(CART):
            yield event("add_to_cart", 5 * position + 20, product, position)
            if dice.chance(PURCHASE):
                yield event("purchase", 90, product, position)
