"""A layout plan's instance as a multi-period problem.

Where facilities hold so many of each kind of demand, each kind has the place for itself, with its share of the costs:
a relaxation, as the kinds may then choose different states, and exact where the states are given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes as InstanceChanges
from siting.search.multiperiod.problem import Changes, MultiPeriodProblem

ROUNDING = 1e-9


class Posed(NamedTuple):
    """A problem and how its numbers lie in the instance. G is the number of kinds, 1 where there are none.

    Pairs whose place holds nobody of the point's kind in any state are left out.

    Attributes:
        starts: (I + 1,) pairs of each point, the cheapest first.
        place: (nnz,) place of each pair, p G + kind; each: (nnz,) cost of one person.
        left_out: (I,) cost of leaving one person out.
        initial: (P G,) state of each place today, 0 for not in use, else from 1.
        change: (A G,) of each change of the problem its number in the instance.
        kinds: G.
    """

    problem: MultiPeriodProblem
    starts: IntArray
    place: IntArray
    each: FloatArray
    left_out: FloatArray
    initial: IntArray
    change: IntArray
    kinds: int

    def in_use(self, changes: InstanceChanges, states: IntArray) -> BoolArray:
        """(T, C) columns in use for the states (J,) of the sites."""
        problem, G = self.problem, self.kinds
        used = np.flatnonzero(states >= 0)
        place, state = changes.site_place[used], states[used]
        local = state - np.searchsorted(changes.state_place, np.arange(changes.places))[place]
        cells = np.zeros((problem.periods, problem.columns), dtype=bool)
        for g in range(G):
            cells[changes.site_period[used], problem.changes.first[place * G + g] + local] = True
        return cells


def kinds_are_apart(instance: Instance) -> bool:
    """Whether `pose` has all of the room that a place gives to kinds of demand.

    People of no kind must come only to where the first kind, as whom they are taken, has all the room; and where people
    of several kinds come, the kinds' rooms together must not exceed that of all, nor a least use be asked.
    """
    c, kind, matrix = instance.changes, instance.demand_kind, instance.impedance
    assert c is not None
    if kind is None or c.kind_capacity is None:
        return True
    first = np.zeros(c.places, dtype=bool)
    np.logical_or.at(first, c.state_place, c.kind_capacity[:, 0] < c.capacity)
    of_kind = kind[matrix.rows]
    place = c.site_place[matrix.indices]
    if first[place[of_kind < 0]].any():
        return False
    reached = np.zeros((c.places, c.kind_capacity.shape[1]), dtype=bool)
    reached[place, np.maximum(of_kind, 0)] = True
    several = reached.sum(axis=1)[c.state_place] > 1
    rooms = np.where(reached[c.state_place], np.minimum(c.kind_capacity, c.capacity[:, None]), 0.0).sum(axis=1)
    within = rooms <= c.capacity * (1 + ROUNDING) + ROUNDING
    return bool((within & (c.minimum <= 0))[several].all())


def pose(instance: Instance, worth: FloatArray, left_out: FloatArray, *, rows: BoolArray) -> Posed:
    """The problem of an instance with changes.

    Args:
        worth: (nnz,) cost of sending one person of the point to the site, less that of leaving the person out.
        left_out: (I,) cost of leaving one person out.
        rows: (R,) rows over the changes that the problem keeps.
    """
    c = instance.changes
    assert c is not None
    kind = instance.demand_kind
    G = 1 if kind is None or c.kind_capacity is None else c.kind_capacity.shape[1]
    states = np.bincount(c.state_place, minlength=c.places)
    first = np.r_[0, np.cumsum(np.repeat(states, G))]
    first_state = np.r_[0, np.cumsum(states)]
    change = np.repeat(np.arange(c.count), G)
    own = np.tile(np.arange(G), c.count)
    place = c.place[change] * G + own
    order = np.lexsort((c.period[change], place))
    change, place = change[order], place[order]

    def local(state: IntArray, of: IntArray) -> IntArray:
        return np.where(state >= 0, state - first_state[of] + 1, 0)

    changes = Changes(
        starts=np.searchsorted(place * c.periods + c.period[change], np.arange(c.places * G * c.periods + 1)),
        tail=local(c.tail[change], c.place[change]),
        head=local(c.head[change], c.place[change]),
        cost=c.cost[change] / G,
        first=first.astype(np.int64),
    )
    matrix, a, load = instance.impedance, instance.demand, instance.weight
    kind_of = np.zeros(instance.demand_count, dtype=np.int64) if kind is None or G == 1 else np.maximum(kind, 0)
    places = c.site_place[matrix.indices] * G + kind_of[matrix.rows]
    everybody = max(float(load.sum()), 1.0)
    most_needed = np.where(np.isin(np.arange(c.places), places[kind_of[matrix.rows] > 0] // G), 0.0, np.inf)
    capacity, minimum = _room(c, G, states, everybody, most_needed)
    holds = np.zeros(c.places * G, dtype=bool)
    np.logical_or.at(holds, np.repeat(np.arange(c.places * G), np.diff(first)), capacity > 0)
    kept = np.flatnonzero(holds[places])
    point, places, each = matrix.rows[kept], places[kept], (worth + left_out[matrix.rows])[kept]
    problem = MultiPeriodProblem.of(
        point,
        places,
        a[point] * each,
        load=load,
        period=_period_of_points(instance),
        capacity=capacity,
        minimum=minimum,
        changes=changes,
        matrix=csr_array(c.rows[rows][:, change] / G),
        least=c.least[rows],
        most=c.most[rows],
        unserved=a * left_out,
    )
    problem = replace(problem, origin=kept[problem.origin])
    dearer = np.lexsort((each, point))
    starts = np.r_[0, np.cumsum(np.bincount(point, minlength=instance.demand_count))]
    today = local(np.repeat(c.initial, G), np.repeat(np.arange(c.places), G))
    return Posed(problem, starts, places[dearer], each[dearer], left_out, today, change, G)


def _room(
    c: InstanceChanges, kinds: int, states: IntArray, everybody: float, most_needed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(C,) capacity and least use of each column: the states of each place, for each kind once.

    Args:
        most_needed: (P,) no least use is above it: 0 where several kinds share it, which no kind alone has to meet.
    """
    if kinds == 1 or c.kind_capacity is None:
        return np.minimum(c.capacity, everybody), c.minimum
    parts = np.split(np.arange(c.states), np.cumsum(states)[:-1])
    number = np.concatenate([np.tile(part, kinds) for part in parts])
    kind = np.concatenate([np.repeat(np.arange(kinds), part.size) for part in parts])
    room = np.minimum(c.kind_capacity[number, kind], c.capacity[number])
    return np.minimum(room, everybody), np.where(
        kind == 0, np.minimum(c.minimum, most_needed[c.state_place])[number], 0.0
    )


def _period_of_points(instance: Instance) -> IntArray:
    """(I,) the period of the sites that each point reaches; 0 for a point that reaches none."""
    c = instance.changes
    assert c is not None
    matrix = instance.impedance
    period = np.zeros(instance.demand_count, dtype=np.int64)
    there = np.diff(matrix.indptr) > 0
    period[there] = c.site_period[matrix.indices[matrix.indptr[:-1][there]]]
    return period
