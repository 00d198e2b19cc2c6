"""What the shopper chose and what the words said, as one set of constraints; and that set taken apart, facet by facet.

Facets are named as a page names them: brand, category, price, rating, in_stock, `attributes.<name>`.
"""

from collections.abc import Iterable
from typing import Any

from core.catalog import Exclude, Filters
from core.language.phrases import terms
from core.language.understanding import Understood
from core.storage.index.columns import ATTRIBUTE
from tools.search.shapes import SearchRequest

UNSET: dict[str, dict[str, object]] = {
    "rating": {"rating_min": None},
    "in_stock": {"in_stock": None},
    "price": {"price_min": None, "price_max": None},
    "category": {"category": ()},
    "brand": {"brand": ()},
}


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


def overruled(understood: Understood, chosen: Filters) -> Understood:
    """Without the brands said when others were chosen by hand: their names would go on being searched for."""
    wanted = {brand.casefold() for brand in chosen.brand}
    gone = [brand for brand in understood.filters.brand if wanted and brand.casefold() not in wanted]
    if not gone:
        return understood
    kept = tuple(brand for brand in understood.filters.brand if brand not in gone)
    return understood.model_copy(
        update={
            "text": cut(understood.text, gone),
            "filters": understood.filters.model_copy(update={"brand": kept}),
            "chips": tuple(chip for chip in understood.chips if chip.kind != "brand" or chip.value not in gone),
        }
    )


def cut(text: str, names: Iterable[str]) -> str:
    """The text without these names, each wherever all its words stand together."""
    words = text.split()
    for phrase in filter(None, map(terms, names)):
        size = len(phrase)
        at = 0
        while at + size <= len(words):
            if words[at : at + size] == phrase:
                del words[at : at + size]
            else:
                at += 1
    return " ".join(words)


def facets_of(filters: Filters) -> tuple[str, ...]:
    """The facets that the filters constrain, those a shopper would rather do without first."""
    attributes = [ATTRIBUTE + name for name, values in filters.attributes.items() if values]
    return (*attributes, *(facet for facet, unset in UNSET.items() if any(_given(filters, unset))))


def without(filters: Filters, facet: str) -> Filters:
    """The filters, this facet free."""
    if facet.startswith(ATTRIBUTE):
        kept = {name: values for name, values in filters.attributes.items() if ATTRIBUTE + name != facet}
        return filters.model_copy(update={"attributes": kept})
    return filters.model_copy(update=UNSET[facet])


def only(filters: Filters, facet: str) -> Filters:
    """The filters of one facet, all others free."""
    if facet.startswith(ATTRIBUTE):
        name = facet.removeprefix(ATTRIBUTE)
        return Filters(attributes={name: filters.attributes[name]})
    values: dict[str, Any] = {field: getattr(filters, field) for field in UNSET[facet]}
    return Filters(**values)


def joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Both, each value once."""
    return tuple(dict.fromkeys((*first, *second)))


def _given(filters: Filters, unset: dict[str, object]) -> Iterable[bool]:
    return (getattr(filters, field) != value for field, value in unset.items())
