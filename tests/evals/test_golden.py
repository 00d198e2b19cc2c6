"""The golden set as committed, and the gate: the real search, with real vectors, over a part of the demo catalogue.

`aisle eval golden` measures over all of it, which takes minutes when its vectors are not yet known.
"""

from collections.abc import Iterable
from io import StringIO

import pytest
from rich.console import Console

from core.catalog import Product
from core.relevance import ndcg
from evals.golden import grade
from evals.golden.rules import Rule, Where, line_of, read_rules
from evals.golden.run import measure, show
from pipelines.demo import catalogue

LEAST_PRODUCTS = 1200
LEAST_NDCG = 0.65
LEAST_EXPECTED = 0.9


@pytest.fixture(scope="module")
def products() -> tuple[Product, ...]:
    return tuple(catalogue())


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    return read_rules()


@pytest.fixture(scope="module")
def labelled(products: tuple[Product, ...], rules: tuple[Rule, ...]) -> frozenset[str]:
    return frozenset(product.id for rule in rules for _, product in grade.sample(rule, products))


def test_the_committed_files_are_what_the_rules_give(products: tuple[Product, ...], rules: tuple[Rule, ...]) -> None:
    assert (grade.FOLDER / "queries.csv").read_text("utf-8") == grade.queries_csv(rules), "python -m evals.golden.grade"
    assert (grade.FOLDER / "labels.csv").read_text("utf-8") == grade.labels_csv(rules, products)


def test_the_set_is_as_large_as_promised(rules: tuple[Rule, ...]) -> None:
    assert len(rules) >= 130
    assert len({rule.query for rule in rules}) == len(rules)
    assert sum(rule.kind == "nonsense" for rule in rules) >= 8
    assert (grade.FOLDER / "labels.csv").read_text("utf-8").count("\n") > 1000


def test_each_condition_means_some_product(products: tuple[Product, ...], rules: tuple[Rule, ...]) -> None:
    conditions = [(rule.query, where) for rule in rules for where in every_condition(rule)]
    assert [(query, where) for query, where in conditions if not any(map(where.holds, products))] == []


def test_only_nonsense_wants_nothing(products: tuple[Product, ...], rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        grades = {rule.grade(product) for product in products}
        assert (grades == {0}) == (rule.kind == "nonsense"), rule.query
        assert rule.kind == "nonsense" or 4 in grades, rule.query


def test_the_best_order_of_all_products_is_perfect_and_the_worst_is_worthless(products: tuple[Product, ...]) -> None:
    rule = Rule.model_validate({"query": "tv", "class": "head", "grades": [{"grade": 4, "where": [{"line": ["tv"]}]}]})
    grades = {product.id: float(rule.grade(product)) for product in products}
    ranked = sorted(grades, key=lambda key: -grades[key])
    assert ndcg(ranked, grades) == pytest.approx(1)
    assert ndcg(ranked[::-1], grades) == 0


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ({"line": ["lamp", "mug"]}, True),
        ({"line": ["mu"]}, False),
        ({"category": ["Home & Kitchen > Kitchen"]}, True),
        ({"category": ["Home"]}, False),
        ({"brand": ["Kōyama"], "attributes": {"colour": ["white", "red"]}}, True),
        ({"brand": ["Kōyama"], "attributes": {"colour": ["red"]}}, False),
        ({"attributes": {"size": ["L"]}}, True),
        ({"attributes": {"capacity": ["300 ml"]}}, False),
        ({"price_min": 10, "price_max": 10}, True),
        ({"price_min": "10.01"}, False),
        ({"price_max": "9.99"}, False),
        ({"rating_min": 4}, False),
        ({"without": {"line": ["mug"]}}, False),
        ({"line": ["mug"], "without": {"attributes": {"colour": ["red"]}}}, True),
    ],
)
def test_a_condition_looks_at_fields_only(where: dict[str, object], meant: bool) -> None:  # noqa: FBT001
    mug = Product.model_validate({
        "id": "mug-0007-white", "title": "Red lamp", "brand": "Kōyama", "price": "10",
        "category": ("Home & Kitchen", "Kitchen", "Mugs and Cups"),
        "attributes": {"colour": ("white",), "size": ("M", "L")},
    })  # fmt: skip
    assert Where.model_validate(where).holds(mug) == meant


def test_a_line_is_the_start_of_an_id() -> None:
    product = Product(id="gaming-laptop-0030", title="x")
    assert line_of(product) == "gaming-laptop"
    assert line_of(product.model_copy(update={"id": "tv-0001-55-inch"})) == "tv"


async def test_the_search_finds_what_the_golden_set_expects(
    products: tuple[Product, ...], labelled: frozenset[str], request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    cache = request.config.cache
    assert cache is not None
    report = await measure(part(products, labelled), cache.mkdir("golden"), lambda *_: None)
    text = StringIO()
    show(report, Console(file=text, width=120))
    with capsys.disabled():
        print(f"\n{text.getvalue()}")  # noqa: T201
    assert report.products >= LEAST_PRODUCTS
    assert {line.name: line.ndcg_at_10 for line in report.classes if line.ndcg_at_10 <= LEAST_NDCG} == {}
    assert report.overall.ndcg_at_10 > LEAST_NDCG
    assert report.overall.expected_in_top_3 >= LEAST_EXPECTED
    assert report.nonsense_empty == report.nonsense


def part(products: tuple[Product, ...], labelled: frozenset[str]) -> tuple[Product, ...]:
    """The labelled products, and others by chance that repeats up to `LEAST_PRODUCTS`; in id order."""
    others = sorted((p.id for p in products if p.id not in labelled), key=lambda key: grade.lot("", key))
    kept = labelled.union(others[: max(0, LEAST_PRODUCTS - len(labelled))])
    return tuple(p for p in products if p.id in kept)


def every_condition(rule: Rule) -> Iterable[Where]:
    yield from rule.top
    for graded in rule.grades:
        yield from graded.where
