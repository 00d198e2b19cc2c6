"""What a catalogue's vocabulary knows, and that it stays small."""

import pytest

from core.catalog import Product
from core.errors import IndexCorruptError
from core.language import counting
from core.language.counting import Counting, Tally, head
from core.language.phrases import UNIT_OF, clean, key, singular, terms
from core.language.vocabulary import Vocabulary


def test_it_survives_being_written_and_read(vocabulary: Vocabulary) -> None:
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary


def test_the_same_catalogue_gives_the_same_bytes(catalogue: list[Product], vocabulary: Vocabulary) -> None:
    assert Vocabulary.of(catalogue).to_json() == vocabulary.to_json()


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"version":0}', b'{"version":1,"x":2}', b'{"version":1,"facts":[[1]]}']
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(IndexCorruptError):
        Vocabulary.from_json(data)


def test_a_brand_that_titles_use_as_a_word_is_impure(vocabulary: Vocabulary) -> None:
    purity = {fact.name: fact.purity for fact in vocabulary.facts if fact.kind == "brand"}
    assert purity["Apple"] < 0.5
    assert purity["Nike"] == 1


def test_brands_are_found_however_they_are_joined(vocabulary: Vocabulary) -> None:
    for written in ("black decker", "black and decker", "blackdecker"):
        assert [fact.name for fact in vocabulary.named(written.split())] == ["BLACK+DECKER"]


def test_free_text_numbers_and_flags_are_no_facets() -> None:
    rows = [
        Product(id=str(n), title=f"thing {n}", attributes={
            "story": (f"story of thing {n}",), "weight": (str(n % 4),), "size": (str(n % 4),),
            "colour": (("red", "blue")[n % 2],), "flag": ("true",),
        })
        for n in range(500)
    ]  # fmt: skip
    assert set(Vocabulary.of(rows).attributes) == {"size", "colour", "flag"}
    assert not Vocabulary.of(rows).named(["true"])


def test_an_empty_catalogue_has_an_empty_vocabulary() -> None:
    assert Vocabulary.of([]) == Vocabulary()


def test_a_tally_keeps_the_frequent_within_its_bound() -> None:
    tally = Tally(50)
    for n in range(5_000):
        tally.add((f"rare {n}", "often"))
    assert len(tally.counts) <= 50
    assert tally.counts["often"] == 5_000


def test_counting_is_bounded_whatever_comes() -> None:
    count = Counting()
    for n in range(2_000):
        values = {f"attribute {n}": (f"value {n}",), "note": (f"note {n}",)}
        count.add(Product(id=str(n), title=f"word{n} again{n} thing", brand=f"Brand {n}", price=n, attributes=values))
    assert count.values["note"] is None
    assert len(count.values) <= counting.MAX_ATTRIBUTES
    assert len(count.best) <= counting.MAX_TITLES


def test_prices_are_sampled_evenly_when_there_are_many() -> None:
    count = Counting()
    for n in range(3 * counting.PRICE_SAMPLE):
        count.add(Product(id="x", title="x", price=n))
    vocabulary = Vocabulary.from_counts(count)
    assert len(count.prices) <= 2 * counting.PRICE_SAMPLE
    assert vocabulary.priced == 3 * counting.PRICE_SAMPLE
    assert vocabulary.prices[0] == 0
    assert vocabulary.prices[-1] >= 2.9 * counting.PRICE_SAMPLE


@pytest.mark.parametrize(
    ("title", "noun"), [("Door Chime Kit in White", ["kit"]), ("Shoes", ["shoe"]), ("Pan - 20 cm", ["pan"]), ("12", [])]
)
def test_the_head_of_a_title_is_what_the_thing_is(title: str, noun: list[str]) -> None:
    assert head(title) == noun


def test_words_are_folded_and_units_canonical() -> None:
    assert terms("L'Oréal 16GB 32 inches TP-Link™") == ["loreal", "16", "gb", "32", UNIT_OF["inches"], "tp", "link"]
    assert key(["dresses", "batteries", "glass", "shoes"]) == "dress battery glass shoe"
    assert singular("bus") == "bus"
    assert clean("  \uff21\x00B\tc™ ") == "a b c"
