from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.evaluation.metrics import gini, loads, summarise, weighted_mean, weighted_quantile, worst_share_mean

AGES = ["age_60_79", "age_80_plus"]


def pairwise_gini(x: list[float], w: list[float]) -> float:
    """The definition, term by term."""
    total = sum(w)
    mean = sum(a * b for a, b in zip(x, w, strict=True)) / total
    double = sum(wi * wj * abs(xi - xj) for xi, wi in zip(x, w, strict=True) for xj, wj in zip(x, w, strict=True))
    return double / (2 * total**2 * mean)


people = st.lists(st.tuples(st.floats(0.01, 500), st.floats(0.01, 5000)), min_size=1, max_size=25)  # (minutes, persons)


def test_gini_of_hand_values():
    assert gini([1, 3], [1, 1]) == pytest.approx(0.25)  # |1-3| * 2 / (2 * 4 * 2)
    assert gini([0, 10], [3, 1]) == pytest.approx(0.75)  # one of four people bears all of it
    assert gini([7, 7, 7], [1, 2, 3]) == 0
    assert gini([0, 0], [1, 1]) == 0
    assert np.isnan(gini([np.nan, 5], [3, 0]))


def test_gini_leaves_out_the_unreachable():
    assert gini([1, np.nan, 3], [1, 100, 1]) == gini([1, 3], [1, 1])


@given(people)
def test_gini_is_the_pairwise_definition(data):
    x, w = (list(column) for column in zip(*data, strict=True))
    assert gini(x, w) == pytest.approx(pairwise_gini(x, w), abs=1e-9)


@given(people, st.floats(0.001, 1000), st.integers(2, 5))
def test_gini_laws(data, factor, copies):
    x, w = (np.array(column) for column in zip(*data, strict=True))
    value = gini(x, w)
    assert 0 <= value <= 1
    assert gini(x * factor, w) == pytest.approx(value, abs=1e-9)
    assert gini(x, w * factor) == pytest.approx(value, abs=1e-9)
    assert gini(np.tile(x, copies), np.tile(w, copies)) == pytest.approx(value, abs=1e-9)
    assert gini(np.append(x, 1e6), np.append(w, 0.0)) == pytest.approx(value, abs=1e-9)


def test_gini_refuses_negative_values():
    with pytest.raises(ValueError, match="at least 0"):
        gini([-1, 2], [1, 1])


def test_quantiles_of_hand_values():
    x, w = [10, 20, 30, 40], [1, 1, 1, 1]
    assert weighted_quantile(x, w, 0.5) == 20  # half of them need at most 20
    assert weighted_quantile(x, w, 0.51) == 30
    assert weighted_quantile(x, w, 0) == 10
    assert weighted_quantile(x, w, 1) == 40
    assert weighted_quantile([10, 99], [95, 5], 0.95) == 10
    assert weighted_quantile([10, 99], [94, 6], 0.95) == 99
    assert weighted_quantile([5, 99], [1, 0], 1) == 5  # nobody lives at 99 minutes
    assert np.isnan(weighted_quantile([np.nan], [1], 0.5))


def test_quantile_is_not_thrown_by_rounding():
    assert weighted_quantile([1, 2, 3], [0.1, 0.2, 0.3], 0.5) == 2  # 0.1 + 0.2 is a little above half of 0.6


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=20), st.integers(0, 100))
def test_quantile_is_that_of_single_persons(data, percent):
    persons = sorted(minutes for minutes, count in data for _ in range(count))
    x, w = zip(*data, strict=True)
    value = weighted_quantile(x, w, percent / 100)
    if not persons:
        assert np.isnan(value)
        return
    rank = max(1, -(-percent * len(persons) // 100))  # the least number of persons that is percent of them
    assert value == persons[rank - 1]


@given(people, st.floats(0, 1), st.floats(0, 1))
def test_quantile_rises_with_its_share(data, one, other):
    x, w = zip(*data, strict=True)
    low, high = sorted([one, other])
    assert min(x) <= weighted_quantile(x, w, low) <= weighted_quantile(x, w, high) <= max(x)


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan], [1]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        weighted_mean([1, 2], weights)


def test_loads_by_site():
    assigned = pd.DataFrame({"site_id": ["b", "a", "b"], "persons": [1.5, 2, 3]})
    assert loads(["a", "b", "c"], assigned).tolist() == [2, 4.5, 0]
    assert loads(["a"], assigned.iloc[:0]).tolist() == [0]
    with pytest.raises(ValueError, match="unknown sites"):
        loads(["a"], assigned)


def elders() -> pd.DataFrame:
    """Four places; a quarter of the elders need the service; `d` is cut off before and `c` after has nobody new."""
    frame = pd.DataFrame(
        {
            "zone": ["core", "core", "hills", "hills"],
            "township": ["甲", "", "乙", "乙"],
            "age_60_79": [40.0, 80.0, 0.0, 120.0],
            "age_80_plus": [0.0, 40.0, 40.0, 0.0],
            "nearest_before_min": [5.0, 20.0, 30.0, np.nan],
            "covered_before": [True, False, False, False],
            "nearest_after_min": [5.0, 10.0, 30.0, np.nan],
            "covered_after": [True, True, False, False],
            "accessibility_before_per_1000": [500.0, 0.0, 0.0, 0.0],
            "accessibility_after_per_1000": [600.0, 400.0, 0.0, 0.0],
        }
    )
    return frame.assign(demand_persons=(frame["age_60_79"] + frame["age_80_plus"]) * 0.25)


def row(summary: pd.DataFrame, when: str, kind: str, group: str) -> pd.Series:
    chosen = summary[(summary["when"] == when) & (summary["group_kind"] == kind) & (summary["group"] == group)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_summary_of_hand_values():
    summary = summarise(elders(), AGES)
    everyone = row(summary, "before", "all", "all")
    assert everyone["demand_persons"] == 80  # 10, 30, 10, 30
    assert everyone["covered_persons"] == 10
    assert everyone["covered_share"] == 0.125
    assert everyone["unreachable_persons"] == 30
    assert everyone["mean_min"] == pytest.approx((10 * 5 + 30 * 20 + 10 * 30) / 50)
    assert everyone["median_min"] == 20
    assert everyone["p95_min"] == everyone["worst_min"] == 30
    assert everyone["gini"] == pytest.approx(pairwise_gini([5, 20, 30], [10, 30, 10]))
    after = row(summary, "after", "all", "all")
    assert after["covered_share"] == 0.5
    assert after["mean_min"] == pytest.approx((10 * 5 + 30 * 10 + 10 * 30) / 50)
    assert row(summary, "before", "zone", "hills")["mean_min"] == 30
    assert row(summary, "before", "zone", "hills")["unreachable_persons"] == 30
    assert row(summary, "after", "township", "")["covered_share"] == 1
    old = row(summary, "before", "age", "age_80_plus")
    assert old["demand_persons"] == 20
    assert old["mean_min"] == 25
    assert old["unreachable_persons"] == 0


def test_each_kind_of_group_adds_up_to_all():
    summary = summarise(elders(), AGES)
    for _, rows in summary.groupby(["when", "group_kind"]):
        assert rows["demand_persons"].sum() == pytest.approx(80)
    for _, rows in summary[summary["when"] == "after"].groupby("group_kind"):
        assert rows["covered_persons"].sum() == pytest.approx(40)


def test_a_group_without_people_has_no_statistics():
    summary = summarise(elders().assign(age_80_plus=0.0), AGES)
    empty = row(summary, "after", "age", "age_80_plus")
    assert empty["demand_persons"] == empty["covered_persons"] == empty["unreachable_persons"] == 0
    assert empty[["covered_share", "mean_min", "median_min", "p95_min", "worst_min", "gini"]].isna().all()


def test_townships_are_left_out_where_none_is_named():
    summary = summarise(elders().assign(township=""), AGES)
    assert set(summary["group_kind"]) == {"all", "zone", "age"}


def test_the_worst_share_of_hand_values():
    assert worst_share_mean([1, 2, 10], [5, 4, 1], 0.1) == 10
    assert worst_share_mean([1, 2, 10], [5, 4, 1], 0.2) == pytest.approx(6)  # one at 10, one at 2
    assert worst_share_mean([1, np.nan, 3], [1, 100, 1], 1.0) == 2
    assert np.isnan(worst_share_mean([np.nan], [1], 0.5))
    with pytest.raises(ValueError, match="above 0"):
        worst_share_mean([1], [1], 0.0)


@given(people, st.floats(0.01, 1))
def test_the_worst_share_is_the_least_of_its_dual(data, share):
    """Rockafellar and Uryasev: the least over h of h + the mean excess over h divided by the share."""
    x, w = (np.array(column) for column in zip(*data, strict=True))
    dual = min(h + float(np.maximum(x - h, 0) @ w) / (share * w.sum()) for h in x)
    assert worst_share_mean(x, w, share) == pytest.approx(dual)
