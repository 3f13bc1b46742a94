"""Plans chosen over several futures, against every plan tried; and laws that hold of any futures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import Fault, InfeasibleError, InputError, SitingError
from siting.futures import Future, Rule, evaluate_plan, own_bests, robust, robust_plan, stack
from siting.futures.known import expected_bound
from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
from siting.solution import Solution
from siting.solving.optimise import solve
from tests.formulation.small import six_points
from tests.futures.small import drawn, table

MODELS = ("p_median", "capacitated_p_median", "maximal_covering")
SEEDS = range(6)


def best_by_hand(model: str, rule: Rule, instance: Instance, futures: list[Future]) -> float | None:
    """The best expected value or the least largest regret of all plans; None where none serves all futures."""
    rows = table(model, instance, futures)
    most = model == "maximal_covering"
    pick = max if most else min
    best = [pick((v[k] for _, v in rows if v[k] is not None), default=None) for k in range(len(futures))]
    if rule == "regret" and None in best:
        return None
    found = []
    for _, values in rows:
        if None in values:
            continue
        if rule == "expected":
            found.append(sum(f.probability * v for f, v in zip(futures, values, strict=True)))
        else:
            found.append(max(abs(v - b) for v, b in zip(values, best, strict=True)))
    if not found:
        return None
    return max(found) if most and rule == "expected" else min(found)


@pytest.mark.parametrize("rule", ["expected", "regret"])
@pytest.mark.parametrize("model", MODELS)
def test_equals_the_best_of_all_plans(model: str, rule: Rule) -> None:
    compared = 0
    for seed in SEEDS:
        instance, futures = drawn(seed, capacity=model == "capacitated_p_median")
        wanted = best_by_hand(model, rule, instance, futures)
        if wanted is None:
            with pytest.raises(InfeasibleError):
                robust_plan(instance, futures, model, rule)
            continue
        found = robust_plan(instance, futures, model, rule).solution
        assert found.outcome.objective == pytest.approx(wanted, abs=1e-5)
        assert found.outcome.proven
        compared += 1
    assert compared >= 2


@pytest.mark.parametrize("model", MODELS)
def test_the_evaluation_of_a_plan_in_each_future_equals_the_one_by_hand(model: str) -> None:
    for seed in SEEDS:
        instance, futures = drawn(seed, capacity=model == "capacitated_p_median")
        bests = own_bests(instance, futures, model)
        rows = table(model, instance, futures)
        for opened, values in rows[:4]:
            found = evaluate_plan(instance, opened, futures, model, bests=bests)
            for k, part in enumerate(found):
                if values[k] is None:
                    assert part.objective is None
                    assert part.regret is None
                    assert part.no_place_persons + part.reach.unreachable_persons > 0
                    continue
                known = [v[k] for _, v in rows if v[k] is not None]
                best = max(known) if model == "maximal_covering" else min(known)
                assert part.objective == pytest.approx(values[k])
                assert part.regret == pytest.approx(abs(values[k] - best), abs=1e-5)


def test_capacity_holds_in_each_future_and_not_of_the_expected_load() -> None:
    """Two futures of 10 and 30 people: the expected 20 fit into one school of 20, the 30 do not."""
    t = [[0.0, 1.0], [1.0, 0.0]]
    instance = Instance.from_arrays(t, [10, 10], p=1, capacity=[20, 40])
    matrix = ImpedanceMatrix.from_dense(t)
    few = Future("few", "少", "few", 0.5, np.array([9.0, 1.0]), matrix)
    many = Future("many", "多", "many", 0.5, np.array([29.0, 1.0]), matrix)
    for rule in ("expected", "regret"):
        assert robust_plan(instance, [few, many], "capacitated_p_median", rule).solution.open.tolist() == [False, True]
    at_first = evaluate_plan(instance, np.array([True, False]), [few, many], "capacitated_p_median")
    assert [part.objective for part in at_first] == [1.0, None]
    assert [part.no_place_persons for part in at_first] == [0.0, 10.0]
    assert [part.overfull for part in at_first] == [(), ("j1",)]


def test_a_stack_names_its_points_and_keeps_loads() -> None:
    instance, futures = drawn(1)
    stacked = stack(instance, futures)
    assert stacked.demand_ids[6] == "i1@f1"
    assert stacked.demand_count == 18
    np.testing.assert_allclose(stacked.load, np.concatenate([f.demand for f in futures]))
    np.testing.assert_allclose(stacked.demand, np.concatenate([f.demand * f.probability for f in futures]))
    np.testing.assert_array_equal(stacked.impedance.dense(), np.vstack([f.impedance.dense() for f in futures]))
    assert stacked.future is not None
    assert stacked.future.tolist() == [0] * 6 + [1] * 6 + [2] * 6


def test_loads_grow_with_the_demand() -> None:
    instance = replace(six_points(p=1), load=np.array([2.0, 2, 2, 2, 2, 2]))
    future = Future("f", "f", "f", 1.0, instance.demand * 1.5, instance.impedance)
    np.testing.assert_allclose(stack(instance, [future]).load, 3.0)


@pytest.mark.parametrize("rule", ["expected", "regret"])
@pytest.mark.parametrize("model", MODELS)
def test_one_future_gives_the_ordinary_plan(model: str, rule: Rule) -> None:
    instance, _ = drawn(3, capacity=model == "capacitated_p_median")
    alone = [Future("only", "唯一", "only", 1.0, instance.demand, instance.impedance)]
    plain, robust = solve(instance, model), robust_plan(instance, alone, model, rule)
    found = evaluate_plan(instance, robust.solution, alone, model, bests=[plain])[0]
    assert found.objective == pytest.approx(plain.outcome.objective)
    assert found.regret == pytest.approx(0, abs=1e-6)
    if rule == "regret":
        assert robust.solution.outcome.objective == pytest.approx(0, abs=1e-6)


@given(st.integers(0, 10_000), st.sampled_from(["p_median", "maximal_covering"]))
@settings(max_examples=12, deadline=None)
def test_regret_lies_between_nothing_and_that_of_the_plan_for_today(seed: int, model: str) -> None:
    instance, futures = drawn(seed)
    futures = [replace(f, impedance=instance.impedance) if model == "p_median" else f for f in futures]
    bests = own_bests(instance, futures, model)
    least = robust_plan(instance, futures, model, "regret", bests=bests).solution.outcome.objective
    assert least is not None
    assert least >= -1e-9
    today = solve(instance, model)
    there = evaluate_plan(instance, today, futures, model, bests=bests)
    assert least <= max(part.regret for part in there if part.regret is not None) + 1e-6
    expected = robust_plan(instance, futures, model, "expected").solution.outcome
    of_today = sum(f.probability * (part.objective or 0) for f, part in zip(futures, there, strict=True))
    assert expected.objective is not None
    if expected.sense == "maximize":
        assert expected.objective >= of_today - 1e-6
    else:
        assert expected.objective <= of_today + 1e-6


@given(st.integers(0, 10_000), st.sampled_from(["p_median", "maximal_covering"]))
@settings(max_examples=12, deadline=None)
def test_one_more_future_never_lowers_the_largest_regret(seed: int, model: str) -> None:
    instance, futures = drawn(seed)
    futures = [replace(f, impedance=instance.impedance) for f in futures]
    few = [replace(f, probability=1 / 2) for f in futures[:2]]
    many = [replace(f, probability=1 / 3) for f in futures]
    first, second = (robust_plan(instance, part, model, "regret").solution.outcome.objective for part in (few, many))
    assert first is not None
    assert second is not None
    assert second >= first - 1e-6


def test_a_future_without_probability_has_no_say() -> None:
    instance, futures = drawn(2)
    futures = [replace(f, impedance=instance.impedance) for f in futures]
    without = [replace(futures[0], probability=1.0), replace(futures[1], probability=0.0)]
    plan = robust_plan(instance, without, "p_median", "regret")
    assert plan.solution.outcome.objective == pytest.approx(0, abs=1e-6)
    assert plan.stacked.demand_count == 6


def test_people_whom_no_site_can_serve_in_a_future_are_left_out_there_and_counted() -> None:
    """The bridge to the three eastern villages and their sites is gone: they have their own sites, but for one."""
    instance = six_points(p=1, existing=[True] + [False] * 5)
    t = instance.impedance.dense()
    t[5] = np.inf  # the last village is cut off from everything
    cut = Future("cut", "断桥", "bridge closed", 0.5, instance.demand, ImpedanceMatrix.from_dense(t))
    now = Future("now", "现状", "as it is", 0.5, instance.demand, instance.impedance)
    plan = robust_plan(instance, [now, cut], "p_median")
    assert plan.stacked.demand_count == 11
    found = evaluate_plan(instance, plan.solution, [now, cut], "p_median")
    assert found[1].reach.unreachable_persons == 1
    assert found[1].objective is not None


def test_a_model_whose_objective_does_not_add_up_has_no_expected_value() -> None:
    instance, futures = drawn(0)
    with pytest.raises(InputError, match="p_center"):
        robust_plan(instance, futures, "p_center")
    with pytest.raises(InputError, match="minimax regret"):
        robust_plan(instance, futures, "p_center", "regret")


def test_probabilities_shapes_and_ids_are_checked() -> None:
    instance, futures = drawn(0)
    wrong = [replace(futures[0], probability=0.5), replace(futures[1], probability=0.4)]
    with pytest.raises(InputError, match=r"add up to 0\.9") as caught:
        stack(instance, wrong)
    assert caught.value.faults[0].value == "f0: 0.5, f1: 0.4"
    with pytest.raises(InputError) as caught:
        stack(instance, [replace(futures[0], probability=2.0), replace(futures[0], probability=-1.0)])
    assert len(caught.value.faults) == 3
    with pytest.raises(InputError, match="must have the shape"):
        stack(instance, [replace(futures[0], probability=1.0, demand=np.ones(2))])


def test_a_future_with_no_plan_of_its_own_is_named() -> None:
    t = [[0.0, 1.0], [1.0, 0.0]]
    instance = Instance.from_arrays(t, [10, 10], p=1, capacity=[25, 25])
    matrix = ImpedanceMatrix.from_dense(t)
    now = Future("now", "现状", "as it is", 0.5, instance.demand, matrix)
    boom = Future("boom", "激增", "boom", 0.5, instance.demand * 2, matrix)
    assert own_bests(instance, [now, boom], "capacitated_p_median")[1] is None
    with pytest.raises(InfeasibleError, match="boom") as caught:
        robust_plan(instance, [now, boom], "capacitated_p_median", "regret")
    assert caught.value.faults[0].value == "boom"
    found = evaluate_plan(instance, np.array([True, False]), [now, boom], "capacitated_p_median")
    assert found[1].no_place_persons == pytest.approx(15)


@pytest.mark.parametrize("rule", ["expected", "regret"])
@pytest.mark.parametrize("model", MODELS)
def test_where_the_solver_finds_nothing_in_time_the_best_known_plan_stands_with_its_bound(
    monkeypatch: pytest.MonkeyPatch, model: str, rule: Rule
) -> None:
    real = robust.solve

    def none_in_time(instance: Instance, *args: Any, **words: Any) -> Solution:
        if instance.future is not None:
            raise SitingError(Fault("没有找到", "none found"))
        return real(instance, *args, **words)

    monkeypatch.setattr(robust, "solve", none_in_time)
    found = 0
    for seed in SEEDS:
        instance, futures = drawn(seed, capacity=model == "capacitated_p_median")
        futures = [
            replace(f, impedance=instance.impedance, demand=np.minimum(f.demand, instance.demand)) for f in futures
        ]
        bests = own_bests(instance, futures, model)
        if any(best is None for best in bests):
            continue
        try:
            plan = robust_plan(instance, futures, model, rule, bests=bests).solution
        except SitingError:
            continue
        wanted = best_by_hand(model, rule, instance, futures)
        value, bound = plan.outcome.objective, plan.outcome.bound
        assert wanted is not None
        assert value is not None
        assert bound is not None
        low, high = (value, bound) if plan.outcome.sense == "maximize" else (bound, value)
        assert low - 1e-6 <= wanted <= high + 1e-6
        assert any((plan.open == best.open).all() for best in bests if best is not None)
        found += 1
    assert found >= 3


def test_the_bound_of_knowing_the_future_beforehand_is_never_passed() -> None:
    for seed in SEEDS:
        instance, futures = drawn(seed)
        bests = [best for best in own_bests(instance, futures, "maximal_covering") if best is not None]
        bound = expected_bound(futures, bests)
        best = robust_plan(instance, futures, "maximal_covering").solution.outcome.objective
        assert bound is not None
        assert best is not None
        assert bound >= best - 1e-6
