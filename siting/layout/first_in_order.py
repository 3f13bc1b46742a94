"""Plans held against each other by objectives in their order, and single places' ways tried one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import coo_array, csr_array, triu

from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.layout.assign import TINY, as_it_stands, assignment_of, costs_of, pair_costs
from siting.machine.interrupt import out_of_time
from siting.search.multiperiod.adapter import pose
from siting.search.multiperiod.transport import PeriodTransport
from siting.search.multiperiod.ways import Ways
from siting.solution import Assignment

SAME = 1e-8  # relative: values as near as that are the same
KEPT = 1e-7  # rows and room are kept to that


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan: states (J,), the value of each objective, who goes where."""

    states: IntArray
    values: tuple[float, ...]
    assignment: Assignment


def comes_before(values: tuple[float, ...], others: tuple[float, ...]) -> bool:
    """Whether the first value in which they differ is the smaller one."""
    for a, b in zip(values, others, strict=True):
        if abs(a - b) > SAME * max(1.0, abs(b)):
            return a < b
    return False


class Ordered:
    """The plans of an instance, each with its people sent where the order of the objectives wants them."""

    def __init__(self, instance: Instance, model: Formulation) -> None:
        changes = instance.changes
        assert changes is not None
        self.instance, self.changes, self.order = instance, changes, model.objectives
        each, none = pair_costs(instance, model, as_modelled=True)
        rows = np.zeros(changes.least.size, dtype=bool)
        self._posed = pose(instance, each - none[instance.impedance.rows], none, rows=rows)
        self._transport = PeriodTransport(self._posed.problem)
        self._costs = [costs_of(instance, name) for name in self.order]

    def as_it_stands(self) -> Plan | None:
        """No change at all, where that keeps the rules."""
        return self.plan(as_it_stands(self.changes))

    def plan(self, states: IntArray) -> Plan | None:
        """The plan of these states; None where they keep not every row, or where no use of them does."""
        taken = self.changes.flags(states)
        return self._plan(taken) if taken is not None and self._keeps(taken) else None

    def settle(self, best: Plan) -> Plan:
        """The same states with people sent anew: after many changes a transport's last digits are worn."""
        self._transport = PeriodTransport(self._posed.problem)
        plan = self.plan(best.states)
        return best if plan is None or comes_before(best.values, plan.values) else plan

    def improve(self, best: Plan, proven: tuple[str, ...], end: float) -> Plan:
        """Other ways of single places, then of two that have people in common, until none is better or time is over.

        Args:
            proven: objectives at the order's beginning by which the plan is proven the best.
        """
        changes = self.changes
        taken = changes.flags(best.states)
        assert taken is not None
        ways_of = Ways(changes)
        groups = [(p,) for p in range(changes.places)] + self._neighbours()
        stale = place = 0
        while stale < len(groups):
            stale += 1
            own = np.isin(changes.place, groups[place])
            for ways in product(*(ways_of.of(p) for p in groups[place])):
                if out_of_time(end):
                    return best
                other = taken & ~own
                other[[a for way in ways for a in way]] = True
                if (other == taken).all() or not self._keeps(other) or self._dearer(other, best, proven):
                    continue
                plan = self._plan(other)
                if plan is not None and comes_before(plan.values, best.values):
                    best, taken, stale = plan, other, 0
            place = (place + 1) % len(groups) if stale else 0
        return best

    def _neighbours(self) -> list[tuple[int, int]]:
        """Pairs of places that people have in common, those with most of them first."""
        matrix, places = self.instance.impedance, self.changes.places
        size = (self.instance.demand_count, places)
        people = np.sqrt(self.instance.demand)[matrix.rows]
        reach = csr_array(coo_array((people, (matrix.rows, self.changes.site_place[matrix.indices])), shape=size))
        common = triu((reach.T @ reach).tocoo(), k=1).tocoo()
        order = np.lexsort((common.col, common.row, -common.data))
        return list(zip(common.row[order].tolist(), common.col[order].tolist(), strict=True))

    def _dearer(self, taken: BoolArray, best: Plan, proven: tuple[str, ...]) -> bool:
        """Whether the changes alone cost more than the plan, where no objective before the cost can be better."""
        if "cost_of_changes" not in self.order:
            return False
        k = self.order.index("cost_of_changes")
        if self.order[:k] != proven[:k]:
            return False
        cost, value = float(self.changes.cost[taken].sum()), best.values[k]
        return cost > value + SAME * max(1.0, abs(value))

    def _keeps(self, taken: BoolArray) -> bool:
        """Whether the changes (A,) keep every row."""
        return self.changes.keeps(taken, slack=KEPT)

    def _plan(self, taken: BoolArray) -> Plan | None:
        changes, instance = self.changes, self.instance
        states = changes.after(taken)
        if not math.isfinite(self._transport.to(self._posed.in_use(changes, states))):
            return None
        assignment, share = assignment_of(instance, self._posed, self._transport.shares())
        if not self._fits(states, share):
            return None
        return Plan(states, self._values(taken, share), assignment)

    def _fits(self, states: IntArray, share: FloatArray) -> bool:
        """Whether every site has room for each kind and for all together, and has its least use."""
        instance, c = self.instance, self.changes
        matrix, used = instance.impedance, states >= 0
        comes = share * instance.weight[matrix.rows]

        def load(of: BoolArray | None = None) -> FloatArray:
            weights = comes if of is None else comes * of[matrix.rows]
            return np.bincount(matrix.indices, weights=weights, minlength=instance.site_count)[used].astype(np.float64)

        every = load()
        slack, state = KEPT * np.maximum(1.0, every), states[used]
        fits = bool(((every <= c.capacity[state] + slack) & (every >= c.minimum[state] - slack)).all())
        if fits and c.kind_capacity is not None and instance.demand_kind is not None:
            for kind, room in enumerate(c.kind_capacity.T):
                fits = fits and bool((load(instance.demand_kind == kind) <= room[state] + slack).all())
        return fits

    def _values(self, taken: BoolArray, share: FloatArray) -> tuple[float, ...]:
        """Of each objective."""
        demand, matrix = self.instance.demand, self.instance.impedance
        pair = np.flatnonzero(share > TINY)
        persons = demand[matrix.rows[pair]] * share[pair]
        nobody = max(float(demand.sum() - persons.sum()), 0.0)
        values = []
        for name, (to_site, nowhere) in zip(self.order, self._costs, strict=True):
            value = float(persons @ to_site[pair]) + nowhere * nobody
            values.append(value + float(self.changes.cost[taken].sum()) * (name == "cost_of_changes"))
        return tuple(values)
