"""What the rules make of a query, over the small shop of conftest."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Exclude, Filters
from core.language.understanding import RULES, Understood, understand
from core.language.vocabulary import Vocabulary

EXAMPLES = Path(__file__).with_name("examples.txt")
TRAPS = (
    "5 star hotel towels", "between the lines book", "over ear headphones", "under sink organizer", "less is more mug",
    "20 20 vision", "$50", "50% off", "two pack", "under desk treadmill", "without a trace dvd", "non-stick pan",
    "wireless", "cheap trick cd", "no show socks", "dog harness no pull", "gum 3 for $10", "toys for kids under 5",
    "vitamins for women over 50", "monitor under 25 inch", "apple juice", "size 99 shoes",
    "books between 1939 and 1945",
)  # fmt: skip


def examples() -> Iterator[tuple[str, str, set[str]]]:
    for line in EXAMPLES.read_text("utf-8").splitlines():
        query, text, chips = (part.strip() for part in (line + " |" if line.count("|") < 2 else line).split("|"))
        yield query, text, set(chips.split("; ")) - {""}


class Table:
    """A speller that knows a few slips by heart."""

    def __init__(self, **meant: str) -> None:
        self.meant = meant

    def correct(self, words: Sequence[str]) -> SimpleNamespace:
        return SimpleNamespace(words=tuple(self.meant.get(word, word) for word in words))


class Likes:
    """Synonyms of one word."""

    def of(self, words: Sequence[str], i: int) -> tuple[tuple[str, ...], ...]:
        return (("sneakers",), ("training", "shoes")) if words[i] == "trainers" else ()


@pytest.mark.parametrize(("query", "text", "chips"), list(examples()))
def test_example_is_read_as_expected(query: str, text: str, chips: set[str], vocabulary: Vocabulary) -> None:
    understood = understand(query, vocabulary)
    assert understood.text == text
    assert {chip.id for chip in understood.chips} == chips


def test_there_are_enough_examples() -> None:
    assert len(list(examples())) >= 150


@pytest.mark.parametrize("query", TRAPS)
def test_a_trap_filters_nothing_and_keeps_its_words(query: str, vocabulary: Vocabulary) -> None:
    understood = understand(query, vocabulary)
    assert understood.filters == Filters()
    assert understood.exclude == Exclude()
    assert understood.sort is None
    assert understood.text == query


@pytest.mark.parametrize("query", [*TRAPS[:6], "nike shoes under $50", "shoes not black", "cheapest dress size 10"])
def test_without_a_catalogue_the_words_stay(query: str) -> None:
    understood = understand(query, Vocabulary())
    assert understood.filters == Filters()
    assert understood.sort is None


def test_filters_say_what_the_chips_say(vocabulary: Vocabulary) -> None:
    understood = understand("nike running shoes size 10 under $100 4+ stars in stock not black", vocabulary)
    assert understood.filters == Filters(
        brand=("Nike",),
        category=("Clothing > Shoes > Running Shoes",),
        attributes={"size": ("10",)},
        price_max=100,
        rating_min=4,
        in_stock=True,
    )
    assert understood.exclude.attributes == {"color": ("black",)}
    assert [chip.label for chip in understood.chips if chip.kind == "price"] == ["Under $100"]


@pytest.mark.parametrize(
    ("query", "ignored", "text"),
    [
        ("nike shoes under $100", "price:..100", "nike shoes"),
        ("nike shoes", "brand:Nike", "nike shoes"),
        ("red dress", "attribute:color=red", "red dress"),
        ("shoes not black", "exclude:black", "shoes"),
        ("cheapest tv", "sort:price_asc", "tv"),
        ("tv in stock", "stock:true", "tv"),
        ("tv 4+ stars", "rating:4", "tv"),
        ("shoes size 10", "attribute:size=10", "shoes size 10"),
    ],
)
def test_a_chip_taken_away_takes_its_constraint(query: str, ignored: str, text: str, vocabulary: Vocabulary) -> None:
    assert ignored in {chip.id for chip in understand(query, vocabulary).chips}
    understood = understand(query, vocabulary, ignore={ignored})
    assert ignored not in {chip.id for chip in understood.chips}
    assert understood.text == text
    kind = ignored.split(":")[0]
    left = understood.filters.model_dump(exclude_defaults=True) | understood.exclude.model_dump(exclude_defaults=True)
    assert not any(name.startswith(kind) for name in left)


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("nike shoes", "brand"), ("running shoes", "category"), ("dress size 10", "attributes"),
        ("tv under $500", "price"),
        ("tv 4+ stars", "rating"), ("tv in stock", "stock"), ("shoes not black", "negation"), ("cheapest tv", "sort"),
    ],
)  # fmt: skip
def test_a_rule_switched_off_leaves_the_words(query: str, rule: str, vocabulary: Vocabulary) -> None:
    assert understand(query, vocabulary).chips
    others = set(RULES) - {rule}
    assert understand(query, vocabulary, off=others).chips  # this rule alone does it
    understood = understand(query, vocabulary, off={rule, "category"})
    assert not understood.chips or rule == "brand"
    assert understood.text == query


def test_a_dash_in_a_pasted_title_excludes_nothing(vocabulary: Vocabulary) -> None:
    assert understand("Acme Leather Sofa 2 Seats -Black", vocabulary).exclude == Exclude()
    assert understand("sofa -leather", vocabulary).exclude != Exclude()


def test_spelling_comes_before_names(vocabulary: Vocabulary) -> None:
    understood = understand("addidas shoes under $100", vocabulary, Table(addidas="adidas"))
    assert understood.corrected == "adidas shoes under $100"
    assert understood.filters.brand == ("Adidas",)
    assert understand("addidas shoes", vocabulary, Table(addidas="adidas"), off={"spelling"}).corrected is None


def test_names_and_instructions_are_never_respelt(vocabulary: Vocabulary) -> None:
    wrong = Table(dickies="dockers", under="udder", not_="knot", stock="stick")
    assert understand("dickies overalls under 90 in stock", vocabulary, wrong).corrected is None


def test_synonyms_are_told_by_word(vocabulary: Vocabulary) -> None:
    understood = understand("red trainers", vocabulary, synonyms=Likes())
    assert understood.synonyms == {"trainers": ("sneakers", "training shoes")}


def test_what_is_not_sure_is_preferred_and_stays_in_the_text(vocabulary: Vocabulary) -> None:
    understood = understand("samsung galaxy case", vocabulary)
    assert understood.preferred.brand == ("Samsung",)
    assert understood.filters == Filters()
    assert understood.text == "samsung galaxy case"


@pytest.mark.parametrize(
    ("query", "query_class"),
    [
        ("sony", "navigational"), ("sony wh-100", "navigational"), ("wh-100", "navigational"),
        ("how to clean a pan", "informational"), ("sony vs apple headphones", "informational"),
        ("headphones", "informational"),
        ("buy headphones", "transactional"), ("headphones under $50", "transactional"),
        ("red running shoes", "transactional"),
    ],
)  # fmt: skip
def test_query_class(query: str, query_class: str, vocabulary: Vocabulary) -> None:
    assert understand(query, vocabulary).query_class == query_class


@pytest.mark.parametrize(
    ("query", "language"), [("shoes", "en"), ("кроссовки", "ru"), ("أحذية", "ar"), ("靴", "zh"), ("くつ", "ja")]
)
def test_language_is_told_by_script(query: str, language: str, vocabulary: Vocabulary) -> None:
    assert understand(query, vocabulary).language == language


@pytest.mark.parametrize(
    "query",
    ["", " ", "!!!", "\x00\x01", "😀",
      "' OR 1=1; --", "<script>alert(1)</script>", "\u202eabc", "a" * 500, "not " * 100,
     "under " * 80,      "between " * 60, "$" * 500, "1," * 250, "-" * 500, "size " * 100,
     "no no no", "4+ stars " * 50, "or and or", "\ud800"],
)  # fmt: skip
def test_anything_can_be_asked(query: str, vocabulary: Vocabulary) -> None:
    assert isinstance(understand(query, vocabulary), Understood)


PIECES = st.sampled_from(
    ["not", "no", "without", "under", "between", "and", "or",
     "size", "10", "$50", "nike", "black", "+", "dress", "4+ stars",
     "-leather",      "in stock", ",", "cheap", "black+decker", "for", "free", "%", "\"", "é", "shoes",
     "20-30", "7", "l'oréal"]
)  # fmt: skip


@settings(deadline=None)
@given(query=st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=80))
def test_reading_is_repeatable_and_text_comes_from_the_query(query: str, vocabulary: Vocabulary) -> None:
    understood = understand(query, vocabulary)
    assert understood == understand(query, vocabulary)
    low, high = understood.filters.price_min, understood.filters.price_max
    assert low is None or high is None or low <= high
    assert len({chip.id for chip in understood.chips}) == len(understood.chips)
    if not understood.chips:
        assert understood.filters == Filters()
        assert understood.exclude == Exclude()
