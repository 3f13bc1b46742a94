"""What the futures' own best plans say of the plan over all of them: a plan to begin with, and a bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.errors import SitingError
from siting.events import Listener
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import check_fit
from siting.formulation.spec import Formulation
from siting.futures.evaluate import InFuture, evaluate_plan
from siting.futures.future import Future
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solver_version
from siting.verify import evaluate

Rule = Literal["expected", "regret"]


@dataclass(frozen=True, eq=False)
class Known:
    """A plan that serves all futures, and what people make of it in each."""

    open: BoolArray
    parts: tuple[InFuture, ...]


def best_known(
    instance: Instance,
    futures: Sequence[Future],
    formulation: Formulation,
    rule: Rule,
    plans: Sequence[Solution],
    bests: Sequence[Solution] | None,
    options: SolverOptions,
) -> Known | None:
    """Of these plans the one that does best by the rule over all futures; None where none serves all.

    Args:
        bests: each future's own best plan, for regret.
    """
    maximised = REGISTER[formulation.objective].sense == "maximize"
    best: tuple[float, Known] | None = None
    for opened in {plan.open.tobytes(): plan.open for plan in plans}.values():
        parts = evaluate_plan(instance, opened, futures, formulation, bests=bests, options=options)
        values = [part.regret if rule == "regret" else part.objective for part in parts]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            continue
        if rule == "regret":
            worth = max(known)
        else:
            total = math.fsum(future.probability * value for future, value in zip(futures, known, strict=True))
            worth = -total if maximised else total
        if best is None or worth < best[0]:
            best = worth, Known(opened, parts)
    return None if best is None else best[1]


def without_capacity(
    stacked: Instance, formulation: Formulation, options: SolverOptions, *, listener: Listener
) -> list[Solution]:
    """The best plan over all futures if facilities held everybody: it leaves nobody out of reach in any of them, and
    may well have room for all. Nothing where the model has no capacities or cannot do without them.
    """
    if "respect_capacity" not in formulation.constraints:
        return []
    left = tuple(name for name in formulation.constraints if name != "respect_capacity")
    loose = formulation.model_copy(update={"constraints": left})
    try:
        check_fit(loose)
        return [solve(stacked, loose, options, listener=listener, diagnose=False)]
    except SitingError:
        return []


def no_worse_than_known(
    found: Solution | None,
    known: Known | None,
    bound: float | None,
    stacked: Instance,
    model: Formulation,
    rows: Sequence[BoolArray],
    options: SolverOptions,
) -> Solution | None:
    """The solver's plan or the known one, whichever is better, with the better bound; None without either.

    Args:
        bound: of the objective, from elsewhere.
        rows: for each future the demand points (I,) that are stacked.
    """
    sign = -1.0 if REGISTER[model.objective].sense == "maximize" else 1.0
    plan = found
    if known is not None:
        other = _stacked(known, stacked, model, rows, options)
        mine = None if found is None else found.outcome.objective
        worth = other.outcome.objective
        assert worth is not None
        if mine is None or sign * (mine - worth) > PROVEN_GAP * max(1.0, abs(mine)):
            plan = other if found is None else replace(other, outcome=replace(found.outcome, objective=worth))
    if plan is None:
        return None
    bounds = [b for b in (plan.outcome.bound, bound) if b is not None and math.isfinite(b)]
    best = max(bounds, key=lambda b: sign * b, default=None)
    outcome = replace(plan.outcome, bound=best)
    if outcome.gap is not None and outcome.gap <= max(options.gap, PROVEN_GAP):
        outcome = replace(outcome, status=Status.OPTIMAL)
    return replace(plan, outcome=outcome)


def expected_bound(futures: Sequence[Future], plans: Sequence[Solution]) -> float | None:
    """The expected value of knowing the future beforehand: no plan made now can be better.

    Source: the wait-and-see bound, Madansky (1960), Management Science 6(2).
    """
    bounds = [plan.outcome.bound for plan in plans]
    known = [bound for bound in bounds if bound is not None and math.isfinite(bound)]
    if len(known) < len(futures):
        return None
    return math.fsum(future.probability * bound for future, bound in zip(futures, known, strict=True))


def _stacked(
    known: Known, stacked: Instance, model: Formulation, rows: Sequence[BoolArray], options: SolverOptions
) -> Solution:
    """A known plan in the rows of the stack."""
    i, j, share = [], [], []
    begin = 0
    for part, mask in zip(known.parts, rows, strict=True):
        assert part.solution is not None
        place = begin + np.cumsum(mask) - 1
        i.append(place[part.solution.assignment.demand_index])
        j.append(part.solution.assignment.site_index)
        share.append(part.solution.assignment.share)
        begin += int(mask.sum())
    assignment = Assignment(np.concatenate(i), np.concatenate(j), np.concatenate(share))
    outcome = Outcome(
        status=Status.TIME_LIMIT,
        objective=None,
        bound=None,
        sense=REGISTER[model.objective].sense,
        seconds=options.time_limit_s,
        solver="best of the futures' own plans",
        version=solver_version(),
        seed=options.seed,
        threads=options.threads,
    )
    plan = Solution(model.id, known.open, assignment, outcome)
    return replace(plan, outcome=replace(outcome, objective=evaluate(stacked, model.objective, plan)))
