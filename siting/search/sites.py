"""Which sets of sites a plan may open, as bare arrays: for bounds, masters and moves of every search.

All conditions that speak of sites alone are rows least <= matrix y <= most. Those that make up a nested system of
counts (the number of new facilities, zone minima and maxima, closings) are kept as groups too, over which the
cheapest set is found by sorting; the other rows (budgets of unequal cost, excluded plans) are `side` rows, which a
Lagrangian bound prices and a master problem holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import NO_LIMIT, Instance
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

SITE_BLOCKS = frozenset(
    {
        "open_exactly_p",
        "stay_within_budget",
        "keep_existing",
        "require_sites",
        "forbid_sites",
        "zone_minimum",
        "zone_maximum",
        "close_exactly",
        "replace_relocated",
        "differ_from_excluded",
    }
)
TOLERANCE = 1e-9  # relative, on the budget: sums of yuan differ in their last bits with the order of adding


@dataclass(frozen=True, eq=False)
class Group:
    """Of the sites `members` (J,) between `least` and `most` are open; groups of one system do not overlap.

    Attributes:
        zone: (J,) part of the group that each member lies in, -1 for none.
        zone_least, zone_most: (Z,) how many of each part are open.
    """

    members: BoolArray
    least: int
    most: int
    zone: IntArray
    zone_least: IntArray
    zone_most: IntArray


@dataclass(frozen=True, eq=False)
class SiteRules:
    """What holds of the open sites y of every plan.

    Attributes:
        must: (J,) open in every plan.
        may: (J,) open in some plan at most, `must` among them.
        matrix: (R, J) of all other conditions, groups and side rows alike.
        least, most: (R,) least <= matrix y <= most.
        side: (R,) rows that the groups do not say already.
        groups: nested counts, without overlap.
    """

    must: BoolArray
    may: BoolArray
    matrix: FloatArray
    least: FloatArray
    most: FloatArray
    side: BoolArray
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, instance: Instance, active: tuple[str, ...]) -> SiteRules:
        """The rules that the active constraints of `SITE_BLOCKS` make; others are ignored."""
        there = set(active)
        m, new = instance.site_count, instance.candidate
        nobody = np.zeros(m, dtype=bool)
        must = (instance.kept if "keep_existing" in there else nobody) | (
            instance.required if "require_sites" in there else nobody
        )
        closed = instance.forbidden & ~instance.existing if "forbid_sites" in there else nobody
        moving = nobody if instance.relocatable is None else instance.relocatable
        rows = _Rows(m)
        counted = new | moving
        least, most = 0, int(counted.sum())
        if "open_exactly_p" in there:
            assert instance.p is not None
            least = most = instance.p + int(moving.sum())
            rows.add(counted, least, most)
        if "replace_relocated" in there and int(moving.sum()) > least:
            least = int(moving.sum())
            rows.add(counted, least, math.inf)
        if "stay_within_budget" in there:
            affordable = _affordable(instance)
            if affordable is None:
                rows.add_budget(instance)
            else:
                if affordable < most:
                    rows.add(new, -math.inf, affordable, side=bool(moving.any()))
                most = most if moving.any() else min(most, affordable)
        zone, zone_least, zone_most = _zones(instance, there, rows)
        groups = [Group(counted, least, most, zone, zone_least, zone_most)]
        if "close_exactly" in there:
            assert instance.closable is not None
            assert instance.closures is not None
            apart = not (instance.closable & counted).any()
            left = int(instance.closable.sum()) - instance.closures
            rows.add(instance.closable, left, left, side=not apart)
            if apart:
                none = np.zeros(0, dtype=np.int64)
                groups.append(Group(instance.closable, left, left, np.full(m, -1), none, none))
        if "differ_from_excluded" in there:
            different = 1 if instance.least_difference is None else instance.least_difference
            for plan in instance.excluded or ():
                rows.add(np.where(plan, -1.0, 1.0), different - int(plan.sum()), math.inf, side=True)
        matrix = np.array(rows.rows, dtype=np.float64).reshape(len(rows.rows), m)
        limits = np.array(rows.least, dtype=np.float64), np.array(rows.most, dtype=np.float64)
        # A site that must both be open and be closed makes every set impossible: `may` lacks it.
        return cls(must, ~closed, matrix, *limits, np.array(rows.side, dtype=bool), tuple(groups))

    @property
    def free(self) -> BoolArray:
        """(J,) sites that a plan may open or leave closed."""
        return self.may & ~self.must

    @property
    def simple(self) -> bool:
        """Whether the groups say everything."""
        return not self.side.any()

    @property
    def most_new(self) -> int:
        """The largest number of sites that the first group (new facilities and those that move) allows."""
        return self.groups[0].most

    def allows(self, opened: BoolArray) -> bool:
        """Whether these sites (J,) may be the open ones of a plan."""
        if (self.must & ~opened).any() or (opened & ~self.may).any():
            return False
        value = self.matrix @ opened
        return bool(((value >= self.least - self.slack) & (value <= self.most + self.slack)).all())

    def allowed_swaps(self, opened: BoolArray, out: IntArray, new: IntArray) -> BoolArray:
        """(new, out) whether closing one site of `out` and opening one of `new` keeps the rules."""
        value = self.matrix @ opened
        mask = np.outer(self.free[new] & ~opened[new], self.free[out] & opened[out])
        for r in range(value.size):
            after = value[r] + self.matrix[r, new][:, None] - self.matrix[r, out][None, :]
            mask &= (after >= self.least[r] - self.slack[r]) & (after <= self.most[r] + self.slack[r])
        return mask

    def allowed_changes(self, opened: BoolArray) -> BoolArray:
        """(J,) sites that may change, from closed to open or back, on their own."""
        value = self.matrix @ opened
        sign = np.where(opened, -1.0, 1.0)
        after = value[:, None] + self.matrix * sign
        low, high = (self.least - self.slack)[:, None], (self.most + self.slack)[:, None]
        return self.free & ((after >= low) & (after <= high)).all(axis=0)

    def cheapest(self, value: FloatArray) -> BoolArray | None:
        """(J,) the sites that minimise the sum of `value` (J,) under the groups; side rows are left aside, so that
        the sum is a bound. None where the groups cannot be met. Ties go to the lower index.
        """
        if (self.must & ~self.may).any():
            return None
        chosen = self.must | (self.free & (value < 0) & ~self._grouped)
        order = np.argsort(value, kind="stable")
        for group in self.groups:
            picked = _cheapest_of(group, value, order, self.must, self.may)
            if picked is None:
                return None
            chosen |= picked
        return chosen

    def best(self, value: FloatArray, options: SolverOptions = SolverOptions()) -> BoolArray | None:  # noqa: B008
        """(J,) the sites that minimise the sum of `value` (J,) under all rules; None where no set meets them, or
        none was found within the limits.
        """
        chosen = self.cheapest(value)
        if chosen is None or self.allows(chosen):
            return chosen
        answer = solve_program(self.program(value), options)
        if answer.values is None or answer.outcome.status is Status.INFEASIBLE:
            return None
        opened: BoolArray = answer.values > 0.5
        return opened

    def program(self, value: FloatArray) -> Program:
        """Minimise the sum of `value` (J,) over the sets of sites: one binary column a site."""
        return Program(
            cost=value,
            offset=0.0,
            maximise=False,
            lower=self.must.astype(np.float64),
            upper=self.may.astype(np.float64),
            whole=np.ones(value.size, dtype=bool),
            matrix=csr_array(self.matrix),
            row_lower=self.least,
            row_upper=self.most + self.slack,
        )

    def fixed(self, must: BoolArray, may: BoolArray) -> SiteRules:
        """The rules with these sites open, and no others than `may`."""
        return replace(self, must=self.must | must, may=self.may & may)

    def at_most(self, sites: BoolArray, count: int) -> SiteRules:
        """The rules with at most so many of these sites (J,) open."""
        first = self.groups[0]
        same = np.array_equal(first.members & self.may, sites & self.may)
        return replace(
            self,
            matrix=np.vstack([self.matrix, sites.astype(np.float64)]),
            least=np.append(self.least, -math.inf),
            most=np.append(self.most, float(count)),
            side=np.append(self.side, not same),
            groups=(replace(first, most=min(first.most, count)), *self.groups[1:]) if same else self.groups,
        )

    @cached_property
    def _grouped(self) -> BoolArray:
        inside = np.zeros(self.must.size, dtype=bool)
        for group in self.groups:
            inside |= group.members
        return inside

    @cached_property
    def slack(self) -> FloatArray:
        """(R,) what arithmetic may add to a row."""
        return TOLERANCE * np.maximum(np.abs(np.where(np.isfinite(self.most), self.most, 0.0)), 1.0)


def site_costs(instance: Instance) -> tuple[FloatArray, FloatArray]:
    """(J,) yuan for opening a candidate, and for closing or moving a facility that may leave."""
    none = np.zeros(instance.site_count)
    opening = none if instance.fixed_cost is None else np.where(instance.candidate, instance.fixed_cost, 0.0)
    closing = none if instance.closing_cost is None else np.where(instance.leaving, instance.closing_cost, 0.0)
    return opening, closing


class _Rows:
    def __init__(self, size: int) -> None:
        self.size = size
        self.rows: list[FloatArray] = []
        self.least: list[float] = []
        self.most: list[float] = []
        self.side: list[bool] = []

    def add(self, row: BoolArray | FloatArray, least: float, most: float, *, side: bool = False) -> None:
        self.rows.append(np.asarray(row, dtype=np.float64))
        self.least.append(float(least))
        self.most.append(float(most))
        self.side.append(side)

    def add_budget(self, instance: Instance) -> None:
        assert instance.budget is not None
        opening, closing = site_costs(instance)
        self.add(opening - closing, -math.inf, instance.budget - float(closing.sum()), side=True)


def _affordable(instance: Instance) -> int | None:
    """How many new facilities the budget buys; None where they do not all cost the same, or closings cost."""
    assert instance.budget is not None
    opening, closing = site_costs(instance)
    costs = np.unique(opening[instance.candidate])
    if closing.any() or costs.size != 1 or costs[0] <= 0:
        return None
    return math.floor(instance.budget / float(costs[0]) * (1 + TOLERANCE))


def _zones(instance: Instance, there: set[str], rows: _Rows) -> tuple[IntArray, IntArray, IntArray]:
    """Zone of each new site, and how many of each zone open at least and at most; adds their rows."""
    new, count = instance.candidate, len(instance.zone_ids)
    least, most = np.zeros(count, dtype=np.int64), np.full(count, NO_LIMIT)
    if "zone_minimum" in there:
        least = instance.zone_minimum.astype(np.int64)
    if "zone_maximum" in there and instance.zone_maximum is not None:
        most = instance.zone_maximum.astype(np.int64)
    zone = np.where(new, instance.site_zone, -1)
    for k in range(count):
        here = zone == k
        if least[k] > 0 or most[k] < int(here.sum()):
            rows.add(here, least[k], most[k] if most[k] < NO_LIMIT else math.inf)
    return zone, least, most


def _cheapest_of(group: Group, value: FloatArray, order: IntArray, must: BoolArray, may: BoolArray) -> BoolArray | None:
    """The members, those that must open too, that minimise the sum of `value`: each zone's cheapest as far as its
    minimum asks, then the cheapest of the rest that the maxima allow. Exact, since zones do not overlap.
    """
    chosen = group.members & must
    held = np.bincount(group.zone[chosen & (group.zone >= 0)], minlength=group.zone_least.size)
    order = order[(group.members & may & ~must)[order]]
    for k in np.flatnonzero(group.zone_least > held):
        here = order[group.zone[order] == k][: group.zone_least[k] - held[k]]
        if here.size < group.zone_least[k] - held[k]:
            return None
        chosen[here] = True
        held[k] = group.zone_least[k]
    if (held > group.zone_most).any():
        return None
    count = int(chosen.sum())
    rest = order[~chosen[order]]
    if group.zone_most.size and (group.zone_most < NO_LIMIT).any():
        rest = _within_maxima(rest, group, held)
    wanted = max(group.least - count, 0)
    useful = max(wanted, min(int((value[rest] < 0).sum()), group.most - count))
    if count > group.most or rest.size < wanted:
        return None
    chosen[rest[:useful]] = True
    return chosen


def _within_maxima(rest: IntArray, group: Group, held: IntArray) -> IntArray:
    """Of the sites `rest`, in their order, as many of each zone as its maximum leaves."""
    room = np.append(group.zone_most - held, rest.size)  # the last: of no zone
    zone = group.zone[rest]
    by_zone = np.argsort(zone, kind="stable")
    starts = np.searchsorted(zone[by_zone], zone[by_zone], side="left")
    rank = np.empty(rest.size, dtype=np.int64)
    rank[by_zone] = np.arange(rest.size) - starts
    inside: IntArray = rest[rank < room[zone]]
    return inside
