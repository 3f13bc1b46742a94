"""Layout plans of objectives that count in an order, at sizes at which the solver alone comes to none in time.

For k = 1, 2, ... the search for plans of least cost is asked for the k-th objective with those before it weighed so
that hardly any exchange pays; of all plans found the first in the order counts, each with its people sent where the
order wants them. At last the ways of single places are tried one by one.

An objective by which the plan at hand is proven the best is not searched for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

from siting.doctor import Rules
from siting.events import Listener, stage
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.layout.assign import IN_ORDER
from siting.layout.first_in_order import Ordered, Plan, comes_before
from siting.layout.one_of_order import Proven, Step
from siting.machine.interrupt import out_of_time, stoppable
from siting.search.found import Known
from siting.search.layout import ENGINE, SMALL
from siting.search.multiperiod.adapter import kinds_are_apart
from siting.solution import PROVEN_GAP, Outcome, Solution, Status
from siting.solving.optimise import LEAST_TIME_S, solve
from siting.solving.solver import SolverOptions, solver_version
from siting.verify import evaluate, require_verified, verify

SEARCH_SHARE = 0.8  # of the time; the rest is for single places
EARLIER_SHARE = 0.5  # of what is left of it, for one objective that is not the last
BOUND_SHARE = 0.15  # of an objective's time
LEAST_S = 1.0
ROUNDING = 1e-5  # relative, of a bound from which others' weighed values are taken off
NAMES = {
    "people_without_place": ("没有着落的人", "people without a place"),
    "people_beyond_standard": ("标准之外的人", "people beyond the standard"),
    "cost_of_changes": ("费用", "cost"),
    "total_weighted_impedance": ("出行时间", "travel"),
}


def solve_in_order(
    instance: Instance,
    model: Formulation,
    options: SolverOptions,
    *,
    listener: Listener,
    names: Mapping[str, str],
    rules: Rules,
    known: Known | None = None,
) -> Solution:
    """By the search in the objectives' order where it answers and finds a plan, else as any model.

    Args:
        known: from the same plan with other budgets; is told what this one comes to.

    Raises:
        InputError, InfeasibleError, SitingError, VerificationError: as `siting.solving.optimise.solve` does.
    """
    begin = time.perf_counter()
    if answers_in_order(instance, model):
        found = plan_in_order(instance, model, options, listener, known)
        if found is not None:
            return found
        options = replace(options, time_limit_s=max(options.time_limit_s - (time.perf_counter() - begin), LEAST_TIME_S))
    return solve(instance, model, options, known=known, listener=listener, names=names, rules=rules)


def answers_in_order(instance: Instance, model: Formulation) -> bool:
    """Whether the objectives are such, and the question so large, that the solver is not asked."""
    known = set(model.objectives) <= set(IN_ORDER) and kinds_are_apart(instance)
    return known and instance.impedance.pair_count > SMALL


def plan_in_order(
    instance: Instance,
    model: Formulation,
    options: SolverOptions,
    listener: Listener,
    known: Known | None = None,
) -> Solution | None:
    """The plan found within the time, verified, with the bound of each objective.

    None where no plan is found for the first objective: the solver is to say why.

    Raises:
        VerificationError: the plan failed the independent check.
    """
    begin, known = time.perf_counter(), known or Known()
    with stage(listener, "optimise", "按目标的先后求解", "solve by the order of the objectives") as say, stoppable():
        ordered = Ordered(instance, model)
        best = ordered.as_it_stands()
        for states in known.states:
            plan = ordered.plan(states)
            if plan is not None and (best is None or comes_before(plan.values, best.values)):
                best = plan
        proven: list[Proven] = []
        end = begin + SEARCH_SHARE * options.time_limit_s
        for k, name in enumerate(model.objectives):
            left = end - time.perf_counter()
            if k and (left < LEAST_S or out_of_time(end)):
                break
            step = Step.of(instance, model.objectives[: k + 1])
            seconds = max(left, LEAST_S) * (1.0 if name == model.objectives[-1] else EARLIER_SHARE)
            best, told = _decide(step, ordered, best, seconds, known)
            if best is None:
                return None
            proven.append(told)
            zh, en = NAMES[name]
            say(f"{zh}：{best.values[k]:,.6g}", f"{en}: {best.values[k]:,.6g}", values=best.values)
        assert best is not None
        values = best.values
        reached = takewhile(lambda pair: pair[1].reached(values), zip(model.objectives, proven, strict=False))
        best = ordered.improve(best, tuple(name for name, _ in reached), begin + options.time_limit_s)
        best = ordered.settle(best)
        solution = _solution(instance, model, options, best, proven, time.perf_counter() - begin)
        require_verified(verify(instance, model, solution))
        outcome = solution.outcome
        say(f"结果：{outcome.label_zh}", f"result: {outcome.label_en}", objective=outcome.objective)
    return solution


def _decide(
    step: Step, ordered: Ordered, best: Plan | None, seconds: float, known: Known
) -> tuple[Plan | None, Proven]:
    """The best plan after one objective was searched for, where it was not proven before, and what is proven."""
    told = None if best is None else step.prove(best, BOUND_SHARE * seconds)
    if best is not None and told is not None and told.reached(best.values):
        return best, told
    found, states = step.search((1 - 2 * BOUND_SHARE) * seconds, known)
    plan = None if states is None else ordered.plan(states)
    if plan is not None and (best is None or comes_before(plan.values, best.values)):
        best, told = plan, step.prove(plan, BOUND_SHARE * seconds) or told
    return best, found if told is None or found.value > told.value else told


def _solution(
    instance: Instance, model: Formulation, options: SolverOptions, best: Plan, proven: list[Proven], seconds: float
) -> Solution:
    """The plan with the outcome of each objective."""
    blank = Outcome(
        Status.TIME_LIMIT, None, None, "minimize", seconds, ENGINE, solver_version(), options.seed, options.threads
    )
    solution = Solution(model.id, best.states >= 0, best.assignment, blank, sizes=best.states)
    values = tuple(evaluate(instance, name, solution) for name in model.objectives)
    outcomes = [replace(blank, objective=value) for value in values]
    for k, known in enumerate(proven):
        outcomes[k] = _with_bound(outcomes[k], known.bound(values), options.gap)
    return replace(solution, outcome=replace(outcomes[0], then=tuple(outcomes[1:])))


def _with_bound(outcome: Outcome, bound: float, gap: float) -> Outcome:
    """Of one objective; a bound that the plan contradicts, or one farther off than the value itself, is none."""
    assert outcome.objective is not None
    value = abs(outcome.objective)
    if not bound <= outcome.objective + ROUNDING * max(value, 1.0):
        return outcome
    bound = min(bound, outcome.objective)
    difference = outcome.objective - bound
    if not difference < max(value, 1e-9):
        return outcome
    near = difference <= max(max(gap, PROVEN_GAP) * value, 1e-9)
    return replace(outcome, bound=bound, status=Status.OPTIMAL if near else Status.TIME_LIMIT)
