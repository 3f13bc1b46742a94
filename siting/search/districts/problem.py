"""The districting problem on bare arrays: catchments that hang together, each demand point whole to one site."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import NO_LIMIT, Instance
from siting.instance.adjacency import Adjacency

EQUAL = 1e-9  # relative


@dataclass(frozen=True, eq=False)
class Districting:
    """The numbers of one problem; pairs that no plan can use are left out.

    Attributes:
        i, j: (nnz,) demand point and site of each pair.
        cost: (nnz,) of serving i from j.
        weight: (I,) what each demand point takes of a capacity.
        capacity: (J,) +inf where there is no limit.
        unit: (J,) the demand point in which each site lies.
        opening: (J,) cost of opening in the objective.
        price: (J,) what opening takes of the budget.
        new: (J,) sites that count in `p`, as opened anew.
        may, must: (J,) sites that a plan may open, and must open.
        least, most: how many new sites a plan opens.
        budget: +inf where there is none.
        zone, zone_minimum: (J,) zone of each site, -1 for none, and (Z,) least number of new sites in each.
    """

    i: IntArray
    j: IntArray
    cost: FloatArray
    weight: FloatArray
    capacity: FloatArray
    unit: IntArray
    opening: FloatArray
    price: FloatArray
    new: BoolArray
    may: BoolArray
    must: BoolArray
    least: int
    most: int
    budget: float
    zone: IntArray
    zone_minimum: IntArray
    adjacency: Adjacency

    @classmethod
    def of(cls, instance: Instance, *, fixed_cost: bool) -> Districting | None:
        """The problem; None where the instance has features that it does not know."""
        unit, adjacency, price = instance.site_unit, instance.adjacency, instance.fixed_cost
        may = instance.kept | instance.candidate
        if unit is None or adjacency is None or _has_unknown(instance) or (unit[may] < 0).any():
            return None
        if price is None:
            if fixed_cost or instance.budget is not None:
                return None
            price = np.zeros(may.size)
        matrix = instance.impedance
        scale = instance.travel_cost if fixed_cost and instance.travel_cost is not None else 1.0
        new = instance.candidate
        must = instance.kept | instance.required
        fixed = instance.p is not None
        whole = cls(
            i=matrix.rows,
            j=matrix.indices,
            cost=scale * instance.demand[matrix.rows] * matrix.values,
            weight=instance.weight,
            capacity=np.full(may.size, np.inf) if instance.capacity is None else instance.capacity,
            unit=unit,
            opening=np.where(new & fixed_cost, price, 0.0),
            price=np.where(new, price, 0.0),
            new=new,
            may=may,
            must=must,
            least=int(instance.p or 0),
            most=int(instance.p or 0) if fixed else int(new.sum()),
            budget=math.inf if instance.budget is None else float(instance.budget),
            zone=instance.site_zone,
            zone_minimum=instance.zone_minimum,
            adjacency=adjacency,
        )
        return whole._without_useless()

    @property
    def shape(self) -> tuple[int, int]:
        """(I, J)."""
        return self.weight.size, self.unit.size

    @cached_property
    def place(self) -> IntArray:
        """(I, J) number of the pair, -1 where there is none."""
        place = np.full(self.shape, -1, dtype=np.int64)
        place[self.i, self.j] = np.arange(self.i.size)
        return place

    def _without_useless(self) -> Districting:
        """Leave out pairs that cannot hang together with the site's own unit, or that overfill the site with it."""
        n, m = self.shape
        own = np.full(n, -1, dtype=np.int64)  # the site that must open in the point
        own[self.unit[self.must]] = np.flatnonzero(self.must)
        keep = self.may[self.j] & ((own[self.i] < 0) | (own[self.i] == self.j))
        at_home = self.i == self.unit[self.j]
        load = self.weight[self.i] + np.where(at_home, 0.0, self.weight[self.unit[self.j]])
        keep &= load <= self.capacity[self.j] * (1 + EQUAL)
        may = self.may & (np.bincount(self.j[keep & at_home], minlength=m) > 0)
        keep &= may[self.j]
        allowed = np.zeros((n, m), dtype=bool)
        allowed[self.i[keep], self.j[keep]] = True
        for site in np.flatnonzero(may & (np.bincount(self.j[keep], minlength=m) < n)):
            part = self.adjacency.parts(allowed[:, site])
            allowed[:, site] &= part == part[self.unit[site]]
        keep &= allowed[self.i, self.j]
        return replace(self, i=self.i[keep], j=self.j[keep], cost=self.cost[keep], may=may)

    def restricted(self, may: BoolArray, must: BoolArray) -> Districting:
        """The problem with other (J,) sites that a plan may, and must, open."""
        keep = may[self.j]
        return replace(self, i=self.i[keep], j=self.j[keep], cost=self.cost[keep], may=may, must=must)

    def value(self, site: IntArray, opened: BoolArray) -> float:
        """The objective of an assignment (I,) of every point to a site."""
        pairs = self.place[np.arange(site.size), site]
        return float(self.cost[pairs].sum() + self.opening[opened].sum())

    def overload(self, site: IntArray) -> FloatArray:
        """(J,) load beyond the capacity."""
        load = np.bincount(site, weights=self.weight, minlength=self.unit.size)
        return np.where(load > self.capacity * (1 + EQUAL), load - self.capacity, 0.0)


def _has_unknown(instance: Instance) -> bool:
    """Whether the instance has features beyond this problem."""
    most = instance.zone_maximum
    return (
        bool(instance.leaving.any())
        or bool(instance.closures)
        or (most is not None and bool((most < NO_LIMIT).any()))
        or (instance.minimum_load is not None and bool((instance.minimum_load > 0).any()))
        or instance.size_capacity is not None
        or instance.excluded is not None
        or instance.future is not None
        or instance.competitor is not None
    )
