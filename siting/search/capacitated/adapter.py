"""From an instance and a model's blocks to a capacitated problem, and from the search back to a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from siting.formulation.spec import Limit
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.capacitated.choice import Choice
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.search import solve
from siting.search.found import Found, Report
from siting.search.sites import SITE_BLOCKS, SiteRules, site_costs
from siting.solving.solver import SolverOptions

ALWAYS = {"open_site", "assign_share", "assign_only_to_open"}
CAPACITIES = {"respect_capacity", "respect_minimum_load", "respect_size_capacity"}
SIZES = {"size_of_site", "choose_one_size", "respect_size_capacity", "stay_within_size_budget"}
KNOWN = ALWAYS | CAPACITIES | SIZES | {"assign_every_demand_point", "assign_at_most_once", "assign_within_standard"}
EVERYBODY = {"total_weighted_impedance", "fixed_and_travel_cost", "number_of_new_facilities"}
ENGINE = "Lagrangian branch and bound over people's flow"


def search_capacitated(
    blocks: set[str],
    active: tuple[str, ...],
    objective: str,
    instance: Instance,
    options: SolverOptions,
    report: Report,
    *,
    limits: tuple[Limit, ...] = (),
    start: BoolArray | None = None,
    give_up_s: float | None = None,
) -> Found | None:
    """The search's plan and bound; None for models that it does not know.

    Args:
        blocks: variables and active constraints of the model.
        limits: on other objectives; only the number of new facilities is known.
        start: (J,) open sites of a plan to begin with.
        give_up_s: stop after so long while no plan has been found.
    """
    asked = _asked(blocks, active, objective, instance, limits)
    if asked is None:
        return None

    def told(cost: float) -> float:
        return cost - asked.constant if asked.maximise else cost + asked.constant

    found = solve(
        asked.problem,
        time_limit_s=options.time_limit_s,
        give_up_s=give_up_s,
        gap=options.gap,
        node_limit=options.node_limit,
        start=None if start is None else asked.columns_of(start),
        report=lambda cost, bound: report(told(cost), told(bound)),
    )
    opened, share, sizes = None, None, None
    if found.opened is not None and found.share is not None:
        opened = np.zeros(instance.site_count, dtype=bool)
        opened[asked.site[found.opened]] = True
        share = np.zeros(instance.impedance.pair_count)
        np.add.at(share, asked.pair, found.share)
        if asked.size is not None:
            sizes = np.full(instance.site_count, -1, dtype=np.int64)
            sizes[asked.site[found.opened]] = asked.size[found.opened]
    return Found(
        bound=told(found.bound),
        objective=told(found.cost),
        open=opened,
        nodes=found.nodes,
        rest=None,
        engine=ENGINE,
        by_clock=found.by_clock,
        share=share,
        sizes=sizes,
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """A problem and what its columns and costs stand for.

    Attributes:
        site: (C,) site of each column.
        size: (C,) size class of each column, -1 for none; None where there are no sizes.
        pair: (given pairs,) admissible pair of the instance of each pair.
        constant: the objective is constant + cost, or constant - cost where `maximise`.
    """

    problem: CapacitatedProblem
    site: IntArray
    size: IntArray | None
    pair: IntArray
    constant: float
    maximise: bool

    def columns_of(self, opened: BoolArray) -> BoolArray | None:
        """(C,) the columns of these sites (J,); None where their sizes are open."""
        if self.size is not None:
            return None
        columns: BoolArray = opened[self.site]
        return columns


def _asked(
    blocks: set[str], active: tuple[str, ...], objective: str, instance: Instance, limits: tuple[Limit, ...]
) -> _Asked | None:
    others = blocks - SITE_BLOCKS
    sized, everybody = "size_of_site" in blocks, "assign_every_demand_point" in blocks
    if not others <= KNOWN or not others >= ALWAYS or not others & CAPACITIES:
        return None
    if sized != ("respect_size_capacity" in blocks) or sized != ("choose_one_size" in blocks):
        return None
    fitting = EVERYBODY if everybody else {"assigned_demand"}
    if everybody == ("assign_at_most_once" in blocks) or objective not in fitting:
        return None
    if any(limit.objective != "number_of_new_facilities" for limit in limits):
        return None
    if not instance.demand_count or not instance.site_count:
        return None
    rules = SiteRules.of(instance, active)
    for limit in limits:
        rules = rules.at_most(instance.candidate, math.floor(limit.value + 1e-6))
    choice, size = _with_sizes(instance, rules, blocks) if sized else (Choice.of(rules), None)
    site = choice.site
    matrix = instance.impedance
    pairs, columns = _pairs_of_columns(instance, site, blocks)
    rows = matrix.rows[pairs]
    new = instance.candidate[site] & choice.may
    cost, fixed, constant = np.zeros(pairs.size), np.zeros(site.size), 0.0
    if objective in ("total_weighted_impedance", "fixed_and_travel_cost"):
        money = objective == "fixed_and_travel_cost" and instance.travel_cost is not None
        cost = (instance.travel_cost if money and instance.travel_cost is not None else 1.0) * (
            instance.demand[rows] * matrix.values[pairs]
        )
    if objective == "fixed_and_travel_cost":
        opening, closing = site_costs(instance)
        fixed = np.where(new, opening[site], -closing[site])
        constant = float(closing.sum())
    if objective == "number_of_new_facilities":
        fixed = new.astype(np.float64)
    maximise = objective == "assigned_demand"
    capacity = np.full(instance.site_count, np.inf) if instance.capacity is None else instance.capacity
    room = capacity[site] if "respect_capacity" in blocks or sized else np.full(site.size, np.inf)
    if size is not None:
        assert instance.size_capacity is not None
        room = np.where(size >= 0, instance.size_capacity[np.maximum(size, 0)], room)
    least = None
    if "respect_minimum_load" in blocks and instance.minimum_load is not None:
        least = instance.minimum_load[site]
    problem = CapacitatedProblem.of(
        rows,
        columns,
        cost,
        load=instance.weight,
        capacity=room,
        minimum=least,
        fixed=fixed,
        unserved=instance.demand if maximise else None,
        choice=choice,
        future=instance.future,
    )
    return _Asked(problem, site, size, pairs, float(instance.demand.sum()) if maximise else constant, maximise)


def _pairs_of_columns(instance: Instance, site: IntArray, blocks: set[str]) -> tuple[IntArray, IntArray]:
    """(given pairs,) admissible pair of the instance and column of every pair, one after another by demand point."""
    matrix = instance.impedance
    pairs = np.arange(matrix.pair_count)
    if "assign_within_standard" in blocks:
        assert instance.standard is not None
        pairs = np.flatnonzero(matrix.values <= instance.standard[matrix.rows])
    count = np.bincount(site, minlength=instance.site_count)
    if (count == 1).all():
        return pairs, matrix.indices[pairs]
    first = np.cumsum(count) - count
    times = count[matrix.indices[pairs]]
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    pairs = np.repeat(pairs, times)
    return pairs, first[matrix.indices[pairs]] + within


def _with_sizes(instance: Instance, rules: SiteRules, blocks: set[str]) -> tuple[Choice, IntArray]:
    """The choice among new sites of each size and old ones as they are, and the size of each column.

    Where sizes cost nothing only the largest counts.
    """
    assert instance.size_capacity is not None
    new, classes = instance.candidate & rules.may, instance.size_capacity.size
    paid = "stay_within_size_budget" in blocks
    count = np.where(new, classes if paid else 1, 1)
    site = np.repeat(np.arange(instance.site_count), count)
    within = np.arange(site.size) - np.repeat(np.cumsum(count) - count, count)
    largest = int(np.argmax(instance.size_capacity))
    size: IntArray = np.where(new[site], within if paid else largest, -1)
    matrix, most = np.zeros((0, site.size)), np.zeros(0)
    if paid:
        assert instance.size_cost is not None
        assert instance.budget is not None
        opening, closing = site_costs(instance)
        price: FloatArray = np.where(size >= 0, opening[site] + instance.size_cost[np.maximum(size, 0)], -closing[site])
        matrix, most = price[None, :], np.array([instance.budget - float(closing.sum())])
    return Choice(rules, site, matrix, np.full(most.size, -math.inf), most), size
