"""The best plans one after another, each different from all before it.

Source: canonical cuts, Balas and Jeroslow (1972), SIAM Journal on Applied Mathematics 23(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from siting.doctor import NoPlanError
from siting.errors import fail
from siting.events import Listener, silent
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.machine.interrupt import asked, stoppable
from siting.solution import Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions


def best_plans(
    instance: Instance,
    formulation: str | Formulation,
    count: int,
    *,
    least_difference: int = 1,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> list[Solution]:
    """The `count` best plans, the best first; fewer where there are no more, or Ctrl-C ends the search.

    Plans differ in their open sites; another assignment alone is no other plan.

    Args:
        least_difference: in how many sites each must differ from every one before: swapping one site for another
            is a difference of 2.
        options: limits of each solve.

    Raises:
        InputError: the model has no block for excluded plans, or the numbers do not fit.
        InfeasibleError: there is no plan at all.
    """
    if count < 1 or least_difference < 1:
        fail(
            "方案数与差异数至少为 1",
            "ask for one plan and a difference of 1 at least",
            column="count, least_difference",
            value=(count, least_difference),
        )
    found: list[Solution] = []
    with stoppable():
        while len(found) < count and not (found and asked()):
            known = tuple(plan.open for plan in found)
            following = replace(instance, excluded=known or None, least_difference=least_difference if known else None)
            try:
                plan = solve(following, formulation, options, listener=listener, names=names, diagnose=not found)
            except NoPlanError:
                if not found:
                    raise
                break
            found.append(plan)
    return found
