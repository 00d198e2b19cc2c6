import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.relevance import bootstrap, judged, judged_only, ndcg, paired, recall, reciprocal_rank

GRADES = {"a": 3.0, "b": 1.0, "c": 0.0, "d": 2.0}
RANKINGS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_ndcg_is_one_for_the_ideal_order_and_counts_what_was_not_found():
    assert ndcg(["a", "d", "b"], GRADES) == pytest.approx(1)
    assert ndcg(["a"], GRADES) == pytest.approx(3 / (3 + 2 / math.log2(3) + 1 / 2))
    assert ndcg([], GRADES) == 0
    assert ndcg(["c"], {"c": 0.0}) == 0


def test_gains_are_linear_and_discounted_by_log2_of_the_rank_plus_one():
    got = ndcg(["x", "b", "a"], GRADES)
    assert got == pytest.approx((1 / math.log2(3) + 3 / 2) / (3 + 2 / math.log2(3) + 1 / 2))


def test_only_the_first_k_count():
    assert ndcg(["x", "y", "a"], GRADES, k=2) == 0
    assert reciprocal_rank(["x", "y", "a"], GRADES, k=2) == 0
    assert recall(["x", "y", "a"], GRADES, k=2) == 0


def test_the_first_positive_gives_the_reciprocal_rank():
    assert reciprocal_rank(["c", "x", "b"], GRADES) == pytest.approx(1 / 3)


def test_recall_is_over_positive_judgments():
    assert recall(["c", "a", "x"], GRADES) == pytest.approx(1 / 3)
    assert recall(["a"], {"a": 0.0}) == 0


def test_judged_counts_what_somebody_looked_at():
    assert judged(["a", "x", "c", "y"], GRADES) == 0.5
    assert judged([], GRADES) == 0
    assert judged_only(["a", "x", "c"], GRADES) == ["a", "c"]


@given(RANKINGS)
def test_ndcg_lies_between_nothing_and_perfect(ranked):
    assert 0 <= ndcg(ranked, GRADES) <= 1 + 1e-9


@given(RANKINGS)
def test_leaving_out_the_unjudged_never_lowers_ndcg(ranked):
    assert ndcg(judged_only(ranked, GRADES), GRADES) >= ndcg(ranked, GRADES) - 1e-12


@given(RANKINGS.filter(len), st.integers(0, 6))
def test_moving_the_best_product_up_never_lowers_ndcg(ranked, at):
    rest = [product for product in ranked if product != "a"]
    lower, upper = min(at + 1, len(rest)), min(at, len(rest))
    assert (
        ndcg([*rest[:upper], "a", *rest[upper:]], GRADES) >= ndcg([*rest[:lower], "a", *rest[lower:]], GRADES) - 1e-12
    )


def test_an_interval_holds_its_mean_and_is_the_same_every_time():
    values = [0.0, 0.5, 1.0, 0.25] * 20
    interval = bootstrap(values)
    assert interval.low < interval.mean < interval.high
    assert interval == bootstrap(values)
    assert bootstrap([]).mean == 0


def test_more_queries_give_a_narrower_interval():
    few, many = bootstrap([0.0, 1.0] * 10), bootstrap([0.0, 1.0] * 1000)
    assert many.high - many.low < few.high - few.low


def test_a_paired_interval_sees_a_small_gain_that_every_query_shares():
    before = [0.1 * (i % 10) for i in range(100)]
    after = [value + 0.01 for value in before]
    assert paired(after, before).low > 0
    assert bootstrap(after).low < bootstrap(before).mean
