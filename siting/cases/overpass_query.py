"""What is asked of Overpass for a case, and its answer written as an OpenStreetMap file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.osm.mutable import Node, Relation, Way
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_candidates import LAND
from siting.cases.osm_dwellings import OTHER_GROUND
from siting.cases.osm_objects import TOWNSHIP_LEVELS, choose_projected_crs, to_degrees, to_metres
from siting.cases.osm_outline import ROAD_BUFFER_M, writing_osm
from siting.standards import Service

NEAR_M = 500.0  # buildings, facilities and land are asked for this far beyond the outline
ROUGH = 0.2  # share of a margin by which the asked polygon may be simpler than the true one


def build_query(outline: BaseGeometry, services: Sequence[Service], *, timeout_s: int) -> str:
    """One Overpass query for everything that the making of a case looks at.

    Args:
        outline: the place, in degrees.
        services: their tags are asked for.
        timeout_s: how long the server may work on it.
    """
    near, wide = (_polygons(outline, margin) for margin in (NEAR_M, ROAD_BUFFER_M))
    values: dict[str, set[str]] = {}
    for service in services:
        for tags in service.osm.any_of:
            key, value = next(iter(tags.items()))
            values.setdefault(key, set()).add(value)
    for key, words in OTHER_GROUND.items():
        values.setdefault(key, set()).update(words)
    for key, value, _ in LAND:
        values.setdefault(key, set()).add(value)
    for key in ("building", "landuse"):  # all of them
        values.pop(key, None)
    about = [
        'nwr["building"]',
        'nwr["landuse"]',
        *(f'nwr["{key}"{_any(words)}]' for key, words in sorted(values.items())),
    ]
    about.append(f'rel["boundary"="administrative"]["admin_level"{_any(TOWNSHIP_LEVELS)}]')
    around = [
        'way["highway"]',
        'node["place"]',
        'nwr["natural"~"^(water|coastline|wood)$"]',
        'nwr["leisure"="park"]',
        'way["waterway"]',
        'nwr["railway"~"^(rail|light_rail|subway|station|halt)$"]',
    ]
    lines = [
        f"{what}(poly:{polygon});"
        for whats, polygons in ((about, near), (around, wide))
        for polygon in polygons
        for what in whats
    ]
    return f"[out:json][timeout:{timeout_s}];(" + "".join(lines) + ");(._;>;);out body qt;"


def write_answer(answer: Mapping[str, Any], out: Path) -> int:
    """Write Overpass's elements to `out` (PBF) in the order that readers want; how many there were.

    Raises:
        ValueError, KeyError, TypeError: when an element is not as Overpass writes them.
    """
    elements: Iterable[Mapping[str, Any]] = answer["elements"]
    found: dict[str, dict[int, Mapping[str, Any]]] = {"node": {}, "way": {}, "relation": {}}
    for element in elements:
        if element["type"] in found:
            found[element["type"]][int(element["id"])] = element
    header = osmium.io.Header()
    header.set("generator", "siting")
    if stamp := base_date(answer):
        header.set("osmosis_replication_timestamp", stamp)
    with writing_osm(out, header) as writer:
        for number, item in sorted(found["node"].items()):
            place = (float(item["lon"]), float(item["lat"]))
            writer.add_node(Node(id=number, version=1, location=place, tags=item.get("tags", {})))
        for number, item in sorted(found["way"].items()):
            nodes = [int(ref) for ref in item.get("nodes", ())]
            writer.add_way(Way(id=number, version=1, nodes=nodes, tags=item.get("tags", {})))
        for number, item in sorted(found["relation"].items()):
            members = [(m["type"][0], int(m["ref"]), str(m["role"])) for m in item.get("members", ())]
            writer.add_relation(Relation(id=number, version=1, members=members, tags=item.get("tags", {})))
    return sum(len(part) for part in found.values())


def base_date(answer: Mapping[str, Any]) -> str:
    """The time up to which Overpass's data go, as it states it; empty without."""
    about = answer.get("osm3s")
    return str(about.get("timestamp_osm_base", "")) if isinstance(about, Mapping) else ""


def _any(words: Iterable[str]) -> str:
    return f'~"^({"|".join(sorted(words))})$"'


def _polygons(outline: BaseGeometry, margin_m: float) -> list[str]:
    """Rings around the outline, no nearer than most of the margin, as Overpass writes them."""
    crs = choose_projected_crs(*outline.centroid.coords[0])
    metres = to_metres(np.array([outline], dtype=object), crs)[0].buffer(margin_m)
    simple = shapely.simplify(metres, margin_m * ROUGH)
    rings = [shapely.Polygon(part.exterior) for part in shapely.get_parts(simple)]
    degrees = shapely.get_parts(shapely.union_all(to_degrees(np.array(rings, dtype=object), crs)))
    return ['"' + " ".join(f"{lat:.5f} {lon:.5f}" for lon, lat in part.exterior.coords[:-1]) + '"' for part in degrees]
