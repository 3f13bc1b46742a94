"""Snaps points to the nearest place on a road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network.access import Mode
from siting.network.geometry import LocalProjection, polylines
from siting.network.graph import RoadGraph

Component = Literal["largest", "any"]
MAX_SNAP_M = 1000.0
Drawn = tuple[LocalProjection, NDArray[np.object_], shapely.STRtree]
_known: WeakKeyDictionary[RoadGraph, dict[bytes, Drawn]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Snap:
    """Where n points meet the road.

    Attributes:
        edge: (n,) edge index, -1 where no road is near enough.
        fraction: (n,) position along the edge, 0 at u and 1 at v; NaN where `edge` is -1.
        distance_m: (n,) straight line from the point to the road, also beyond the maximum; +inf without any road.
        lon, lat: (n,) the place on the road, also beyond the maximum; NaN without any road.
    """

    edge: IntArray
    fraction: FloatArray
    distance_m: FloatArray
    lon: FloatArray
    lat: FloatArray

    @property
    def ok(self) -> BoolArray:
        """(n,) points with a road near enough."""
        return self.edge >= 0


def snap_points(
    graph: RoadGraph,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    mode: Mode,
    max_snap_m: float = MAX_SNAP_M,
    component: Component = "largest",
) -> Snap:
    """Nearest place on an edge that the mode may use and that doors open onto (no motorway, bridge, tunnel).

    Distances are in a local transverse Mercator projection: right to 0.01 % across a county. Of equally near
    edges (at a junction) the lowest index counts.

    Args:
        graph: the roads.
        lon, lat: (n,) WGS84 degrees.
        mode: decides which edges count.
        max_snap_m: farther points are not snapped.
        component: `largest` snaps only to the mode's largest component, so that no point ends on an island of
            road from which nothing can be reached; `any` to every usable edge.

    Raises:
        ValueError: when `lon` and `lat` differ in length or hold a value that is not finite.
    """
    lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if lons.ndim != 1 or lons.shape != lats.shape or not (np.isfinite(lons) & np.isfinite(lats)).all():
        raise ValueError("lon and lat must be finite and of one length")
    n = lons.size
    edges = np.flatnonzero((graph.main(mode) if component == "largest" else graph.usable(mode)) & graph.kerbside)
    snap = Snap(
        np.full(n, -1, dtype=np.int64), np.full(n, np.nan), np.full(n, np.inf), np.full(n, np.nan), np.full(n, np.nan)
    )
    if n == 0 or edges.size == 0:
        return snap
    local, lines, tree = _drawn(graph, edges)
    points = np.asarray(shapely.points(local.to_metres(lons, lats)), dtype=object)
    asked, found = tree.query_nearest(points, all_matches=True)
    order = np.lexsort((found, asked))
    who, first = np.unique(asked[order], return_index=True)  # all but points too far off for the projection
    which = found[order][first]
    line, point = lines[which], points[who]
    along = shapely.line_locate_point(line, point)
    length = shapely.length(line)
    foot = shapely.line_interpolate_point(line, along)
    snap.distance_m[who] = shapely.distance(foot, point)
    snap.lon[who], snap.lat[who] = local.points_to_degrees(shapely.get_coordinates(foot))
    near = snap.distance_m[who] <= max_snap_m
    snap.edge[who[near]] = edges[which[near]]
    snap.fraction[who[near]] = np.clip(along / np.where(length > 0, length, 1.0), 0.0, 1.0)[near]
    return snap


def _drawn(graph: RoadGraph, edges: IntArray) -> Drawn:
    """The edges' polylines in local metres; many questions on one graph ask for the same."""
    known = _known.setdefault(graph, {})
    key = edges.tobytes()
    if key not in known:
        local = LocalProjection(graph.node_lon, graph.node_lat)
        index, owner = graph.points_of(edges)
        lines = polylines(local.to_metres(graph.point_lon[index], graph.point_lat[index]), owner)
        known[key] = local, lines, shapely.STRtree(lines)
    return known[key]
