"""`aisle eval golden`: the real search tool over the demo catalogue, judged by the rules of the golden set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from core.catalog import Frozen, Product
from core.relevance import bootstrap, ndcg
from core.storage.index.build import Progress
from evals.golden.rules import Rule, read_rules
from evals.shop import NOW, Shop, open_shop
from pipelines.demo import catalogue
from tools.search.shapes import SearchRequest

PAGE = 10
TOP = 3


class Part(Frozen):
    """Figures over some of the queries, nonsense left out."""

    name: str
    queries: int
    ndcg_at_10: float
    ndcg_at_10_low: float
    ndcg_at_10_high: float
    expected_in_top_3: float  # share of queries


class Miss(Frozen):
    """A query that had no expected product in the first three, or a nonsense query that found something."""

    query: str
    kind: str
    ndcg_at_10: float
    found: tuple[str, ...]  # titles of the first three


class Report(Frozen):
    """What was measured."""

    products: int
    queries: int  # nonsense included
    overall: Part
    classes: tuple[Part, ...]
    nonsense: int  # queries
    nonsense_empty: int  # of these, with an empty page
    misses: tuple[Miss, ...]


@dataclass(frozen=True)
class Answer:
    """One query's page, judged."""

    rule: Rule
    page: tuple[Product, ...]
    ndcg: float

    @property
    def good(self) -> bool:
        """An expected product is in sight; for nonsense, nothing is."""
        return any(self.rule.expects(product) for product in self.page[:TOP]) if self.rule.grades else not self.page


async def run(cache: Path, report: Progress) -> Report:
    """Index the whole demo catalogue, ask everything, measure. `cache`: where vectors are kept for the next run."""
    return await measure(tuple(catalogue()), cache, report)


async def measure(products: Sequence[Product], cache: Path, report: Progress) -> Report:
    """The same over any part of the catalogue, in id order."""
    rules = read_rules()
    async with open_shop(products, cache, report) as shop:
        answers = []
        for done, rule in enumerate(rules):
            report("queries", done, len(rules))
            answers.append(await answer(shop, rule, products))
        report("queries", len(rules), len(rules))
    return summary(len(products), answers)


async def answer(shop: Shop, rule: Rule, products: Sequence[Product]) -> Answer:
    """Ask as a shopper would, and grade every product of the shop by the rule."""
    page = await shop.search(SearchRequest(query=rule.query, k=PAGE, facets=False, now=NOW))
    grades = {product.id: float(rule.grade(product)) for product in products}
    gain = ndcg([result.product_id for result in page.results], grades, PAGE)
    return Answer(rule, tuple(result.product for result in page.results), gain)


def summary(products: int, answers: Sequence[Answer]) -> Report:
    """All figures."""
    asked = [answer for answer in answers if answer.rule.grades]
    nonsense = [answer for answer in answers if not answer.rule.grades]
    kinds = list(dict.fromkeys(answer.rule.kind for answer in asked))
    return Report(
        products=products,
        queries=len(answers),
        overall=part("overall", asked),
        classes=tuple(part(kind, [answer for answer in asked if answer.rule.kind == kind]) for kind in kinds),
        nonsense=len(nonsense),
        nonsense_empty=sum(answer.good for answer in nonsense),
        misses=tuple(miss(answer) for answer in answers if not answer.good),
    )


def part(name: str, answers: Sequence[Answer]) -> Part:
    """A line of the table."""
    gain = bootstrap([answer.ndcg for answer in answers])
    return Part(
        name=name,
        queries=len(answers),
        ndcg_at_10=round(gain.mean, 4),
        ndcg_at_10_low=round(gain.low, 4),
        ndcg_at_10_high=round(gain.high, 4),
        expected_in_top_3=round(sum(answer.good for answer in answers) / max(len(answers), 1), 4),
    )


def miss(answer: Answer) -> Miss:
    """What to look at."""
    found = tuple(product.title for product in answer.page[:TOP])
    return Miss(query=answer.rule.query, kind=answer.rule.kind, ndcg_at_10=round(answer.ndcg, 4), found=found)


def show(report: Report, console: Console) -> None:
    """Figures by class, then each query that went wrong."""
    table = Table(title=f"{report.products:,} products, {report.queries:,} queries", title_justify="left")
    table.add_column("")
    for heading in ("queries", "NDCG@10", "95 % interval", "expected in top 3"):
        table.add_column(heading, justify="right")
    for line in (*report.classes, report.overall):
        interval = f"{line.ndcg_at_10_low:.3f} to {line.ndcg_at_10_high:.3f}"
        share = f"{line.expected_in_top_3:.1%}"
        table.add_row(line.name, str(line.queries), f"{line.ndcg_at_10:.3f}", interval, share)
    console.print(table)
    console.print(f"Nonsense: {report.nonsense_empty} of {report.nonsense} pages empty")
    for missed in report.misses:
        found = "; ".join(missed.found) or "nothing"
        console.print(f"{missed.kind}: {missed.query!r} found {found}", markup=False, highlight=False)
