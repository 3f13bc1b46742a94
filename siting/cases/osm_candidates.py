"""Sites where a facility could go: free or public land by its tags, then street corners thinned to a spacing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_dwellings import on_ground
from siting.cases.osm_objects import OsmObjects, Shapes, lonlat_to_metres, metres_to_lonlat
from siting.errors import fail
from siting.impedance import FloatArray, IntArray
from siting.network import RoadGraph, snap_points

# Land that may be had, best first, with the least size of a parcel in square metres.
LAND: tuple[tuple[str, str, float], ...] = (
    ("landuse", "brownfield", 500),
    ("landuse", "vacant", 500),
    ("landuse", "greenfield", 500),
    ("landuse", "construction", 500),
    ("amenity", "townhall", 300),
    ("amenity", "community_centre", 300),
    ("amenity", "public_building", 300),
    ("building", "public", 300),
    ("building", "civic", 300),
    ("landuse", "institutional", 500),
    ("amenity", "parking", 800),
    ("landuse", "grass", 800),
    ("landuse", "recreation_ground", 1500),
    ("landuse", "village_green", 800),
    ("landuse", "residential", 1500),
)
CORNER = "street"  # the land word of a site that is a street corner
SNAP_M = 200.0  # a site lies this near to a road that people may walk
PEOPLE_M = 800.0  # and this near to where people live
POINTS_PER_SITE, FEWEST, MOST = 9, 150, 400
SHORTEST_SPACING_M, LONGEST_SPACING_M = 60.0, 1500.0
NO_CORNER = ("motorway", "motorway_link", "trunk", "trunk_link", "track", "path", "steps", "bridleway")


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidate sites.

    Attributes:
        osm_id: (c,) `w123` of the land, or `x123`: the road node.
        name: (c,) name of the land or the street; may be empty.
        land: (c,) tag value of the land, or `street`.
        area_m2: (c,) NaN for corners.
        xy: (c, 2) metres.
        spacing_m: least and greatest distance that was kept between sites, by the people around.
        by_land: how many of each.
    """

    osm_id: tuple[str, ...]
    name: tuple[str, ...]
    land: tuple[str, ...]
    area_m2: FloatArray
    xy: FloatArray
    spacing_m: tuple[float, float]
    by_land: Mapping[str, int]

    def take(self, index: IntArray) -> Candidates:
        """The sites of `index`, in that order."""
        land = tuple(self.land[k] for k in index)
        return Candidates(
            tuple(self.osm_id[k] for k in index),
            tuple(self.name[k] for k in index),
            land,
            self.area_m2[index],
            self.xy[index],
            self.spacing_m,
            {word: land.count(word) for word in dict.fromkeys(land)},
        )


def find_candidates(
    objects: OsmObjects,
    graph: RoadGraph,
    *,
    crs: str,
    people_xy: FloatArray,
    people: FloatArray,
    outline: BaseGeometry | None,
    spacing_m: float | None,
    file: str,
) -> Candidates:
    """Sites near people and roads, none in water, no two within the spacing.

    Land comes first (best kind, then largest), then junctions (most people around first): a greedy choice that
    depends on nothing but the data. Without `spacing_m`, sites lie the denser the more people live around (spacing
    in proportion to one over the square root of the people within `PEOPLE_M`), one for about `POINTS_PER_SITE`
    demand points.

    Raises:
        InputError: when there is no usable site at all.
    """
    every = _join(_parcels(objects), _corners(graph, crs, people_xy, people))
    tree = cKDTree(people_xy)
    usable = np.isfinite(tree.query(every.xy, distance_upper_bound=PEOPLE_M)[0])
    usable &= ~on_ground(np.asarray(shapely.points(every.xy), dtype=object), water(objects))
    if outline is not None:
        shapely.prepare(outline)
        usable &= shapely.contains_xy(outline, every.xy[:, 0], every.xy[:, 1])
    lon, lat = metres_to_lonlat(every.xy, crs)
    usable &= snap_points(graph, lon, lat, mode="walk", max_snap_m=SNAP_M).ok
    if not usable.any():
        fail(
            "找不到可作候选地址的地块或路口",
            "no land and no street corner can serve as a candidate site",
            remedy_zh="请检查提取文件是否包含居民点附近的道路，或自行编写 candidates.csv",
            remedy_en="check that the extract holds the roads near people, or write candidates.csv yourself",
            file=file,
        )
    every = every.take(np.flatnonzero(usable))
    if spacing_m is not None:
        return _thinned(every, np.full(len(every.land), spacing_m))
    near = tree.query_ball_point(every.xy, PEOPLE_M)
    around = np.array([people[index].sum() for index in near], dtype=np.float64)
    aim = int(np.clip(len(people) / POINTS_PER_SITE, FEWEST, MOST))
    return _thin_to_number(every, np.sqrt(np.median(around) / np.maximum(around, 1.0)), aim)


def thin(xy: FloatArray, spacing_m: FloatArray) -> IntArray:
    """Indices of points kept, in order: each unless one kept before lies nearer than its spacing (n,)."""
    nearest = np.full(len(xy), np.inf)
    kept = []
    for k in range(len(xy)):
        if nearest[k] >= spacing_m[k] * (1 - 1e-9):
            kept.append(k)
            nearest = np.minimum(nearest, np.hypot(*(xy - xy[k]).T))
    return np.array(kept, dtype=np.int64)


def _thin_to_number(every: Candidates, relative: FloatArray, aim: int) -> Candidates:
    """Spacings (n,) in proportion to `relative`, the least of steps of 5 m that leave no more than `aim` sites."""

    def spacing(step: int) -> FloatArray:
        return np.clip(step * 5.0 * relative, SHORTEST_SPACING_M, LONGEST_SPACING_M).round(1)

    low, high = 1, int(2 * LONGEST_SPACING_M)
    while low < high:
        middle = (low + high) // 2
        if thin(every.xy, spacing(middle)).size <= aim:
            high = middle
        else:
            low = middle + 1
    return _thinned(every, spacing(low))


def _thinned(every: Candidates, spacing_m: FloatArray) -> Candidates:
    kept = thin(every.xy, spacing_m)
    return replace(every.take(kept), spacing_m=(float(spacing_m[kept].min()), float(spacing_m[kept].max())))


def water(objects: OsmObjects) -> Shapes:
    """Water polygons."""
    mask = (objects.tag("natural") == "water") | (objects.tag("waterway") == "riverbank")
    mask |= np.isin(objects.tag("landuse"), ["reservoir", "basin"])
    return objects.where(mask & objects.is_area).shape


def _parcels(objects: OsmObjects) -> Candidates:
    area = np.asarray(shapely.area(objects.shape), dtype=np.float64)
    rank = np.full(len(objects), len(LAND), dtype=np.int64)
    for k in range(len(LAND) - 1, -1, -1):
        key, value, least_m2 = LAND[k]
        rank[objects.is_area & (objects.tag(key) == value) & (area >= least_m2)] = k
    index = np.flatnonzero(rank < len(LAND))
    index = index[np.lexsort((np.array(objects.osm_id)[index], -area[index], rank[index]))]
    land = tuple(LAND[rank[k]][1] for k in index)
    return Candidates(
        tuple(objects.osm_id[k] for k in index),
        tuple(objects.tags[k].get("name", "") for k in index),
        land,
        area[index],
        shapely.get_coordinates(shapely.point_on_surface(objects.shape[index])).reshape(-1, 2),
        (0.0, 0.0),
        {},
    )


def _corners(graph: RoadGraph, crs: str, people_xy: FloatArray, people: FloatArray) -> Candidates:
    """Junctions of streets that people walk, most people within `PEOPLE_M` first."""
    classes = np.array(graph.class_names, dtype=np.str_)[graph.class_code]
    edges = np.flatnonzero(graph.walk_main & graph.kerbside & ~np.isin(classes, NO_CORNER))
    ends = np.concatenate([graph.edge_u[edges], graph.edge_v[edges]])
    nodes = np.flatnonzero(np.bincount(ends, minlength=graph.node_count) >= 2)
    xy = lonlat_to_metres(graph.node_lon[nodes], graph.node_lat[nodes], crs).reshape(-1, 2)
    around = np.array([people[near].sum() for near in cKDTree(people_xy).query_ball_point(xy, PEOPLE_M)])
    order = np.lexsort((graph.node_id[nodes], -around.round(3)))
    street = np.full(graph.node_count, -1, dtype=np.int64)
    street[graph.edge_v[edges][::-1]] = graph.name_code[edges][::-1]
    street[graph.edge_u[edges][::-1]] = graph.name_code[edges][::-1]
    nodes, xy = nodes[order], xy[order]
    return Candidates(
        tuple(f"x{k}" for k in graph.node_id[nodes]),
        tuple(graph.names[code] if code >= 0 else "" for code in street[nodes]),
        (CORNER,) * nodes.size,
        np.full(nodes.size, np.nan),
        xy,
        (0.0, 0.0),
        {},
    )


def _join(first: Candidates, second: Candidates) -> Candidates:
    return Candidates(
        first.osm_id + second.osm_id,
        first.name + second.name,
        first.land + second.land,
        np.concatenate([first.area_m2, second.area_m2]),
        np.concatenate([first.xy, second.xy]),
        (0.0, 0.0),
        {},
    )
