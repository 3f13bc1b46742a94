"""What other budgets bring: the same question solved for budgets so many times as large, and compared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.doctor import Rules
from siting.errors import Fault, InfeasibleError, SitingError, VerificationError
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.layout.in_order import solve_in_order
from siting.layout.pose import Posed
from siting.layout.result import BudgetStep, Course
from siting.prepare import Settings
from siting.search.found import Known
from siting.solution import Outcome, Solution, Status
from siting.solving.solver import SolverOptions
from siting.verify import require_verified, verify

BETTER = 1e-6  # relative: by less two plans are equally good
ROOM = 1e-9  # relative: of a budget


@dataclass(frozen=True, eq=False)
class Search:
    """What the search for one budget came to; `solution` is None without a plan; `seconds` of the whole search."""

    factor: float
    instance: Instance
    solution: Solution | None
    seconds: float
    limit_s: float
    possible: bool = True
    faults: tuple[Fault, ...] = ()


def sweep_budgets(
    posed: Posed,
    model: Formulation,
    main: Solution,
    settings: Settings,
    names: Mapping[str, str],
    known: Known | None = None,
) -> tuple[Solution, tuple[BudgetStep, ...]]:
    """The plan for each budget of the scenario's sweep, and the plan for its own budget, the best of all found.

    Every plan that is found counts for every budget that it keeps: a larger budget is never answered with a worse
    plan than a smaller one, though a time limit may end its own search early. Each search begins with the plans found
    before, of which those for smaller budgets keep its own, and with the prices that bounded them.

    Args:
        main: the plan that was found for the scenario's own budget.
        known: what its search left to others.

    Raises:
        InputError: for numbers that cannot be used.
        VerificationError: a plan fails the independent check.
    """
    budget = posed.scenario.budget
    if budget is None or not budget.sweep:
        return main, ()
    limits = posed.scenario.solver
    seconds = budget.sweep_time_limit_s or limits.time_limit_s
    options = SolverOptions(time_limit_s=seconds, gap=limits.gap, threads=limits.threads, seed=limits.seed)
    known, searches = known or Known(), []
    assert main.sizes is not None
    known.states.append(main.sizes)
    for factor in sorted({*budget.sweep, 1.0}):
        if factor == 1.0:
            searches.append(Search(factor, posed.instance, main, main.outcome.seconds, limits.time_limit_s))
            continue
        instance, rules = with_budget(posed, factor)
        with posed.clock.time(
            settings.listener,
            f"budget {factor:g}",
            f"按 {factor:g} 倍预算求解",
            f"Solving for {factor:g} times the money",
        ):
            begin, possible = time.perf_counter(), True
            solution, faults = None, tuple[Fault, ...]()
            try:
                solution = solve_in_order(
                    instance, model, options, listener=settings.listener, names=names, rules=rules, known=known
                )
            except VerificationError:
                raise
            except InfeasibleError as error:
                possible, faults = False, error.faults
            except SitingError as error:  # no plan within the time
                faults = error.faults
            took = time.perf_counter() - begin
        if solution is not None and solution.sizes is not None:
            known.states.append(solution.sizes)
        searches.append(Search(factor, instance, solution, took, seconds, possible, faults))
    steps = tuple(_step(posed, model, search, searches) for search in searches)
    own = next(step for step in steps if step.factor == 1.0)
    assert own.course is not None
    return own.course.solution, steps


def with_budget(posed: Posed, factor: float) -> tuple[Instance, Rules]:
    """The instance with every budget so many times as large, and its rows in words."""
    rows = [row.times(factor) for row in posed.rows]
    changes = posed.instance.changes
    assert changes is not None
    most = np.array([row.most for row in rows])
    return replace(posed.instance, changes=replace(changes, most=most)), {row.id: row for row in rows}


def _step(posed: Posed, model: Formulation, search: Search, searches: list[Search]) -> BudgetStep:
    """The best of the plans that keep this budget; what bounds those of a larger one bounds those of this one."""
    changes, best = search.instance.changes, search
    assert changes is not None
    for other in searches:
        if other is search or other.solution is None or not _keeps(changes, other.solution):
            continue
        if best.solution is None or _better(other.solution, best.solution):
            best = other
    own = None if search.solution is None else search.solution.outcome
    told = (search.seconds, search.limit_s, search.possible, search.faults)
    if best.solution is None:
        return BudgetStep(search.factor, None, search.factor, *told)
    solution = best.solution
    outcome = solution.outcome if best is search else _carried(solution.outcome, own)
    bounds = [s.solution.outcome.bound for s in searches if s.solution is not None and s.factor > search.factor]
    bound = max((b for b in bounds if b is not None), default=-np.inf)
    if bound > (-np.inf if outcome.bound is None else outcome.bound):
        outcome = replace(outcome, bound=bound)
    if outcome is not solution.outcome:
        solution = replace(solution, outcome=outcome)
        require_verified(verify(search.instance, model, solution))
    return BudgetStep(search.factor, Course(posed, solution), best.factor, *told)


def _keeps(changes: Changes, solution: Solution) -> bool:
    assert solution.sizes is not None
    taken = changes.flags(solution.sizes)
    return taken is not None and changes.keeps(taken, slack=ROOM)


def _better(one: Solution, other: Solution) -> bool:
    """Whether a plan is better by the first objective in which they differ; all of them are to be small."""
    pairs = zip((one.outcome, *one.outcome.then), (other.outcome, *other.outcome.then), strict=True)
    for a, b in pairs:
        x, y = (np.inf if outcome.objective is None else outcome.objective for outcome in (a, b))
        if abs(x - y) > BETTER * max(1.0, abs(y)):
            return bool(x < y)
    return False


def _carried(outcome: Outcome, own: Outcome | None) -> Outcome:
    """Of a plan that was found for another budget: its value against the bound of this budget's own search."""
    then = tuple(replace(part, bound=None, status=Status.TIME_LIMIT) for part in outcome.then)
    if own is None:
        return replace(outcome, bound=None, status=Status.TIME_LIMIT, then=then)
    return replace(own, objective=outcome.objective, then=then)
