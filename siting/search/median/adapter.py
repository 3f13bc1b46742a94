"""From an instance to the bare problem and back: what `siting.search.engines` asks."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.search.found import Found, Report
from siting.search.median.lists import Pairs
from siting.search.median.problem import MedianProblem
from siting.search.median.solve import solve
from siting.search.sites import SITE_BLOCKS, SiteRules, site_costs
from siting.solving.solver import SolverOptions

ENGINE = "interchange, Lagrangian branch and bound"
VARIABLES = {"open_site", "assign_share"}
BLOCKS = VARIABLES | SITE_BLOCKS | {"assign_every_demand_point", "assign_only_to_open"}
OBJECTIVES = {"total_weighted_impedance", "fixed_and_travel_cost"}


def knows(blocks: set[str]) -> bool:
    """Whether these blocks, variables and objective among them, are a problem of this search."""
    return len(blocks & OBJECTIVES) == 1 and blocks >= VARIABLES and blocks <= BLOCKS | OBJECTIVES


def median_problem(
    instance: Instance, active: tuple[str, ...], objective: str, threads: int = 1
) -> tuple[MedianProblem, float]:
    """The bare problem, and a constant that its objective lacks."""
    matrix, price, constant, weight = instance.impedance, np.zeros(instance.site_count), 0.0, instance.demand
    if objective == "fixed_and_travel_cost":
        weight = weight * (1.0 if instance.travel_cost is None else float(instance.travel_cost))
        opening, closing = site_costs(instance)
        price, constant = opening - closing, float(closing.sum())
    pairs = Pairs(matrix.indptr, matrix.indices, matrix.values, weight)
    return MedianProblem(pairs, price, SiteRules.of(instance, active), threads), constant


def with_costs(instance: Instance, active: tuple[str, ...], cost: FloatArray) -> MedianProblem:
    """A problem in which assigning over each admissible pair costs `cost` (nnz,): for first plans of other models."""
    matrix = instance.impedance
    pairs = Pairs(matrix.indptr, matrix.indices, cost, np.ones(instance.demand_count))
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
        problem, options, start=start, report=lambda value, bound: report(value + constant, bound + constant)
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
