"""Value functions, weighted sums, ranks, and the check that works them out again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import VerificationError
from siting.ranking.check import check_scores, recomputed_score
from siting.ranking.criteria import LandArea
from siting.ranking.score import Scale, Scores, scales_of, score, values_of, weights_of


def land(name: str = "land", **more: object) -> LandArea:
    fields = {"id": name, "name_zh": "用地", "name_en": "land", "measure": "land_area", "weight": 1, "source": "示例"}
    return LandArea.model_validate(fields | more)


def scale(best: float, worst: float, *, best_given: bool = True, worst_given: bool = True, low: bool = False) -> Scale:
    return Scale(best, worst, best_given, worst_given, low)


def test_between_worst_and_best_the_value_is_a_straight_line_and_beyond_it_is_flat() -> None:
    raw = np.array([0.0, 10, 15, 30, 40, np.nan])
    assert scale(30, 10).values(raw).tolist() == [0, 0, 0.25, 1, 1, 0]
    assert scale(10, 30, low=True).values(raw).tolist() == [1, 1, 0.75, 0, 0, 0]


def test_where_all_sites_are_alike_all_are_best() -> None:
    (made,) = scales_of([land()], np.array([[7.0], [7.0]]))
    assert made.values(np.array([7.0, 7.0])).tolist() == [1, 1]
    assert made.values(np.array([6.0, 8.0])).tolist() == [0, 1]


def test_where_every_site_is_better_than_what_is_asked_all_are_best() -> None:
    (made,) = scales_of([land(best=5)], np.array([[7.0], [9.0]]))
    assert made.values(np.array([7.0, 9.0])).tolist() == [1, 1]


def test_where_every_site_is_worse_than_the_worst_all_are_worst() -> None:
    (made,) = scales_of([land(worst=20)], np.array([[7.0], [9.0]]))
    assert made.values(np.array([7.0, 9.0])).tolist() == [0, 0]


def test_a_missing_end_is_that_of_the_sites() -> None:
    low = land(prefer="low")
    made = scales_of([low, land(best=100)], np.array([[3.0, 10], [5.0, 60], [np.nan, 20]]))
    assert (made[0].best, made[0].worst, made[0].best_given, made[0].worst_given) == (3, 5, False, False)
    assert (made[1].best, made[1].worst, made[1].best_given, made[1].worst_given) == (100, 10, True, False)


def test_sites_of_equal_score_share_a_rank_and_the_next_follows_after_them() -> None:
    found = score(np.array([[0.5], [1.0], [0.5], [0.2]]), np.array([1.0]))
    assert found.rank.tolist() == [2, 1, 2, 4]
    assert found.order.tolist() == [1, 0, 2, 3]
    assert found.leader == 1


def test_weights_count_in_any_unit() -> None:
    assert weights_of([land("a", weight=30), land("b", weight=10)]).tolist() == [0.75, 0.25]


NUMBERS = st.one_of(st.just(float("nan")), st.integers(-20, 20).map(float))


@given(
    st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from([{}, {"best": 5.0}, {"worst": -3.0}, {"best": 5.0, "worst": -3.0}]),
    st.sampled_from([{}, {"prefer": "low"}]),
)
def test_the_check_agrees_with_the_scores(table: list[list[float]], ends: dict, prefer: dict) -> None:
    turned = {key: -value for key, value in ends.items()} if prefer else ends
    criteria = [land("a", weight=2), land("b", weight=3, **prefer, **turned), land("c", weight=1, prefer="low")]
    raw = np.array(table)
    made = score(values_of(scales_of(criteria, raw), raw), weights_of(criteria))
    check_scores(criteria, raw, made, len(raw))
    for site in range(len(raw)):
        assert recomputed_score(criteria, raw, site, len(raw)) == pytest.approx(made.score[site], abs=1e-9)


@pytest.mark.parametrize("what", ["score", "rank"])
def test_the_check_finds_a_wrong_score_and_a_wrong_rank(what: str) -> None:
    raw = np.array([[1.0], [2.0], [3.0]])
    made = score(values_of(scales_of([land()], raw), raw), np.array([1.0]))
    numbers = {"score": made.score, "rank": made.rank} | {what: getattr(made, what)[::-1]}
    wrong = Scores(made.values, made.weights, numbers["score"], numbers["rank"], made.order)
    with pytest.raises(VerificationError, match="独立检验未通过"):
        check_scores([land()], raw, wrong, 3)
