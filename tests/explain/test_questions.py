"""The answers against every plan of small instances, tried one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from siting.errors import Fault, InputError, SitingError
from siting.explain.answers import Answer, Site, Sure
from siting.explain.compare import Bench
from siting.explain.desk import Desk, rebuild, require_askable
from siting.explain.questions import another, losses, rivals, with_site
from siting.explain.screen import exchange_costs
from siting.formulation.compose import load_formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.formulation.small import MODELS, plans, prepared, random_instance, six_points, value

OPTIONS = SolverOptions(time_limit_s=20)


def desk_of(model: str, instance: Instance, options: SolverOptions = OPTIONS) -> Desk:
    formulation = load_formulation(model)
    sites = [Site(key, "", "") for key in instance.site_ids]
    bench = Bench(instance, formulation, ["town"] * instance.demand_count, sites)
    solution = solve(instance, formulation, options)
    again = rebuild(instance, formulation, solution.open, options)
    assert np.array_equal(again.open, solution.open)
    plan = bench.look(again)
    assert plan.measures.objectives[0] == pytest.approx(solution.outcome.objective)
    return Desk(bench, options, plan, solution.outcome.bound, 0.1)


def quiet(zh: str, en: str) -> None:
    pass


def best_of(
    desk: Desk, model: str, allowed: Callable[[BoolArray], bool], instance: Instance | None = None
) -> float | None:
    """How much worse the best plan of a kind is, by trying them all; None where there is none."""
    instance = desk.instance if instance is None else instance
    found = [value(model, instance, opened) for opened in plans(instance) if allowed(opened)]
    worse = [desk.worse(v) for v in found if v is not None]
    return min(worse, default=None)


def check(answer: Answer, wanted: float | None) -> None:
    if wanted is None:
        assert answer.verdict.sure is Sure.IMPOSSIBLE
        assert answer.change is None
        assert answer.verdict.reason[0]
    else:
        assert answer.verdict.sure is Sure.EXACT
        assert wanted > -1e-6 or answer.note[0]  # better only without a condition of the scenario's own
        assert answer.verdict.known == pytest.approx(wanted, abs=1e-5)
        assert answer.verdict.least == pytest.approx(wanted, abs=1e-4)


def small(model: str, seed: int, *, budget: bool) -> Instance | None:
    """A small instance with a plan; None where there is none."""
    instance = prepared(model, random_instance(seed, capacity=model.startswith("capacitated"), budget=budget))
    if model == "set_covering":
        instance = replace(instance, budget=None)
    return instance if best_value_exists(model, instance) else None


def best_value_exists(model: str, instance: Instance) -> bool:
    return any(value(model, instance, opened) is not None for opened in plans(instance))


CASES = [
    (model, seed, budget)
    for model in MODELS
    for budget in (False, True)
    for seed in range(8)
    if small(model, seed, budget=budget) is not None
][::2]


@pytest.mark.parametrize(("model", "seed", "budget"), CASES)
def test_losses_and_rivals_are_those_of_the_best_other_plans(model: str, seed: int, budget: bool) -> None:
    instance = small(model, seed, budget=budget)
    assert instance is not None
    desk = desk_of(model, instance)
    index = {key: j for j, key in enumerate(instance.site_ids)}
    lost = losses(desk, quiet)
    assert {answer.site.id for answer in lost} == {instance.site_ids[j] for j in np.flatnonzero(desk.chosen)}
    for answer in lost:
        j = index[answer.site.id]
        mask = np.arange(instance.site_count) == j
        free = replace(instance, required=instance.required & ~mask)  # what the scenario requires is set aside
        check(answer, best_of(desk, model, lambda opened, j=j: not opened[j], free))  # type: ignore[misc]
        others = desk.chosen & ~mask
        wanted = best_of(
            desk, model, lambda opened, j=j, others=others: not opened[j] and bool(opened[others].all()), free
        )
        assert answer.alone_verdict is not None
        if wanted is None:
            assert answer.alone_verdict.sure is Sure.IMPOSSIBLE
        else:
            assert answer.alone_verdict.known == pytest.approx(wanted, abs=1e-5)
        assert bool(answer.note[0]) == bool(instance.required[j])
    near, tried = rivals(desk, quiet)
    assert tried >= len(near)
    for answer in near:
        k = index[answer.site.id]
        check(answer, best_of(desk, model, lambda opened, k=k: bool(opened[k])))  # type: ignore[misc]
    found = [answer.verdict.known for answer in near]
    assert found == sorted(found)
    other = another(desk, lost, quiet)
    assert other is not None
    wanted = best_of(desk, model, lambda opened: not np.array_equal(opened, desk.plan.open))
    if wanted is None:
        assert other.verdict.sure is Sure.IMPOSSIBLE
    else:
        assert other.verdict.sure is Sure.EXACT
        assert other.verdict.known == pytest.approx(wanted, abs=1e-5)
        assert other.change is not None
        assert other.change.out or other.change.into


def test_the_change_counts_who_gains_and_who_loses() -> None:
    """With one of six sites on a line: from the third village to the fourth, everybody's minutes by hand."""
    instance = six_points(p=1, standard=np.full(6, 2.0))
    desk = desk_of("p_median", replace(instance, required=np.arange(6) == 2))
    bench = desk.bench
    there = np.arange(6) == 3
    after = bench.look(rebuild(replace(instance, required=there), desk.formulation, there, OPTIONS))
    change = bench.change(desk.plan, after)
    assert [site.id for site in (*change.out, *change.into)] == ["j3", "j4"]
    assert (change.lost_persons, change.gained_persons) == (6, 6)
    assert (change.farther_persons, change.nearer_persons) == (6, 6)
    assert change.affected_persons == 12
    (town,) = change.townships
    assert town.person_minutes == pytest.approx(0)
    assert change.after.mean_min == pytest.approx(desk.plan.measures.mean_min)


def test_two_plans_as_good_are_found_out() -> None:
    desk = desk_of("p_median", six_points(p=1))
    other = another(desk, losses(desk, quiet), quiet)
    assert other is not None
    assert (other.verdict.sure, other.verdict.known) == (Sure.EXACT, 0.0)


def test_of_equally_good_replacements_the_one_with_the_least_travel_is_named() -> None:
    """All of three sites cover everybody; who replaces the chosen one is told by the minutes."""
    t = np.array([[1.0, 5.0, 3.0], [1.0, 5.0, 3.0]])
    desk = desk_of("maximal_covering", Instance.from_arrays(t, [5, 5], p=1, standard=np.full(2, 9.0)))
    chosen = int(np.flatnonzero(desk.chosen)[0])
    (answer,) = losses(desk, quiet)
    assert answer.change is not None
    nearest = min((j for j in range(3) if j != chosen), key=lambda j: float(t[0, j]))
    assert [site.id for site in answer.change.into] == [desk.instance.site_ids[nearest]]


def test_a_forbidden_site_is_asked_about_as_if_it_were_allowed() -> None:
    desk = desk_of("p_median", six_points(p=1, forbidden=np.arange(6) == 2))
    answer = with_site(desk, 2)
    assert answer.note[0]
    assert answer.verdict.known == pytest.approx(0)


def test_no_time_gives_no_answer_and_says_so() -> None:
    desk = desk_of("capacitated_p_median", six_points(p=2, capacity=8.0))
    desk.end = 0.0
    answers = losses(desk, quiet)
    for answer in answers:
        assert (answer.verdict.sure, answer.freely, answer.change) == (Sure.UNANSWERED, False, None)
    other = another(desk, answers, quiet)
    assert other is not None
    assert other.verdict.sure is Sure.UNANSWERED


def test_differences_smaller_than_the_gap_are_undecided() -> None:
    """The same answers where the run's plan was proven to within ten person-minutes only, and searches stop early."""
    desk = desk_of("p_median", random_instance(3, plain=True))
    lost = {answer.site.id: answer.verdict.known for answer in losses(desk, quiet)}
    loose = desk_of("p_median", desk.instance)
    loose.plan_bound = loose.plan.measures.objectives[0] - 10.0
    loose.plan_seconds = 1e6
    loose.end = time.perf_counter() + 100  # no free search fits, and each replacement is asked for
    for answer in losses(loose, quiet):
        known = lost[answer.site.id]
        assert known is not None
        assert answer.verdict.sure is Sure.UNDECIDED
        assert answer.verdict.known is not None
        assert answer.verdict.known >= known - 1e-9
        assert answer.verdict.least == pytest.approx(-10.0)
        assert not answer.freely


def test_a_better_plan_than_the_runs_is_told() -> None:
    instance = random_instance(1, plain=True)
    formulation = load_formulation("p_median")
    values = {tuple(np.flatnonzero(opened)): value("p_median", instance, opened) for opened in plans(instance)}
    worst = max((v, k) for k, v in values.items() if v is not None)[1]
    opened = np.isin(np.arange(instance.site_count), worst)
    bench = Bench(instance, formulation, ["t"] * instance.demand_count, [Site(k, "", "") for k in instance.site_ids])
    desk = Desk(bench, OPTIONS, bench.look(rebuild(instance, formulation, opened, OPTIONS)), None, 0.1)
    answers = losses(desk, quiet)
    assert any(answer.verdict.sure is Sure.BETTER for answer in answers)
    other = another(desk, answers, quiet)
    assert other is not None
    assert other.verdict.sure is Sure.BETTER


def test_a_model_that_cannot_forbid_a_site_is_refused() -> None:
    formulation = load_formulation("p_median")
    kept = tuple(name for name in formulation.constraints if name != "forbid_sites")
    with pytest.raises(InputError, match="site_conditions"):
        require_askable(six_points(p=1), formulation.model_copy(update={"constraints": kept}))


def test_a_further_objective_tells_equally_good_plans_apart() -> None:
    """Both sites cover everybody; only the number of people covered twice, the second objective, differs."""
    t = np.array([[1.0, 1.0, 9.0], [1.0, 9.0, 9.0], [9.0, 9.0, 1.0]])
    instance = Instance.from_arrays(t, [7, 5, 3], standard=np.full(3, 2.0), existing=np.array([True, False, False]))
    desk = desk_of("backup_set_covering", instance)
    assert [instance.site_ids[j] for j in np.flatnonzero(desk.chosen)] == ["j3"]
    answer = with_site(desk, 1)
    assert answer.verdict.known == pytest.approx(1.0)
    assert answer.verdict.objective == 0


@pytest.mark.parametrize("coverage", [False, True])
def test_the_exchange_costs_are_those_of_each_exchange(coverage: bool) -> None:
    instance = random_instance(5)
    opened = instance.existing.copy()
    opened[np.flatnonzero(instance.candidate)[:2]] = True
    costs = exchange_costs(instance, opened, coverage=coverage)
    t = instance.impedance.dense()
    far = 2.0 * instance.impedance.values.max()
    leaving = np.flatnonzero(opened & ~instance.existing)
    for number, r in enumerate(leaving):
        for k in np.flatnonzero(np.isfinite(costs[number])):
            other = opened.copy()
            other[r], other[k] = False, True
            best = np.where(other, t, np.inf).min(axis=1)
            cost = (best > instance.standard) * 1.0 if coverage else np.minimum(best, far)
            assert costs[number, k] == pytest.approx(float(instance.demand @ cost))
    assert not np.isfinite(costs[:, opened | instance.forbidden]).any()


def test_what_the_solver_cannot_find_in_time_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of("p_median", six_points(p=1))

    def too_slow(*_: object, **__: object) -> None:
        raise SitingError(Fault("没有找到", "nothing found"))

    monkeypatch.setattr("siting.explain.desk.solve", too_slow)
    answer = with_site(desk, 0)
    assert answer.verdict.sure in (Sure.UNDECIDED, Sure.EXACT)  # the exchange is known, though no search said so
    assert answer.change is not None
    assert not answer.freely
