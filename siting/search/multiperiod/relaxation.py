"""Linear relaxations of merged programmes: of everything, then of each part alone with its groups made finer.

The relaxation of everything prices the rows that parts have in common (budgets, links). With these prices each part is
a problem of its own, small enough to see more of its pairs and to split groups whose points differ in which cell costs
them least; its prices are those of its points and of its own rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.impedance import FloatArray
from siting.instance.changes import Changes
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.bound import lagrangian_terms
from siting.search.multiperiod.bundle import Bundle, Flows, bundle, fewer, flows_of
from siting.search.multiperiod.lifted import Lifted, lifted_prices, split
from siting.search.multiperiod.merge import Merged, merge_points
from siting.search.multiperiod.parts import Parts
from siting.solving.linear import Relaxed, relax

GROUPS = 2000  # merged points of a service and period
NEAREST, NEAREST_TODAY = 20, 10  # cells of a group of everything: of all, of those in use today
PART_NEAREST, PART_TODAY = 12, 6  # cells of a group of a part that stay in any case
WIDE, BEST = 200, 10  # cells of a group of a part, and those of least reduced cost that stay for the plan
FLOWS = 800_000  # of a part, above which its groups see fewer cells


@dataclass(frozen=True, eq=False)
class WholeRelaxed:
    """The merged programme of everything and what its relaxation tells.

    Attributes:
        use: (A,) how much of each change the relaxation takes.
        mu: (I,); sigma: (R,) multipliers of the Lagrangian.
        worth: (A,) reduced cost of each change, +inf where it has none.
    """

    merged: Merged
    flows: Flows
    made: Bundle
    relaxed: Relaxed | None
    lifted: Lifted | None
    use: FloatArray
    sigma: FloatArray
    worth: FloatArray


@dataclass(frozen=True, eq=False)
class PartRelaxed:
    """The relaxation of a part with the prices of the rows that it shares.

    Attributes:
        flows: those that matter for a plan.
        mu: (I,) of which only the part's points are meant; sigma: (R,) of which only its own rows.
    """

    flows: Flows
    mu: FloatArray
    sigma: FloatArray


def relax_whole(posed: Posed, changes: Changes, parts: Parts, *, time_limit_s: float) -> WholeRelaxed:
    """Merge, pose and relax everything; without prices where the time does not suffice."""
    pairs, today = posed.problem.pairs, posed.initial > 0
    merged = merge_points(posed.starts, posed.place, posed.each, posed.left_out, pairs.load, parts.block, most=GROUPS)
    flows = flows_of(posed, merged, parts.block, today, nearest=NEAREST, today_nearest=NEAREST_TODAY)
    every = np.ones(changes.places, dtype=bool)
    rows = np.arange(changes.least.size)
    made = bundle(posed, changes, flows, every, rows, changes.least, changes.most)
    relaxed = relax(made.program, time_limit_s=time_limit_s, roughly=True)
    use, worth = np.zeros(changes.count), np.full(changes.count, np.inf)
    if relaxed is None:
        return WholeRelaxed(merged, flows, made, None, None, use, np.zeros(rows.size), worth)
    use[made.changes] = relaxed.values[: made.changes.size]
    worth[made.changes] = np.abs(relaxed.reduced[: made.changes.size])
    lifted = lifted_prices(posed, merged, made, relaxed, flows)
    return WholeRelaxed(merged, flows, made, relaxed, lifted, use, allowed(changes, relaxed.prices[made.rows]), worth)


def relax_part(
    posed: Posed, changes: Changes, parts: Parts, part: int, whole: WholeRelaxed, *, time_limit_s: float
) -> PartRelaxed | None:
    """Relax a part with finer groups and more of their cells; None where the time does not suffice."""
    assert whole.lifted is not None
    points, places = parts.of_point == part, parts.of_place == part
    merged = split(whole.merged, np.where(points, whole.lifted.cell, 0))
    today = posed.initial > 0
    nearest = min(max(FLOWS // np.unique(merged.group[points]).size, PART_NEAREST), WIDE)
    flows = flows_of(posed, merged, parts.block, today, nearest=nearest, today_nearest=PART_TODAY, points=points)
    rows, shared = parts.own_rows(part), parts.shared_rows(part)
    made = bundle(posed, changes, flows, places, rows, changes.least[rows], changes.most[rows])
    cost = made.program.cost.copy()
    cost[: made.changes.size] -= (changes.rows[shared].T @ whole.sigma[shared])[made.changes]
    relaxed = relax(replace(made.program, cost=cost), time_limit_s=time_limit_s)
    if relaxed is None:
        return None
    sigma = np.zeros(changes.least.size)
    sigma[rows] = relaxed.prices[made.rows]
    lifted = lifted_prices(posed, merged, made, relaxed, flows)
    kept = fewer(flows, made, relaxed, most=BEST, nearest=PART_NEAREST)
    return PartRelaxed(kept, lifted.mu, allowed(changes, sigma))


def best_prices(
    posed: Posed, parts: Parts, whole: WholeRelaxed, refined: dict[int, PartRelaxed]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The multipliers that tell more of each part.

    Returns:
        (parts + 1,) what each part has of the bound, at last the rows that parts share; mu (I,); sigma (R,).
    """
    assert whole.lifted is not None
    mu, sigma = whole.lifted.mu.copy(), whole.sigma.copy()
    before = _value_of_parts(posed, parts, mu, sigma)
    other_mu, other_sigma = mu.copy(), sigma.copy()
    for part, found in refined.items():
        points, rows = parts.of_point == part, parts.own_rows(part)
        other_mu[points], other_sigma[rows] = found.mu[points], found.sigma[rows]
    after = _value_of_parts(posed, parts, other_mu, other_sigma)
    for part in refined:
        if after[part] > before[part]:
            points, rows = parts.of_point == part, parts.own_rows(part)
            mu[points], sigma[rows] = other_mu[points], other_sigma[rows]
    return np.maximum(before, after), mu, sigma


def _value_of_parts(posed: Posed, parts: Parts, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """(parts + 1,) what each part has of the Lagrangian's value, at last the rows that parts share."""
    terms = lagrangian_terms(posed.problem, posed.initial, mu, sigma, posed.kinds)
    if terms is None:
        return np.full(parts.count + 1, np.inf)
    value = np.zeros(parts.count + 1)
    value += np.bincount(parts.of_point, weights=terms.points, minlength=value.size)
    value += np.bincount(np.repeat(parts.of_place, posed.kinds), weights=terms.sites, minlength=value.size)
    value += np.bincount(parts.of_row, weights=terms.rows, minlength=value.size)
    return value


def allowed(changes: Changes, sigma: FloatArray) -> FloatArray:
    """(R,) prices of the sign that the rows' bounds allow."""
    prices = np.where(np.isneginf(changes.least), np.minimum(sigma, 0.0), sigma)
    return np.where(np.isposinf(changes.most), np.maximum(prices, 0.0), prices)
