"""One objective of several that count in an order, with those before it weighed: what is proven, and a plan.

With weights w_j of the objectives before the k-th and a bound B on f_k + sum_j w_j f_j, every plan that is by these no
worse than a plan at hand, f_j <= v_j, has f_k >= B - sum_j w_j v_j.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.layout.assign import OF_PERSONS, costs_of
from siting.layout.first_in_order import Plan
from siting.search.found import Known
from siting.search.multiperiod.adapter import Posed, pose
from siting.search.multiperiod.bound import lagrangian_bound
from siting.search.multiperiod.plans import search_plan
from siting.search.multiperiod.transport import PeriodTransport
from siting.solution import PROVEN_GAP

PERSONS = 10.0  # within the standard that one person's place is worth, where places are few
FIRST_STEP, STEPS = 0.03, 1000  # of the ascent from a plan's own prices


@dataclass(frozen=True)
class Proven:
    """f_k + sum of w_j f_j (j < k) is at least `value`, for every plan."""

    weights: tuple[float, ...]
    value: float

    def bound(self, values: tuple[float, ...]) -> float:
        """On the k-th objective, of plans that are no worse by those before it than one of these values."""
        return self.value - sum(w * v for w, v in zip(self.weights, values, strict=False))

    def reached(self, values: tuple[float, ...]) -> bool:
        """Whether a plan of these values is proven the best by the k-th."""
        value = values[len(self.weights)]
        return value - self.bound(values) <= max(PROVEN_GAP * abs(value), 1e-9)


@dataclass(frozen=True, eq=False)
class Step:
    """The weighed sum of the objectives up to the k-th, as costs.

    What everybody costs wherever they are sent, and what every change of a place in a period costs, is taken off:
    relative gaps are then of what can be decided, and no change costs less than nothing.

    Attributes:
        name: of the k-th.
        instance: with the costs of its changes by this sum.
        each: (nnz,) of one person who is sent; none: (I,) of one who is not.
        weights: of the objectives before the k-th.
        constant: what was taken off.
    """

    name: str
    instance: Instance
    each: FloatArray
    none: FloatArray
    weights: tuple[float, ...]
    constant: float

    @classmethod
    def of(cls, instance: Instance, order: tuple[str, ...]) -> Step:
        """Of the objectives in this order, of which the last is the k-th."""
        changes, matrix = instance.changes, instance.impedance
        assert changes is not None
        weights = _weights(instance, order)
        each, none, cost = np.zeros(matrix.pair_count), np.zeros(instance.demand_count), np.zeros(changes.count)
        for name, weight in zip(order, weights, strict=True):
            to_site, nowhere = costs_of(instance, name)
            each, none = each + weight * to_site, none + weight * nowhere
            if name == "cost_of_changes":
                cost = weight * changes.cost
        least = none.copy()
        np.minimum.at(least, matrix.rows, each)
        of_site = np.full(changes.site_place.size, np.inf)
        np.minimum.at(of_site, changes.site, cost)
        changes = replace(changes, cost=cost - of_site[changes.site])
        constant = float(instance.demand @ least) + float(of_site.sum())
        return cls(
            order[-1],
            replace(instance, changes=changes),
            each - least[matrix.rows],
            none - least,
            weights[:-1],
            constant,
        )

    @cached_property
    def _posed(self) -> Posed:
        every = np.ones(self._changes.least.size, dtype=bool)
        return pose(self.instance, self.each - self.none[self.instance.impedance.rows], self.none, rows=every)

    @cached_property
    def _transport(self) -> PeriodTransport:
        return PeriodTransport(self._posed.problem)

    @property
    def _changes(self) -> Changes:
        assert self.instance.changes is not None
        return self.instance.changes

    def prove(self, plan: Plan, seconds: float) -> Proven | None:
        """What the Lagrangian tells from the prices that the transport of a plan has; None where it has none."""
        begin, changes, posed = time.perf_counter(), self._changes, self._posed
        cost = self._transport.to(posed.in_use(changes, plan.states))
        if not (math.isfinite(cost) and self._transport.serves):
            return None
        cost += float(changes.cost[changes.chosen(plan.states)].sum())
        found = lagrangian_bound(
            posed.problem, posed.initial, mu=self._transport.prices(), sigma=np.zeros(changes.least.size), goal=cost,
            kinds=posed.kinds, first_step=FIRST_STEP, steps=STEPS, end=begin + seconds,
        )  # fmt: skip
        return Proven(self.weights, found.value + self.constant)

    def search(self, seconds: float, known: Known) -> tuple[Proven, IntArray | None]:
        """What is proven, and the states (J,) of the best plan that the search finds."""
        found = search_plan(
            self.instance, self.each, self.none, time_limit_s=seconds, gap=0.0,
            starts=known.states, prices=known.prices.get(self.name, ()),
        )  # fmt: skip
        known.prices[self.name] = found.prices
        return Proven(self.weights, found.bound + self.constant), found.states


def _weights(instance: Instance, order: tuple[str, ...]) -> tuple[float, ...]:
    """Of each objective, 1 of the last: what a unit of it is worth by the next, times what that is worth."""
    changes = instance.changes
    assert changes is not None
    largest = max(float(np.abs(changes.cost).max(initial=0.0)), 1.0)
    farthest = max(float(instance.impedance.values.max(initial=0.0)), 1.0)
    people = float(instance.demand.sum()) / max(instance.site_count, 1)
    weights = [1.0]
    for name, then in reversed(list(pairwise(order))):
        match name in OF_PERSONS, then:
            case True, "cost_of_changes":
                rate = largest
            case True, "total_weighted_impedance":
                rate = PERSONS * farthest
            case True, _:
                rate = PERSONS
            case False, "total_weighted_impedance":
                rate = max(people * farthest / largest, 1.0) * PERSONS
            case _:
                rate = 1.0  # travel before the cost is unusual: a minute for a unit of money
        weights.append(weights[-1] * rate)
    return tuple(reversed(weights))
