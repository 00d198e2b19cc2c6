"""What of a search's filters and exclusions a product does not pass, in plain sentences."""

from collections.abc import Iterable, Iterator

from core.catalog import Exclude, Filters, Product
from core.storage.index.columns import ATTRIBUTE
from core.storage.index.snapshot import Snapshot
from tools.search.constraints import facets_of, only
from tools.search.matching import Question, allowed


def refusals(snapshot: Snapshot, question: Question, row: int, product: Product) -> Iterator[str]:
    """One sentence for each filter and each exclusion that keeps the row out."""
    for facet in facets_of(question.filters):
        asked = only(question.filters, facet)
        if not allowed(snapshot, asked, Exclude())[row]:
            yield f"The search asks for {wanted(asked, facet)}; this {has(product, facet)}."
    for said, exclude in apart(question.exclude):
        if not allowed(snapshot, Filters(), exclude)[row]:
            yield f"The search excludes {said}."


def wanted(filters: Filters, facet: str) -> str:
    """What a facet of the filters asks for."""
    if facet == "price":
        bounds = (("at least", filters.price_min), ("at most", filters.price_max))
        return "a price of " + " and ".join(f"{word} {bound:f}" for word, bound in bounds if bound is not None)
    if facet == "rating":
        return f"a rating of at least {filters.rating_min:g}"
    if facet == "in_stock":
        return "what is in stock" if filters.in_stock else "what is sold out"
    if facet.startswith(ATTRIBUTE):
        name = facet.removeprefix(ATTRIBUTE)
        return f"{spaced(name)} {either(filters.attributes[name])}"
    return f"{facet} {either(filters.brand if facet == 'brand' else filters.category)}"


def has(product: Product, facet: str) -> str:
    """What the product has there."""
    if facet == "price":
        return "has no price" if product.price is None else f"costs {product.price:f}"
    if facet == "rating":
        return "is not rated" if product.rating is None else f"is rated {product.rating:g}"
    if facet == "in_stock":
        return "is in stock" if product.available else "is sold out"
    if facet == "brand":
        return f"is by {product.brand}" if product.brand else "has no brand"
    if facet == "category":
        return f"is in {product.category_path}" if product.category else "is in no category"
    name = facet.removeprefix(ATTRIBUTE)
    values = product.attributes.get(name, ())
    return f"has {either(values, 'and')}" if values else f"has no {spaced(name)}"


def apart(exclude: Exclude) -> Iterator[tuple[str, Exclude]]:
    """Each exclusion by itself, with its name."""
    for value in exclude.brand:
        yield f"brand {value}", Exclude(brand=(value,))
    for value in exclude.category:
        yield f"category {value}", Exclude(category=(value,))
    for name, values in exclude.attributes.items():
        for value in values:
            yield f"{spaced(name)} {value}", Exclude(attributes={name: (value,)})
    for value in exclude.terms:
        yield f"“{value}”, which stands in its text", Exclude(terms=(value,))


def either(values: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *others, end = values
    return f"{', '.join(others)} {last} {end}" if others else end


def spaced(name: str) -> str:
    """An attribute's name as it is said."""
    return name.replace("_", " ")
