"""A small shop with a real index and the real model, built once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.catalog import Product
from evals.shop import Shop, open_shop

COLOURS = ("red", "blue", "black")
KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("boot", "Hiking Boots", "Shoes > Boots", "Keeps your feet dry on wet mountain trails."),
    ("sneaker", "Running Sneakers", "Shoes > Sneakers", "Light and springy for a morning jog."),
    ("thermos", "Travel Thermos", "Kitchen > Drinkware", "Keeps coffee hot all day long."),
    ("pan", "Frying Pan", "Kitchen > Cookware", "Nothing sticks to it, not even eggs."),
    ("lamp", "Desk Lamp", "Home > Lighting", "Soft light for reading at night."),
    ("headset", "Bluetooth Headphones", "Electronics > Audio", "Shuts out engine noise on long flights."),
)
BRANDS = ("Acme", "Bolt", "Cirrus")


def make(kind: int, number: int) -> Product:
    code, name, path, says = KINDS[kind]
    colour, brand = COLOURS[number % 3], BRANDS[number % 2 + kind % 2]
    return Product(
        id=f"{code}-{number}",
        title=f"{brand} {colour.title()} {name}",
        description=says,
        brand=brand,
        category=tuple(path.split(" > ")),
        price=Decimal(10 + 10 * number + kind),
        attributes={"colour": (colour,), "material": ("leather" if number % 2 else "fabric",)},
        rating=3.0 + number % 3,
        stock=number % 4,
        parent_id=f"{code}-family" if number < 2 else None,
        created_at=datetime(2025, 12, 1 + number, tzinfo=UTC),
    )


PRODUCTS = sorted((make(kind, number) for kind in range(len(KINDS)) for number in range(10)), key=lambda p: p.id)


@pytest.fixture(scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    cache: Path = tmp_path_factory.mktemp("vectors")
    async with open_shop(PRODUCTS, cache, lambda *_: None) as opened:
        yield opened
