"""What one more facility, or more money, brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from siting.errors import InfeasibleError, fail
from siting.events import Listener, silent
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.interrupt import asked, stoppable
from siting.optimise import solve
from siting.solution import Solution
from siting.solver import SolverOptions


@dataclass(frozen=True, eq=False)
class Step:
    """One number of new facilities, or one budget.

    Attributes:
        amount: p, or yuan.
        solution: None where no plan exists with so little.
        gain: by how much the objective is better than at the step before; None at the first step with a plan.
        gain_per_unit: the gain for each further facility, or for each further yuan.
        decided: whether the gain exceeds what the gaps of both steps leave open.
    """

    amount: float
    solution: Solution | None
    gain: float | None
    gain_per_unit: float | None
    decided: bool


def sweep(
    instance: Instance,
    formulation: str | Formulation,
    *,
    p: Sequence[int] | None = None,
    budget: Sequence[float] | None = None,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> list[Step]:
    """The best plan for each of several numbers of new facilities or budgets, ascending.

    A plan of a smaller budget is a plan of a larger one: where the search for the larger one was stopped before it
    found anything as good, the smaller one's plan stands.

    Args:
        p: numbers of new facilities; or
        budget: yuan.
        options: limits of each solve.

    Raises:
        InputError: neither or both are given, or the numbers do not fit the model.
    """
    if (p is None) == (budget is None):
        fail(
            "请给出 p 或 budget 的一列数值，二者取一",
            "give a list of p or of budgets, one of the two",
            column="p, budget",
        )
    amounts = sorted(set(map(float, p if p is not None else budget or ())))
    steps: list[Step] = []
    best: tuple[float, Solution] | None = None
    with stoppable():
        for amount in amounts:
            if asked():
                break
            change = {"p": int(amount), "budget": None} if p is not None else {"p": None, "budget": amount}
            try:
                plan = solve(
                    replace(instance, **change), formulation, options, listener=listener, names=names, diagnose=False
                )
            except InfeasibleError:
                steps.append(Step(amount, None, None, None, True))
                continue
            if budget is not None and best is not None and _gain(best[1], plan) < 0:
                plan = replace(
                    best[1], outcome=replace(best[1].outcome, bound=plan.outcome.bound, status=plan.outcome.status)
                )
            steps.append(_step(amount, plan, best))
            best = amount, plan
    return steps


def _step(amount: float, plan: Solution, before: tuple[float, Solution] | None) -> Step:
    if before is None:
        return Step(amount, plan, None, None, True)
    gain = _gain(before[1], plan)
    open_question = sum(_open(solution) for solution in (before[1], plan))
    return Step(amount, plan, gain, gain / (amount - before[0]), abs(gain) >= open_question)


def _gain(before: Solution, after: Solution) -> float:
    one, two = before.outcome.objective, after.outcome.objective
    assert one is not None
    assert two is not None
    return two - one if after.outcome.sense == "maximize" else one - two


def _open(plan: Solution) -> float:
    """How far the objective may be from the best."""
    objective, bound = plan.outcome.objective, plan.outcome.bound
    return float("inf") if objective is None or bound is None else abs(objective - bound)
