"""The map's own base from the same OpenStreetMap file: water, railways, stations, place names, green."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import shapely

from siting.network.osm_file import OsmFile, Shape

CRS = "EPSG:4326"
BBox = tuple[float, float, float, float]

PLACES = (
    *("city", "town", "village", "hamlet", "isolated_dwelling", "suburb", "quarter", "neighbourhood", "borough"),
    *("county", "municipality", "locality"),
)
WATERWAYS = ("river", "canal", "stream", "ditch", "drain")
RAILWAYS = ("rail", "light_rail", "subway", "narrow_gauge", "tram", "monorail")
STATIONS = ("station", "halt")
GREEN = {
    "landuse": ("forest", "grass", "meadow", "orchard", "cemetery", "recreation_ground", "village_green"),
    "leisure": ("park", "garden", "nature_reserve"),
    "natural": ("wood", "scrub", "grassland"),
}
_TAGS = (
    *(("natural", kind) for kind in ("water", "coastline", *GREEN["natural"])),
    *(("waterway", kind) for kind in (*WATERWAYS, "riverbank")),
    *(("railway", kind) for kind in (*RAILWAYS, *STATIONS)),
    *(("place", kind) for kind in PLACES),
    *(("landuse", kind) for kind in ("reservoir", "basin", *GREEN["landuse"])),
    *(("leisure", kind) for kind in GREEN["leisure"]),
)


@dataclass(frozen=True, eq=False)
class BaseMap:
    """Frames in WGS84, empty where the file has none; every one has `kind`, `name`, `geometry`.

    Attributes:
        water: polygons; `kind` of water, river, reservoir, basin.
        waterways: lines; river, canal, stream, ditch, drain, coastline.
        railways: lines.
        stations: points.
        places: points, also `name_zh`, `name_en`; city, town, village, hamlet ...
        green: polygons; forest, park ...
    """

    water: gpd.GeoDataFrame
    waterways: gpd.GeoDataFrame
    railways: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    green: gpd.GeoDataFrame


@dataclass
class _Rows:
    """One layer being gathered."""

    kind: list[str] = field(default_factory=list)
    names: list[tuple[str, str, str]] = field(default_factory=list)
    shape: list[bytes] = field(default_factory=list)

    def add(self, kind: str, tags: osmium.osm.TagList, shape: bytes) -> None:
        self.kind.append(kind)
        self.names.append((tags.get("name") or "", tags.get("name:zh") or "", tags.get("name:en") or ""))
        self.shape.append(shape)

    def frame(self, bbox: BBox | None) -> gpd.GeoDataFrame:
        shapes = shapely.make_valid(shapely.from_wkb(np.array(self.shape, dtype=object)))
        if bbox is not None and len(shapes):
            shapes = shapely.intersection(shapes, shapely.box(*bbox))
        name = np.array(self.names, dtype=object).reshape(-1, 3)
        frame = gpd.GeoDataFrame(
            {
                "kind": np.array(self.kind, dtype=object),
                "name": name[:, 0],
                "name_zh": name[:, 1],
                "name_en": name[:, 2],
            },
            geometry=shapes,
            crs=CRS,
        )
        return frame[~frame.geometry.is_empty].reset_index(drop=True)


def read_basemap(path: str | Path, *, bbox: BBox | None = None) -> BaseMap:
    """Read what a map needs besides roads. Shapes that are broken in the file are left out.

    Args:
        path: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
        bbox: west, south, east, north in degrees; shapes are clipped to it.

    Raises:
        InputError: when the file is missing, truncated or no OSM file.
    """
    layers = {name: _Rows() for name in ("water", "waterways", "railways", "stations", "places", "green")}
    shapes = osmium.geom.WKBFactory()
    source = OsmFile.open(path)
    with source.faults():
        for item in source.shapes(*_TAGS):
            found = _layer(item)
            if found is None:
                continue
            try:
                shape = _wkb(shapes, item)
            except (RuntimeError, osmium.InvalidLocationError):  # broken, or its nodes are not in the file
                continue
            if found[0] == "stations" and item.is_area():
                shape = shapely.to_wkb(shapely.point_on_surface(shapely.from_wkb(shape)))
            layers[found[0]].add(found[1], item.tags, shape)
    return BaseMap(**{name: rows.frame(bbox) for name, rows in layers.items()})


def _wkb(shapes: osmium.geom.WKBFactory, item: Shape) -> bytes:
    if isinstance(item, osmium.osm.Node):
        return bytes.fromhex(shapes.create_point(item))
    if isinstance(item, osmium.osm.Way):
        return bytes.fromhex(shapes.create_linestring(item))
    return bytes.fromhex(shapes.create_multipolygon(item))


def _layer(item: Shape) -> tuple[str, str] | None:
    """Layer and kind of what the map shows; None for the rest (tags that fit another type of object)."""
    if item.is_node():
        return _point(item.tags)
    return _line(item.tags) if item.is_way() else _polygon(item.tags)


def _point(tags: osmium.osm.TagList) -> tuple[str, str] | None:
    if (kind := tags.get("place")) in PLACES:
        return "places", kind
    if (kind := tags.get("railway")) in STATIONS:
        return "stations", kind
    return None


def _line(tags: osmium.osm.TagList) -> tuple[str, str] | None:
    if (kind := tags.get("waterway")) in WATERWAYS:
        return "waterways", kind
    if tags.get("natural") == "coastline":
        return "waterways", "coastline"
    if (kind := tags.get("railway")) in RAILWAYS and tags.get("service") is None:
        return "railways", kind
    return None


def _polygon(tags: osmium.osm.TagList) -> tuple[str, str] | None:
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        river = tags.get("waterway") == "riverbank" or tags.get("water") in ("river", "canal")
        return "water", "river" if river else "reservoir" if tags.get("water") == "reservoir" else "water"
    if (kind := tags.get("landuse")) in ("reservoir", "basin"):
        return "water", kind
    if (kind := tags.get("railway")) in STATIONS:
        return "stations", kind
    for key, kinds in GREEN.items():
        if (kind := tags.get(key)) in kinds:
            return "green", kind
    return None
