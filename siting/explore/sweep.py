"""What one more facility, or more money, brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from siting.errors import InfeasibleError, fail
from siting.events import Listener, silent
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.machine.interrupt import asked, stoppable
from siting.solution import Outcome, Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions


class Planned(Protocol):
    """Whatever holds a plan with its outcome."""

    @property
    def outcome(self) -> Outcome:
        """How good the plan is and how sure that is."""


Plan = TypeVar("Plan", bound=Planned)


@dataclass(frozen=True, eq=False)
class Step(Generic[Plan]):
    """One number of new facilities, or one budget.

    Attributes:
        amount: p, or yuan.
        solution: None where no plan exists with so little.
        gain: by how much the objective is better than at the step before; None at the first step with a plan.
        gain_per_unit: the gain for each further facility, or for each further yuan.
        decided: whether the gain exceeds what the gaps of both steps leave open.
    """

    amount: float
    solution: Plan | None
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
) -> list[Step[Solution]]:
    """The best plan for each of several numbers of new facilities or budgets, ascending.

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
    plans: list[tuple[float, Solution | None]] = []
    with stoppable():
        for amount in amounts:
            if asked():
                break
            posed = with_amount(instance, amount, of_money=p is None)
            try:
                plan = solve(posed, formulation, options, listener=listener, names=names, diagnose=False)
            except InfeasibleError:
                plans.append((amount, None))
            else:
                plans.append((amount, plan))
    return steps_of(plans, of_money=p is None)


def with_amount(instance: Instance, amount: float, *, of_money: bool) -> Instance:
    """The same question for another number of new facilities, or for a budget in yuan."""
    return replace(instance, p=None, budget=amount) if of_money else replace(instance, p=int(amount), budget=None)


def steps_of(plans: Sequence[tuple[float, Plan | None]], *, of_money: bool) -> list[Step[Plan]]:
    """Plans of ascending amounts side by side, each solved for itself.

    A plan of a smaller budget is a plan of a larger one: where the search for the larger one was stopped before it
    found anything as good, the smaller one's plan stands.
    """
    steps: list[Step[Plan]] = []
    best: tuple[float, Plan] | None = None
    for amount, plan in plans:
        if plan is None:
            steps.append(Step(amount, None, None, None, True))
            continue
        if of_money and best is not None and _gain(best[1], plan) < 0:
            own = plan.outcome
            plan = replace(best[1], outcome=replace(best[1].outcome, bound=own.bound, status=own.status))  # type: ignore[type-var]
        steps.append(_step(amount, plan, best))
        best = amount, plan
    return steps


def _step(amount: float, plan: Plan, before: tuple[float, Plan] | None) -> Step[Plan]:
    if before is None:
        return Step(amount, plan, None, None, True)
    gain = _gain(before[1], plan)
    open_question = sum(_open(solution) for solution in (before[1], plan))
    return Step(amount, plan, gain, gain / (amount - before[0]), abs(gain) >= open_question)


def _gain(before: Planned, after: Planned) -> float:
    one, two = before.outcome.objective, after.outcome.objective
    assert one is not None
    assert two is not None
    return two - one if after.outcome.sense == "maximize" else one - two


def _open(plan: Planned) -> float:
    """How far the objective may be from the best."""
    objective, bound = plan.outcome.objective, plan.outcome.bound
    return float("inf") if objective is None or bound is None else abs(objective - bound)
