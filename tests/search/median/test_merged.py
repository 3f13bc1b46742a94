"""Equal demand points as one: the same objective of every plan, nothing merged that differs."""

from __future__ import annotations

import numpy as np
import pytest

from siting.formulation.compose import load_formulation
from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
from siting.search.median import MedianProblem, Pairs, median_problem
from siting.search.median.costs import costs
from siting.search.median.merged import merged
from siting.search.sites import SiteRules
from siting.solving.optimise import solve
from siting.verify import verify

SITES = 9


def _repeated(seed: int, distinct: int, points: int) -> tuple[Instance, np.ndarray]:
    """An instance with unreachable pairs, and which of the distinct rows each point has."""
    rng = np.random.default_rng(seed)
    t = rng.integers(1, 30, (distinct, SITES)).astype(float)
    t[rng.random(t.shape) < 0.2] = np.inf
    t[:, 0] = 50.0
    kind = np.concatenate([np.arange(distinct), rng.integers(0, distinct, points - distinct)])
    rng.shuffle(kind)
    people = rng.integers(0, 9, points).astype(float)
    return Instance.from_arrays(t[kind], people, p=2, standard=5.0, outer_standard=20.0), kind


@pytest.mark.parametrize("objective", ["total_weighted_impedance", "gradually_covered_demand"])
@pytest.mark.parametrize("seed", range(5))
def test_every_plan_keeps_its_objective(objective: str, seed: int) -> None:
    instance, kind = _repeated(seed, 7, 40)
    everybody = objective == "total_weighted_impedance"
    pairs, price, _ = costs(instance, objective, everybody=everybody)
    small = merged(pairs)
    assert small.weight.size <= len(np.unique(kind))
    assert small.weight.sum() == pairs.weight.sum()
    rules = SiteRules.of(instance, ())
    whole, fewer = MedianProblem(pairs, price, rules), MedianProblem(small, price, rules)
    for number in range(1, 2**SITES, 7):
        opened = (number >> np.arange(SITES)) % 2 == 1
        assert fewer.objective(opened) == pytest.approx(whole.objective(opened))


def test_rows_stay_apart_that_differ_in_one_pair_or_in_reaching_none() -> None:
    """Each pair of rows is the same but for a value, a site, a further pair, or what it costs to reach none."""
    rows = [[(0, 1.0), (2, 3.0)], [(0, 1.0), (2, 3.5)], [(0, 1.0), (1, 3.0)], [(0, 1.0), (2, 3.0), (4, 9.0)]]
    rows = [*rows, rows[0]] * 4
    outside = np.array([5.0, 5.0, 5.0, 5.0, 6.0] * 4)
    indptr = np.cumsum([0, *map(len, rows)])
    site, value = (np.array(part) for part in zip(*(pair for row in rows for pair in row), strict=True))
    small = merged(Pairs(indptr, site, value, np.arange(20.0), outside))
    assert small.weight.tolist() == [30.0, 34.0, 38.0, 42.0, 46.0]
    assert small.outside.tolist() == [5.0, 5.0, 5.0, 5.0, 6.0]
    assert small.indptr.tolist() == [0, 2, 4, 6, 9, 11]


def test_a_row_that_differs_where_a_glance_does_not_look_stays_apart() -> None:
    t = np.ones((40, 100))
    t[20:, 1] = 2.0
    pairs, _, _ = costs(Instance.from_arrays(t, p=1), "total_weighted_impedance", everybody=True)
    assert merged(pairs).weight.tolist() == [20.0, 20.0]


def test_few_equal_rows_stay_as_they_are() -> None:
    t = np.random.default_rng(1).random((40, 5))
    t[1] = t[0]
    pairs, _, _ = costs(Instance.from_arrays(t, p=1), "total_weighted_impedance", everybody=True)
    assert merged(pairs) is pairs


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
def test_several_threads_and_numbers_of_any_kind(dtype: type) -> None:
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 90, (300, 12))
    kind = rng.integers(0, 300, 12_000)
    matrix = ImpedanceMatrix.from_dense(rows[kind].astype(float))
    pairs = Pairs(matrix.indptr, matrix.indices, matrix.values.astype(dtype), np.ones(12_000), np.full(12_000, np.inf))
    one, two = merged(pairs, 1), merged(pairs, 3)
    assert one.weight.size == np.unique(rows[kind], axis=0).shape[0]
    assert one.value.dtype == dtype
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("model", ["p_median", "gradual_covering"])
def test_a_plan_is_that_of_all_demand_points(model: str) -> None:
    for seed in range(4):
        instance, kind = _repeated(seed, 12, 60)
        if model == "p_median":
            instance = Instance.from_arrays(instance.impedance, instance.demand, p=2)
        names = ("open_exactly_p", "assign_every_demand_point" if model == "p_median" else "assign_at_most_once")
        goal = "total_weighted_impedance" if model == "p_median" else "gradually_covered_demand"
        assert median_problem(instance, names, goal)[0].demand_count <= len(np.unique(kind))
        solution = solve(instance, model)
        assert solution.outcome.proven
        assert verify(instance, load_formulation(model), solution).ok
