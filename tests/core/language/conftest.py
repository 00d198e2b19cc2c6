"""A small shop with the traps of a large one: brands that are words, titles that negate, numbers that are no prices."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count, product

import pytest

from core.catalog import Product
from core.language.vocabulary import Vocabulary

COLOURS = ("black", "white", "red", "blue", "navy")
SHOE_BRANDS = ("Nike", "Adidas", "Under Armour")
Row = tuple[str, str | None, tuple[str, ...], str, dict[str, tuple[str, ...]]]


def clothing() -> Iterator[Row]:
    for brand, colour, gender, size in product(SHOE_BRANDS, COLOURS, ("Men", "Women"), ("8", "10", "10.5")):
        attributes = {"color": (colour,), "gender": (gender,), "size": (size,), "material": ("leather",)}
        yield (
            f"{brand} {gender}'s Running Shoes {colour}",
            brand,
            ("Clothing", "Shoes", "Running Shoes"),
            "79",
            attributes,
        )
    for brand, colour, size in product(("Free People", "Alex Evenings"), COLOURS, ("10", "12")):
        attributes = {"color": (colour,), "gender": ("Women",), "size": (size,), "material": ("cotton",)}
        yield f"{brand} summer dress {colour}", brand, ("Clothing", "Dresses"), "48", attributes
    for colour, gender in product(COLOURS, ("Men", "Women", "Unisex")):
        attributes = {"color": (colour,), "gender": (gender,), "size": ("32",), "material": ("denim",)}
        yield f"7 For All Mankind slim jeans {colour}", "7 For All Mankind", ("Clothing", "Jeans"), "180", attributes
        yield f"Dickies work overalls {colour}", "Dickies", ("Clothing", "Overalls"), "60", attributes
    for colour in COLOURS:
        attributes = {"color": (colour,), "gender": ("Unisex",), "size": ("M",), "material": ("wool",)}
        yield f"Acme no show socks {colour}", "Acme", ("Clothing", "Socks"), "9", attributes
        yield f"{colour} vegan jacket", "Acme", ("Clothing", "Jackets"), "90", attributes
    yield "Vegan coat, not leather", "Acme", ("Clothing", "Jackets"), "90", {"material": ("polyester",)}


def electronics() -> Iterator[Row]:
    for n in range(8):
        yield f"Sony over ear headphones WH-{n}00", "Sony", ("Electronics", "Headphones"), "120", {}
        yield (
            f"Sony wireless earbuds LinkBuds {n}",
            "Sony",
            ("Electronics", "Headphones"),
            "90",
            {"feature": ("wireless",)},
        )
        yield f"Apple iPhone 1{n} 64 GB", "Apple", ("Electronics", "Phones"), "699", {"storage": ("64 GB",)}
        yield f"Samsung Galaxy S2{n} 128 GB", "Samsung", ("Electronics", "Phones"), "599", {"storage": ("128 GB",)}
        yield f"Speck case for Samsung Galaxy S2{n}", "Speck", ("Electronics", "Phone Cases"), "25", {}
        yield f"Acme 1080p monitor {20 + n} inch", "Acme", ("Electronics", "Monitors"), "190", {}
        yield f"Samsung {40 + n} inch TV 4K", "Samsung", ("Electronics", "TVs"), "450", {}
        yield f"Acme laptop 16 GB RAM wifi model {n}", "Acme", ("Electronics", "Laptops"), "800", {}


def home() -> Iterator[Row]:
    for n in range(6):
        yield f"Acme non-stick pan {20 + n} cm", "Acme", ("Home", "Kitchen", "Pans"), "30", {}
        yield f"BLACK+DECKER cordless drill {n}", "BLACK+DECKER", ("Home", "Tools", "Drills"), "99", {}
        yield f"Acme under sink organizer {n} tier", "Acme", ("Home", "Kitchen", "Organizers"), "22", {}
        yield f"Acme under desk treadmill {n}", "Acme", ("Home", "Fitness", "Treadmills"), "299", {}
        yield f"5 star hotel towels set of {n}", None, ("Home", "Bath", "Towels"), "35", {}
        yield f"Tall dog harness no pull {n}", "Acme", ("Home", "Pets", "Harnesses"), "28", {}
        yield f"Acme leather sofa {n} seats", "Acme", ("Home", "Sofas"), "900", {"material": ("leather",)}
        yield f"Office chair with arms {n}", "Acme", ("Home", "Chairs"), "150", {}


def grocery_and_media() -> Iterator[Row]:
    for n in range(6):
        yield f"Organic apple juice {n} l", "Martinelli's", ("Grocery", "Juice"), "5", {}
        yield f"Dried apple rings {n} oz", "Bare", ("Grocery", "Snacks"), "6", {}
        yield f"Sugar free gum mint {n}", "Orbit", ("Grocery", "Gum"), "2", {"diet": ("sugar free",)}
        yield f"Gluten free bread loaf {n}", "Schar", ("Grocery", "Bread"), "7", {"diet": ("gluten free",)}
        yield f"Trail mix with nuts {n} oz", "Planters", ("Grocery", "Snacks"), "8", {}
        yield f"Not Your Mother's shampoo scent {n}", "Not Your Mother's", ("Beauty", "Shampoo"), "9", {}
        yield f"L'Oréal Paris shampoo {n}", "L'Oréal Paris", ("Beauty", "Shampoo"), "8", {}
        yield f"No7 serum {n} ml", "No7", ("Beauty", "Serum"), "24", {}
        yield f"Cheap Trick live volume {n} cd", None, ("Media", "Music"), "12", {}
        yield f"Between the lines book {n}", None, ("Media", "Books"), "15", {}
        yield f"Less is more mug {n}", None, ("Home", "Mugs"), "11", {}
        yield f"Without a trace season {n} dvd", None, ("Media", "DVDs"), "19", {}


def products() -> Iterator[Product]:
    number = count(1)
    for rows in (clothing(), electronics(), home(), grocery_and_media()):
        for title, brand, category, price, attributes in rows:
            n = next(number)
            yield Product(
                id=f"p{n:04}", title=title, brand=brand, category=category, price=Decimal(price) + n % 7,
                attributes=attributes, rating=4.0, rating_count=n % 50, stock=n % 5,
            )  # fmt: skip


@pytest.fixture(scope="session")
def catalogue() -> list[Product]:
    return list(products())


@pytest.fixture(scope="session")
def vocabulary(catalogue: list[Product]) -> Vocabulary:
    return Vocabulary.of(catalogue)
