"""The understand tool."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from core.catalog import Product
from core.language.compounds import Compounds
from core.language.spelling import Spelling
from core.language.synonyms import Synonyms
from core.language.terms import Lexicon
from core.language.vocabulary import Vocabulary
from tools.understand import Understand, UnderstandRequest

SHOP = Vocabulary.of(
    Product(id=str(n), title=f"Acme headphones {n}", brand="Acme", category=("Audio",), price=Decimal(n + 1))
    for n in range(20)
)


@dataclass(frozen=True)
class Now:
    vocabulary: Vocabulary
    lexicon: Lexicon


@dataclass(frozen=True)
class Shelf:
    snapshot: Now | None


NOW = Now(SHOP, Lexicon(Spelling.build(SHOP.terms), Compounds.build([]), Synonyms.load()))


async def test_it_reads_with_the_words_of_the_index() -> None:
    with ThreadPoolExecutor(1) as threads:
        understood = await Understand(Shelf(NOW), threads)(UnderstandRequest(query="acme headphnes under $10"))
    assert understood.corrected == "acme headphones under $10"
    assert [chip.id for chip in understood.chips] == ["price:..10", "brand:Acme"]


async def test_rules_and_chips_can_be_taken_away() -> None:
    request = UnderstandRequest(
        query="acme headphones under $10", off=frozenset({"price"}), ignore=frozenset({"brand:Acme"})
    )
    with ThreadPoolExecutor(1) as threads:
        understood = await Understand(Shelf(NOW), threads)(request)
    assert understood.chips == ()
    assert understood.text == "acme headphones under $10"


async def test_without_an_index_nothing_is_assumed() -> None:
    with ThreadPoolExecutor(1) as threads:
        understood = await Understand(Shelf(None), threads)(UnderstandRequest(query="Acme headphones under $10"))
    assert understood.text == "acme headphones under $10"
    assert understood.chips == ()
