"""Moves keep the rules, never make a plan worse, and find what a larger set of sites hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.instance import Instance
from siting.search.covering import improve, solve
from siting.search.covering.squeeze import alike, squeeze
from siting.search.sites import SiteRules
from tests.formulation.small import six_points
from tests.search.covering.small import plans, random_problem, random_sets


@pytest.mark.parametrize("patience", [0, 20])
def test_an_improved_plan_is_allowed_and_no_single_move_improves_it(patience: int) -> None:
    for seed in range(60):
        problem = random_problem(seed, priced=bool(seed % 2), hard=0.2 * (seed % 3))
        everything = plans(problem)
        if not everything:
            continue
        start = everything[seed % len(everything)]
        found, value = improve(problem, start, patience=patience, seed=seed)
        assert problem.rules.allows(found)
        assert value == problem.value(found)
        assert value <= problem.value(start) + 1e-9
        for other in everything:
            opens, closes = int((other & ~found).sum()), int((found & ~other).sum())
            if opens <= 1 and closes <= 1:
                assert problem.value(other) >= value - 1e-6 * max(abs(value), 1)


def test_looking_past_such_a_plan_helps() -> None:
    better = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sets = random_sets(rng, 80, 30, 0.1)
        rules = SiteRules.of(Instance.from_arrays(np.ones((1, 30)), p=6), ("open_exactly_p",))
        own = {
            "target": np.ones(80, dtype=np.int64),
            "weight": rng.integers(1, 20, 80),
            "hard": np.zeros(80, dtype=bool),
        }
        problem = replace(random_problem(0), sets=sets, rules=rules, price=np.zeros(30), **own)
        start = np.arange(30) < 6
        once, further = improve(problem, start)[1], improve(problem, start, patience=50)[1]
        assert further <= once
        better += further < once
    assert better


def test_squeezing_leaves_the_fewest_sites() -> None:
    rng = np.random.default_rng(2)
    rules = SiteRules.of(six_points(), ())
    for seed in range(5):
        sets = random_sets(rng, 40, 16, 0.2)
        sets = sets.take(np.flatnonzero(sets.lengths > 0))
        size, everything = sets.size, np.ones(16, dtype=bool)
        own = replace(
            rules,
            must=~everything,
            may=everything,
            matrix=np.ones((1, 16)),
            least=np.array([-np.inf]),
            most=np.array([16.0]),
            side=np.array([False]),
            groups=(replace(rules.groups[0], members=everything, most=16, zone=np.full(16, -1)),),
        )
        problem = replace(
            random_problem(0),
            sets=sets,
            target=np.ones(size, dtype=np.int64),
            weight=np.full(size, 17.0),
            hard=np.ones(size, dtype=bool),
            price=np.ones(16),
            constant=0.0,
            rules=own,
        )
        assert alike(problem)
        found = squeeze(problem, everything, steps=2000, seed=seed)
        assert problem.meets(found)
        assert found.sum() == solve(problem).value
        assert np.array_equal(found, squeeze(problem, everything, steps=2000, seed=seed))


def test_sites_that_differ_are_not_squeezed() -> None:
    assert not any(alike(random_problem(seed, hard=0.5, priced=True)) for seed in range(20))
