"""What the shopper chose and what the words said, as one set of constraints."""

from core.catalog import Exclude, Filters
from core.language.understanding import Understood
from tools.search.shapes import SearchRequest


def constrained(request: SearchRequest, understood: Understood) -> tuple[Filters, Exclude]:
    """Both together. Where both name the same field the shopper's own choice stands: a click is surer than a word."""
    chosen, said = request.filters, understood.filters
    filters = Filters(
        brand=chosen.brand or said.brand,
        category=chosen.category or said.category,
        price_min=said.price_min if chosen.price_min is None else chosen.price_min,
        price_max=said.price_max if chosen.price_max is None else chosen.price_max,
        attributes={**said.attributes, **{name: values for name, values in chosen.attributes.items() if values}},
        in_stock=said.in_stock if chosen.in_stock is None else chosen.in_stock,
        rating_min=said.rating_min if chosen.rating_min is None else chosen.rating_min,
    )
    without, unsaid = request.exclude, understood.exclude
    names = dict.fromkeys([*without.attributes, *unsaid.attributes])
    exclude = Exclude(
        brand=joined(without.brand, unsaid.brand),
        category=joined(without.category, unsaid.category),
        attributes={name: joined(without.attributes.get(name, ()), unsaid.attributes.get(name, ())) for name in names},
        terms=joined(without.terms, unsaid.terms),
    )
    return filters, exclude


def joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Both, each value once."""
    return tuple(dict.fromkeys((*first, *second)))
