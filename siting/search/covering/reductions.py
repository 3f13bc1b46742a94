"""The same best value from a smaller coverage problem: classes that others imply, sites that others outdo.

Source: Toregas and ReVelle (1972), Papers of the Regional Science Association 28, reduction rules of set covering.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import containing_another, not_needed
from siting.search.covering.problem import CoverageProblem, restrict
from siting.search.sites import SiteRules


def reduced(problem: CoverageProblem) -> CoverageProblem | None:
    """Rules applied in turn until none applies; None where a hard class has too few sites.

    Plans that cover every hard class keep their value.
    """
    while True:
        size = problem.sets.size, int(problem.rules.free.sum())
        smaller = restrict(problem, problem.rules.must, problem.rules.may)
        if not smaller.possible:
            return None
        problem = smaller.problem
        if problem.hard.any():
            spare = containing_another(problem.sets, problem.target, problem.hard)
            problem = _without_classes(problem, spare)
            all_of = problem.hard & (problem.sets.lengths == problem.target)
            must = problem.rules.must.copy()
            must[problem.sets.take(np.flatnonzero(all_of)).indices] = True
        else:
            must = problem.rules.must
        may = problem.rules.may & ~(_outdone(problem) & ~must)
        problem = replace(problem, rules=problem.rules.fixed(must, may))
        if size == (problem.sets.size, int(problem.rules.free.sum())):
            return restrict(problem, must, may).problem


def _without_classes(problem: CoverageProblem, spare: BoolArray) -> CoverageProblem:
    rows = np.flatnonzero(~spare)
    return replace(
        problem,
        sets=problem.sets.take(rows),
        target=problem.target[rows],
        weight=problem.weight[rows],
        hard=problem.hard[rows],
    )


def _outdone(problem: CoverageProblem) -> BoolArray:
    """(J,) free sites that another free one can stand for under the rules.

    One site stands for another where no row of the rules tells them apart, but for one row of costs. Where both are
    open the other one closes; where a row may forbid that, one that is left takes its place, so enough must be left.
    """
    rules = problem.rules
    nothing = np.zeros(problem.price.size, dtype=bool)
    if (problem.target > 1).any() or not rules.free.any():
        return nothing
    price, told = _cost_of(rules, problem.price)
    kind = np.full(price.size, -1, dtype=np.int64)
    columns = np.vstack([rules.matrix[told], problem.price if price is not problem.price else np.zeros(price.size)])
    _, kind[rules.free] = np.unique(columns[:, rules.free], axis=1, return_inverse=True)
    least = np.zeros(int(kind.max(initial=-1)) + 1, dtype=np.int64)
    for k in range(least.size):
        mine = kind == k
        if not _may_close(rules, mine):
            if np.ptp(price[mine]) > 0:
                kind[mine] = -1
            least[k] = _most_open(rules, mine)
    return not_needed(problem.sets, problem.points, kind, price, least)


def _cost_of(rules: SiteRules, price: FloatArray) -> tuple[FloatArray, BoolArray]:
    """What a site costs, and the rows (R,) that tell sites apart: with one price for all, one row of costs may."""
    everything = np.ones(rules.least.size, dtype=bool)
    if np.ptp(price[rules.free]) > 0:
        return price, everything
    costs = np.isneginf(rules.least) & (rules.matrix >= 0).all(axis=1) & (np.ptp(rules.matrix, axis=1) > 1)
    if costs.sum() != 1:
        return price, everything
    row = int(np.flatnonzero(costs)[0])
    everything[row] = False
    return rules.matrix[row], everything


def _may_close(rules: SiteRules, sites: BoolArray) -> bool:
    """Whether no row asks for more of these sites, which it treats alike."""
    column = rules.matrix[:, int(np.flatnonzero(sites)[0])]
    return not (((column > 0) & np.isfinite(rules.least)) | ((column < 0) & np.isfinite(rules.most))).any()


def _most_open(rules: SiteRules, sites: BoolArray) -> int:
    """How many of these sites, which the rows treat alike, a plan opens at most."""
    column = rules.matrix[:, int(np.flatnonzero(sites)[0])]
    limits = (column > 0) & np.isfinite(rules.most) & (rules.matrix >= 0).all(axis=1)
    most: IntArray = np.floor(rules.most[limits] / column[limits] + 1e-9).astype(np.int64)
    return int(min(most.min(initial=int(sites.sum())), int(sites.sum())))
