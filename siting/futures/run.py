"""A service of a scenario over the scenario's futures: its plan, and how that does in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from siting.assemble import Problem, pose
from siting.case import Case
from siting.events import Listener
from siting.formulation.spec import Formulation
from siting.futures.evaluate import InFuture, Reach, evaluate_plan, measure_reach, serve
from siting.futures.future import Future
from siting.futures.known import Rule
from siting.futures.of_case import CaseFuture
from siting.futures.robust import own_bests, robust_plan
from siting.impedance import BoolArray, FloatArray
from siting.plan import Plan, Posed, plan_of_case, pose_instance
from siting.results import Outlook
from siting.service_times import ServiceTimes
from siting.solution import Assignment, Solution
from siting.solving.solver import SolverOptions
from siting.verify import verify

SHOWN_NAMES = 10


@dataclass(frozen=True, eq=False)
class ServiceFuture:
    """One service in one future of the case: its demand and its travel times."""

    of: CaseFuture
    problem: Problem
    times: ServiceTimes


def in_each_future(
    futures: Sequence[CaseFuture],
    problems: Sequence[Problem],
    times: Sequence[ServiceTimes],
    compute: Callable[[CaseFuture, list[Problem]], list[ServiceTimes]],
) -> list[tuple[ServiceFuture, ...]]:
    """For each service its demand and travel times in every future, the base first; nothing where there is none.

    Args:
        problems: of the services as things stand.
        times: their travel times as things stand.
        compute: travel times in one future; asked once for the same roads.

    Raises:
        InputError: when nobody needs a service in some future.
    """
    if not futures:
        return [()] * len(problems)
    known = {futures[0].graph_key: list(times)}
    parts: list[list[ServiceFuture]] = [[] for _ in problems]
    for future in futures:
        then = [pose(future.case, problem.service, problem.question) for problem in problems]
        if future.graph_key not in known:
            known[future.graph_key] = compute(future, then)
        for k, problem in enumerate(then):
            parts[k].append(ServiceFuture(future, problem, known[future.graph_key][k]))
    return [tuple(part) for part in parts]


@dataclass(frozen=True, eq=False)
class Chosen:
    """A plan, and what is known of each future's own best plan."""

    plan: Plan
    formulation: Formulation
    bests: tuple[Solution | None, ...]


def choose_over_futures(
    case: Case,
    parts: Sequence[ServiceFuture],
    formulation: Formulation,
    rule: Rule,
    options: SolverOptions,
    listener: Listener,
) -> Chosen:
    """The plan by the rule over all futures, with the assignment of the base.

    Raises:
        InputError: the model has no expected value or regret, or a required site has no road near.
        InfeasibleError: no plan serves everybody in every future.
        SitingError: none was found within the time limit.
        VerificationError: the plan fails the independent check.
    """
    base = parts[0]
    posed = pose_instance(case, base.problem, formulation, base.times)
    futures = _posed_futures(posed, parts)
    bests = own_bests(posed.instance, futures, formulation, options=options, listener=listener, names=posed.names)
    found = robust_plan(
        posed.instance, futures, formulation, rule, bests=bests, options=options, listener=listener, names=posed.names
    )
    solution = serve(posed.instance, formulation, found.solution.open, options)
    if solution is None:  # the base has no probability, and the plan does not serve it
        nearest, _ = posed.instance.impedance.nearest(found.solution.open)
        solution = replace(found.solution, assignment=Assignment.nearest(nearest))
    solution = replace(solution, outcome=found.solution.outcome)
    checks = verify(found.stacked, found.formulation, found.solution).checks
    model = found.formulation
    if rule == "expected":
        names = {"name_zh": f"{model.name_zh}（期望值）", "name_en": f"{model.name_en}, expected value"}
        model = model.model_copy(update=names)
    return Chosen(plan_of_case(case, base.problem, base.times, posed, solution, checks), model, bests)


def look_ahead(
    case: Case,
    parts: Sequence[ServiceFuture],
    formulation: Formulation,
    plan: Plan,
    options: SolverOptions,
    listener: Listener,
    *,
    rule: str = "no",
    bests: Sequence[Solution | None] | None = None,
) -> Outlook:
    """How a plan does in every future.

    Args:
        parts: the service in each future, the base first.
        formulation: the scenario's own model, by which the plan is measured.
        bests: each future's own best plan; solved for when left out, but for the base's, which is the plan itself.
    """
    base = parts[0]
    posed = pose_instance(case, base.problem, formulation, base.times)
    futures = _posed_futures(posed, parts)
    if bests is None:
        others = own_bests(
            posed.instance, futures[1:], formulation, options=options, listener=listener, names=posed.names
        )
        bests = (plan.solution, *others)
    opened = plan.open_after[posed.columns]
    there = evaluate_plan(posed.instance, opened, futures, formulation, bests=bests, options=options)
    names = dict(zip(base.problem.sites["id"], base.problem.sites["name"], strict=True))
    seen = [_Seen.of(part, plan.open_after) for part in parts]
    rows = [_row(part, found, mine, seen[0], names) for part, found, mine in zip(parts, there, seen, strict=True)]
    places = [_places(case, part, mine, seen[0]) for part, mine in zip(parts[1:], seen[1:], strict=True)]
    return Outlook(rule, pd.DataFrame(rows), pd.concat(places, ignore_index=True))


def _posed_futures(posed: Posed, parts: Sequence[ServiceFuture]) -> list[Future]:
    """The futures over the demand points and sites of the base's question."""
    return [
        Future(
            id=part.of.id,
            name_zh=part.of.name_zh,
            name_en=part.of.name_en,
            probability=part.of.probability,
            demand=part.problem.demand_persons[posed.rows],
            impedance=part.times.impedance.select(posed.rows, posed.columns),
        )
        for part in parts
    ]


@dataclass(frozen=True, eq=False)
class _Seen:
    """Of each demand point of the case, in one future: its people, and whether they reach and are covered."""

    reach: Reach
    persons: FloatArray
    reached: BoolArray
    covered: BoolArray

    @classmethod
    def of(cls, part: ServiceFuture, opened: BoolArray) -> _Seen:
        persons, standard, impedance = part.problem.demand_persons, part.problem.standard_min, part.times.impedance
        _, best = impedance.nearest(opened)
        reach = measure_reach(impedance, persons, opened, standard)
        return cls(reach, persons, np.isfinite(best), best <= standard)

    def cut_off(self, base: _Seen) -> FloatArray:
        """(I,) people who reach a facility in the base and none here."""
        return np.where(base.reached & ~self.reached, self.persons, 0.0)

    def newly_uncovered(self, base: _Seen) -> FloatArray:
        """(I,) people within the standard in the base and not here."""
        return np.where(base.covered & ~self.covered, self.persons, 0.0)


def _row(part: ServiceFuture, found: InFuture, mine: _Seen, base: _Seen, names: dict[str, str]) -> dict[str, object]:
    """One row of `Outlook.table`."""
    reach, regret = mine.reach, _number(found.regret)
    over = [names.get(key) or key for key in found.overfull]
    more = f" ……(+{len(over) - SHOWN_NAMES})" if len(over) > SHOWN_NAMES else ""
    best = _number(found.best)
    return {
        "id": part.of.id,
        "name_zh": part.of.name_zh,
        "name_en": part.of.name_en,
        "probability": part.of.probability,
        "demand_persons": reach.demand_persons,
        "covered_persons": reach.covered_persons,
        "covered_share": reach.covered_persons / reach.demand_persons if reach.demand_persons > 0 else np.nan,
        "mean_min": reach.mean,
        "worst_min": reach.worst,
        "unreachable_persons": reach.unreachable_persons,
        "cut_off_persons": float(mine.cut_off(base).sum()),
        "newly_uncovered_persons": float(mine.newly_uncovered(base).sum()),
        "no_place_persons": found.no_place_persons,
        "overfull": len(over),
        "overfull_names": "、".join(over[:SHOWN_NAMES]) + more,
        "objective": _number(found.objective),
        "best_objective": best,
        "best_label_zh": found.best_label[0],
        "best_label_en": found.best_label[1],
        "regret": regret,
        "regret_share": regret / abs(best) if best else np.nan,
    }


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _places(case: Case, part: ServiceFuture, mine: _Seen, base: _Seen) -> pd.DataFrame:
    """Rows of `Outlook.places` for one future, most people first."""
    demand = case.demand
    village = demand["village"] if "village" in demand else demand["name"]
    frame = pd.DataFrame(
        {
            "future": part.of.id,
            "name_zh": part.of.name_zh,
            "name_en": part.of.name_en,
            "township": demand["township"].fillna("") if "township" in demand else "",
            "village": village.fillna("").where(village.fillna("") != "", demand["name"]),
            "cut_off_persons": mine.cut_off(base),
            "newly_uncovered_persons": mine.newly_uncovered(base),
        }
    )
    keys = ["future", "name_zh", "name_en", "township", "village"]
    people = ["cut_off_persons", "newly_uncovered_persons"]
    villages = frame.groupby(keys, sort=False, as_index=False)[people].sum()
    some = villages[villages[people].sum(axis=1) > 0]
    return some.sort_values(people, ascending=False, kind="stable")
