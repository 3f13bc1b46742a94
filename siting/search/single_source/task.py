"""The numbers of a single-source location problem as dense arrays, and the conditions on its sites as rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import NO_LIMIT, Instance

EQUAL = 1e-9  # relative: a bound this near to a plan closes the gap
TOLERANCE = 1e-6  # relative: of the solver's arithmetic, as in the independent check
MOST_CELLS = 20_000_000  # of a dense (I, J) array

UNKNOWN = ("size_capacity", "decay", "adjacency", "future", "excluded", "coverage_targets", "zone_spread", "servers")


@dataclass(frozen=True, eq=False)
class Task:
    """Open sites and assign every demand point whole to one of them.

    Attributes:
        cost: (I, J) of a whole demand point at a site, +inf where that is not admissible.
        weight: (I,) what a demand point takes of a capacity.
        room: (J,) capacities, cut to what all demand points together take.
        site_cost: (J,) of an open site, 0 where it costs nothing or does not count.
        must: (J,) sites open in every plan.
        may: (J,) sites that a plan may open, `must` among them.
        new: (J,) sites that count in the number and the budget.
        count: how many new sites open; None where that is free.
        rows: (R, J) other conditions on open sites: least <= rows y <= most.
        step: every plan's objective is a multiple of it; 0 where no such number is known.
    """

    cost: FloatArray
    weight: FloatArray
    room: FloatArray
    site_cost: FloatArray
    must: BoolArray
    may: BoolArray
    new: BoolArray
    count: int | None
    rows: FloatArray
    least: FloatArray
    most: FloatArray
    step: float

    @classmethod
    def of(cls, instance: Instance, *, fixed_cost: bool) -> Task | None:
        """The task of an instance; None where it has features that the search does not know, or is too large."""
        n, m = instance.impedance.shape
        if any(getattr(instance, name) is not None for name in UNKNOWN) or n * m > MOST_CELLS or not n or not m:
            return None
        limited = instance.zone_maximum is not None and bool((instance.zone_maximum < NO_LIMIT).any())
        least_load = instance.minimum_load is not None and bool((instance.minimum_load > 0).any())
        other = instance.competitor is not None and bool(instance.competitor.any())
        no_price = instance.fixed_cost is None and (fixed_cost or instance.budget is not None)
        if limited or least_load or other or no_price or instance.leaving.any():
            return None
        matrix, new = instance.impedance, instance.candidate
        cost = np.full((n, m), np.inf)
        money = instance.travel_cost if fixed_cost and instance.travel_cost is not None else 1.0
        cost[matrix.rows, matrix.indices] = money * instance.demand[matrix.rows] * matrix.values
        price = np.zeros(m) if instance.fixed_cost is None else np.where(new, instance.fixed_cost, 0.0)
        capacity = np.full(m, np.inf) if instance.capacity is None else instance.capacity
        weight = instance.weight
        room = np.minimum(capacity * (1 + EQUAL), weight.sum())
        may = instance.existing | new
        fits = (weight[:, None] <= room) & may
        zones = np.flatnonzero(instance.zone_minimum)
        rows = [(new & (instance.site_zone == z)).astype(float) for z in zones]
        least, most = [float(instance.zone_minimum[z]) for z in zones], [math.inf] * zones.size
        if instance.budget is not None:
            rows, least, most = [*rows, price], [*least, -math.inf], [*most, instance.budget * (1 + EQUAL)]
        site_cost = price if fixed_cost else np.zeros(m)
        cost = np.where(fits, cost, np.inf)
        finite = np.r_[cost[np.isfinite(cost)], site_cost]
        return cls(
            cost=cost,
            weight=weight,
            room=room,
            site_cost=site_cost,
            must=instance.existing | instance.required,
            may=may,
            new=new,
            count=instance.p,
            rows=np.array(rows).reshape(len(rows), m),
            least=np.array(least),
            most=np.array(most),
            step=1.0 if bool((finite == np.round(finite)).all()) and float(np.abs(finite).max()) < 1e9 else 0.0,
        )

    def allows(self, opened: BoolArray) -> bool:
        """Whether the conditions on sites hold: those that are open, their number, the rows."""
        if (self.must & ~opened).any() or (opened & ~self.may).any():
            return False
        if self.count is not None and int((opened & self.new).sum()) != self.count:
            return False
        value = self.rows @ opened
        return bool(((value >= self.least - EQUAL) & (value <= self.most)).all())

    def holds(self, site: IntArray) -> bool:
        """Whether every demand point has an admissible site (I,) and no capacity is overdrawn."""
        load = np.bincount(site, weights=self.weight, minlength=self.room.size)
        return bool((load <= self.room * (1 + TOLERANCE) + EQUAL).all()) and bool(
            np.isfinite(self.cost[np.arange(site.size), site]).all()
        )

    def value(self, opened: BoolArray, site: IntArray) -> float:
        """Objective of a plan."""
        return float(self.cost[np.arange(site.size), site].sum() + self.site_cost[opened].sum())

    def limit(self, objective: float) -> float:
        """What a better plan may cost at most."""
        if not math.isfinite(objective):
            return objective
        return objective - self.step + 1e-6 if self.step else objective * (1 - EQUAL)

    def lifted(self, bound: float) -> float:
        """The least objective not below `bound`."""
        return self.step * math.ceil(bound / self.step - 1e-6) if self.step and math.isfinite(bound) else bound

    def beyond(self, limit: float) -> float:
        """The least that a plan may cost which costs more than `limit`."""
        return self.step * (math.floor(limit / self.step + 1e-6) + 1) if self.step and math.isfinite(limit) else limit

    def restrict(self, pairs: BoolArray, may: BoolArray, must: BoolArray) -> Task:
        """The task without the pairs (I, J) and sites that no better plan uses."""
        return replace(self, cost=np.where(pairs & may, self.cost, np.inf), may=may, must=must)
