"""`plan.gpkg` of an answer: its layers for a GIS, drawn by QGIS as the map draws them.

Styles lie in the table `layer_styles`, from which QGIS takes those of a GeoPackage. Column names are ASCII; QGIS shows
the headers in both languages. The layer `notes` has no geometry: it carries the result's label and the notices.
Layers of the same rows, such as demand points by what becomes of them, are views of one table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from siting.render.gis_layers import WGS84, geographic_crs, outline_layer, plain, roads_layer, zones_layer
from siting.render.gis_views import add_view, hide, same_rows, shared_rows
from siting.render.map_style import load_style
from siting.render.qml_base import base_styles
from siting.render.told_layers import told_layers
from siting.render.views import LineLayer, Told, View
from siting.render.wording import both

GEOMETRY_COLUMN = "geom"
TITLES = {"zones": ("分区", "Zones"), "outline": ("界线", "Outline"), "roads": ("道路", "Roads")}
# As long as a file registers its tables without geometry, GIS offer no table that it does not register.
PLAIN = {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES"}
SHARED = "rows"  # at the end of the name of a table that several layers are views of
MOST_ROWS = 60_000  # of all layers, in a run folder: some 20 MB
THEN = "2000-01-01T00:00:00.000Z"  # a fixed date: the same answer gives the same file


def write_geopackage(told: Told, path: Path, *, crs: str | None = None) -> None:
    """Write the layers of the answer, then zones, outline, roads, notes and the styles.

    Args:
        told: the answer.
        path: of the file; an older one is replaced.
        crs: a name that PROJ knows, such as EPSG:4549. None: degrees, in CGCS2000 (EPSG:4490) where the case's
            projected system is based on it, else in WGS84. CGCS2000 and WGS84 are taken as equal: they agree within
            a metre.

    Raises:
        OSError: when the file cannot be written.
    """
    path.unlink(missing_ok=True)
    layers, degrees = told_layers(told), geographic_crs(told.place)

    def write(name: str, frame: gpd.GeoDataFrame, geometry_type: str, index: str = "YES") -> None:
        placed = frame.set_crs(WGS84 if crs == WGS84 else degrees, allow_override=True)
        options = {"GEOMETRY_NAME": GEOMETRY_COLUMN, "SPATIAL_INDEX": index}
        _write(placed if crs is None else placed.to_crs(crs), path, name, options, geometry_type=geometry_type)

    for group in same_rows(layers):
        if len(group) == 1:
            write(group[0].name, group[0].frame, group[0].geometry_type)
            continue
        table = f"{group[0].name}_{SHARED}"
        write(table, shared_rows(group), group[0].geometry_type, index="NO")
        with closing(sqlite3.connect(path)) as book, book:
            for layer in group:
                add_view(book, table, layer, GEOMETRY_COLUMN)
            hide(book, table)
    write("zones", zones_layer(told.place), "MultiPolygon")
    write("outline", outline_layer(told.place), "MultiPolygon")
    write("roads", roads_layer(told.base.roads), "LineString")
    _write(plain(notes_of(told)), path, "notes", PLAIN)
    looks = {one.name: (one.title, one.qml) for one in layers}
    looks |= {name: (both(TITLES[name]), qml) for name, qml in base_styles(told.place, load_style()).items()}
    _write(_styles(looks), path, "layer_styles", PLAIN)
    with closing(sqlite3.connect(path)) as book, book:
        book.execute("UPDATE gpkg_contents SET last_change = ?", (THEN,))


def write_plan_geopackage(told: Told, path: Path) -> None:
    """Write the GeoPackage of a run folder, which is kept small.

    Where all periods have many rows, it has only that at which the map opens, and no lines where that one still has.
    `siting export` writes all of them.

    Raises:
        OSError: when the file cannot be written.
    """
    periods = list(dict.fromkeys(view.period for view in told.views))
    if len(periods) > 1 and _rows(told.views) > MOST_ROWS:
        period = told.first[1] or periods[0]
        views = tuple(view for view in told.views if view.period == period)
        told = _without(
            told, views, f"只有“{period}”一期的图层；全部各期", f"has the layers of the period {period} only; all"
        )
    if _rows(told.views) > MOST_ROWS:
        views = tuple(
            replace(view, layers=tuple(layer for layer in view.layers if not isinstance(layer, LineLayer)))
            for view in told.views
        )
        told = _without(told, views, "没有连线图层；连线", "has no layers of lines; they")
    write_geopackage(told, path)


def _without(told: Told, views: tuple[View, ...], zh: str, en: str) -> Told:
    note = (
        f"为控制大小，本文件{zh}请用 siting export 导出",
        f"to keep it small, this file {en} are written by siting export",
    )
    return replace(told, views=views, notices=(*told.notices, note))


def _rows(views: Iterable[View]) -> int:
    """How many rows the views' layers have in a file; layers of one choice mostly share theirs."""
    total = 0
    for view in views:
        sizes: dict[str, int] = {}
        for layer in view.layers:
            key = (not isinstance(layer, LineLayer) and layer.choice) or f"layer {layer.key}"
            sizes[key] = max(sizes.get(key, 0), len(layer.frame))
        total += sum(sizes.values())
    return total


def _write(frame: pd.DataFrame, path: Path, layer: str, options: dict[str, str], **geometry: str) -> None:
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", append=path.exists(), layer_options=options, **geometry
    )


def notes_of(told: Told) -> pd.DataFrame:
    """What every reader must know: kind, text_zh, text_en."""
    info = told.place.info
    rows = [("title", *told.title), ("result", *told.label)]
    rows += [("notice", zh, en) for zh, en in told.notices]
    if info.data_date:
        rows.append(("data_date", info.data_date, info.data_date))
    rows += [("assumption", guess.zh, guess.en) for guess in info.guesses]
    rows += [
        ("source", f"{s.title} {both((s.attribution_zh, s.attribution))}".strip(), f"{s.origin}; {s.licence}")
        for s in told.place.sources
    ]
    return pd.DataFrame(rows, columns=["kind", "text_zh", "text_en"], dtype=object)


def _styles(looks: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """The rows of `layer_styles`, in the columns that QGIS gives it.

    Args:
        looks: title and style (QML) of each table.
    """
    rows = [
        {
            "f_table_catalog": "", "f_table_schema": "", "f_table_name": name,
            "f_geometry_column": GEOMETRY_COLUMN, "styleName": "siting", "styleQML": qml, "styleSLD": "",
            "useAsDefault": True, "description": title, "owner": "siting", "ui": "",
            "update_time": pd.Timestamp(THEN),
        }
        for name, (title, qml) in looks.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)
