"""The synthetic map as an OSM extract with ordinary tags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou.assemble import Key, key
from siting.cases.shengzhou.curves import STEP_M, lines_of, polygons_of, tidy
from siting.cases.shengzhou.facts import degrees
from siting.cases.shengzhou.roads import Road

FIRST_NODE, FIRST_WAY = 1_000_001, 500_001


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
    """Write nodes, then ways, ids ascending; roads share nodes where they share a point of the grid."""
    number: dict[Key, int] = {}
    ways: list[tuple[list[int], dict[str, str]]] = []

    def nodes(keys: list[Key], table: dict[Key, int]) -> list[int]:
        return [table.setdefault(k, len(table)) for k in keys]

    for road in roads:
        ways.append((nodes([key(p) for p in road.line.coords], number), road.tags))
    for shape in shapes:
        rings = [p.exterior for p in polygons_of(shape.geometry)] or lines_of(shape.geometry)
        for ring in rings:
            points = tidy(shapely.get_coordinates(ring))
            own: dict[Key, int] = {}
            base = len(number)
            refs = nodes([key(p) for p in points], own)
            for k, ref in own.items():
                number[(k[0], k[1], base) if k in number else k] = base + ref  # type: ignore[index]
            ways.append(([base + ref for ref in refs], shape.tags))
    place = np.array([[k[0] * STEP_M, k[1] * STEP_M] for k in number])
    lonlat = np.round(degrees(np.vstack([place, *[np.asarray(s.xy)[None, :] for s in spots]])), 7)
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", "siting.cases.shengzhou (synthetic)")
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for index, (lon, lat) in enumerate(lonlat):
            tags = spots[index - len(number)].tags if index >= len(number) else {}
            writer.add_node(
                osmium.osm.mutable.Node(id=FIRST_NODE + index, location=(float(lon), float(lat)), tags=tags, version=1)
            )
        for index, (refs, tags) in enumerate(ways):
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=FIRST_WAY + index, nodes=[FIRST_NODE + ref for ref in refs], tags=tags, version=1
                )
            )
