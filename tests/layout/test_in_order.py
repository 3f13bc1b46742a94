"""Objectives that count in an order, at sizes at which the solver is not asked."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.events import silent
from siting.formulation.compose import list_plan_models, load_formulation
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.layout.first_in_order import Ordered, comes_before
from siting.layout.in_order import answers_in_order, plan_in_order
from siting.layout.one_of_order import Proven, Step
from siting.layout.pose import pose_layout
from siting.layout.run import make_plan
from siting.layout.settled import model_of
from siting.search.found import Known
from siting.solution import PROVEN_GAP
from siting.solving.solver import SolverOptions
from siting.verify import evaluate, verify

from .shipped import SETTINGS, changed
from .small import best_in_order, every_plan, random_plan

MODEL = load_formulation(list_plan_models()["layout_plan"])
FEWER = MODEL.model_copy(update={"objective": "people_beyond_standard", "then": ("cost_of_changes",)})
OPTIONS = SolverOptions(time_limit_s=10)
SEEDS = range(12)


def small(seed: int, *, kinds: bool) -> Instance:
    """With kinds everybody is of one, a state's room is that of its kinds together, and no least use is asked."""
    instance = random_plan(seed, kinds=kinds)
    if not kinds:
        return instance
    assert instance.changes is not None
    assert instance.demand_kind is not None
    assert instance.changes.kind_capacity is not None
    room = instance.changes.capacity
    first = np.minimum(instance.changes.kind_capacity[:, 0], room)
    changes = replace(instance.changes, minimum=np.zeros(room.size), kind_capacity=np.c_[first, room - first])
    return replace(instance, changes=changes, demand_kind=np.maximum(instance.demand_kind, 0))


@pytest.mark.parametrize("model", [MODEL, FEWER], ids=["four", "two"])
@pytest.mark.parametrize("kinds", [False, True])
def test_never_better_than_the_best_and_mostly_as_good(kinds: bool, model: Formulation) -> None:
    hits = asked = 0
    for seed in SEEDS:
        instance = small(seed, kinds=kinds)
        best = best_in_order(instance, model.objectives)
        plan = plan_in_order(instance, model, OPTIONS, silent)
        if best is None:
            assert plan is None
            continue
        asked += 1
        if plan is None:
            continue  # the solver is asked then
        assert verify(instance, model, plan).ok
        outcomes = (plan.outcome, *plan.outcome.then)
        values = np.array([outcome.objective for outcome in outcomes], dtype=np.float64)
        as_good = np.isclose(values, best, rtol=1e-5, atol=1e-5)
        hits += as_good.all()
        if not as_good.all():
            first = int(np.flatnonzero(~as_good)[0])
            assert values[first] > best[first], seed
        # The bound of each objective holds where those before it are at their best.
        for k, outcome in enumerate(outcomes):
            if outcome.bound is not None:
                assert outcome.bound <= best[k] + 1e-5, (seed, k)
            if not as_good[k]:
                assert outcome.gap is None or outcome.gap > PROVEN_GAP
                break
    assert hits >= 0.8 * asked


@pytest.mark.parametrize("seed", range(4))
def test_what_is_proven_holds_for_every_plan(seed: int) -> None:
    """f_k + sum of w_j f_j is at least that, for plans that are good by the last and bad by the first too."""
    instance = random_plan(seed)
    order = ("people_without_place", "people_beyond_standard", "cost_of_changes")
    step, ordered = Step.of(instance, order), Ordered(instance, MODEL)
    plans = [plan for states, _ in every_plan(instance) if (plan := ordered.plan(states)) is not None]
    told = [step.search(2, Known())[0], *(step.prove(plan, 1) for plan in plans[:: max(len(plans) // 5, 1)])]
    for proven in told:
        assert proven is not None
        for plan in plans:
            assert proven.bound(plan.values) <= plan.values[2] + 1e-6


def test_the_earlier_objective_decides() -> None:
    assert comes_before((1.0, 9.0), (2.0, 0.0))
    assert comes_before((1.0 + 1e-12, 3.0), (1.0, 4.0))
    assert not comes_before((1.0, 3.0), (1.0, 3.0))


def test_zones_and_small_questions_stay_with_the_solver() -> None:
    instance = random_plan(1)
    assert not answers_in_order(instance, MODEL)
    assert not answers_in_order(instance, load_formulation(list_plan_models()["fair_layout_plan"]))


def test_a_plan_that_is_known_is_where_the_order_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last plan in the order that is better than nothing done, where there is no time to look for another."""
    instance = small(0, kinds=False)
    ordered = Ordered(instance, MODEL)
    plans = [plan for states, _ in every_plan(instance)[:200] if (plan := ordered.plan(states)) is not None]
    today = ordered.as_it_stands()
    better = [plan for plan in plans if today is None or comes_before(plan.values, today.values)]
    assert better
    monkeypatch.setattr(Step, "search", lambda step, seconds, known: (Proven(step.weights, -np.inf), None))
    known = Known(states=[better[0].states])
    found = plan_in_order(instance, MODEL, SolverOptions(time_limit_s=1e-3), silent, known)
    assert found is not None
    values = [outcome.objective for outcome in (found.outcome, *found.outcome.then)]
    assert values == pytest.approx(list(better[0].values))


def in_order(seconds: float) -> Path:
    """The mountain schools with an order in the place of rates."""
    path = changed("mountain_schools", ("gap = 0.0005\ntime_limit_s = 240\n", f"time_limit_s = {seconds}\n"))
    text = path.read_text(encoding="utf-8")
    before, rest = text.split("[worth]", 1)
    text = before + "[budget]" + rest.split("[budget]", 1)[1]
    text = text.replace('case = "shengzhou"\n', 'case = "shengzhou"\nobjectives = ["without_place", "cost"]\n')
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plan_of_many_pairs_comes_within_a_short_limit() -> None:
    posed = pose_layout(in_order(15), SETTINGS)
    assert answers_in_order(posed.instance, model_of(posed.scenario))
    begin = time.perf_counter()
    plan = make_plan(posed, SETTINGS)
    assert time.perf_counter() - begin < 40  # the solver alone finds no cheaper plan than nothing done in a minute
    assert all(check.passed for check in plan.checks)
    first, second = plan.outcome, plan.outcome.then[0]
    assert first.gap is not None
    assert first.gap <= PROVEN_GAP
    assert second.objective is not None
    nothing = evaluate(posed.instance, "cost_of_changes", plan.before.solution)
    assert second.objective < nothing
