"""The layers of an answer as tables for a GIS: those of one key, of all subjects and periods, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.render.columns import Column, clean
from siting.render.gis_layers import WGS84, plain, polygons
from siting.render.qml import Group, Shape, style_of
from siting.render.views import AreaLayer, Layer, LineLayer, PointLayer, Told, View
from siting.render.wording import both

SUBJECT = (
    Column("subject", "主题", "Subject"),
    Column("subject_name", "主题名称", "Subject's name"),
    Column("period", "时期", "Period"),
)
CATEGORY = (Column("category", "类别", "Category"), Column("category_name", "类别名称", "Category's name"))
NAMED = (Column("id", "编号", "Id"), Column("name", "名称", "Name"))
GEOMETRY: dict[Shape, str] = {"marker": "Point", "line": "LineString", "fill": "MultiPolygon"}


@dataclass(frozen=True, eq=False)
class GisLayer:
    """One table.

    Attributes:
        name: ASCII snake_case; title: what people call it.
        frame: WGS84; the columns of `columns`, then the geometry.
        geometry_type: as OGC names it.
        qml: how QGIS draws it.
    """

    name: str
    title: str
    frame: gpd.GeoDataFrame
    columns: tuple[Column, ...]
    geometry_type: str
    qml: str


@dataclass(frozen=True, eq=False)
class _Known:
    """Rows of a layer without subject, period and category.

    Attributes:
        placed: (n,) which rows of the layer's frame have a place.
    """

    view: View
    layer: Layer
    columns: list[Column]
    placed: NDArray[np.bool_]
    rows: gpd.GeoDataFrame


def told_layers(told: Told) -> list[GisLayer]:
    """The tables, the uppermost of the map first."""
    first = told.first if told.first != ("", "") else next(((v.subject, v.period) for v in told.views), ("", ""))
    parts: dict[tuple[str, Shape], list[tuple[View, Layer]]] = {}
    for view in told.views:
        for layer in view.layers:
            parts.setdefault((layer.key, _shape(layer)), []).append((view, layer))
    known: list[_Known] = []
    found = [_table(key, shape, own, first, known) for (key, shape), own in parts.items()]
    return found[::-1]


def _shape(layer: Layer) -> Shape:
    return "marker" if isinstance(layer, PointLayer) else "line" if isinstance(layer, LineLayer) else "fill"


def _table(
    key: str, shape: Shape, parts: list[tuple[View, Layer]], first: tuple[str, str], known: list[_Known]
) -> GisLayer:
    columns = {column.name: column for column in (*SUBJECT, *CATEGORY)}
    for _, layer in parts:
        always: tuple[Column, ...] = () if isinstance(layer, LineLayer) else NAMED
        named = tuple(column for column in always if column.name in layer.frame.columns)
        columns |= {column.name: column for column in (*named, *layer.columns) if column.name not in columns}
    groups = [_group(view, layer, first) for view, layer in parts]
    if not any(group.ticked for group in groups):  # what the map opens at has no such layer
        groups[0] = Group(groups[0].name, groups[0].where, groups[0].categories)
    frames = [_rows(view, layer, tuple(columns.values()), known) for view, layer in parts]
    full = [frame for frame in frames if len(frame)] or frames[:1]
    frame = gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs=WGS84)
    title = both((parts[0][1].zh, parts[0][1].en))
    ordered = tuple(columns.values())
    return GisLayer(key, title, frame, ordered, GEOMETRY[shape], style_of(shape, groups, ordered))


def _group(view: View, layer: Layer, first: tuple[str, str]) -> Group:
    period = (view.period_zh or view.period, view.period_en or view.period)
    name = f"{view.subject_zh} {period[0]}".strip(), f"{view.subject_en} {period[1]}".strip()
    where = (("subject", view.subject), ("period", view.period))
    return Group(name, where, layer.categories, ticked=(view.subject, view.period) == first)


def _rows(view: View, layer: Layer, columns: tuple[Column, ...], known: list[_Known]) -> gpd.GeoDataFrame:
    """The layer's rows that have a place, with all columns of the table; numbers are floats, missing ones NaN.

    Args:
        known: rows that were made before, of which those of the same points are taken; the layer's are added.
    """
    names = {category.key: clean(both((category.zh, category.en))) for category in layer.categories}
    told, found = [column for column in columns if column not in (*SUBJECT, *CATEGORY)], None
    if isinstance(layer, PointLayer):
        found = next((one for one in known if one.view is view and _alike(one, layer, told)), None)
    if found is None:
        shapes = _shapes(layer)
        placed = ~shapely.is_missing(shapes)
        frame = pd.DataFrame(layer.frame.reset_index(drop=True))[placed]
        data = plain(pd.DataFrame({column.name: _cells(frame, column) for column in told}, index=frame.index))
        rows = gpd.GeoDataFrame(data.reset_index(drop=True), geometry=shapes[placed], crs=WGS84)
        found = _Known(view, layer, told, placed, rows)
        known.append(found)
    category = layer.frame["category"][found.placed].tolist()
    own = {
        "subject": clean(view.subject), "subject_name": clean(both((view.subject_zh, view.subject_en))),
        "period": clean(view.period), "category": category, "category_name": [names[key] for key in category],
    }  # fmt: skip
    first = pd.DataFrame(own, index=found.rows.index, dtype=object)
    return gpd.GeoDataFrame(pd.concat([first, found.rows], axis=1), geometry="geometry", crs=WGS84)


def _alike(one: _Known, layer: PointLayer, columns: list[Column]) -> bool:
    """Whether the layers are the same points with the same values, as those of one choice often are."""
    frame, other = layer.frame, one.layer.frame
    if one.columns != columns or not isinstance(one.layer, PointLayer) or len(frame) != len(other):
        return False
    names = ["lon", "lat", *(column.name for column in columns)]
    return all((name in frame) == (name in other) for name in names) and all(
        frame[name].array.equals(other[name].array) for name in names if name in frame
    )


def _cells(frame: pd.DataFrame, column: Column) -> pd.Series:
    if column.kind == "text":
        return frame[column.name] if column.name in frame else pd.Series("", index=frame.index, dtype=object)
    values = frame[column.name] if column.name in frame else pd.Series(np.nan, index=frame.index)
    return values.astype(np.float64)


def _shapes(layer: Layer) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """(n,) what each row is drawn as; None where it has no place."""
    frame = layer.frame
    shapes = np.full(len(frame), None, dtype=object)
    if isinstance(layer, AreaLayer):
        whole = np.asarray(frame.geometry.to_numpy(), dtype=object)
        placed = ~(shapely.is_missing(whole) | shapely.is_empty(whole))
        shapes[placed] = [polygons(shape) for shape in whole[placed]]
        return shapes
    ends = ("from_", "to_") if isinstance(layer, LineLayer) else ("",)
    places = np.stack([frame[[f"{end}lon", f"{end}lat"]].to_numpy(np.float64) for end in ends], axis=1)
    placed = np.isfinite(places).all(axis=(1, 2))
    shapes[placed] = shapely.linestrings(places[placed]) if len(ends) == 2 else shapely.points(places[placed][:, 0])
    return shapes
