"""Road networks drawn in letters, written as OSM files.

Each letter is a node; columns and rows are `cell_m` metres apart. Ways are strings of letters with their tags:

    A--B--C
          |
          D
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import pyproj

from siting.network import PlacedPoints, RoadGraph, SpeedTable, read_roads

ORIGIN = (120.80, 29.60)
_METRIC = pyproj.Transformer.from_crs(
    "EPSG:4326",
    pyproj.CRS.from_proj4(f"+proj=tmerc +lat_0={ORIGIN[1]} +lon_0={ORIGIN[0]} +ellps=WGS84 +units=m"),
    always_xy=True,
)
Tags = Mapping[str, str]


def place(x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place in metres east and north of the upper left letter."""
    lon, lat = _METRIC.transform(x_m, y_m, direction=pyproj.enums.TransformDirection.INVERSE)
    return float(lon), float(lat)


def drawn_xml(
    drawing: str,
    ways: Mapping[str, Tags],
    *,
    cell_m: float = 100.0,
    node_tags: Mapping[str, Tags] | None = None,
    left_out: str = "",
) -> str:
    """The drawing as OSM XML. The id of a node is the code of its letter; ways count from 1001."""
    rows = drawing.strip("\n").split("\n")
    indent = min(len(row) - len(row.lstrip()) for row in rows if row.strip())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for r, row in enumerate(rows):
        for c, letter in enumerate(row[indent:]):
            if letter.isalnum() and letter not in left_out:
                lon, lat = place(c * cell_m, -r * cell_m)
                tags = _tags((node_tags or {}).get(letter, {}))
                lines.append(f'<node id="{ord(letter)}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">{tags}</node>')
    for k, (letters, tags) in enumerate(ways.items()):
        nodes = "".join(f'<nd ref="{ord(letter)}"/>' for letter in letters.split("#")[0])
        lines.append(f'<way id="{1001 + k}" version="1">{nodes}{_tags(tags)}</way>')
    return "\n".join([*lines, "</osm>"])


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def drawn_graph(
    folder: Path,
    drawing: str,
    ways: Mapping[str, Tags],
    *,
    cell_m: float = 100.0,
    node_tags: Mapping[str, Tags] | None = None,
    left_out: str = "",
    speeds: SpeedTable | None = None,
) -> RoadGraph:
    """The drawing, written and read back. `#1`, `#2` after the letters tell apart ways along the same nodes."""
    path = folder / "drawn.osm"
    path.write_text(drawn_xml(drawing, ways, cell_m=cell_m, node_tags=node_tags, left_out=left_out), encoding="utf-8")
    return read_roads(path, speeds=speeds)


def points(*metres: tuple[float, float]) -> PlacedPoints:
    """Points at metres east and north of the upper left letter."""
    lon, lat = np.array([place(*xy) for xy in metres]).reshape(-1, 2).T
    return PlacedPoints.of([f"p{k}" for k in range(len(metres))], lon, lat)


def as_pbf(xml: str, path: Path) -> Path:
    """The same data as a PBF file."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for item in osmium.FileProcessor(osmium.io.FileBuffer(xml.encode("utf-8"), "osm")):
            writer.add(item)
    return path


def arcs(graph: RoadGraph) -> set[str]:
    """Drivable arcs in letters: {"AB", "BA"}."""
    found = set()
    for e in range(graph.edge_count):
        u, v = (chr(int(graph.node_id[end[e]])) for end in (graph.edge_u, graph.edge_v))
        found |= ({u + v} if graph.drive_forward[e] else set()) | ({v + u} if graph.drive_backward[e] else set())
    return found


def walks(graph: RoadGraph) -> set[str]:
    """Walkable edges in letters, each pair in alphabetical order."""
    return {
        "".join(sorted(chr(int(graph.node_id[end[e]])) for end in (graph.edge_u, graph.edge_v)))
        for e in np.flatnonzero(graph.walk)
    }
