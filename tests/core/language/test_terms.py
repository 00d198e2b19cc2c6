import pytest

from core.language.compounds import Compounds
from core.language.spelling import Spelling
from core.language.synonyms import LIMIT, Synonyms
from core.language.terms import Lexicon, plan
from core.language.tokens import words

TITLES = [
    *["Sony bluetooth speaker"] * 4, *["Apple iPhone 6 case"] * 4, *["Doll house furniture"] * 3, "Dollhouse stairs",
    *["Oak wall paper"] * 2, *["Band saw blade"] * 6, *["12 volt battery"] * 3, *["Diamond plate toolbox"] * 6,
]  # fmt: skip


@pytest.fixture(scope="module")
def compounds():
    return Compounds.build(words(title) for title in TITLES)


@pytest.fixture(scope="module")
def lexicon(compounds):
    counts = {word: 4 for title in TITLES for word in words(title)}
    return Lexicon(Spelling.build(counts), compounds, Synonyms.parse(["tv, television", "sofa => couch"]))


def forms(term):
    return {variant.tokens: variant.weight for variant in term.variants}


def test_two_words_are_joined_when_the_catalogue_writes_them_as_one(compounds):
    assert compounds.joined("blue", "tooth") == "bluetooth"
    assert compounds.joined("wall", "paper") is None  # it writes them apart
    assert compounds.joined("1", "2") is None  # numbers are never joined


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("dollhouse", ("doll", "house")),  # written both ways
        ("iphone6", ("iphone", "6")),  # letters, then digits
        ("bandsaw", ("band", "saw")),  # unknown, both halves well known
        ("diamondplate", ("diamond", "plate")),
        ("bluetooth", None),
        ("12", None),
        ("xyzzy", None),
    ],
)
def test_a_word_is_cut_where_the_catalogue_says_so(compounds, word, parts):
    assert compounds.split(word) == parts


def test_compounds_read_what_they_write(compounds):
    again = Compounds.from_dict(compounds.to_dict())
    assert again.split("bandsaw") == ("band", "saw")
    assert again.split("dollhouse") == ("doll", "house")
    assert again.joined("blue", "tooth") == "bluetooth"


def test_a_joined_word_stands_for_both_of_the_words_typed(lexicon):
    blue, tooth = plan(["blue", "tooth"], lexicon)
    assert forms(blue)[("blue",)] == 1
    assert ("bluetooth",) in forms(blue)
    assert ("bluetooth",) in forms(tooth)


def test_a_word_typed_as_one_is_also_sought_as_two(lexicon):
    (term,) = plan(["bandsaw"], lexicon)
    assert ("band", "saw") in forms(term)


def test_synonyms_weigh_less_than_the_word_itself_and_one_way_ones_go_one_way(lexicon):
    (tv,) = plan(["tv"], lexicon)
    assert forms(tv) == {("tv",): 1.0, ("televis",): 0.8}
    assert ("couch",) in forms(plan(["sofa"], lexicon)[0])
    assert ("sofa",) not in forms(plan(["couch"], lexicon)[0])


def test_a_misspelt_word_is_also_sought_as_what_was_likely_meant(lexicon):
    (term,) = plan(["speakr"], lexicon)
    assert ("speaker",) in forms(term)
    assert term.variants[0].tokens == ("speakr",)


@pytest.mark.parametrize(
    ("rule", "word", "form"),
    [("compounds", "bandsaw", ("band", "saw")), ("synonyms", "tv", ("televis",)), ("spelling", "speakr", ("speaker",))],
)
def test_each_rule_can_be_switched_off(lexicon, rule, word, form):
    assert form in forms(plan([word], lexicon)[0])
    assert form not in forms(plan([word], lexicon, off={rule})[0])


def test_stop_words_are_not_asked_for_unless_alone(lexicon):
    assert [term.surface for term in plan(["case", "for", "the", "iphone"], lexicon)] == ["case", "iphone"]
    assert [term.surface for term in plan(["the"], lexicon)] == ["the"]


def test_the_shipped_synonyms_are_few_a_word():
    shipped = Synonyms.load()
    assert shipped.of(["tv"], 0) == (("television",),)
    assert all(len(shipped.of([word], 0)) <= LIMIT for word in ("laptop", "sofa", "couch", "pants"))
