"""Which location models are coverage problems, and their plans as a search tells them."""

from __future__ import annotations

import math
import time

import numpy as np

from siting.formulation.spec import Limit
from siting.impedance import FloatArray, IntArray
from siting.instance import Instance
from siting.instance.coverage import Sets, sets_within
from siting.search.covering.fewest import fewest
from siting.search.covering.problem import CoverageProblem
from siting.search.covering.tree import Solved, solve
from siting.search.found import Found, Report
from siting.search.sites import SITE_BLOCKS, SiteRules
from siting.solving.solver import SolverOptions

ENGINE = "Lagrangian bound, interchange and branching, HiGHS"
ONCE = frozenset({"covered", "cover_only_if_open"})
TWICE = ONCE | {"covered_twice", "cover_twice_only_if_two_open", "backup_only_after_first"}
EVERYBODY = frozenset({"cover_every_demand_point"})
BACKUP = EVERYBODY | {"covered_twice", "backup_beyond_first"}
ROUNDING = 1e-9  # relative, of a share of all people


def search_covering(
    blocks: set[str],
    objective: str,
    active: tuple[str, ...],
    instance: Instance,
    options: SolverOptions,
    report: Report,
    limits: tuple[Limit, ...] = (),
) -> Found | None:
    """A plan and a bound, both as of a minimised objective; None where the model is no coverage problem.

    Args:
        blocks: all blocks of the model but its objectives.
        active: constraints that hold.
        limits: how good the plan must be by other objectives: of those only the number of new facilities is known.
    """
    beyond = blocks - SITE_BLOCKS - {"open_site"}
    rules = SiteRules.of(instance, active)
    for limit in limits:
        if limit.objective != "number_of_new_facilities":
            return None
        rules = rules.at_most(instance.candidate, math.floor(limit.value + 1e-6))
    if instance.standard is None:
        return None
    end = time.perf_counter() + options.time_limit_s
    if beyond == ONCE | {"cover_share_of_people"} and objective == "number_of_new_facilities":
        problem = _once(instance, rules)
        wanted = (instance.cover_share or 0.0) * float(instance.demand.sum())
        allowed = -wanted + ROUNDING * max(wanted, 1.0)
        chosen = fewest(
            problem,
            instance.candidate,
            allowed,
            end=end,
            node_limit=options.node_limit,
            seed=options.seed,
            report=report,
        )
        return _as_found(chosen)
    built = _problem(beyond, objective, instance, rules)
    if built is None:
        return None
    return _as_found(
        solve(built, end=end, gap=options.gap, node_limit=options.node_limit, seed=options.seed, report=report)
    )


def _problem(beyond: set[str], objective: str, instance: Instance, rules: SiteRules) -> CoverageProblem | None:
    if beyond == ONCE and objective == "covered_demand":
        return _once(instance, rules)
    if beyond == TWICE and objective == "first_and_backup_demand":
        weight = instance.backup_weight or 0.0
        return _twice(instance, rules, weight) if weight <= 0.5 else None
    if beyond in (EVERYBODY, BACKUP) and objective == "number_of_new_facilities":
        return _everybody(instance, rules, instance.candidate.astype(np.float64))
    if beyond == BACKUP and objective == "backup_covered_demand":
        return _everybody(instance, rules, np.zeros(instance.site_count), backup=True)
    return None


def _as_found(solved: Solved) -> Found:
    return Found(solved.bound, solved.value, solved.open, solved.nodes, None, ENGINE, solved.by_clock)


def near_sets(instance: Instance) -> Sets:
    """(I,) the sites within the standard of each demand point."""
    matrix = instance.impedance
    assert instance.standard is not None
    rows = np.arange(instance.demand_count)
    return sets_within(matrix.indptr, matrix.indices, matrix.values, instance.standard, rows, instance.site_count)


def _once(instance: Instance, rules: SiteRules) -> CoverageProblem:
    sets, weight = near_sets(instance), instance.demand
    return _soft(sets, np.ones(sets.size, dtype=np.int64), weight, -float(weight.sum()), instance, rules)


def _twice(instance: Instance, rules: SiteRules, second: float) -> CoverageProblem:
    """The first cover counts 1 - second, the second one `second`: as much of it is lost for each that is lacking, and
    what the first counts more once.
    """
    sets = near_sets(instance)
    both = sets.take(np.concatenate([np.arange(sets.size)] * 2))
    target = np.repeat(np.array([1, 2], dtype=np.int64), sets.size)
    weight = np.concatenate([instance.demand * (1 - 2 * second), instance.demand * second])
    return _soft(both, target, weight, -float(instance.demand.sum()), instance, rules)


def _soft(
    sets: Sets, target: IntArray, weight: FloatArray, constant: float, instance: Instance, rules: SiteRules
) -> CoverageProblem:
    counts = np.flatnonzero(weight > 0)
    hard = np.zeros(counts.size, dtype=bool)
    price = np.zeros(instance.site_count)
    return CoverageProblem(sets.take(counts), target[counts], weight[counts], hard, price, constant, rules)


def _everybody(instance: Instance, rules: SiteRules, price: FloatArray, *, backup: bool = False) -> CoverageProblem:
    """Everybody once; where `backup`, as many as possible twice."""
    sets = near_sets(instance)
    target, hard = np.ones(sets.size, dtype=np.int64), np.ones(sets.size, dtype=bool)
    weight, constant = np.zeros(sets.size), 0.0
    if backup:
        sets = sets.take(np.concatenate([np.arange(sets.size), counted := np.flatnonzero(instance.demand > 0)]))
        target = np.append(target, np.full(counted.size, 2, dtype=np.int64))
        hard = np.append(hard, np.zeros(counted.size, dtype=bool))
        weight, constant = np.append(weight, instance.demand[counted]), -float(instance.demand.sum())
    forbidding = 1.0 + float(weight.sum()) + float(np.abs(price).sum())
    return CoverageProblem(sets, target, np.where(hard, forbidding, weight), hard, price, constant, rules)
