"""The outline that a planner hands in, and cutting a large extract to it."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import geopandas as gpd
import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_objects import TOWNSHIP_LEVELS, WGS84, all_nodes, reading, to_degrees, to_metres, whole_pass
from siting.errors import fail
from siting.network.osm_file import OsmFile

ROAD_BUFFER_M = 5000.0  # roads this far beyond the outline are kept: the way round may lead outside


def read_outline(path: Path) -> BaseGeometry:
    """The one polygon (or multipolygon) of a file, in degrees (WGS84); several shapes are joined.

    Raises:
        InputError: when the file is missing, unreadable, has no coordinate system or holds no polygon.
    """
    if not path.exists():
        fail(
            "找不到范围线文件",
            "the outline file is missing",
            remedy_zh="请检查路径与文件名",
            remedy_en="check the path and the file's name",
            file=path,
        )
    try:
        frame = gpd.read_file(path)
    except Exception as error:  # pyogrio has many
        fail(
            f"无法读取范围线（{error}）",
            f"the outline cannot be read ({error})",
            remedy_zh="请提供 GeoJSON、GeoPackage 或 Shapefile 面文件",
            remedy_en="give polygons as GeoJSON, GeoPackage or Shapefile",
            file=path,
        )
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.dropna().empty:
        fail("范围线文件里没有图形", "the outline file holds no shape", file=path)
    if frame.crs is None:
        fail(
            "范围线没有坐标系",
            "the outline has no coordinate reference system",
            remedy_zh="请在 GIS 软件中定义坐标系（如 EPSG:4490）后另存（Shapefile 须带 .prj）",
            remedy_en="define it in a GIS (EPSG:4490, say) and save again (a Shapefile needs its .prj)",
            file=path,
        )
    shapes = frame.geometry.dropna()
    other = sorted(set(shapes.geom_type) - {"Polygon", "MultiPolygon"})
    if other:
        fail(
            "范围线必须是面（多边形）",
            "the outline must be made of polygons",
            remedy_zh="请把线转为面后再用",
            remedy_en="turn the lines into a polygon first",
            file=path,
            value=", ".join(other),
        )
    joined = shapely.make_valid(shapes.to_crs(WGS84).union_all())
    polygons = [part for part in shapely.get_parts(joined) if part.geom_type in ("Polygon", "MultiPolygon")]
    outline = shapely.union_all(polygons)
    west, south, east, north = outline.bounds if not outline.is_empty else (np.nan,) * 4
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        fail(
            "范围线的坐标不在经纬度范围内（坐标系声明有误？）",
            "the outline's coordinates are no degrees (is its coordinate system declared wrongly?)",
            file=path,
            value=f"{west}, {south}, {east}, {north}",
        )
    return outline


def cut_extract(source: OsmFile, outline: BaseGeometry, *, crs: str, out: Path) -> bool:
    """Write what of `source` lies within `outline` (degrees) plus `ROAD_BUFFER_M` to `out` (PBF).

    Kept are: nodes within; ways with a node within, whole; multipolygons and township boundaries with such a
    way, whole; no other relations. Nothing is written, and False returned, when the whole file lies within.

    Raises:
        InputError: when nothing lies within the outline, or the file is damaged or has ids below 0.
    """
    metres = to_metres(np.array([outline], dtype=object), crs)[0]
    area, strict = to_degrees(np.array([metres.buffer(ROAD_BUFFER_M), metres.buffer(1.0)], dtype=object), crs)
    nodes = _nodes_within(source, area)
    if not shapely.contains_xy(strict, nodes.lon, nodes.lat).any():
        fail(
            "范围线与 OSM 文件没有重叠",
            "the outline does not overlap the OpenStreetMap file",
            remedy_zh="请核对范围线的坐标系，并确认下载的是同一地区",
            remedy_en="check the outline's coordinate system, and that the extract is of the same region",
            file=source.name,
            value="outline " + ", ".join(f"{x:.3f}" for x in outline.bounds),
        )
    if nodes.all_within:
        return False
    if min(nodes.ids) < 0:
        fail(
            "OSM 文件含有负编号（未上传的编辑），无法裁剪",
            "the OpenStreetMap file has ids below 0 (edits not uploaded) and cannot be cut",
            remedy_zh="请先用 osmium renumber 重新编号，或不给范围线",
            remedy_en="renumber it first (osmium renumber), or give no outline",
            file=source.name,
        )
    kept = _related(source, nodes)
    with reading(source):
        reader = osmium.io.Reader(osmium.io.FileBuffer(source.content, source.kind), osmium.osm.NOTHING)
        header = reader.header()
        reader.close()
        with writing_osm(out, header) as writer:
            for item in whole_pass(source).with_filter(kept.id_filter()):
                writer.add(item)
    return True


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Nodes within an area, and whether the file has no others."""

    ids: array[int]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tagged: array[int]
    all_within: bool


def _nodes_within(source: OsmFile, area: BaseGeometry) -> _Nodes:
    west, south, east, north = area.bounds
    ids, lon, lat, tagged, outside = array("q"), array("d"), array("d"), array("b"), 0
    with reading(source):
        for node in all_nodes(source):
            place = node.location
            if place.valid() and west <= place.lon <= east and south <= place.lat <= north:
                ids.append(node.id)
                lon.append(place.lon)
                lat.append(place.lat)
                tagged.append(len(node.tags) > 0)
            else:
                outside += 1
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    shapely.prepare(area)
    within = np.asarray(shapely.contains_xy(area, x, y), dtype=bool)
    index = np.flatnonzero(within).tolist()
    return _Nodes(
        array("q", (ids[k] for k in index)),
        x[within],
        y[within],
        array("q", (ids[k] for k in index if tagged[k])),
        outside == 0 and bool(within.all()),
    )


def _related(source: OsmFile, nodes: _Nodes) -> osmium.IdTracker:
    """Ids of all that is kept, with everything that the kept objects are made of."""
    within, kept = osmium.IdTracker(), osmium.IdTracker()
    for node in nodes.ids:
        within.add_node(node)
    for node in nodes.tagged:
        kept.add_node(node)
    ways: set[int] = set()
    with reading(source):
        for way in whole_pass(source, osmium.osm.WAY):
            if within.contains_any_references(way):
                ways.add(way.id)
                kept.add_way(way.id)
                kept.add_references(way)
        members: set[int] = set()
        shapes = osmium.filter.TagFilter(("type", "multipolygon"), ("type", "boundary"))
        for item in whole_pass(source, osmium.osm.RELATION).with_filter(shapes):
            relation = cast(osmium.osm.Relation, item)
            if relation.tags.get("type") == "boundary" and relation.tags.get("admin_level") not in TOWNSHIP_LEVELS:
                continue
            parts = [member.ref for member in relation.members if member.type == "w"]
            if not ways.isdisjoint(parts):
                kept.add_relation(relation.id)
                members.update(parts)
        for way in whole_pass(source, osmium.osm.WAY).with_filter(osmium.filter.IdFilter(members - ways)):
            kept.add_way(way.id)
            kept.add_references(way)
    return kept


@contextlib.contextmanager
def writing_osm(out: Path, header: osmium.io.Header) -> Iterator[osmium.SimpleWriter]:
    """A writer of `out`, whose name must be plain ASCII.

    osmium fails on Windows for folders with Chinese names: from within such a folder it gets the bare name.
    """
    folder = out.resolve().parent
    with contextlib.nullcontext() if str(folder).isascii() else contextlib.chdir(folder):
        writer = osmium.SimpleWriter(str(out.resolve()) if str(folder).isascii() else out.name, header=header)
        try:
            yield writer
        finally:
            writer.close()
