"""The numbers of a single-source location problem: admissible pairs by site, and the rules on sites."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.laminar import laminar, raised
from siting.search.single_source.arrays import Pairs, Sites, site_of, subset
from siting.search.sites import SITE_BLOCKS, SiteRules, site_costs
from siting.search.sites import TOLERANCE as SIDE_SLACK

EQUAL = 1e-9  # relative: a bound this near to a plan closes the gap
NEXT = 1e-3  # of a step: what arithmetic may add to a bound
MOST_PAIRS = 20_000_000
LARGEST = 1e8  # of numbers that are summed up as whole ones
TOLERANCE = 1e-6  # relative: of the solver's arithmetic, as in the independent check

UNKNOWN = ("size_capacity", "decay", "adjacency", "future", "coverage_targets", "zone_spread", "servers")
GIVEN_BY = {
    "open_exactly_p": "p",
    "stay_within_budget": "budget",
    "close_exactly": "closures",
    "replace_relocated": "relocatable",
    "zone_maximum": "zone_maximum",
    "differ_from_excluded": "excluded",
    "respect_minimum_load": "minimum_load",
}


@dataclass(frozen=True, eq=False)
class Task:
    """Open sites and assign every demand point whole to one of them.

    Attributes:
        pairs: admissible ones, by site.
        sites: capacities, costs, and the rules as the compiled loops want them.
        rules: the same rules.
        weight: (I,) what a demand point takes of a capacity.
        least: (J,) smallest load of an open site.
        constant: added to every plan's objective.
        step: every plan's objective without `constant` is a multiple of it; 0 where no such number is known.
    """

    pairs: Pairs
    sites: Sites
    rules: SiteRules
    weight: FloatArray
    least: FloatArray
    constant: float
    step: float

    @classmethod
    def of(cls, instance: Instance, *, fixed_cost: bool, active: tuple[str, ...] | None = None) -> Task | None:
        """The task of an instance; None where it has features that the search does not know.

        Args:
            fixed_cost: whether opening and closing have their price in the objective.
            active: constraints that hold; None: all that the instance gives numbers for.
        """
        n, m = instance.impedance.shape
        other = instance.competitor is not None and bool(instance.competitor.any())
        if any(getattr(instance, name) is not None for name in UNKNOWN) or other or not n or not m:
            return None
        if instance.impedance.pair_count > MOST_PAIRS:
            return None
        if active is None:
            names = (*SITE_BLOCKS, "respect_minimum_load")
            active = tuple(x for x in names if x not in GIVEN_BY or getattr(instance, GIVEN_BY[x]) is not None)
        no_price = instance.fixed_cost is None and (fixed_cost or "stay_within_budget" in active)
        if no_price:
            return None
        rules = SiteRules.of(instance, active)
        matrix = instance.impedance
        money = instance.travel_cost if fixed_cost and instance.travel_cost is not None else 1.0
        least = instance.minimum_load if "respect_minimum_load" in active else None
        cost, constant = np.zeros(m), 0.0
        if fixed_cost and instance.fixed_cost is not None:
            opening, closing = site_costs(instance)
            cost, constant = opening - closing, float(closing.sum())
        return cls.of_arrays(
            matrix.rows,
            matrix.indices,
            money * instance.demand[matrix.rows] * matrix.values,
            weight=instance.weight,
            capacity=np.full(m, np.inf) if instance.capacity is None else instance.capacity,
            rules=rules,
            site_cost=cost,
            least=least,
            constant=constant,
        )

    @classmethod
    def of_arrays(
        cls,
        point: IntArray,
        site: IntArray,
        cost: FloatArray,
        *,
        weight: FloatArray,
        capacity: FloatArray,
        rules: SiteRules,
        site_cost: FloatArray | None = None,
        least: FloatArray | None = None,
        constant: float = 0.0,
    ) -> Task:
        """The task of bare numbers.

        Args:
            point, site, cost: (nnz,) admissible pairs and what the whole demand point costs there, at least 0.
            weight: (I,) what a demand point takes of a capacity.
            capacity: (J,) +inf where there is no limit.
            rules: on sites.
            site_cost: (J,) of opening, below 0 where it is worth something.
            least: (J,) smallest load of an open site.
            constant: added to every plan's objective.
        """
        weight = np.asarray(weight, dtype=np.float64)
        opening = np.zeros(rules.may.size) if site_cost is None else site_cost
        room = np.minimum(_reached(weight, capacity) * (1 + EQUAL), weight.sum())
        pairs = _pairs(point, site, cost, rules.may[site] & (weight[point] <= room[site]), room.size)
        numbers = np.r_[pairs.cost, opening]
        whole = bool((numbers == np.round(numbers)).all()) and float(np.abs(numbers).max(initial=0.0)) < LARGEST
        smallest = np.zeros(rules.may.size) if least is None else least * (1 - EQUAL)
        sites = _sites(rules, room, opening, weight)
        return cls(pairs, sites, rules, weight, smallest, constant, 1.0 if whole else 0.0)

    def priced(self, price: FloatArray) -> Task:
        """The task with a price (J,) added to the cost of each site: that of a budget or a place shared with others."""
        cost = self.sites.cost + price
        step = self.step if bool((cost == np.round(cost)).all()) else 0.0
        return replace(self, sites=self.sites._replace(cost=cost), step=step)

    def fixed(self, must: BoolArray, may: BoolArray) -> Task:
        """The task with these sites (J,) open, and no others than `may`."""
        rules = self.rules.fixed(must, may)
        keep = rules.may[site_of(self.pairs)]
        sites = _sites(rules, self.sites.room, self.sites.cost, self.weight)
        return replace(self, pairs=subset(self.pairs, keep), sites=sites, rules=rules)

    def holds(self, site: IntArray, opened: BoolArray) -> bool:
        """Whether no open site is overdrawn or used too little (admissible pairs (I,) `site` given)."""
        load = np.bincount(site, weights=self.weight, minlength=opened.size)
        over = (load > self.sites.room * (1 + TOLERANCE) + EQUAL).any()
        return not over and not (opened & (load < self.least * (1 - TOLERANCE) - EQUAL)).any()

    def most(self) -> float:
        """No plan costs more."""
        dearest = np.zeros(self.weight.size)
        np.maximum.at(dearest, self.pairs.point, self.pairs.cost)
        return float(dearest.sum() + np.maximum(self.sites.cost, 0.0).sum()) * (1 + TOLERANCE) + 1.0

    def limit(self, objective: float) -> float:
        """What a better plan may cost at most."""
        return objective - self.step * (1 - NEXT) if self.step else objective

    def lifted(self, bound: float) -> float:
        """The least objective not below `bound`."""
        return self.step * math.ceil(bound / self.step - NEXT) if self.step and math.isfinite(bound) else bound

    def beyond(self, limit: float) -> float:
        """The least that a plan may cost which costs more than `limit`."""
        return self.step * (math.floor(limit / self.step) + 1) if self.step and math.isfinite(limit) else limit


def _reached(weight: FloatArray, capacity: FloatArray) -> FloatArray:
    """Capacities (J,) that whole loads can fill: multiples of the greatest common divisor of whole weights."""
    if not (weight == np.round(weight)).all() or float(weight.max(initial=0.0)) > LARGEST:
        return capacity
    unit = math.gcd(*weight.astype(np.int64).tolist())
    return capacity if unit == 0 else np.floor(capacity / unit * (1 + EQUAL)) * unit


def _pairs(point: IntArray, site: IntArray, cost: FloatArray, use: BoolArray, size: int) -> Pairs:
    """The pairs `use` (nnz,), site by site."""
    i, j = point[use], site[use]
    order = np.argsort(j, kind="stable")
    start = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(j, minlength=size), out=start[1:])
    return Pairs(start, i[order], np.asarray(cost, dtype=np.float64)[use][order])


def _sites(rules: SiteRules, room: FloatArray, cost: FloatArray, weight: FloatArray) -> Sites:
    """The rules as arrays, with the fewest sites that hold everybody."""
    size = room.size
    counted = rules.groups[0].members
    least = fewest(counted, room, rules.may, rules.must, float(weight.sum()))
    most_of_side = rules.most[rules.side]
    return Sites(
        room=room,
        cost=cost,
        must=rules.must.copy(),
        may=rules.may.copy(),
        counted=counted,
        sets=raised(laminar(rules.groups, size), counted, least),
        rows=np.ascontiguousarray(rules.matrix[rules.side]),
        least=rules.least[rules.side],
        most=most_of_side + SIDE_SLACK * np.maximum(np.abs(most_of_side), 1.0),
    )


def fewest(counted: BoolArray, room: FloatArray, may: BoolArray, must: BoolArray, load: float) -> int:
    """How many sites of those `counted` (J,) are open at least, for there to be room for `load`."""
    sure = must & counted
    outside = float(room[(may & ~counted) | sure].sum())
    lacking = load * (1 - EQUAL) - outside
    if lacking <= 0:
        return int(sure.sum())
    largest = np.cumsum(np.sort(room[may & counted & ~sure])[::-1])
    return int(sure.sum()) + int(np.searchsorted(largest, lacking)) + 1
