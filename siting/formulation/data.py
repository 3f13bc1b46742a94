"""The numbers of an instance as plain Python lists, which Pyomo reads several times faster than arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from siting.errors import fail
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes


class Data:
    """What the blocks read; each part is made when it is first asked for.

    Symbols: I demand points, J sites, A admissible pairs (i, j), J_i sites admissible for i, I_j demand
    points admissible for j, N_i sites within the standard T_i of i, J_new sites that are not existing
    facilities, J_leave existing facilities that may close or move.
    """

    def __init__(self, instance: Instance, always_open: BoolArray | None = None) -> None:
        """`always_open` (J,): sites that other constraints of the model open in any case."""
        self.instance = instance
        self.always_open = np.zeros(instance.site_count, bool) if always_open is None else always_open

    @cached_property
    def A(self) -> list[tuple[int, int]]:  # noqa: N802
        """The admissible pairs."""
        matrix = self.instance.impedance
        return list(zip(matrix.rows.tolist(), matrix.indices.tolist(), strict=True))

    @cached_property
    def A_linked(self) -> list[tuple[int, int]]:  # noqa: N802
        """The admissible pairs whose site may stay closed."""
        matrix = self.instance.impedance
        mask = ~self.always_open[matrix.indices]
        return list(zip(matrix.rows[mask].tolist(), matrix.indices[mask].tolist(), strict=True))

    @cached_property
    def t(self) -> dict[tuple[int, int], float]:
        """Impedance of each admissible pair."""
        return dict(zip(self.A, self.instance.impedance.values.tolist(), strict=True))

    @cached_property
    def a(self) -> list[float]:
        """Demand of each point."""
        return [float(v) for v in self.instance.demand]

    @cached_property
    def sites_of(self) -> list[list[int]]:
        """J_i."""
        matrix = self.instance.impedance
        return _groups(matrix.rows, matrix.indices, self.instance.demand_count)

    @cached_property
    def points_of(self) -> list[list[int]]:
        """I_j."""
        matrix = self.instance.impedance
        return _groups(matrix.indices, matrix.rows, self.instance.site_count)

    @property
    def standard(self) -> FloatArray:
        """(I,) coverage standard."""
        assert self.instance.standard is not None
        return self.instance.standard

    @cached_property
    def near(self) -> list[list[int]]:
        """N_i."""
        matrix = self.instance.impedance
        rows = matrix.rows
        within = matrix.values <= self.standard[rows]
        return _groups(rows[within], matrix.indices[within], self.instance.demand_count)

    @cached_property
    def near_target(self) -> list[list[list[int]]]:
        """Of each coverage target, the sites within its impedance of each demand point."""
        matrix = self.instance.impedance
        found = []
        for limit, _ in self.instance.coverage_targets or ():
            within = matrix.values <= limit
            found.append(_groups(matrix.rows[within], matrix.indices[within], self.instance.demand_count))
        return found

    @property
    def changes(self) -> Changes:
        """The changes over the periods."""
        assert self.instance.changes is not None
        return self.instance.changes

    @cached_property
    def changes_of(self) -> list[list[int]]:
        """E_j: of each site the changes of its place in its period that leave it in use."""
        used = self.changes.used
        return _groups(self.changes.site[used], used, self.instance.site_count)

    @cached_property
    def paid(self) -> dict[tuple[int, int], float]:
        """h_ij of the pairs where a ride or a stay is paid for."""
        cost = ride_or_stay(self.instance)
        where = np.flatnonzero(cost > 0)
        matrix = self.instance.impedance
        pairs = zip(matrix.rows[where].tolist(), matrix.indices[where].tolist(), strict=True)
        return dict(zip(pairs, cost[where].tolist(), strict=True))

    @cached_property
    def new(self) -> list[int]:
        """J_new."""
        return [int(j) for j in np.flatnonzero(~self.instance.existing)]

    @cached_property
    def leaving(self) -> list[int]:
        """J_leave: existing facilities that may close or move."""
        return [int(j) for j in np.flatnonzero(self.instance.leaving)]

    @cached_property
    def relocatable(self) -> list[int]:
        """J_move: existing facilities that may move."""
        flags = self.instance.relocatable
        return [] if flags is None else [int(j) for j in np.flatnonzero(flags)]

    @cached_property
    def own(self) -> BoolArray:
        """(J,) sites that are not competitors'."""
        flags = self.instance.competitor
        return np.ones(self.instance.site_count, dtype=bool) if flags is None else ~flags

    @cached_property
    def zone_demand(self) -> dict[int, list[int]]:
        """Demand points of each demand zone in which people live."""
        zone = self.instance.demand_zone
        assert zone is not None
        groups = {int(k): np.flatnonzero(zone == k) for k in np.unique(zone[zone >= 0])}
        return {k: [int(i) for i in rows] for k, rows in groups.items() if self.instance.demand[rows].sum() > 0}

    @cached_property
    def futures(self) -> list[list[int]]:
        """Demand points of each future; one future where the instance tells none apart."""
        future = self.instance.future
        if future is None:
            return [list(range(self.instance.demand_count))]
        count = int(future.max(initial=-1)) + 1
        if self.instance.future_best is not None:  # one in which nobody needs the service has no row
            count = max(count, self.instance.future_best.size)
        return [[int(i) for i in np.flatnonzero(future == k)] for k in range(count)]

    @cached_property
    def future_of(self) -> list[int]:
        """The future of each demand point."""
        future = self.instance.future
        return [0] * self.instance.demand_count if future is None else [int(k) for k in future]

    @cached_property
    def visits(self) -> list[list[list[int]]]:
        """Of each site and each future, the demand points that may come."""
        parts: list[list[list[int]]] = [[[] for _ in self.futures] for _ in self.points_of]
        for j, points in enumerate(self.points_of):
            for i in points:
                parts[j][self.future_of[i]].append(i)
        return parts

    @cached_property
    def tails(self) -> list[tuple[float, float]]:
        """(share of the people, weight) of each tail mean of the ordered median."""
        instance = self.instance
        if instance.ordered_weights is not None:
            return list(instance.ordered_weights)
        if instance.worst_share is None:
            fail(
                "须给出处境最差者的份额，或各份额的权重",
                "give the share of the people who fare worst, or weights by share",
                column="worst_share, ordered_weights",
            )
        return [(instance.worst_share, 1.0)]

    @cached_property
    def attended(self) -> dict[tuple[int, int], float]:
        """w_ij: share of the people of i who would come to j."""
        assert self.instance.decay is not None
        return dict(zip(self.A, self.instance.decay.share(self.instance.impedance.values).tolist(), strict=True))

    @cached_property
    def gradual(self) -> dict[tuple[int, int], float]:
        """g_ij: 1 up to the standard, falling evenly to 0 at the outer standard."""
        return dict(zip(self.A, gradual_cover(self.instance).tolist(), strict=True))

    @cached_property
    def attraction(self) -> dict[tuple[int, int], float]:
        """A_ij: attraction of site j for people at i."""
        return dict(zip(self.A, attraction(self.instance).tolist(), strict=True))

    @cached_property
    def rival_attraction(self) -> list[float]:
        """Attraction of all competitors together for people at i."""
        matrix, flags = self.instance.impedance, ~self.own
        rival = np.where(flags[matrix.indices], attraction(self.instance), 0.0)
        return [float(v) for v in np.bincount(matrix.rows, weights=rival, minlength=matrix.shape[0])]

    @cached_property
    def weight(self) -> list[float]:
        """What each demand point takes of a capacity."""
        return [float(v) for v in self.instance.weight]

    @cached_property
    def closing_cost(self) -> list[float]:
        """Cost of closing or moving each existing facility, 0 where none is given."""
        cost = self.instance.closing_cost
        return [0.0] * self.instance.site_count if cost is None else [float(v) for v in cost]

    @cached_property
    def classes(self) -> list[int]:
        """Size classes."""
        sizes = self.instance.size_capacity
        return [] if sizes is None else list(range(sizes.size))

    @cached_property
    def arcs(self) -> list[tuple[int, int]]:
        """Both directions of every pair of demand points that touch."""
        assert self.instance.adjacency is not None
        start, end = self.instance.adjacency.arcs()
        return list(zip(start.tolist(), end.tolist(), strict=True))

    @cached_property
    def between(self) -> list[tuple[int, int, float]]:
        """(j, k, d_jk) of each pair of sites j < k that is reachable, the shorter of both directions."""
        return list(zip(*(part.tolist() for part in between_sites(self.instance)), strict=True))

    @cached_property
    def cost(self) -> list[float]:
        """Fixed cost of each site."""
        assert self.instance.fixed_cost is not None
        return [float(v) for v in self.instance.fixed_cost]

    @cached_property
    def capacity(self) -> list[float]:
        """Capacity of each site."""
        assert self.instance.capacity is not None
        return [float(v) for v in self.instance.capacity]

    def sites_where(self, holds: BoolArray | Callable[[Instance], BoolArray]) -> list[int]:
        """Sites of a mask."""
        mask = holds(self.instance) if callable(holds) else holds
        return [int(j) for j in np.flatnonzero(mask)]


def gradual_cover(instance: Instance) -> FloatArray:
    """(nnz,) cover that each pair gives: 1 up to the standard T_i, (R_i - t) / (R_i - T_i) up to R_i, then 0.

    Source: Church and Roberts (1983); Berman, Krass and Drezner (2003), EJOR 151(3).
    """
    assert instance.standard is not None
    assert instance.outer_standard is not None
    matrix = instance.impedance
    full, none = instance.standard[matrix.rows], instance.outer_standard[matrix.rows]
    width = none - full
    falling = np.divide(none - matrix.values, width, out=np.zeros(matrix.pair_count), where=width > 0)
    cover: FloatArray = np.where(matrix.values <= full, 1.0, np.clip(falling, 0.0, 1.0))
    return cover


def attraction(instance: Instance) -> FloatArray:
    """(nnz,) attraction of the pair's site, its own times the decay.

    Source: Huff (1964), Journal of Marketing 28(3).
    """
    assert instance.decay is not None
    matrix = instance.impedance
    own = np.ones(instance.site_count) if instance.attraction is None else instance.attraction
    pull: FloatArray = own[matrix.indices] * instance.decay.share(matrix.values)
    return pull


def between_sites(instance: Instance) -> tuple[IntArray, IntArray, FloatArray]:
    """j, k and d_jk of each pair of sites j < k that is reachable, the shorter of both directions."""
    matrix = instance.site_impedance
    assert matrix is not None
    low, high = np.minimum(matrix.rows, matrix.indices), np.maximum(matrix.rows, matrix.indices)
    order = np.lexsort((matrix.values, high, low))
    order = order[low[order] < high[order]]
    j, k = low[order], high[order]
    first = np.r_[True, (np.diff(j) != 0) | (np.diff(k) != 0)][: j.size]
    return j[first], k[first], matrix.values[order][first]


def huff_shares(instance: Instance, open_sites: BoolArray) -> FloatArray:
    """(nnz,) shares in which people divide themselves among the open sites, by attraction."""
    matrix = instance.impedance
    pull = np.where(open_sites[matrix.indices], attraction(instance), 0.0)
    total = np.bincount(matrix.rows, weights=pull, minlength=matrix.shape[0])[matrix.rows]
    return np.divide(pull, total, out=np.zeros(matrix.pair_count), where=total > 0)


def _groups(key: IntArray, value: IntArray, size: int) -> list[list[int]]:
    """`value` grouped by `key` in 0..size-1."""
    order = np.argsort(key, kind="stable")
    ends = np.cumsum(np.bincount(key, minlength=size)).tolist()
    flat = value[order].tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if size else []


def ride_or_stay(instance: Instance) -> FloatArray:
    """(nnz,) yuan for the ride or the stay of one person of each admissible pair."""
    matrix = instance.impedance
    cost = np.zeros(matrix.pair_count)
    for beyond, yuan in ((instance.ride_beyond, instance.ride_cost), (instance.stay_beyond, instance.stay_cost)):
        if beyond is not None and yuan is not None:
            cost = np.where(matrix.values > beyond[matrix.rows], yuan[matrix.rows], cost)
    return cost


def person_worth(instance: Instance) -> FloatArray:
    """(I,) yuan for one person who has no place at all."""
    assert instance.beyond_cost is not None
    assert instance.left_out_cost is not None
    return instance.beyond_cost + instance.left_out_cost


def pair_worth(instance: Instance) -> FloatArray:
    """(nnz,) yuan for sending one person of the point to the site, less what leaving that person out counts for."""
    matrix = instance.impedance
    rows = matrix.rows
    assert instance.trip_cost is not None
    assert instance.beyond_cost is not None
    assert instance.standard is not None
    beyond = np.where(matrix.values > instance.standard[rows], instance.beyond_cost[rows], 0.0)
    travel = instance.trip_cost[rows] * matrix.values
    cost: FloatArray = ride_or_stay(instance) + travel + beyond - person_worth(instance)[rows]
    return cost
