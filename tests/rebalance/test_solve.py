from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.errors import VerificationError
from siting.evaluation.accessibility import Level
from siting.impedance import ImpedanceMatrix
from siting.rebalance.certify import bound, least_of, value
from siting.rebalance.problem import Problem, gain_of
from siting.rebalance.scenario import Objective
from siting.rebalance.solve import check, round_keeping_totals, share_out
from siting.solving.solver import SolverOptions
from tests.rebalance.small import by_definition, every_sharing, problem, worth

OBJECTIVES: tuple[Objective, ...] = ("variance", "worst", "mean_absolute")
ASKED: list[dict[str, Any]] = [{}, {"absolute": True}, {"keep_levels": True}, {"townships": True}, {"more": 2}]
OPTIONS = SolverOptions()


def by_hand() -> Problem:
    """100 people with one hospital, 300 with another, nobody with both: ten beds are equal as 2.5 to 7.5."""
    matrix = ImpedanceMatrix.from_dense([[5.0, np.inf], [np.inf, 5.0]])
    now, people = np.array([6.0, 4.0]), np.array([100.0, 300.0])
    levels = (Level("hospital", matrix, now, 30.0),)
    return Problem(
        pd.DataFrame({"id": ["a", "b"]}), np.zeros(2, np.int64), people, levels, False,
        gain_of(levels, people, absolute_decay=False), now, np.array([2.0, 3.0]), np.array([9.0, 9.0]),
        np.zeros(2, np.int64), np.array([10.0]), np.arange(2),
    )  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_equal_where_it_can_be_equal(objective: Objective) -> None:
    shared = share_out(by_hand(), objective, OPTIONS, whole=False)
    assert shared.amount == pytest.approx([2.5, 7.5])
    assert shared.problem.accessibility(shared.amount) == pytest.approx([25.0, 25.0])
    assert shared.outcome.objective == pytest.approx(25.0 if objective == "worst" else 0.0, rel=1e-6, abs=1e-9)
    assert shared.outcome.label_en == "proven optimal"
    whole = share_out(by_hand(), objective, OPTIONS, whole=True)
    assert whole.amount.sum() == 10
    assert sorted(whole.amount.tolist()) in ([2.0, 8.0], [3.0, 7.0])
    assert whole.exact == pytest.approx([2.5, 7.5])


def test_a_limit_that_binds() -> None:
    shared = share_out(replace(by_hand(), least=np.array([4.0, 3.0])), "variance", OPTIONS, whole=False)
    assert shared.amount == pytest.approx([4.0, 6.0])  # 40 and 20 for each 1,000, mean 25
    assert shared.outcome.objective == pytest.approx(0.25 * 15**2 + 0.75 * 5**2)
    assert shared.outcome.proven


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("number", range(len(ASKED)))
def test_no_sharing_in_whole_numbers_is_better(objective: Objective, number: int) -> None:
    sign = -1.0 if objective == "worst" else 1.0
    for seed in range(4):
        p = problem(seed, **ASKED[number])
        every, gain = every_sharing(p), by_definition(p)
        assert every
        best = min(sign * worth(p, objective, amount, gain) for amount in every)
        exact = share_out(p, objective, OPTIONS, whole=False)
        slack = 1e-7 * max(1.0, abs(best))
        assert exact.outcome.proven, exact.outcome
        assert sign * worth(p, objective, exact.amount, gain) == pytest.approx(sign * exact.exact_value)
        assert sign * exact.exact_value <= best + slack
        assert exact.outcome.bound is not None
        assert sign * exact.outcome.bound <= best + slack
        rounded = share_out(p, objective, OPTIONS, whole=True)
        assert any((rounded.amount == amount).all() for amount in every)
        assert sign * worth(p, objective, rounded.amount, gain) >= best - slack
        assert (abs(rounded.amount - rounded.exact) < 1 + 1e-6).all()


def test_the_bound_holds_for_any_amounts_and_duals() -> None:
    rng = np.random.default_rng(0)
    for seed in range(5):
        p = problem(seed)
        every = every_sharing(p)
        for objective in OBJECTIVES:
            values = [value(p, objective, amount) for amount in every]
            amount = every[int(rng.integers(len(every)))]
            dual = rng.normal(size=p.unit_people.size)
            found = bound(p, objective, amount, dual)
            best = max(values) if objective == "worst" else min(values)
            assert found >= best - 1e-9 if objective == "worst" else found <= best + 1e-9


def test_the_least_cost_of_amounts_is_that_of_all() -> None:
    rng = np.random.default_rng(1)
    for seed in range(5):
        p = problem(seed, keep_levels=bool(seed % 2))
        cost = rng.normal(size=p.now.size)
        assert least_of(p, cost) == pytest.approx(min(float(cost @ amount) for amount in every_sharing(p)))


def test_rounding_keeps_totals_and_limits_and_favours_the_largest_remainder() -> None:
    p = replace(by_hand(), least=np.array([2.0, 3.0]), most=np.array([9.0, 9.0]))
    assert round_keeping_totals(p, np.array([2.3, 7.7])).tolist() == [2.0, 8.0]
    assert round_keeping_totals(p, np.array([2.7, 7.3])).tolist() == [3.0, 7.0]
    full = replace(p, most=np.array([9.0, 7.0]), total=np.array([10.0]))
    assert round_keeping_totals(full, np.array([3.0, 7.0])).tolist() == [3.0, 7.0]


def test_of_equally_good_amounts_for_the_worst_off_the_least_moves() -> None:
    matrix = ImpedanceMatrix.from_dense([[5.0, np.inf, np.inf], [np.inf, 5.0, 5.0]])
    people, now = np.array([100.0, 100.0]), np.array([5.0, 9.0, 1.0])
    levels = (Level("hospital", matrix, now, 30.0),)
    gain = gain_of(levels, people, absolute_decay=False)
    p = Problem(
        pd.DataFrame({"id": ["a", "b", "c"]}), np.zeros(3, np.int64), people, levels, False, gain, now,
        np.zeros(3), np.full(3, 9.0), np.zeros(3, np.int64), np.array([15.0]), np.arange(2),
    )  # fmt: skip
    shared = share_out(p, "worst", OPTIONS, whole=False)
    assert shared.amount[0] == pytest.approx(7.5)
    assert np.abs(shared.amount - now).sum() == pytest.approx(5.0)  # 2.5 go, none to and fro between b and c


def test_amounts_that_break_a_rule_are_refused() -> None:
    p = by_hand()
    check(p, np.array([3.0, 7.0]))
    for wrong in ([3.0, 6.0], [1.0, 9.0], [0.5, 9.5]):
        with pytest.raises(VerificationError):
            check(p, np.array(wrong))
    with pytest.raises(VerificationError):
        check(replace(p, gain=p.gain * 1.01), np.array([3.0, 7.0]))
