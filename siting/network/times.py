"""Travel times between many points, with a cut-off, kept sparse.

A journey is: the straight walk from the origin to its place on the road, the road, the straight walk from the
road to the destination. Points lie anywhere along an edge: an edge that carries points is entered and left at the
right fraction of its minutes, in the directions it allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import dijkstra

from siting.events import Listener, silent, stage
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.network.access import Mode
from siting.network.approach import Approach
from siting.network.geometry import LocalProjection
from siting.network.graph import RoadGraph
from siting.network.modes import METRES_PER_MINUTE_PER_KMH, WALK_SPEED_KMH, ModeGraph, mode_graph, sparse_minutes
from siting.network.search import Task, many_to_many
from siting.network.snap import MAX_SNAP_M, Component, Snap, snap_points

Pairs = tuple[IntArray, IntArray, FloatArray]


@dataclass(frozen=True, eq=False)
class PlacedPoints:
    """n points with their ids, in WGS84 degrees."""

    ids: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray

    @classmethod
    def of(cls, ids: Sequence[str], lon: ArrayLike, lat: ArrayLike) -> PlacedPoints:
        """From anything array-like.

        Raises:
            ValueError: when the three differ in length or a coordinate is not finite.
        """
        lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        if lons.shape != (len(ids),) or lats.shape != (len(ids),):
            raise ValueError("ids, lon and lat must be of one length")
        if not (np.isfinite(lons) & np.isfinite(lats)).all():
            raise ValueError("lon and lat must be finite")
        return cls(tuple(ids), lons, lats)

    @property
    def count(self) -> int:
        """n."""
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Times from every origin to every destination within the cut-off.

    Attributes:
        impedance: (origins, destinations) minutes, rounded to `DECIMALS_MIN` and kept as the 32-bit float that is not
            above (`ImpedanceMatrix.widened` gives the decimals back); a missing pair is out of reach.
        origins, destinations: where the points meet the road; `~ok` are off the network and have no pair.
        cutoff_min: beyond it no pair is stored.
    """

    impedance: ImpedanceMatrix
    origins: Snap
    destinations: Snap
    cutoff_min: float


def travel_times(
    graph: RoadGraph,
    origins: PlacedPoints,
    destinations: PlacedPoints,
    *,
    mode: Mode,
    cutoff_min: float,
    walk_speed_kmh: float = WALK_SPEED_KMH,
    max_snap_m: float = MAX_SNAP_M,
    component: Component = "largest",
    listener: Listener = silent,
) -> TravelTimes:
    """Quickest times from origins to destinations, door to door.

    Points beyond `max_snap_m` from a road have no pair; their snap distances are in the result. Two points on the
    same edge whose straight line is no longer than their two walks to the road together also count that line, so
    that a point is at 0 minutes from itself. Turn costs, waiting, slopes and parking are not modelled.

    Args:
        graph: the roads.
        origins: rows of the result.
        destinations: columns of the result.
        mode: `walk` or `drive`; the walks from and to the road are on foot in both.
        cutoff_min: largest time kept; +inf for all.
        walk_speed_kmh: on the road in mode `walk` and off the road in both.
        max_snap_m: largest distance from a point to the road.
        component: see `snap_points`.
        listener: is told the progress.

    Raises:
        ValueError: for a cut-off or walking speed that is not above 0.
        InputError: when the matrix would not fit into memory.
    """
    if not cutoff_min > 0:
        raise ValueError(f"cutoff_min must be above 0, got {cutoff_min}")
    with stage(listener, "travel_times", "计算出行时间", "computing travel times") as say:
        seen = mode_graph(graph, mode, walk_speed_kmh=walk_speed_kmh)
        start = snap_points(graph, origins.lon, origins.lat, mode=mode, max_snap_m=max_snap_m, component=component)
        goal = snap_points(
            graph, destinations.lon, destinations.lat, mode=mode, max_snap_m=max_snap_m, component=component
        )
        walk_m_per_min = walk_speed_kmh * METRES_PER_MINUTE_PER_KMH
        leave = Approach.leaving(seen, start, walk_m_per_min)
        arrive = Approach.arriving(seen, goal, walk_m_per_min)
        beside = _on_one_edge(graph, seen, (origins, destinations), (start, goal), walk_m_per_min)
        found = many_to_many(Task(seen.arcs(), seen.vertex_count, leave, arrive, beside, cutoff_min), say=say)
        columns = arrive.point.astype(found.indices.dtype)[found.indices]
        matrix = replace(found, indices=columns, shape=(leave.count, destinations.count))
        matrix = matrix.spread(leave.point, origins.count)
    return TravelTimes(matrix, start, goal, cutoff_min)


def nearest_times(
    graph: RoadGraph,
    sites: PlacedPoints,
    *,
    mode: Mode,
    cutoff_min: float = np.inf,
    walk_speed_kmh: float = WALK_SPEED_KMH,
    max_snap_m: float = MAX_SNAP_M,
    component: Component = "largest",
) -> FloatArray:
    """(N,) minutes from each node of the graph to the nearest of the sites; +inf beyond the cut-off."""
    seen = mode_graph(graph, mode, walk_speed_kmh=walk_speed_kmh)
    snap = snap_points(graph, sites.lon, sites.lat, mode=mode, max_snap_m=max_snap_m, component=component)
    arrive = Approach.arriving(seen, snap, walk_speed_kmh * METRES_PER_MINUTE_PER_KMH)
    by_node = np.full(graph.node_count, np.inf)
    np.minimum.at(by_node, seen.vertex_node, minutes_to_nearest(seen, arrive, cutoff_min))
    return np.round(by_node, 6)  # sums of minutes differ in their last bits with the order of adding


def minutes_to_nearest(seen: ModeGraph, arrive: Approach, cutoff_min: float) -> FloatArray:
    """(V,) minutes from each vertex to the nearest of the points; +inf beyond the cut-off."""
    tail, head, minutes = seen.arcs()
    hub = np.full(2 * arrive.count, seen.vertex_count, dtype=np.int64)
    ends, end_min = np.concatenate([arrive.u, arrive.v]), np.concatenate([arrive.u_min, arrive.v_min])
    open_ = np.isfinite(end_min)
    matrix = sparse_minutes(
        np.concatenate([head, hub[open_]]),
        np.concatenate([tail, ends[open_]]),
        np.concatenate([minutes, end_min[open_]]),
        seen.vertex_count + 1,
    )
    return dijkstra(matrix, indices=np.array([seen.vertex_count]), limit=cutoff_min)[0, :-1]


def _on_one_edge(
    graph: RoadGraph,
    seen: ModeGraph,
    points: tuple[PlacedPoints, PlacedPoints],
    snaps: tuple[Snap, Snap],
    walk_m_per_min: float,
) -> Pairs:
    """Pairs that share an edge: along it without passing its ends, and straight across where that is shorter.

    By their positions among the points that are on the network.
    """
    start, goal = snaps
    i_ok, j_ok = np.flatnonzero(start.ok), np.flatnonzero(goal.ok)
    j_ok = j_ok[np.argsort(goal.edge[j_ok], kind="stable")]
    edges = goal.edge[j_ok]
    begin = np.searchsorted(edges, start.edge[i_ok], side="left")
    count = np.searchsorted(edges, start.edge[i_ok], side="right") - begin
    i = np.repeat(i_ok, count)
    before = np.cumsum(count) - count
    j = j_ok[np.arange(i.size) - np.repeat(before - begin, count)]
    step = goal.fraction[j] - start.fraction[i]
    side_min = np.where(step > 0, seen.forward_min[start.edge[i]], seen.backward_min[start.edge[i]])
    along_min = np.zeros(i.size)
    moved = step != 0
    along_min[moved] = np.abs(step[moved]) * side_min[moved]
    walked_m = start.distance_m[i] + goal.distance_m[j]

    local = LocalProjection(graph.node_lon, graph.node_lat)
    a, b = (local.to_metres(side.lon, side.lat) for side in points)
    straight_m = np.hypot(*(a[i] - b[j]).T)
    across = straight_m <= walked_m
    i, j = (np.cumsum(snap.ok)[k] - 1 for snap, k in zip(snaps, (i, j), strict=True))
    return (
        np.concatenate([i, i[across]]),
        np.concatenate([j, j[across]]),
        np.concatenate([walked_m / walk_m_per_min + along_min, straight_m[across] / walk_m_per_min]),
    )
