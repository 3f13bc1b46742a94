from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyomo.environ import value

from siting.formulation.compose import active_constraints, always_open, build_model, load_formulation
from siting.formulation.reduce import Reduction, reduce
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.solution import Status
from siting.solving.solver import solve_model
from tests.formulation.small import MODELS, prepared, random_instance


def reduced(formulation: Formulation, instance: Instance) -> Reduction:
    active = active_constraints(formulation, instance)
    return reduce(formulation, active, instance, always_open(active, instance))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(25))
def test_the_optimum_is_the_same_with_and_without(model: str, seed: int) -> None:
    instance = random_instance(seed, points=25, sites=9, standard=5.0, capacity=model.startswith("cap"), p=1 + seed % 3)
    if model == "p_median":  # without the demand that no site reaches, as the check before would refuse it
        reachable = np.isfinite(instance.impedance.dense()[:, ~instance.forbidden]).any(axis=1)
        assert reachable.all()
    instance = prepared(model, instance)
    formulation = load_formulation(model)
    reduction = reduced(formulation, instance)
    full = build_or_none(formulation, instance, 0.0)
    small = build_or_none(formulation, reduction.instance, reduction.constant)
    assert (full is None) == (small is None)
    if full is not None:
        assert small == pytest.approx(full, abs=1e-6)


def build_or_none(formulation: Formulation, instance: Instance, constant: float) -> float | None:
    """The optimum; None where infeasible, as Pyomo already finds for a row that can never hold."""
    try:
        model = build_model(formulation, instance, constant=constant)
    except ValueError:
        return None
    outcome = solve_model(model)
    if outcome.status is Status.INFEASIBLE:
        return None
    assert outcome.status is Status.OPTIMAL
    return float(value(model.objective))


def line(existing: list[int], p: int = 1, **numbers: object) -> Instance:
    """Sites at 0, 10, 20, 30; demand points at 1, 9, 11, 31."""
    sites, points = np.array([0.0, 10, 20, 30]), np.array([1.0, 9, 11, 31])
    flags = np.zeros(4, bool)
    flags[existing] = True
    t = np.abs(points[:, None] - sites[None])
    return Instance.from_arrays(t, [1, 2, 4, 8], p=p, existing=flags, **numbers)  # type: ignore[arg-type]


def test_nobody_goes_farther_than_the_nearest_kept_facility() -> None:
    reduction = reduced(load_formulation("p_median"), line([0]))
    # The point at 1 has its nearest site open already: a constant of 1 person x 1 minute. The others keep the
    # sites nearer than site 0, and site 0.
    assert reduction.constant == 1.0
    assert reduction.rows.tolist() == [1, 2, 3]
    kept = [reduction.instance.impedance.row(i)[0].tolist() for i in range(3)]
    assert kept == [[0, 1], [0, 1, 2], [0, 1, 2, 3]]


def test_with_many_to_open_the_far_ones_are_never_nearest() -> None:
    reduction = reduced(load_formulation("p_median"), line([], p=3))
    assert np.diff(reduction.instance.impedance.indptr).tolist() == [2, 2, 2, 2]


def test_the_worst_settled_point_of_a_p_center_stays() -> None:
    instance = line([0, 1])
    reduction = reduced(load_formulation("p_center"), instance)
    assert reduction.constant == 0.0
    assert reduction.rows.tolist() == [0, 3]


def test_only_what_may_become_covered_is_left() -> None:
    reduction = reduced(load_formulation("maximal_covering"), line([0], standard=9.5))
    # Covered anyway: the points at 1 and 9 (3 people). The points at 11 and 31 stay; site 2 covers what site 1 does.
    assert reduction.constant == 3.0
    assert reduction.rows.tolist() == [2, 3]
    assert [reduction.instance.impedance.row(i)[0].tolist() for i in range(2)] == [[1], [3]]
    assert reduction.instance.forbidden.tolist() == [False, False, True, False]


def test_points_with_the_same_sites_in_reach_become_one() -> None:
    reduction = reduced(load_formulation("maximal_covering"), line([], standard=10.5))
    assert reduction.instance.demand.sum() == 15
    instance = line([], standard=[1.5, 1.5, 1.5, 0.5])
    small = reduced(load_formulation("maximal_covering"), instance)
    # 9 and 11 both reach only site 1; the point at 31 reaches nothing and counts for nothing.
    assert small.instance.demand.tolist() == [1, 6]


def test_capacity_forbids_what_needs_the_nearest_site() -> None:
    instance = line([0], capacity=10.0)
    reduction = reduced(load_formulation("capacitated_p_median"), instance)
    assert reduction.pair_count == instance.impedance.pair_count
    assert reduction.rows.size == 4


def test_an_unknown_block_switches_reductions_off() -> None:
    formulation = load_formulation("p_median")
    instance = line([0])
    active = (*active_constraints(formulation, instance), "a_block_of_ones_own")
    reduction = reduce(formulation, active, instance, instance.existing)
    assert reduction.pair_count == instance.impedance.pair_count


def test_pairs_of_forbidden_sites_go() -> None:
    instance = replace(line([], capacity=10.0), forbidden=np.array([False, True, False, False]))
    reduction = reduced(load_formulation("capacitated_p_median"), instance)
    assert 1 not in reduction.instance.impedance.indices


def test_where_the_required_sites_are_all_that_may_open_the_others_lose_their_pairs() -> None:
    instance = random_instance(3, points=12, sites=6, standard=5.0, capacity=True, p=2)
    required = np.zeros(6, dtype=bool)
    required[np.flatnonzero(instance.candidate)[:2]] = True
    instance = replace(instance, required=required, p=2)
    formulation = load_formulation("capacitated_p_median")
    left = reduced(formulation, instance).instance.impedance.indices
    assert set(left.tolist()) <= set(np.flatnonzero(required | instance.existing).tolist())
    free = reduced(formulation, replace(instance, p=3)).instance.impedance.indices
    assert set(free.tolist()) > set(left.tolist())
