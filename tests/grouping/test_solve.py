from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.errors import InfeasibleError, VerificationError
from siting.grouping.relax import least_imbalance, least_minutes
from siting.grouping.solve import best_groups, check_rules
from siting.solving.solver import SolverOptions
from tests.grouping.small import cost, every_grouping, keeps, problem, rules

ASKED: list[dict[str, Any]] = [
    {},
    {"objective": "member_minutes"},
    {"least_members": 2, "most_members": 4, "balance": 0.5},
    {"balance": 0.05},
    {"max_minutes": 30, "balance": 0.6},
    {"contiguous": True, "balance": 0.5},
    {"contiguous": True, "least_members": 2, "most_members": 5, "balance": 0.6},
]
OPTIONS = SolverOptions()


@pytest.mark.parametrize("number", range(len(ASKED)))
@pytest.mark.parametrize("leads", [2, 3])
def test_equals_the_best_of_all_groupings(number: int, leads: int) -> None:
    asked, found = rules(**ASKED[number]), 0
    for seed in range(4):
        p = problem(seed, leads=leads, members=7 if leads == 2 else 6, linked=asked.contiguous)
        values = [cost(p, asked, g) for g in every_grouping(p) if keeps(p, asked, g)]
        if not values:
            with pytest.raises(InfeasibleError):
                best_groups(p, asked, OPTIONS)
            continue
        found += 1
        groups = best_groups(p, asked, OPTIONS)
        assert groups.outcome.objective == pytest.approx(min(values))
        assert groups.outcome.proven
        assert keeps(p, asked, groups.group)
        assert all(check.passed for check in groups.checks)
    assert found or number == 3, "all were impossible"


@pytest.mark.parametrize("seed", range(6))
def test_the_least_imbalance_and_the_least_way_are_those_of_all_groupings(seed: int) -> None:
    asked = rules(balance=0.02, least_members=2)
    p = problem(seed, members=6)
    wide = asked.model_copy(update={"balance": 1.0})
    possible = [p.imbalance(g) for g in every_grouping(p) if keeps(p, wide, g)]
    low, high = least_imbalance(p, asked, OPTIONS)
    if possible:
        assert low - 1e-9 <= min(possible) <= high + 1e-9
        assert high - low <= 0.0005
    else:
        assert high == np.inf
    loose = rules(balance=0.4)
    ways = [
        max(p.minutes[i, j] for i, j in enumerate(g))
        for g in every_grouping(p)
        if keeps(p, loose.model_copy(update={"max_minutes": 240.0}), g)
    ]
    expected = min(ways, default=np.inf)
    assert least_minutes(p, loose, OPTIONS) == (expected, expected)


def test_what_would_have_to_give_is_said_with_its_amount() -> None:
    p = replace(
        problem(1),
        load=np.array([100.0, 100, 100, 100, 100, 100, 100]),
        own=np.zeros(2),
        target=np.array([350.0, 350.0]),
        minutes=np.tile([10.0, 20.0], (7, 1)),
        settled=np.full(7, -1),
    )
    with pytest.raises(InfeasibleError) as caught:  # 4 : 3 is the best that seven equal members allow
        best_groups(p, rules(balance=0.1), OPTIONS)
    text = str(caught.value)
    assert "14.29%" in text
    assert "rules.balance" in text
    with pytest.raises(InfeasibleError) as caught:
        best_groups(p, rules(balance=0.2, max_minutes=15), OPTIONS)
    assert "20.00" in str(caught.value)
    with pytest.raises(InfeasibleError) as caught:
        best_groups(p, rules(balance=0.2, least_members=4), OPTIONS)
    assert "least_members = 3" in str(caught.value)


def test_members_that_reach_no_lead_are_named() -> None:
    p = problem(1)
    lost = p.minutes.copy()
    lost[2] = np.inf
    with pytest.raises(InfeasibleError, match="成员2"):
        best_groups(replace(p, minutes=lost), rules(), OPTIONS)


def test_a_lead_that_is_too_large_alone_is_never_overlooked() -> None:
    p = problem(1)
    heavy = replace(p, own=np.array([5000.0, 0.0]), target=np.full(2, (p.load.sum() + 5000) / 2))
    with pytest.raises(InfeasibleError):
        best_groups(heavy, rules(balance=0.2), OPTIONS)


def test_a_grouping_that_breaks_a_rule_is_refused() -> None:
    p, asked = problem(2, linked=True), rules(balance=0.5, contiguous=False)
    groups = best_groups(p, asked, OPTIONS)
    check_rules(p, asked, groups.group, groups.outcome)
    broken = [
        (asked.model_copy(update={"balance": p.imbalance(groups.group) / 2}), groups.group),
        (asked.model_copy(update={"max_minutes": 1.0}), groups.group),
        (asked.model_copy(update={"least_members": 7}), groups.group),
        (asked, 1 - groups.group),
        (asked, np.full(7, -1)),
    ]
    for other, group in broken:
        with pytest.raises(VerificationError):
            check_rules(p, other, group, groups.outcome)
