"""`python -m evals.golden.grade`: writes `queries.csv` and `labels.csv` from the rules and the demo catalogue.

The labels are a sample to read and to share. What is measured is graded by the rules themselves (`run.py`), so that a
product outside the sample counts what it is worth.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from core.catalog import Product
from evals.golden.rules import Rule, read_rules
from pipelines.demo import catalogue

A_GRADE = 4  # products listed per query and grade
FOLDER = Path(__file__).parent


def main() -> None:
    """Write both files beside this one."""
    rules, products = read_rules(), list(catalogue())
    (FOLDER / "queries.csv").write_text(queries_csv(rules), "utf-8", newline="")
    (FOLDER / "labels.csv").write_text(labels_csv(rules, products), "utf-8", newline="")


def queries_csv(rules: Sequence[Rule]) -> str:
    """query_id, query, class."""
    rows = [(key, rule.query, rule.kind) for key, rule in identified(rules)]
    return _csv(("query_id", "query", "class"), rows)


def labels_csv(rules: Sequence[Rule], products: Sequence[Product]) -> str:
    """query_id, product_id, grade: the best grades first."""
    rows = [(key, product.id, grade) for key, rule in identified(rules) for grade, product in sample(rule, products)]
    return _csv(("query_id", "product_id", "grade"), rows)


def identified(rules: Sequence[Rule]) -> Iterator[tuple[str, Rule]]:
    """Rules by query id: new ones go to the end of the file."""
    return ((f"gq{number:03}", rule) for number, rule in enumerate(rules, start=1))


def sample(rule: Rule, products: Sequence[Product]) -> list[tuple[int, Product]]:
    """Some products of each grade, by a hash that no other product can change; zeros are from the same departments."""
    by_grade: dict[int, list[Product]] = {}
    for product in products:
        by_grade.setdefault(rule.grade(product), []).append(product)
    zeros = by_grade.pop(0, [])
    near = {product.category[0] for found in by_grade.values() for product in found}
    by_grade[0] = [product for product in zeros if product.category[0] in near]
    return [
        (grade, product)
        for grade in sorted(by_grade, reverse=True)
        for product in sorted(by_grade[grade], key=lambda found: lot(rule.query, found.id))[:A_GRADE]
    ]


def lot(query: str, product: str) -> str:
    """Chance that repeats on every machine."""
    return sha256(f"{query}\n{product}".encode()).hexdigest()


def _csv(header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


if __name__ == "__main__":
    main()
