"""The synthetic map as an OSM extract with ordinary tags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou.assemble import Key, key
from siting.cases.shengzhou.curves import STEP_M, lines_of, polygons_of, tidy
from siting.cases.shengzhou.facts import degrees
from siting.cases.shengzhou.roads import Road

FIRST_NODE, FIRST_WAY, FIRST_RELATION = 1_000_001, 500_001, 50_001


@dataclass(frozen=True)
class Spot:
    """A tagged point in metres."""

    xy: tuple[float, float]
    tags: dict[str, str]


@dataclass(frozen=True)
class Shape:
    """A tagged line or area in metres; areas become closed ways."""

    geometry: BaseGeometry
    tags: dict[str, str]


def write(path: Path, roads: list[Road], shapes: list[Shape], spots: list[Spot]) -> None:
    """Write nodes, then ways, then relations, ids ascending; roads share nodes where they share a point of the grid.

    Areas with holes become multipolygon relations.
    """
    shared: dict[Key, int] = {}
    ways: list[tuple[list[int], dict[str, str]]] = []
    for road in roads:
        refs = [shared.setdefault(key(p), len(shared)) for p in road.line.coords]
        refs = [ref for k, ref in enumerate(refs) if k == 0 or ref != refs[k - 1]]
        if len(refs) > 1:
            ways.append((refs, road.tags))
    place = [(k[0] * STEP_M, k[1] * STEP_M) for k in shared]
    relations: list[tuple[list[tuple[int, str]], dict[str, str]]] = []
    for shape in shapes:
        for part in [*polygons_of(shape.geometry), *lines_of(shape.geometry)]:
            rings = [part.exterior, *part.interiors] if isinstance(part, Polygon) else [part]
            first = len(ways)
            for ring in rings:
                points = tidy(shapely.get_coordinates(ring))
                base, closed = len(place), isinstance(part, Polygon)
                refs = list(range(base, base + len(points) - closed)) + [base] * closed
                place += [(float(x), float(y)) for x, y in points[: len(points) - closed]]
                ways.append((refs, {} if len(rings) > 1 else shape.tags))
            if len(rings) > 1:
                members = [(first + k, "inner" if k else "outer") for k in range(len(rings))]
                relations.append((members, {"type": "multipolygon"} | shape.tags))
    lonlat = np.round(degrees(np.array(place + [s.xy for s in spots])), 7)
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", "siting.cases.shengzhou (synthetic)")
    make = osmium.osm.mutable
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for index, (lon, lat) in enumerate(lonlat.tolist()):
            tags = spots[index - len(place)].tags if index >= len(place) else {}
            writer.add_node(make.Node(id=FIRST_NODE + index, location=(lon, lat), tags=tags, version=1))
        for index, (refs, tags) in enumerate(ways):
            nodes = [FIRST_NODE + ref for ref in refs]
            writer.add_way(make.Way(id=FIRST_WAY + index, nodes=nodes, tags=tags, version=1))
        for index, (members, tags) in enumerate(relations):
            listed = [("w", FIRST_WAY + way, role) for way, role in members]
            writer.add_relation(make.Relation(id=FIRST_RELATION + index, members=listed, tags=tags, version=1))
