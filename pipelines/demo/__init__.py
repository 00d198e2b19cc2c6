"""The demo shop: a made-up catalogue, the same on every machine.

`dice` chance that repeats; `shelves` what is sold, read from `data/<department>.toml`; `stock` numbers, `words` texts,
`making` whole products. No brand here is meant to be a real one.
"""

from collections.abc import Iterator
from itertools import chain, count, takewhile

from core.catalog import Product
from pipelines.demo.making import family
from pipelines.demo.shelves import Department, Line, departments

PER_LINE = 45
"""Products a line has, variants counted, if it names no number of families. Some 125 lines make about 5,800."""


def catalogue() -> Iterator[Product]:
    """All products of the demo shop, by id. The same ones each time; a new line or department changes no other."""
    lines = [(department, line) for department in departments() for line in department.lines]
    products = chain.from_iterable(made(department, line) for department, line in lines)
    yield from sorted(products, key=lambda product: product.id)


def made(department: Department, line: Line) -> list[Product]:
    """The products of one line: whole families only."""
    if line.families is not None:
        return [product for index in range(line.families) for product in family(department, line, index)]
    products: list[Product] = []
    for index in takewhile(lambda _: len(products) < PER_LINE, count()):
        products.extend(family(department, line, index))
    return products
