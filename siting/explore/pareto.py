"""The plans of which none is better in one of two objectives without being worse in the other.

Source: Haimes, Lasdon and Wismer (1971), the epsilon-constraint method; each point is made efficient by a second
solve, as in Mavrotas (2009), Applied Mathematics and Computation 213(2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from siting.doctor import NoPlanError
from siting.errors import fail
from siting.events import Listener, silent
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation, with_objective
from siting.formulation.spec import Formulation, Limit
from siting.instance import Instance
from siting.machine.interrupt import asked, stoppable
from siting.solution import PROVEN_GAP, Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions


@dataclass(frozen=True, eq=False)
class Point:
    """One plan of the frontier with both objectives.

    Attributes:
        proven: whether it is proven that no plan is better in one and at least as good in the other.
    """

    first: float
    second: float
    solution: Solution
    proven: bool


def frontier(
    instance: Instance,
    formulation: str | Formulation,
    second: str,
    *,
    points: int | None = 10,
    step: float | None = None,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> list[Point]:
    """Efficient plans by two objectives, from the best by the first to the best by the second.

    Args:
        formulation: its own objective is the first.
        second: any other objective block; what it needs is added to the model.
        points: so many limits at even distances between the two ends; None: every efficient plan.
        step: by how much the second objective must improve from one plan to the next where every one is wanted;
            None: by a millionth of its range.
        options: limits of each solve.

    Raises:
        InputError: the objectives or the numbers do not fit together.
        InfeasibleError: there is no plan at all.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    if second in formulation.objectives:
        fail(
            "两个目标必须不同",
            "the two objectives must differ",
            column="objective",
            value=second,
        )
    if points is not None and points < 2:
        fail("至少要两个点", "ask for two points at least", column="points", value=points)
    ahead = with_objective(formulation.model_copy(update={"then": ()}), second)
    back = ahead.model_copy(update={"objective": second, "then": (formulation.objective,)})
    sign = 1.0 if REGISTER[second].sense == "minimize" else -1.0
    found: list[Point] = []

    def take(model: Formulation, limits: tuple[Limit, ...] = ()) -> Point:
        plan = solve(instance, model, options, limits=limits, listener=listener, names=names, diagnose=not limits)
        values = dict(zip(model.objectives, (plan.outcome, *plan.outcome.then), strict=True))
        one, two = values[formulation.objective].objective, values[second].objective
        assert one is not None
        assert two is not None
        return Point(one, two, plan, plan.outcome.proven)

    with stoppable():
        begin = take(ahead)
        end = take(back)
        found = [begin]
        span = sign * (begin.second - end.second)
        if span <= PROVEN_GAP * max(1.0, abs(end.second)):
            return found
        least = step if step is not None else PROVEN_GAP * 10 * max(span, 1e-9)
        limit = begin.second - sign * (span / (points - 1) if points is not None else least)
        while sign * (limit - end.second) > PROVEN_GAP * max(1.0, abs(end.second)) and not asked():
            try:
                point = take(ahead, (Limit(second, limit),))
            except NoPlanError:
                break
            if sign * (found[-1].second - point.second) > 0:
                found.append(point)
            reached = min(sign * limit, sign * point.second) * sign
            if points is None:
                limit = reached - sign * least
            else:  # the next limit of the even row that the plan does not keep already
                width = span / (points - 1)
                passed = math.floor(sign * (begin.second - reached) / width * (1 + 1e-9))
                limit = begin.second - sign * width * (passed + 1)
        if sign * (found[-1].second - end.second) > PROVEN_GAP * max(1.0, abs(end.second)):
            found.append(end)
    return found
