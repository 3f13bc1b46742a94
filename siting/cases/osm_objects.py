"""What a case needs of an OpenStreetMap file besides roads: buildings, facilities, places, land use, boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast

import numpy as np
import osmium
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest

from siting.errors import fail
from siting.impedance import BoolArray, FloatArray
from siting.network.osm_file import OsmFile

WGS84 = "EPSG:4326"
Shapes = NDArray[np.object_]

# Keys of everything that the making of a case looks at; the keys of the services' own tags come on top.
KEYS = ("building", "landuse", "natural", "waterway", "leisure", "amenity", "place", "boundary")
SAMPLE = 50  # one node in so many, for the middle of a file
# Levels of `boundary=administrative` that may be townships: 8 in China and most of Europe.
TOWNSHIP_LEVELS = ("8", "9", "10", "7")


@dataclass(frozen=True, eq=False)
class OsmObjects:
    """Nodes and areas (closed ways, multipolygons) in metres of one projected system.

    Attributes:
        osm_id: (n,) `n123`, `w123` or `r123`.
        tags: (n,) all tags of each.
        shape: (n,) points and polygons in `crs`.
        is_area: (n,).
        crs: projected system in metres.
        broken: areas that the file holds only in part or crosswise; they are left out.
    """

    osm_id: tuple[str, ...]
    tags: tuple[dict[str, str], ...]
    shape: Shapes
    is_area: BoolArray
    crs: str
    broken: int = 0

    def tag(self, key: str) -> NDArray[np.str_]:
        """(n,) values of a key, empty where it is absent."""
        return np.array([tags.get(key, "") for tags in self.tags], dtype=np.str_).reshape(-1)

    def where(self, mask: BoolArray) -> OsmObjects:
        """The objects of `mask`."""
        index = np.flatnonzero(mask)
        return OsmObjects(
            tuple(self.osm_id[k] for k in index),
            tuple(self.tags[k] for k in index),
            self.shape[index],
            self.is_area[index],
            self.crs,
        )

    def __len__(self) -> int:
        return len(self.osm_id)


def read_objects(source: OsmFile, crs: str, *, keys: Iterable[str] = ()) -> OsmObjects:
    """Read every node and area that has one of `KEYS` or of the further `keys`.

    Raises:
        InputError: when the file is damaged.
    """
    wanted = sorted({*KEYS, *keys})
    factory = osmium.geom.WKBFactory()
    ids: list[str] = []
    tags: list[dict[str, str]] = []
    shapes: list[bytes] = []
    areas: list[bool] = []
    broken = 0
    with reading(source):
        for item in (
            whole_pass(source)
            .with_areas(osmium.filter.KeyFilter(*wanted))
            .with_filter(osmium.filter.EntityFilter(osmium.osm.NODE | osmium.osm.AREA))
            .with_filter(osmium.filter.KeyFilter(*wanted))
        ):
            try:
                if isinstance(item, osmium.osm.Area):
                    shape = factory.create_multipolygon(item)
                    name = f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
                else:
                    shape = factory.create_point(cast(osmium.osm.Node, item))
                    name = f"n{item.id}"
            except (RuntimeError, osmium.InvalidLocationError):
                broken += 1
                continue
            ids.append(name)
            tags.append(dict(item.tags))
            shapes.append(bytes.fromhex(shape))
            areas.append(isinstance(item, osmium.osm.Area))
    degrees = shapely.make_valid(shapely.from_wkb(np.array(shapes, dtype=object)))
    return OsmObjects(
        tuple(ids), tuple(tags), to_metres(degrees, crs), np.array(areas, dtype=bool).reshape(-1), crs, broken
    )


def whole_pass(source: OsmFile, entities: osmium.osm.osm_entity_bits = osmium.osm.ALL) -> osmium.FileProcessor:
    """One pass over the file, from memory."""
    return osmium.FileProcessor(osmium.io.FileBuffer(source.content, source.kind), entities)


def all_nodes(source: OsmFile) -> Iterator[osmium.osm.Node]:
    """Every node."""
    return cast(Iterator[osmium.osm.Node], iter(whole_pass(source, osmium.osm.NODE)))


@contextmanager
def reading(source: OsmFile) -> Iterator[None]:
    """Turn osmium's one error for damaged files into a message.

    Raises:
        InputError: when the file is damaged.
    """
    try:
        yield
    except RuntimeError as error:
        fail(
            f"OSM 文件损坏或不完整（{error}）",
            f"the OpenStreetMap file is damaged or truncated ({error})",
            remedy_zh="请重新下载；可用 .osm.pbf、.osm、.osm.gz、.osm.bz2",
            remedy_en="download it again; .osm.pbf, .osm, .osm.gz and .osm.bz2 can be read",
            file=source.name,
        )


def data_date(source: OsmFile) -> str:
    """`YYYY-MM-DD` as the file's header states it, else empty."""
    with reading(source):
        reader = osmium.io.Reader(osmium.io.FileBuffer(source.content, source.kind), osmium.osm.NOTHING)
        try:
            header = reader.header()
            stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
        finally:
            reader.close()
    try:
        return datetime.fromisoformat(stamp).date().isoformat() if stamp else ""
    except ValueError:
        return ""


def middle_of(source: OsmFile) -> tuple[float, float]:
    """Longitude and latitude in the middle of the file's nodes (median of a sample).

    Raises:
        InputError: when the file is damaged or holds no node.
    """
    places: list[tuple[float, float]] = []
    with reading(source):
        for k, node in enumerate(all_nodes(source)):
            if k % SAMPLE == 0 and node.location.valid():
                places.append((node.location.lon, node.location.lat))
    if not places:
        fail("文件里没有一个点", "the file holds no node", file=source.name)
    lon, lat = np.median(np.array(places), axis=0)
    return float(lon), float(lat)


def choose_projected_crs(lon: float, lat: float) -> str:
    """A projected system in metres for a place: the CGCS2000 3-degree belt in China, else the UTM zone.

    The belts are EPSG:4534 (central meridian 75 degrees east) to EPSG:4554 (135); one is taken when its
    official area of use holds the place.
    """
    belt = 4534 + round((lon - 75) / 3)
    if 4534 <= belt <= 4554:
        area = pyproj.CRS.from_epsg(belt).area_of_use
        if area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north:
            return f"EPSG:{belt}"
    found = pyproj.database.query_utm_crs_info(
        datum_name="WGS 84", area_of_interest=AreaOfInterest(lon, lat, lon, lat), contains=True
    )
    return f"EPSG:{found[0].code}" if found else "EPSG:3857"


@lru_cache(maxsize=16)
def _transformer(from_crs: str, to_crs: str) -> pyproj.Transformer:
    """Making one takes longer than all else about a small place."""
    return pyproj.Transformer.from_crs(from_crs, to_crs, always_xy=True)


def to_metres(shapes: Shapes, crs: str) -> Shapes:
    """Shapes in degrees (WGS84), in metres of `crs`."""
    return _transform(shapes, _transformer(WGS84, crs))


def to_degrees(shapes: Shapes, crs: str) -> Shapes:
    """Shapes in metres of `crs`, in degrees (WGS84)."""
    return _transform(shapes, _transformer(crs, WGS84))


def lonlat_to_metres(lon: FloatArray, lat: FloatArray, crs: str) -> FloatArray:
    """(n, 2) metres of degrees."""
    return np.column_stack(_transformer(WGS84, crs).transform(lon, lat))


def metres_to_lonlat(xy: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
    """Longitudes and latitudes of (n, 2) metres."""
    lon, lat = _transformer(crs, WGS84).transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _transform(shapes: Shapes, transformer: pyproj.Transformer) -> Shapes:
    def change(xy: FloatArray) -> FloatArray:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(shapes, change), dtype=object)
