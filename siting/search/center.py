"""The least largest impedance, by halving the range of possible values: each step asks whether a choice of sites
covers everybody within a value, which is a set-covering question without any assignment.

Source: Minieka (1970), SIAM Review 12(1); Elloumi, Labbe and Pochet (2004), INFORMS Journal on Computing 16(1).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.interrupt import out_of_time
from siting.program import Program
from siting.solution import Status
from siting.solver import SolverOptions, solve_program

MOST_TO_COMPARE = 4000  # rows or sites: with more the comparison of each with each outgrows the memory


@dataclass(frozen=True, eq=False)
class Center:
    """The best plan found and a bound: no plan sends everybody less far.

    Attributes:
        open: (J,) its sites; None without one.
    """

    bound: float
    objective: float
    open: BoolArray | None


def search_center(
    instance: Instance, known: BoolArray, farthest: float, options: SolverOptions, *, weighted: bool = False
) -> Center:
    """Halve the range between what no plan can beat and what is known.

    Args:
        instance: with p or a budget.
        known: (J,) open sites of a plan.
        farthest: its largest impedance (times people where `weighted`).
        options: limits; the clock is kept between steps.
        weighted: whether impedance counts by the people who travel.
    """
    end = time.perf_counter() + options.time_limit_s
    matrix = instance.impedance
    cost: FloatArray = matrix.values * instance.demand[matrix.rows] if weighted else matrix.values
    usable = (instance.existing | instance.candidate)[matrix.indices]
    least = np.full(instance.demand_count, np.inf)
    np.minimum.at(least, matrix.rows[usable], cost[usable])
    floor = float(least.max(initial=0.0))
    values = np.unique(cost[usable & (cost >= floor) & (cost < farthest)])
    opened, low, high = known, 0, values.size  # values[:low] are too small; values[high:] are possible
    while low < high and not out_of_time(end):
        middle = (low + high) // 2
        left = replace(options, time_limit_s=max(end - time.perf_counter(), 1e-3), gap=0.0)
        possible, plan = _covers_within(instance, cost, float(values[middle]), left)
        if possible is None:
            break
        if plan is not None:
            reached = _farthest(instance, cost, plan)
            opened, farthest = plan, reached
            high = min(middle, int(np.searchsorted(values, reached)))
        else:
            low = middle + 1
    bound = farthest if low >= high else max(floor, float(values[low]))
    return Center(bound, farthest, opened)


def _farthest(instance: Instance, cost: FloatArray, opened: BoolArray) -> float:
    matrix = instance.impedance
    best = np.full(instance.demand_count, np.inf)
    use = opened[matrix.indices]
    np.minimum.at(best, matrix.rows[use], cost[use])
    return float(best.max(initial=0.0))


def _covers_within(
    instance: Instance, cost: FloatArray, limit: float, options: SolverOptions
) -> tuple[bool | None, BoolArray | None]:
    """Whether some allowed choice of sites has everybody within `limit`, and one; None where time ran out."""
    matrix, m = instance.impedance, instance.site_count
    fixed = instance.existing | instance.required
    near = (cost <= limit) & (instance.existing | instance.candidate)[matrix.indices]
    served = np.zeros(instance.demand_count, dtype=bool)
    served[matrix.rows[near & fixed[matrix.indices]]] = True
    near &= ~served[matrix.rows]
    rows = _needed(matrix.rows[near], matrix.indices[near], np.flatnonzero(~served), m)
    if rows is None:
        return False, None
    free = instance.candidate & ~instance.required
    rows, free = _without_dominated(instance, rows, free)
    program = _program(instance, rows, free)
    if program is None:
        return False, None
    answer = solve_program(program, replace(options, gap=0.0))
    if answer.outcome.status is Status.INFEASIBLE:
        return False, None
    if answer.values is None:
        return None, None
    plan = fixed.copy()
    plan[np.flatnonzero(free)[answer.values > 0.5]] = True
    return True, _fill_up(instance, plan)


def _needed(rows: IntArray, columns: IntArray, wanted: IntArray, m: int) -> sp.csr_array | None:
    """(R, J) one row for each different set of near sites; None where somebody has none."""
    if not wanted.size:
        return sp.csr_array((0, m))
    place = np.full(int(wanted.max()) + 1, -1, dtype=np.int64)
    place[wanted] = np.arange(wanted.size)
    cover = sp.csr_array((np.ones(rows.size), (place[rows], columns)), shape=(wanted.size, m))
    if (np.diff(cover.indptr) == 0).any():
        return None
    cover.sort_indices()
    seen: dict[bytes, int] = {}
    for i in range(wanted.size):
        seen.setdefault(cover.indices[cover.indptr[i] : cover.indptr[i + 1]].tobytes(), i)
    return cover[np.array(sorted(seen.values()))]


def _without_dominated(instance: Instance, cover: sp.csr_array, free: BoolArray) -> tuple[sp.csr_array, BoolArray]:
    """Rows that another row implies, and free sites that another free site covers all of at no more cost, are left
    out, in turn until none is. Where zones need sites of their own, sites stay.

    Source: Toregas and ReVelle (1972), Papers of the Regional Science Association 28, reduction rules of set covering.
    """
    if max(cover.shape) > MOST_TO_COMPARE:
        return cover, free
    price = np.zeros(free.size) if instance.p is not None or instance.fixed_cost is None else instance.fixed_cost
    while True:
        size = cover.shape[0], int(free.sum())
        rows = cover[:, np.flatnonzero(free)]
        cover = cover[_undominated(rows, np.zeros(rows.shape[0]), smallest=True)]
        if not (instance.zone_minimum > 0).any():
            columns = np.flatnonzero(free)
            kept = _undominated(sp.csr_array(cover[:, columns].T), price[columns], smallest=False)
            free = free.copy()
            free[columns[~kept]] = False
        if size == (cover.shape[0], int(free.sum())):
            return cover, free


def _undominated(sets: sp.csr_array, price: FloatArray, *, smallest: bool) -> BoolArray:
    """(R,) rows that contain no other row (`smallest`), or that no other row of at most the same price contains.

    Of equal rows the first is kept.
    """
    both: FloatArray = (sets @ sets.T).toarray()
    count = both.diagonal()
    inside = both == count[:, None]  # row r lies inside row s
    order = np.arange(count.size)
    equal = inside & inside.T
    earlier = order[None, :] < order[:, None]
    if smallest:
        out = inside.T & (~equal | earlier)
    else:
        cheaper = price[None, :] <= price[:, None]
        out = inside & cheaper & (~(equal & cheaper.T) | earlier)
    np.fill_diagonal(out, False)
    kept: BoolArray = ~out.any(axis=1)
    return kept


def _program(instance: Instance, cover: sp.csr_array, free: BoolArray) -> Program | None:
    """Feasibility over the free sites; what is left of p or of the budget is the objective, which HiGHS likes better
    than none. None where the required sites alone break a condition.
    """
    columns = np.flatnonzero(free)
    rows = [cover[:, columns]]
    low = [np.ones(cover.shape[0])]
    high = [np.full(cover.shape[0], math.inf)]
    lacking = instance.zone_minimum - np.bincount(
        instance.site_zone[instance.required & (instance.site_zone >= 0)], minlength=len(instance.zone_ids)
    )
    for k in np.flatnonzero(lacking > 0):
        rows.append(sp.csr_array((instance.site_zone[columns] == k).astype(np.float64)[None]))
        low.append(np.array([float(lacking[k])]))
        high.append(np.array([math.inf]))
    if instance.p is not None:
        price, most = np.ones(columns.size), float(instance.p - int(instance.required.sum()))
    else:
        assert instance.fixed_cost is not None
        assert instance.budget is not None
        price = instance.fixed_cost[columns]
        most = instance.budget - float(instance.fixed_cost[instance.required].sum())
    if most < -1e-9:
        return None
    rows.append(sp.csr_array(price[None]))
    low.append(np.array([-math.inf]))
    high.append(np.array([most * (1 + 1e-12) + 1e-9]))
    return Program(
        cost=np.zeros(columns.size),
        offset=0.0,
        maximise=False,
        lower=np.zeros(columns.size),
        upper=np.ones(columns.size),
        whole=np.ones(columns.size, dtype=bool),
        matrix=sp.csr_array(sp.vstack(rows)),
        row_lower=np.concatenate(low),
        row_upper=np.concatenate(high),
    )


def _fill_up(instance: Instance, plan: BoolArray) -> BoolArray:
    """With exactly p asked for, the first sites that are left, by the order of the input."""
    if instance.p is None:
        return plan
    lacking = instance.p - int((plan & ~instance.existing).sum())
    spare = np.flatnonzero(instance.candidate & ~plan)[: max(lacking, 0)]
    plan[spare] = True
    return plan
