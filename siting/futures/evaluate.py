"""How one plan does in each of several futures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from siting.errors import InfeasibleError
from siting.formulation.compose import active_constraints, load_formulation
from siting.formulation.reduce import goes_to_nearest
from siting.formulation.spec import Formulation
from siting.futures.future import Future, in_future
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.instance import Instance
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import evaluate, verify
from siting.verify.definitions import OBJECTIVES


@dataclass(frozen=True)
class Reach:
    """What people find near: over people, to the nearest open site.

    Attributes:
        covered_persons: within the standard; NaN where there is none.
        mean, worst: impedance over those who reach a site; NaN where nobody does.
        unreachable_persons: who reach no open site.
    """

    demand_persons: float
    covered_persons: float
    mean: float
    worst: float
    unreachable_persons: float


@dataclass(frozen=True, eq=False)
class InFuture:
    """A plan in one future.

    Attributes:
        objective: of the model, over all whom some site could serve; None where the plan breaks the model's
            conditions there, as when somebody reaches no open site.
        solution: who goes where; None as with `objective`.
        no_place_persons: who reach an open site but find all that they reach full.
        overfull: ids of sites to which more people come than they hold: as the plan sends all who reach a site, or,
            where there is no place for all of them, if everybody went to the nearest.
        best: objective of the best plan that is known for this future alone; None where there is none.
        best_outcome: the certificate of that plan; None where there is none.
    """

    future: Future
    objective: float | None
    solution: Solution | None
    reach: Reach
    no_place_persons: float
    overfull: tuple[str, ...]
    best: float | None
    best_outcome: Outcome | None

    @property
    def regret(self) -> float | None:
        """How much worse the objective is than that of the future's own best plan; None where one is missing.

        Below 0 only where that plan is not proven optimal.
        """
        if self.objective is None or self.best is None or self.best_outcome is None:
            return None
        more = self.objective - self.best
        if abs(more) <= PROVEN_GAP * max(1.0, abs(self.best)):  # the last digits of the arithmetic
            return 0.0
        return -more if self.best_outcome.sense == "maximize" else more

    @property
    def best_label(self) -> tuple[str, str]:
        """How sure `best` is, in Chinese and English."""
        if self.best_outcome is None:
            return "该情景没有可行方案", "no plan is known for this future"
        return self.best_outcome.label_zh, self.best_outcome.label_en


def evaluate_plan(
    instance: Instance,
    plan: Solution | BoolArray,
    futures: Sequence[Future],
    formulation: str | Formulation,
    *,
    bests: Sequence[Solution | None] | None = None,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
) -> tuple[InFuture, ...]:
    """The plan's sites in each future, with the best that people can make of them there.

    Servers and size classes, where the model has any, are chosen anew in each future.

    Args:
        instance: as things stand; demand and impedance are each future's own.
        plan: a solution, or its open sites (J,).
        bests: each future's own best plan, from `own_bests`; without them there is no regret.
        options: limits of the solves that assign people, where that takes one.

    Raises:
        InputError: the futures or the model do not fit the instance.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    opened = plan.open if isinstance(plan, Solution) else plan
    known: Sequence[Solution | None] = bests if bests is not None else [None] * len(futures)
    return tuple(
        _in_one(instance, opened, future, formulation, best, options)
        for future, best in zip(futures, known, strict=True)
    )


def measure_reach(
    impedance: ImpedanceMatrix, demand: FloatArray, open_sites: BoolArray, standard: FloatArray | None
) -> Reach:
    """Coverage and impedance to the nearest open site, over the people of all rows."""
    _, best = impedance.nearest(open_sites)
    here = np.isfinite(best) & (demand > 0)
    people = float(demand[here].sum())
    return Reach(
        demand_persons=float(demand.sum()),
        covered_persons=np.nan if standard is None else float(demand[best <= standard].sum()),
        mean=float(demand[here] @ best[here] / people) if people > 0 else np.nan,
        worst=float(best[here].max()) if here.any() else np.nan,
        unreachable_persons=float(demand[~np.isfinite(best)].sum()),
    )


def servable(instance: Instance, formulation: Formulation) -> BoolArray:
    """(I,) demand points that some site could serve, where the model must serve everybody; else all of them."""
    if not formulation.serves_everyone:
        return np.ones(instance.demand_count, dtype=bool)
    _, best = instance.impedance.nearest(instance.existing | instance.candidate)
    if formulation.covers_everyone and instance.standard is not None:
        return best <= instance.standard
    return np.isfinite(best)


def serve(
    instance: Instance, formulation: Formulation, open_sites: BoolArray, options: SolverOptions
) -> Solution | None:
    """The best that people can make of these open sites; None where the model's conditions cannot be met with them.

    Raises:
        InputError: the model does not fit the instance.
    """
    active = active_constraints(formulation, instance)
    if not goes_to_nearest(formulation, active):
        try:
            found = solve(fix_sites(instance, open_sites), formulation, replace(options, gap=0.0), diagnose=False)
        except InfeasibleError:
            return None
        value = evaluate(instance, formulation.objective, replace(found, open=open_sites))
        return replace(found, open=open_sites, outcome=replace(found.outcome, objective=value))
    site, _ = instance.impedance.nearest(open_sites)
    plan = Solution(formulation.id, open_sites, Assignment.nearest(site), _by_definition(formulation.objective, 0.0))
    outcomes = [_by_definition(name, evaluate(instance, name, plan)) for name in formulation.objectives]
    plan = replace(plan, outcome=replace(outcomes[0], then=tuple(outcomes[1:])))
    return plan if verify(instance, formulation, plan).ok else None


def fix_sites(instance: Instance, open_sites: BoolArray) -> Instance:
    """The instance with nothing left to decide about sites: these are open, and no others."""
    gone: dict[str, Any] = {}
    for name in ("closable", "relocatable"):
        flags = getattr(instance, name)
        gone[name] = None if flags is None else flags & ~open_sites
    closed = 0 if gone["closable"] is None else int(gone["closable"].sum())
    return replace(
        instance,
        required=instance.candidate & open_sites,
        forbidden=instance.forbidden | (instance.candidate & ~open_sites),
        closures=closed or None,
        impedance=instance.impedance.keep(open_sites[instance.impedance.indices]),
        **gone,
    )


def _in_one(
    instance: Instance,
    opened: BoolArray,
    future: Future,
    formulation: Formulation,
    best: Solution | None,
    options: SolverOptions,
) -> InFuture:
    then = in_future(instance, future)
    rows = np.flatnonzero(servable(then, formulation))
    asked = then.take_rows(rows)
    plan = sent = serve(asked, formulation, opened, options)
    reached = np.flatnonzero(np.isfinite(asked.impedance.nearest(opened)[1]))
    if plan is None and reached.size < rows.size:  # those who reach a site may still all find a place
        asked = asked.take_rows(reached)
        sent = serve(asked, formulation, opened, options)
    no_place = 0.0 if sent is not None else _without_place(then, formulation, opened, options)
    return InFuture(
        future=future,
        objective=None if plan is None else plan.outcome.objective,
        solution=None if plan is None else replace(plan, assignment=_over_all(plan.assignment, rows)),
        reach=measure_reach(then.impedance, then.demand, opened, then.standard),
        no_place_persons=no_place,
        overfull=_overfull(asked, opened, sent),
        best=None if best is None else best.outcome.objective,
        best_outcome=None if best is None else best.outcome,
    )


def _over_all(assignment: Assignment, rows: np.ndarray) -> Assignment:
    return replace(assignment, demand_index=rows[assignment.demand_index])


def _by_definition(objective: str, value: float) -> Outcome:
    """The outcome of a plan in which nothing was left to decide."""
    return Outcome(
        status=Status.OPTIMAL, objective=value, bound=value, sense=OBJECTIVES[objective][0], seconds=0.0,
        solver="", version="", seed=0, threads=1,
    )  # fmt: skip


def _without_place(instance: Instance, formulation: Formulation, opened: BoolArray, options: SolverOptions) -> float:
    """People who reach an open site but for whom there is no room, where the model holds to capacities."""
    if "respect_capacity" not in active_constraints(formulation, instance):
        return 0.0
    fixed = fix_sites(instance, opened)
    reached = np.flatnonzero(np.diff(fixed.impedance.indptr) > 0)
    some = replace(fixed.take_rows(reached), standard=np.full(reached.size, np.inf), minimum_load=None)
    held = solve(some, "capacitated_maximal_covering", replace(options, gap=0.0), diagnose=False)
    return max(float(some.demand.sum()) - (held.outcome.objective or 0.0), 0.0)


def _overfull(instance: Instance, opened: BoolArray, plan: Solution | None) -> tuple[str, ...]:
    if instance.capacity is None:
        return ()
    to = plan.assignment if plan is not None else Assignment.nearest(instance.impedance.nearest(opened)[0])
    load = np.bincount(
        to.site_index, weights=instance.weight[to.demand_index] * to.share, minlength=instance.site_count
    )
    over = np.flatnonzero(load > instance.capacity * (1 + 1e-6))
    return tuple(instance.site_ids[j] for j in over)
