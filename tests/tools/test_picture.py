"""Pictures: any product has one, and none can do harm."""

import re
from collections import defaultdict
from string import Template
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Product
from pipelines.demo import catalogue
from tools.picture import DRAWINGS, MATERIALS, NAMES, picture, silhouette

HOSTILE = [
    '</title><script>alert(1)</script>" onload="x',
    "]]>&#x0;<!--",
    "\x00\x1b\ufffe \u202e\u200b",
    "$m ${d} $$ %s {0}",
    "url(http://evil.test/)",
    "خلاط 搅拌机 👩‍👩‍👧",
]
ELEMENTS = {"svg", "title", "rect", "circle", "ellipse", "path", "g", "text"}
SMALL = 4096  # bytes

words = st.one_of(st.text(max_size=60), st.sampled_from([*HOSTILE, *sorted(NAMES), *sorted(DRAWINGS.colours)]))
texts = st.lists(words, min_size=1, max_size=6).map(" ".join).filter(bool)
attributes = st.dictionaries(
    st.sampled_from(["colour", "color", "type", "size"]), st.lists(texts, max_size=3).map(tuple), max_size=3
)
products = st.builds(
    Product,
    id=texts.map(lambda text: text[:200]),
    title=texts.map(lambda text: text * 3),
    category=st.lists(texts, max_size=5).map(tuple),
    attributes=attributes,
    parent_id=st.none() | texts,
)


def product(title: str = "Thing", *category: str, **said: str) -> Product:
    return Product(id="p", title=title, category=category, attributes={name: (value,) for name, value in said.items()})


def parts(svg: str) -> list[Element]:
    return list(fromstring(svg.encode()).iter())


def safe(svg: str) -> None:
    assert len(svg.encode()) < SMALL
    for part in parts(svg):
        assert part.tag.removeprefix("{http://www.w3.org/2000/svg}") in ELEMENTS
        for name, value in part.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert not re.search(r"url\(|:|;", value), (name, value)


@given(products)
@settings(max_examples=300, deadline=None)
def test_any_product_has_a_small_safe_picture_that_never_changes(one: Product) -> None:
    svg = picture(one)
    safe(svg)
    assert picture(one.model_copy()) == svg


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    safe(picture(Product(id=text, title=text, category=(text,), attributes={"colour": (text,), "type": (text,)})))


@pytest.mark.parametrize("name", DRAWINGS.shapes)
def test_each_shape_is_small_complete_and_drawn_for_its_words(name: str) -> None:
    shape = DRAWINGS.shapes[name]
    assert set(Template(shape.art).get_identifiers()) <= {*MATERIALS, "m", "d", "l", "a", "t"}
    assert set(shape.colours) <= set(DRAWINGS.colours)
    assert not re.search(r"style|id=|href|<(?!/?(?:path|g|circle|ellipse|rect)\b)", shape.art)
    for word in shape.words:
        assert silhouette(product("Q", word)) in {name, *DRAWINGS.families.get(word, ())}
    safe(picture(product("Zed", shape.words[0])))


def test_families_name_shapes_and_no_word_has_two_meanings() -> None:
    assert {name for names in DRAWINGS.families.values() for name in names} <= set(DRAWINGS.shapes)
    every = [word for shape in DRAWINGS.shapes.values() for word in shape.words] + list(DRAWINGS.families)
    assert sorted(every) == sorted(set(every))
    assert all(re.fullmatch(r"#[0-9a-f]{6}", code) for code in DRAWINGS.colours.values())


def test_every_line_of_the_demo_shop_has_its_own_kind_of_picture() -> None:
    boxes: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for one in catalogue():
        if silhouette(one) == "box":
            boxes[one.category].add(one.title)
    assert boxes == {}


@pytest.mark.parametrize(
    ("one", "shape"),
    [
        (product("Chelsea", "Shoes", "Ankle Boots"), "boot"),
        (product("Red Chelsea Boots", "Shoes"), "boot"),
        (product("Air Glide 3", "Shoes"), "sneaker"),
        (product("Kids' Sun Hat", "Kids", "Hats, Gloves and Bags"), "hat"),
        (product("64 GB MicroSD Card", "Memory Cards and Drives"), "storage"),
        (product("Case for phones", "Phones", "Phone Cases"), "phone-case"),
        (product("Blue Strap for Watch", "Electronics", "Laptops"), "laptop"),
        (product("Coffee Mug with spoon"), "mug"),
        (product("Sac à dos bleu", "Bagagerie", "Sac à dos"), "backpack"),
        (product("Laufschuhe Herren"), "sneaker"),
        (product("Chef's Knives"), "knife"),
        (product("X1", "Accessories", type="leather belt"), "belt"),
        (product("X1", "Toys", "Novelties"), "teddy"),
        (product("Thingamajig", "Q", "R"), "box"),
        (product("حقيبة"), "box"),
    ],
)
def test_the_shape_follows_shelf_then_title(one: Product, shape: str) -> None:
    assert silhouette(one) == shape


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("navy", "#2c3c63"),
        ("Dark Brown", "#55392b"),
        ("Sky Blue / White", "#86bce2"),
        ("natural with blue print", "#e0cda8"),
        ("Grün", "#4f9b62"),
        ("#A1B2C3", "#a1b2c3"),
    ],
)
@pytest.mark.parametrize("name", ["colour", "color"])
def test_the_colour_is_what_the_product_says(name: str, said: str, shown: str) -> None:
    assert f'fill="{shown}"' in picture(product("Mug", "Mugs", **{name: said})).replace("'", '"')


def test_variants_differ_by_colour_alone() -> None:
    red, large, blue = (
        Product(id=str(number), parent_id="family", title="Mug", category=("Mugs",), attributes={"colour": (colour,)})
        for number, colour in enumerate(("red", "red", "blue"))
    )
    assert picture(red) == picture(large) != picture(blue)
