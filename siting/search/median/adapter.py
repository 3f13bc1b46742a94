"""From an instance to the bare problem and back: what `siting.search.engines` asks."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.search.found import Found, Report
from siting.search.median.costs import LOST, OBJECTIVES, costs
from siting.search.median.lists import Pairs
from siting.search.median.merged import merged
from siting.search.median.problem import MedianProblem
from siting.search.median.solve import solve
from siting.search.sites import SITE_BLOCKS, SiteRules
from siting.solving.solver import SolverOptions

ENGINE = "interchange, Lagrangian branch and bound"
VARIABLES = {"open_site", "assign_share"}
EVERYBODY, NOT_EVERYBODY = "assign_every_demand_point", "assign_at_most_once"
BLOCKS = VARIABLES | SITE_BLOCKS | {EVERYBODY, "assign_only_to_open"}


def knows(blocks: set[str]) -> bool:
    """Whether these blocks, variables and objective among them, are a problem of this search."""
    goal = blocks & OBJECTIVES
    if len(goal) != 1 or not blocks >= VARIABLES | {"assign_only_to_open"}:
        return False
    known = BLOCKS | goal | ({NOT_EVERYBODY} if goal <= LOST else set())
    return blocks <= known and bool(blocks & {EVERYBODY, NOT_EVERYBODY})


def median_problem(
    instance: Instance, active: tuple[str, ...], objective: str, threads: int = 1
) -> tuple[MedianProblem, float]:
    """The bare problem, and a constant that its objective lacks: with it, it is the model's objective, or the
    negative of one that is maximised. Demand points with the same pairs may be one.
    """
    pairs, price, constant = costs(instance, objective, everybody=EVERYBODY in active)
    return MedianProblem(merged(pairs, threads), price, SiteRules.of(instance, active), threads), constant


def with_costs(instance: Instance, active: tuple[str, ...], cost: FloatArray) -> MedianProblem:
    """A problem in which assigning over each admissible pair costs `cost` (nnz,): for first plans of other models."""
    matrix = instance.impedance
    everybody = np.full(instance.demand_count, np.inf)
    pairs = Pairs(matrix.indptr, matrix.indices, cost, np.ones(instance.demand_count), everybody)
    return MedianProblem(pairs, np.zeros(instance.site_count), SiteRules.of(instance, active))


def search_median(
    instance: Instance,
    active: tuple[str, ...],
    objective: str,
    options: SolverOptions,
    report: Report,
    start: BoolArray | None = None,
) -> Found:
    """The best plan and bound for a model whose blocks `knows` knows."""
    problem, constant = median_problem(instance, active, objective, options.threads)
    answer = solve(
        problem,
        options,
        start=start,
        report=lambda value, bound: report(value + constant, bound + constant),
        constant=constant,
    )
    return Found(
        answer.bound + constant,
        answer.objective + constant,
        answer.open,
        answer.nodes,
        None,
        ENGINE,
        by_clock=answer.by_clock,
    )
