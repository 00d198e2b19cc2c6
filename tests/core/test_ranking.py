from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Weights
from core.ranking import (
    BY_DEPARTMENT,
    DEFAULT,
    HALF_LIFE,
    final,
    freshness,
    maximum,
    reciprocal_ranks,
    relative,
    weights_for,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30)


def epoch(moment):
    return np.array([int(moment.timestamp())], dtype=np.int64)


def test_the_formula_is_the_specs():
    one = np.ones(1, dtype=np.float32)
    assert final(one, one * 0, one * 0, one * 0, DEFAULT)[0] == pytest.approx(0.4)
    assert final(one * 0, one, one * 0, one * 0, DEFAULT)[0] == pytest.approx(0.3)
    assert final(one * 0, one * 0, one, one * 0, DEFAULT)[0] == pytest.approx(0.2)
    assert final(one * 0, one * 0, one * 0, one, DEFAULT)[0] == pytest.approx(0.1)


@pytest.mark.parametrize("weights", [DEFAULT, *BY_DEPARTMENT.values()])
def test_weights_sum_to_one(weights):
    assert weights.search + weights.cf + weights.popularity + weights.freshness == pytest.approx(1)


def test_the_departments_of_the_spec_have_weights_of_their_own():
    assert weights_for("Electronics > Phones") == Weights(search=0.3, cf=0.3, popularity=0.1, freshness=0.3)
    assert weights_for("Garden") == DEFAULT
    assert weights_for(None) == DEFAULT


def test_freshness_halves_and_the_unknown_is_not_fresh():
    assert freshness(epoch(NOW), NOW)[0] == pytest.approx(1)
    assert freshness(epoch(NOW - HALF_LIFE), NOW)[0] == pytest.approx(0.5, abs=1e-3)
    assert freshness(epoch(NOW + timedelta(days=1)), NOW)[0] == 1
    assert freshness(np.zeros(1, dtype=np.int64), NOW)[0] == 0


@given(PARTS)
def test_all_fusions_stay_between_0_and_1_and_keep_the_best_on_top(parts):
    scores = relative(np.array(parts, dtype=np.float32))
    for fused in (maximum(scores, scores), reciprocal_ranks(scores, scores)):
        assert (fused >= 0).all()
        assert (fused <= 1 + 1e-6).all()
        assert fused.argmax() == scores.argmax() or not scores.any()


def test_what_neither_retriever_found_gets_nothing_from_their_ranks():
    assert reciprocal_ranks(np.array([0.0, 1.0], np.float32), np.zeros(2, np.float32))[0] == 0


def test_shares_of_nothing_are_nothing():
    assert not relative(np.zeros(3, dtype=np.float32)).any()
    assert relative(np.array([-1.0, 2.0], dtype=np.float32)).tolist() == [0, 1]
