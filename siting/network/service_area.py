"""The area from which at least one site can be reached within a number of minutes."""

from __future__ import annotations

import numpy as np
import shapely

from siting.impedance import FloatArray, IntArray
from siting.network.access import Mode
from siting.network.approach import Approach
from siting.network.graph import RoadGraph
from siting.network.modes import METRES_PER_MINUTE_PER_KMH, WALK_SPEED_KMH, ModeGraph, mode_graph
from siting.network.snap import MAX_SNAP_M, Component, Snap, snap_points
from siting.network.strips import strips_of
from siting.network.times import PlacedPoints, minutes_to_nearest

BUFFER_M = 80.0


def service_area(
    graph: RoadGraph,
    sites: PlacedPoints,
    *,
    mode: Mode,
    minutes: float,
    walk_speed_kmh: float = WALK_SPEED_KMH,
    max_snap_m: float = MAX_SNAP_M,
    component: Component = "largest",
    buffer_m: float = BUFFER_M,
    within: shapely.Geometry | None = None,
) -> shapely.Geometry:
    """Roads from which a site is reached within the minutes, widened to both sides, as (Multi)Polygon in WGS84.

    Roads are cut where the minutes run out; the walk from the road to the site counts. Motorways, bridges and
    tunnels are passed but not drawn: nobody lives at them. For the eye, not for counting: who is covered is
    decided by `travel_times`. Empty when no site is on the network.

    Args:
        graph: the roads.
        sites: the places to reach.
        mode, walk_speed_kmh, max_snap_m, component: as in `travel_times`.
        minutes: the limit.
        buffer_m: half width of the strip along a road. Outlines are simplified by a quarter of it; holes no
            larger than a square of four of it (320 m a side for 80 m) are filled.
        within: only the part of the area inside this WGS84 polygon; roads outside it are not even widened.
    """
    seen = mode_graph(graph, mode, walk_speed_kmh=walk_speed_kmh)
    snap = snap_points(graph, sites.lon, sites.lat, mode=mode, max_snap_m=max_snap_m, component=component)
    walk_m_per_min = walk_speed_kmh * METRES_PER_MINUTE_PER_KMH
    vertex_min = minutes_to_nearest(seen, Approach.arriving(seen, snap, walk_m_per_min), minutes)
    edge, low, high = _reached_parts(graph, seen, snap, vertex_min, minutes, walk_m_per_min)
    if edge.size == 0:
        return shapely.Polygon()
    strips = strips_of(graph, buffer_m)
    tolerance = buffer_m / 4
    if within is not None:
        inside = shapely.transform(within, lambda xy: strips.local.to_metres(xy[:, 0], xy[:, 1]))
        near = shapely.buffer(inside, 2 * buffer_m, quad_segs=1)
        shapely.prepare(near)
        close = shapely.intersects(near, strips.lines[edge])
        edge, low, high = edge[close], low[close], high[close]
    area: shapely.Geometry = shapely.simplify(strips.merged(edge, low, high), tolerance)
    area = _fill_small_holes(area, (4 * buffer_m) ** 2)
    if within is not None:
        area = shapely.intersection(area, shapely.make_valid(inside))
    return shapely.make_valid(shapely.set_precision(strips.local.to_degrees(area), 1e-6))


def _reached_parts(
    graph: RoadGraph, seen: ModeGraph, snap: Snap, vertex_min: FloatArray, minutes: float, walk_m_per_min: float
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Edge, from fraction, to fraction of every part of an edge from which a site is within reach."""
    edges = np.flatnonzero(seen.usable & graph.kerbside)
    forward, backward = seen.forward_min[edges], seen.backward_min[edges]
    # On the way to v the last `left` minutes of the edge are near enough; on the way to u the first.
    to_v, to_u = minutes - vertex_min[seen.v[edges]], minutes - vertex_min[seen.u[edges]]
    on = np.flatnonzero(snap.ok)
    left = minutes - snap.distance_m[on] / walk_m_per_min
    at, place = snap.edge[on], snap.fraction[on]
    parts = [
        (edges, 1.0 - _share(to_v, forward), np.ones(edges.size)),
        (edges, np.zeros(edges.size), _share(to_u, backward)),
        (at, place - _share(left, seen.forward_min[at]), place),
        (at, place, place + _share(left, seen.backward_min[at])),
    ]
    edge, low, high = (np.concatenate(column) for column in zip(*parts, strict=True))
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    some = high > low
    edge, low, high = edge[some], low[some], high[some]
    # An edge that is reached whole needs none of its parts.
    whole = np.unique(edge[(low == 0.0) & (high == 1.0)])
    rest = ~np.isin(edge, whole)
    return (
        np.concatenate([whole, edge[rest]]),
        np.concatenate([np.zeros(whole.size), low[rest]]),
        np.concatenate([np.ones(whole.size), high[rest]]),
    )


def _share(left_min: FloatArray, edge_min: FloatArray) -> FloatArray:
    """The share of an edge that the minutes left are enough for; 0 where the direction is closed."""
    ready = (left_min >= 0) & np.isfinite(edge_min)
    share = np.zeros(edge_min.size)
    share[ready] = np.where(
        edge_min[ready] > left_min[ready], left_min[ready] / np.maximum(edge_min[ready], 1e-12), 1.0
    )
    return share


def _fill_small_holes(area: shapely.Geometry, least_m2: float) -> shapely.Geometry:
    """The area without holes below a size, and without what lay in these."""
    parts = shapely.get_parts(area)
    rings, owner = shapely.get_rings(parts, return_index=True)
    outer = np.ones(owner.size, dtype=bool)
    outer[1:] = owner[1:] != owner[:-1]
    discs = np.asarray(shapely.polygons(rings), dtype=object)
    small = ~outer & (shapely.area(discs) < least_m2)
    if not small.any():
        return area
    drowned, _ = shapely.STRtree(discs[small]).query(parts, predicate="within")
    left = np.setdiff1d(np.arange(parts.size), drowned)
    holes = np.split(rings[~outer & ~small], np.cumsum(np.bincount(owner[~outer & ~small], minlength=parts.size))[:-1])
    shells = rings[outer]
    return shapely.multipolygons([shapely.Polygon(shells[k], list(holes[k])) for k in left.tolist()])
