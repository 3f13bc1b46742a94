"""The layers of an answer as tables for a GIS: those of one key, of all subjects and periods, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.render.columns import Column
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


def told_layers(told: Told) -> list[GisLayer]:
    """The tables, the uppermost of the map first."""
    first = told.first if told.first != ("", "") else next(((v.subject, v.period) for v in told.views), ("", ""))
    parts: dict[tuple[str, Shape], list[tuple[View, Layer]]] = {}
    for view in told.views:
        for layer in view.layers:
            parts.setdefault((layer.key, _shape(layer)), []).append((view, layer))
    found = [_table(key, shape, own, first) for (key, shape), own in parts.items()]
    return found[::-1]


def _shape(layer: Layer) -> Shape:
    return "marker" if isinstance(layer, PointLayer) else "line" if isinstance(layer, LineLayer) else "fill"


def _table(key: str, shape: Shape, parts: list[tuple[View, Layer]], first: tuple[str, str]) -> GisLayer:
    columns = {column.name: column for column in (*SUBJECT, *CATEGORY)}
    for _, layer in parts:
        if not isinstance(layer, LineLayer):
            named = [column for column in NAMED if column.name in layer.frame.columns]
            columns |= {column.name: column for column in (*named, *layer.columns) if column.name not in columns}
    groups = [_group(view, layer, first) for view, layer in parts]
    if not any(group.ticked for group in groups):  # what the map opens at has no such layer
        groups[0] = Group(groups[0].name, groups[0].where, groups[0].categories)
    frames = [_rows(view, layer, tuple(columns.values())) for view, layer in parts]
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


def _rows(view: View, layer: Layer, columns: tuple[Column, ...]) -> gpd.GeoDataFrame:
    """The layer's rows that have a place, with all columns of the table; numbers are floats, missing ones NaN."""
    frame = layer.frame.reset_index(drop=True)
    names = {category.key: both((category.zh, category.en)) for category in layer.categories}
    frame = pd.DataFrame(frame).assign(
        subject=view.subject, subject_name=both((view.subject_zh, view.subject_en)), period=view.period,
        category_name=[names[key] for key in frame["category"]],
    )  # fmt: skip
    data = pd.DataFrame({column.name: _cells(frame, column) for column in columns})
    shapes = _shapes(layer)
    placed = ~shapely.is_missing(shapes)
    return gpd.GeoDataFrame(plain(data[placed]).reset_index(drop=True), geometry=shapes[placed], crs=WGS84)


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
