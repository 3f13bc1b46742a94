"""A layout plan's instance as a multi-period problem."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.multiperiod.problem import Changes, MultiPeriodProblem


class Posed(NamedTuple):
    """A problem and how its numbers lie in the instance.

    Attributes:
        initial: (P,) state of each place today, 0 for not in use, else from 1.
        change: (A,) of each change of the problem its number in the instance.
    """

    problem: MultiPeriodProblem
    initial: IntArray
    change: IntArray


def pose(instance: Instance, worth: FloatArray, left_out: FloatArray, *, rows: BoolArray) -> Posed:
    """The problem of an instance with changes.

    Args:
        worth: (nnz,) cost of sending one person of the point to the site, less that of leaving the person out.
        left_out: (I,) cost of leaving one person out.
        rows: (R,) rows over the changes that the problem keeps.
    """
    c = instance.changes
    assert c is not None
    order = np.lexsort((c.period, c.place))
    first_state = np.searchsorted(c.state_place, np.arange(c.places + 1))
    local = lambda state, place: np.where(state >= 0, state - first_state[place] + 1, 0)  # noqa: E731
    place, period = c.place[order], c.period[order]
    starts = np.searchsorted(place * c.periods + period, np.arange(c.places * c.periods + 1))
    changes = Changes(
        starts=starts,
        tail=local(c.tail[order], place),
        head=local(c.head[order], place),
        cost=c.cost[order].astype(np.float64),
        first=first_state.astype(np.int64),
    )
    matrix = instance.impedance
    a = instance.demand
    point = matrix.rows
    load = instance.weight
    everybody = float(load.sum())
    problem = MultiPeriodProblem.of(
        point,
        c.site_place[matrix.indices],
        a[point] * (worth + left_out[point]),
        load=load,
        period=_period_of_points(instance),
        capacity=np.minimum(c.capacity, everybody),
        minimum=c.minimum,
        changes=changes,
        matrix=csr_array(c.rows[rows][:, order]),
        least=c.least[rows],
        most=c.most[rows],
        unserved=a * left_out,
    )
    return Posed(problem, local(c.initial, np.arange(c.places)), order)


def _period_of_points(instance: Instance) -> IntArray:
    """(I,) the period of the sites that each point reaches; 0 for a point that reaches none."""
    c = instance.changes
    assert c is not None
    matrix = instance.impedance
    period = np.zeros(instance.demand_count, dtype=np.int64)
    there = np.diff(matrix.indptr) > 0
    period[there] = c.site_period[matrix.indices[matrix.indptr[:-1][there]]]
    return period
