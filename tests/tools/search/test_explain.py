"""Why a product stands where it does, or is absent: from the same computation as the page, in plain sentences."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from core.catalog import Exclude, Filters, Product
from core.errors import UnavailableError
from evals.shop import NOW, Shop
from tools.search.explain import Explain, distance
from tools.search.refusals import has
from tools.search.shapes import ExplainRequest, Explanation, SearchRequest


def ask(query: str = "", **fields: object) -> SearchRequest:
    return SearchRequest(query=query, now=NOW, **fields)  # type: ignore[arg-type]


async def explain(shop: Shop, product_id: str, search: SearchRequest) -> Explanation:
    return await Explain(shop.search)(ExplainRequest(product_id=product_id, search=search))


@pytest.mark.parametrize("query", ["red hiking boots", "something to keep my drink warm", "", "leather under $60"])
async def test_a_shown_product_stands_where_the_page_shows_it(shop: Shop, query: str) -> None:
    search = ask(query, k=10)
    page = await shop.search(search)

    for place, result in enumerate(page.results, start=1):
        told = await explain(shop, result.product_id, search)
        assert (told.found, told.position, told.total) == (True, place, page.total)
        assert (told.score, told.breakdown, told.weights) == (result.score, result.breakdown, result.weights)
        assert (told.understood, told.relaxed, told.versions) == (page.understood, page.relaxed, page.versions)
        assert told.product == result.product


async def test_a_product_beyond_the_page_has_its_place_too(shop: Shop) -> None:
    whole = await shop.search(ask("leather", k=100))
    last = whole.results[-1].product_id

    assert (await explain(shop, last, ask("leather", k=1))).position == whole.total


async def test_reasons_name_the_words_it_has_and_those_it_lacks(shop: Shop) -> None:
    told = await explain(shop, "thermos-0", ask("keep my drink warm"))

    assert told.found
    assert told.reasons[0] == "It has “keep”."
    assert told.reasons[1] == "It lacks “drink” and “warm”."


async def test_reasons_add_up_to_the_score(shop: Shop) -> None:
    told = await explain(shop, "boot-0", ask("hiking boots"))

    shares = [float(reason.split(" = ")[1].split()[0]) for reason in told.reasons if " = " in reason]
    assert sum(shares) == pytest.approx(told.score, abs=0.002)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(brand=("Cirrus", "Dune")), "The search asks for brand Cirrus or Dune; this is by Acme."),
        (Filters(category=("Kitchen",)), "The search asks for category Kitchen; this is in Shoes > Boots."),
        (Filters(price_min=Decimal("10.5")), "The search asks for a price of at least 10.5; this costs 10."),
        (
            Filters(price_min=Decimal(20), price_max=Decimal(30)),
            "The search asks for a price of at least 20 and at most 30; this costs 10.",
        ),
        (Filters(rating_min=4.5), "The search asks for a rating of at least 4.5; this is rated 3."),
        (Filters(in_stock=True), "The search asks for what is in stock; this is sold out."),
        (
            Filters(attributes={"colour": ("blue", "black")}),
            "The search asks for colour blue or black; this has red.",
        ),
    ],
)
async def test_a_filter_that_keeps_it_out_is_named_with_what_it_has(shop: Shop, filters: Filters, reason: str) -> None:
    told = await explain(shop, "boot-0", ask("", filters=filters))

    assert not told.found
    assert (told.position, told.score, told.breakdown) == (None, None, None)
    assert told.reasons == (reason,)


@pytest.mark.parametrize(
    ("facet", "said"),
    [
        ("brand", "has no brand"),
        ("category", "is in no category"),
        ("price", "has no price"),
        ("rating", "is not rated"),
        ("in_stock", "is in stock"),
        ("attributes.shoe_size", "has no shoe size"),
    ],
)
def test_what_a_product_does_not_say_is_told_as_such(facet: str, said: str) -> None:
    assert has(Product(id="1", title="Thing"), facet) == said


@pytest.mark.parametrize(
    ("exclude", "reason"),
    [
        (Exclude(brand=("Acme", "Dune")), "The search excludes brand Acme."),
        (Exclude(category=("Shoes",)), "The search excludes category Shoes."),
        (Exclude(attributes={"colour": ("blue", "red")}), "The search excludes colour red."),
        (Exclude(terms=("mountain", "jog")), "The search excludes “mountain”, which stands in its text."),
    ],
)
async def test_an_exclusion_that_keeps_it_out_is_named(shop: Shop, exclude: Exclude, reason: str) -> None:
    told = await explain(shop, "boot-0", ask("", exclude=exclude))

    assert (told.found, told.reasons) == (False, (reason,))


async def test_every_filter_that_keeps_it_out_is_named(shop: Shop) -> None:
    told = await explain(shop, "boot-0", ask("", filters=Filters(brand=("Bolt",), attributes={"colour": ("blue",)})))

    assert not told.found
    assert len(told.reasons) == 2


async def test_missing_words_and_the_floor_are_told(shop: Shop) -> None:
    told = await explain(shop, "pan-3", ask("red hiking boots"))

    assert not told.found
    assert told.reasons[0] == "It has no “hiking” or “boots” in its text."
    floor = shop.snapshot.vectors.floor if shop.snapshot.vectors else 0
    assert told.reasons[-1].startswith("Its meaning is too far from the query: ")
    assert told.reasons[-1].endswith(f"the floor is {floor:.2f}.")


async def test_by_meaning_alone_the_floor_is_the_reason_though_the_words_are_there(shop: Shop) -> None:
    assert shop.snapshot.vectors is not None

    class Index:
        snapshot = shop.snapshot.moved(vectors=replace(shop.snapshot.vectors, floor=0.99))

    strict = replace(shop, search=replace(shop.search, index=Index()))

    told = await explain(strict, "boot-0", ask("hiking boots", mode="semantic"))

    assert not told.found
    assert len(told.reasons) == 1
    assert told.reasons[0].endswith("the floor is 0.99.")


async def test_of_more_near_ones_than_are_looked_at_the_others_are_said_to_be_nearer(shop: Shop) -> None:
    assert shop.snapshot.vectors is not None
    vector = shop.snapshot.vectors.vector(0)
    assert vector is not None

    told = list(distance(replace(shop.snapshot.vectors, floor=0.5), vector, 0, refused=False))

    assert told == ["Its meaning is near (1.00), but more others are nearer than are looked at."]


async def test_by_words_alone_nothing_is_said_of_meaning(shop: Shop) -> None:
    told = await explain(shop, "pan-3", ask("hiking boots", mode="keyword"))

    assert told.reasons == ("It has no “hiking” or “boots” in its text.",)


async def test_a_vector_still_to_come_is_not_called_far(shop: Shop) -> None:
    assert shop.snapshot.vectors is not None
    row = shop.snapshot.columns.row_of["pan-3"]
    base = np.array(shop.snapshot.vectors.base)
    base[row] = 0

    class Index:
        snapshot = shop.snapshot.moved(vectors=replace(shop.snapshot.vectors, base=base, present=np.any(base, axis=1)))

    waiting = replace(shop, search=replace(shop.search, index=Index()))

    told = await explain(waiting, "pan-3", ask("hiking boots"))

    assert told.reasons[-1] == "Its meaning is not indexed yet."


async def test_an_unknown_product_is_said_to_be_unknown(shop: Shop) -> None:
    told = await explain(shop, "no-such-thing", ask("boots"))

    assert (told.found, told.product, told.position) == (False, None, None)
    assert told.reasons == ("The catalogue has no product of this id.",)


async def test_of_a_relaxed_search_the_steps_are_told_and_the_filters_left(shop: Shop) -> None:
    search = ask("hiking boots", filters=Filters(attributes={"colour": ("red",)}, price_max=Decimal(1)))

    shown, absent = await explain(shop, "boot-0", search), await explain(shop, "boot-1", search)

    assert [step.step for step in shown.relaxed] == ["drop_price"]
    assert (shown.found, absent.found) == (True, False)
    assert absent.reasons == ("The search asks for colour red; this has blue.",)


async def test_without_an_index_nothing_can_be_explained(shop: Shop) -> None:
    class Index:
        snapshot = None

    with pytest.raises(UnavailableError):
        await explain(replace(shop, search=replace(shop.search, index=Index())), "boot-0", ask("boots"))  # type: ignore[arg-type]
