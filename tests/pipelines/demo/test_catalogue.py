import os
import subprocess
import sys
from collections import defaultdict
from itertools import product as pairs

import pytest

from core.catalog import Product
from pipelines.demo import catalogue
from pipelines.demo.dice import Dice
from pipelines.demo.making import family
from pipelines.demo.shelves import Department, Line, departments
from pipelines.demo.words import INTROS, Plain

DIGEST = """
import hashlib
from pipelines.demo import catalogue
lines = "\\n".join(product.model_dump_json() for product in catalogue())
print(hashlib.sha256(lines.encode()).hexdigest())
"""
LINES = [(department, line) for department in departments() for line in department.lines]
each_line = pytest.mark.parametrize(("department", "line"), LINES, ids=[line.id for _, line in LINES])


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return list(catalogue())


def digest(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_the_same_products_come_whatever_the_hash_seed() -> None:
    first = digest("1")
    assert len(first) == 64
    assert digest("2") == first


def test_a_shop_of_five_thousand_products_in_a_dozen_departments(products: list[Product]) -> None:
    assert 5000 <= len(products) <= 6500
    assert len({product.category[0] for product in products}) >= 12


def test_ids_are_sorted_and_unlike(products: list[Product]) -> None:
    ids = [product.id for product in products]
    assert ids == sorted(set(ids))


def test_lines_have_ids_of_their_own() -> None:
    ids = [line.id for _, line in LINES]
    assert len(ids) == len(set(ids))


def test_laptops_name_memory_storage_and_screen(products: list[Product]) -> None:
    laptops = [product for product in products if "Laptops" in product.category]
    assert len(laptops) >= 40
    for laptop in laptops:
        assert {"ram", "storage", "screen_size"} <= laptop.attributes.keys(), laptop.id


def test_variants_share_parent_and_category_and_differ_in_title_and_one_attribute(products: list[Product]) -> None:
    varied = {line.id: line.vary for _, line in LINES}
    families: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.parent_id:
            families[product.parent_id].append(product)
    assert len(families) > 500
    for parent, variants in families.items():
        vary = varied[parent.rsplit("-", 1)[0]]
        assert vary is not None
        assert len(variants) >= 2, parent
        assert all(variant.id.startswith(f"{parent}-") for variant in variants)
        assert len({(variant.category, variant.brand) for variant in variants}) == 1, parent
        assert len({variant.title for variant in variants}) == len(variants), parent
        assert len({variant.attributes[vary] for variant in variants}) == len(variants), parent
        rest = [{name: values for name, values in v.attributes.items() if name != vary} for v in variants]
        assert all(attributes == rest[0] for attributes in rest), parent


@each_line
def test_every_template_fills(department: Department, line: Line) -> None:
    speech = Plain(department)
    texts = (line.titles or department.titles) + line.facts + department.closing + (department.intros or INTROS)
    for index, kind in enumerate(line.kinds):
        made = next(family(department, line, index))
        fields = speech.fields(speech.words(Dice(kind.name), str(made.brand), kind, line.words), made.attributes)
        for template in texts + kind.says:
            filled = speech.fill(template, fields)
            assert "{" not in filled
            assert "  " not in filled
            assert filled == filled.strip()


@each_line
def test_prices_keep_to_the_bounds(department: Department, line: Line) -> None:
    for index in range(2 * len(line.kinds)):
        low, high = line.kinds[index % len(line.kinds)].price or line.price
        for product in family(department, line, index):
            assert product.price is not None
            # A price is rounded to one a shop would print, at most five dollars away.
            slack = 0.5 if product.price < 25 else 1 if product.price < 200 else 6
            assert low - slack <= float(product.price) <= high + slack


@each_line
def test_kinds_stay_on_the_ladders(department: Department, line: Line) -> None:
    assert line.vary is None or line.vary in line.ladder or line.vary in line.options or line.vary in line.kinds[0].set
    for kind, (name, values) in pairs(line.kinds, line.ladder.items()):
        assert set(kind.set.get(name, values)) <= set(values), f"{department.name}: {line.id}, {kind.name}"


def test_a_brand_has_one_tier_within_its_department() -> None:
    for department in departments():
        brands = [brand for tier in department.brands.values() for brand in tier]
        assert len(brands) == len(set(brands)), department.name
