import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.language.terms import Term, Variant
from core.language.tokens import analyze
from core.storage.index.forward import ForwardIndex
from core.storage.index.keyword import Document, Matches
from tools.search.candidates import covered, gather
from tools.search.fusion import WIDE, coverage, kinds, rank

SHELF = [
    Document(0, "Leather case for iPhone"),
    Document(1, "iPhone 6 phone"),
    Document(2, "Case of wine, leather label"),
    Document(3, "Phone charger"),
    Document(4, "Wine glass", description="leather case"),
]
FORWARD = ForwardIndex.build(SHELF)
WORDS = ["leather", "case", "iphone", "6", "wine", "glass", "charger", "phone"]


def ask(text):
    return tuple(Term(word, (Variant((word,)),)) for word in analyze(text))


def rows(*ords):
    return Matches(np.array(ords, dtype=np.int32), np.ones(len(ords), dtype=np.float32))


def best(text, ords=(0, 1, 2, 3, 4), **more):
    return rank(ask(text), rows(*ords), None, None, FORWARD, **more)


def test_words_side_by_side_in_the_title_come_before_words_apart_and_elsewhere():
    assert best("leather case").ords.tolist()[:3] == [0, 2, 4]


def test_a_row_that_lacks_words_covers_less():
    terms = ask("leather case wine")
    shares = dict(
        zip(best("leather case wine").ords.tolist(), best("leather case wine").coverage.tolist(), strict=True)
    )
    assert shares[2] == pytest.approx(1)
    assert shares[3] == 0
    assert WIDE < shares[0] < 1
    ords = np.arange(5, dtype=np.int32)
    assert covered(terms, ords, FORWARD) == pytest.approx(coverage(gather(terms, ords, FORWARD)))


def test_a_word_that_no_product_has_counts_as_much_as_the_rarest():
    assert best("leather xyzzy").coverage.max() < 0.6


def test_numbers_of_the_query_are_looked_for_in_the_title():
    plain = best("iphone 6", ords=(0, 1))
    assert plain.ords.tolist() == [1, 0]


def test_another_form_of_a_term_counts_by_its_weight():
    term = Term("mobile", (Variant(("mobile",)), Variant(("phone",), 0.8)))
    found = rank((term,), rows(0, 3), None, None, FORWARD)
    assert found.ords.tolist() == [3, 0]
    assert found.coverage[0] == pytest.approx(0.8, abs=0.3)


def test_meaning_alone_orders_what_no_word_found():
    cosines = np.array([0.1, 0.9, 0.5, 0.2, 0.3], dtype=np.float32)
    found = rank(ask("zzz"), Matches.empty(), rows(0, 1, 2), lambda ords: cosines[ords], FORWARD)
    assert found.ords.tolist() == [1, 2, 0]
    assert found.search[0] == pytest.approx(1)


def test_meaning_moves_what_words_leave_even():
    cosines = np.array([0, 0.2, 0, 0.9, 0], dtype=np.float32)
    found = rank(ask("phone"), rows(1, 3), rows(3), lambda ords: cosines[ords], FORWARD)
    assert found.ords[0] == 3


def test_what_is_like_the_best_candidates_gains_and_the_rule_can_be_switched_off():
    vectors = np.eye(5, 4, dtype=np.float32)
    vectors[4] = vectors[0]
    cosines = np.full(5, 0.5, dtype=np.float32)

    def place(off=frozenset()):
        found = rank(
            ask("leather"), rows(0, 2, 3, 4), rows(0), lambda o: cosines[o], FORWARD, off, lambda o: vectors[o]
        )
        return dict(zip(found.ords.tolist(), found.search.tolist(), strict=True))

    gain = {row: place()[row] - place(frozenset({"affinity"}))[row] for row in (3, 4)}
    assert gain[4] >= gain[3]


def test_a_kind_is_preferred_only_when_most_of_the_best_agree_on_it():
    agreed = kinds(np.arange(4), np.array([7, 7, 7, 8, 7, 9], dtype=np.int32))
    assert agreed[4] == 1
    assert agreed[5] == 0
    assert 0 < agreed[3] < 1
    assert not kinds(np.arange(4), np.array([1, 2, 3, 4, 1], dtype=np.int32)).any()
    assert not kinds(np.arange(2), np.array([-1, -1, 5], dtype=np.int32)).any()


def test_promotions_can_be_switched_off():
    assert best("leather case").search.tolist() != best("leather case", off={"promotion"}).search.tolist()


def test_nothing_to_rank_is_no_error():
    assert not len(rank(ask("red"), Matches.empty(), Matches.empty(), lambda o: o * 0.0, FORWARD).ords)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([*WORDS, "unknown", "x1"]), min_size=1, max_size=6),
    st.lists(st.integers(0, 4), unique=True, min_size=1),
    st.lists(st.floats(-1, 1, width=32), min_size=5, max_size=5),
)
def test_scores_lie_between_0_and_1_best_first_and_every_candidate_is_ranked_once(words, ords, cosines):
    table, vectors = np.array(cosines, dtype=np.float32), np.eye(5, 8, dtype=np.float32)
    found = rank(ask(" ".join(words)), rows(*ords), rows(*ords), lambda o: table[o], FORWARD, (), lambda o: vectors[o])
    assert sorted(found.ords.tolist()) == sorted(ords)
    for part in (found.search, found.keyword, found.semantic, found.coverage):
        assert (part >= 0).all()
        assert (part <= 1 + 1e-5).all()
    assert (np.diff(found.search) <= 1e-6).all()


@given(st.permutations(range(5)))
def test_the_order_of_candidates_does_not_matter(ords):
    assert best("leather case wine", ords=ords).ords.tolist() == best("leather case wine").ords.tolist()
