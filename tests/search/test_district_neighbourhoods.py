"""A plan improved by parts stays a plan, and sheds its load beyond capacities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from siting.search.districts.bound import ascend
from siting.search.districts.neighbourhoods import Neighbourhoods
from siting.search.districts.plan import Plan, repair
from siting.search.districts.sites import good_sites
from tests.search.test_district_sites import scattered
from tests.search.test_districts import grid


@pytest.mark.parametrize("seed", [0, 2])
def test_load_beyond_capacities_is_moved_and_travel_shortened(seed: int) -> None:
    adjacency = grid(5, 8)
    problem = scattered(seed, adjacency, p=None)
    multipliers = ascend(problem, objective=math.inf, enough=lambda: False)
    opened = good_sites(problem, multipliers, count=1, seed=0, enough=lambda: False)[0].open
    first = int(np.flatnonzero(opened)[0])
    start = repair(problem, np.full(40, first), opened, 0.0)  # one site for all but the others' own units
    assert start is not None
    assert start.over > 0
    noted: list[Plan] = []
    parts = Neighbourhoods(
        problem, start, 100.0, problem.may, seed, seconds=lambda: 20.0, done=lambda: False, note=noted.append
    )
    parts.unload(3)
    plan = parts.plan
    assert plan is noted[-1]
    assert plan.over == 0
    assert plan.objective == pytest.approx(problem.value(plan.site, plan.open))
    for site in np.flatnonzero(plan.open):
        assert adjacency.connected(plan.site == site)
        assert plan.site[problem.unit[site]] == site
