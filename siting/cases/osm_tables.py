"""What was found in an OpenStreetMap file, written as the tables of a case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_candidates import CORNER, Candidates
from siting.cases.osm_demand import DemandPoints
from siting.cases.osm_dwellings import Dwellings
from siting.cases.osm_facilities import Facilities
from siting.cases.osm_objects import metres_to_lonlat, to_degrees, to_metres
from siting.cases.osm_places import ZONE_NAMES, Places
from siting.cases.write_case import write_shapes, write_table
from siting.impedance import FloatArray
from siting.standards import Service

LAND_ZH = {
    "brownfield": "待改造用地",
    "vacant": "空地",
    "greenfield": "待建用地",
    "construction": "在建用地",
    "townhall": "政府用房",
    "community_centre": "社区中心",
    "public_building": "公共建筑",
    "public": "公共建筑",
    "civic": "公共建筑",
    "institutional": "机构用地",
    "parking": "停车场",
    "grass": "草地",
    "recreation_ground": "活动场地",
    "village_green": "村镇绿地",
    "residential": "居住用地",
    CORNER: "路口",
}
EXTENT_M = 300.0  # without an outline, zones are drawn this far around people


@dataclass(frozen=True, eq=False)
class Found:
    """All that was found in the file."""

    services: tuple[Service, ...]
    places: Places
    dwellings: Dwellings
    demand: DemandPoints
    facilities: Facilities
    outside: int
    candidates: Candidates
    crs: str


def write_tables(folder: Path, found: Found, people: FloatArray, ages: list[str], outline: BaseGeometry | None) -> None:
    """Write the tables and shapes."""
    used: set[str] = set()

    def located(xy: FloatArray) -> list[tuple[float, float, str, str]]:
        lon, lat = metres_to_lonlat(xy, found.crs)
        kinds = found.places.zone_kinds(xy)
        used.update(kinds)
        return list(zip(lon.round(6).tolist(), lat.round(6).tolist(), kinds, found.places.townships(xy), strict=True))

    localities = found.places.localities(found.demand.xy)
    serial: Counter[str] = Counter()
    rows: list[list[object]] = []
    for k, (lon, lat, zone, township) in enumerate(located(found.demand.xy)):
        serial[localities[k]] += 1
        name = f"{localities[k] or '居民点'} {serial[localities[k]]}"
        rows.append([f"d{k + 1}", name, lon, lat, zone, township, localities[k], *people[k].tolist()])
    write_table(folder / "demand.csv", ["id", "name", "lon", "lat", "zone", "township", "village", *ages], rows)
    table = found.facilities.table
    sites = zip(
        table["id"], table["name"], table["service"], located(found.facilities.xy), table["capacity"], strict=True
    )
    write_table(
        folder / "facilities.csv",
        ["id", "name", "service", "lon", "lat", "zone", "township", "capacity"],
        ([i, name, service, *place, "" if np.isnan(size) else size] for i, name, service, place, size in sites),
    )
    land = found.candidates
    near = found.places.localities(land.xy)
    write_table(
        folder / "candidates.csv",
        ["id", "name", "lon", "lat", "zone", "township", "land", "area_m2", "services"],
        (
            [
                f"c{k + 1}-{land.osm_id[k]}",
                land.name[k] or f"{near[k]} {LAND_ZH[land.land[k]]}".strip(),
                *place,
                land.land[k],
                _whole(land.area_m2[k]),
                "",
            ]
            for k, place in enumerate(located(land.xy))
        ),
    )
    zones = tuple(kind for kind in ZONE_NAMES if kind in used)
    write_table(folder / "zones.csv", ["id", "name_zh", "name_en", "kind"], ([z, *ZONE_NAMES[z], z] for z in zones))
    if outline is not None:
        write_shapes(folder / "outline.geojson", {"outline": outline})
        border = to_metres(np.array([outline], dtype=object), found.crs)[0]
    else:
        border = shapely.union_all(shapely.buffer(shapely.points(found.demand.xy), EXTENT_M)).simplify(20.0)
    shapes = found.places.zone_shapes(border)
    degrees = to_degrees(np.array(list(shapes.values()), dtype=object), found.crs)
    write_shapes(folder / "zones.geojson", dict(zip(shapes, degrees, strict=True)))


def _whole(value: float) -> object:
    return "" if np.isnan(value) else round(float(value))
