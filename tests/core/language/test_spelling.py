import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.language.spelling import APPLY, Spelling

COUNTS = {
    "external": 300, "extend": 4, "hard": 500, "drive": 400, "drives": 90, "faucet": 120, "faucets": 30, "toilet": 200,
    "toilets": 60, "fragrance": 40, "france": 1, "gas": 300, "gaps": 2, "steel": 900, "steal": 1, "rain": 50,
    "resin": 45, "basin": 30, "poker": 1, "power": 900, "shoe": 70, "laminate": 80, "usb": 500, "1080p": 20,
}  # fmt: skip


@pytest.fixture(scope="module")
def spelling():
    return Spelling.build(COUNTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("extenal", "external"),
        ("facuet", "faucet"),
        ("fragance", "fragrance"),
        ("toitets", "toilets"),
        ("liminate", "laminate"),
    ],
)
def test_a_sure_slip_is_corrected(spelling, typed, meant):
    correction = spelling.correct(["hard", typed])
    assert correction.words == ("hard", meant)
    assert correction.changed
    assert correction.confidence > APPLY


@pytest.mark.parametrize("word", ["poker", "steal", "shoes", "drive", "usb", "1080p", "nb2lh", "xyz", "tv"])
def test_what_the_catalogue_knows_is_short_or_holds_digits_is_never_touched(spelling, word):
    assert spelling.correct([word]).words == (word,)


def test_when_several_words_are_as_likely_none_is_put_in_place(spelling):
    assert spelling.correct(["rasin"]).words == ("rasin",)
    meant = dict(spelling.alternatives("rasin"))
    assert {"rain", "resin"} <= meant.keys()
    assert sum(meant.values()) <= 1.0001


def test_inflections_of_one_word_count_together(spelling):
    assert spelling.alternatives("toitets")[0][1] > APPLY


def test_words_to_keep_are_kept(spelling):
    assert spelling.correct(["extenal"], keep={"extenal"}).words == ("extenal",)


def test_it_reads_what_it_writes(spelling):
    again = Spelling.from_dict(spelling.to_dict())
    assert again.correct(["extenal", "facuet"]) == spelling.correct(["extenal", "facuet"])


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20), max_size=5))
def test_any_words_give_as_many_words_and_known_ones_unchanged(typed):
    spelling = Spelling.build(COUNTS)
    result = spelling.correct(typed)
    assert len(result.words) == len(typed)
    assert all(new == old for new, old in zip(result.words, typed, strict=True) if old in COUNTS)
    assert result.changed == (result.words != tuple(typed))
