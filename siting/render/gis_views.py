"""Layers of the same rows, such as demand points today and in the plan: a GeoPackage has their rows once.

The rows lie in one table, each layer is a view of it (SQLite) in which only the category differs. GIS read views as
layers; an office's copy of the file is a seventh of what it would be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.render.told_layers import CATEGORY, GisLayer

_OWN = [column.name for column in CATEGORY]  # what differs between layers of the same rows
_CONTENTS = "data_type, description, last_change, min_x, min_y, max_x, max_y, srs_id"
_GEOMETRY = "column_name, geometry_type_name, srs_id, z, m"


def same_rows(layers: Sequence[GisLayer]) -> list[list[GisLayer]]:
    """The layers, those of points whose rows are equal but for their category together, each where its first was."""
    groups: list[list[GisLayer]] = []
    for layer in layers:
        with_it = next((group for group in groups if _same(group[0], layer)), None)
        if with_it is None:
            groups.append([layer])
        else:
            with_it.append(layer)
    return groups


def _same(one: GisLayer, other: GisLayer) -> bool:
    if {one.geometry_type, other.geometry_type} != {"Point"} or one.columns != other.columns:
        return False
    if len(one.frame) != len(other.frame):
        return False
    places = [shapely.get_coordinates(layer.frame.geometry.to_numpy()) for layer in (one, other)]
    values = [pd.DataFrame(layer.frame.drop(columns=[*_OWN, "geometry"])) for layer in (one, other)]
    return np.array_equal(places[0], places[1]) and bool(values[0].equals(values[1]))


def shared_rows(group: Sequence[GisLayer]) -> gpd.GeoDataFrame:
    """The rows of the group, with the category in each layer in a column of its own."""
    frame = group[0].frame
    categories = pd.DataFrame({column_of(layer): layer.frame["category"] for layer in group})
    shown = [name for name in frame.columns if name not in (*_OWN, "geometry")]
    return gpd.GeoDataFrame(pd.concat([frame[shown], categories], axis=1), geometry=frame.geometry, crs=frame.crs)


def column_of(layer: GisLayer) -> str:
    """The column of the shared rows that has the layer's category."""
    return f"category_{layer.name}"


def add_view(book: sqlite3.Connection, table: str, layer: GisLayer, geometry: str) -> None:
    """Make the layer a view of the table.

    Args:
        book: a GeoPackage with the table.
        table: has the rows of `shared_rows`.
        layer: one of the group.
        geometry: name of the geometry's column.
    """
    names = layer.frame.drop_duplicates("category")[_OWN].itertuples(index=False, name=None)
    cases = "".join(f" WHEN {_text(key)} THEN {_text(name)}" for key, name in names)
    category = _quoted(column_of(layer))
    columns = {
        **{column.name: _quoted(column.name) for column in layer.columns},
        "category": category,
        "category_name": f"CASE {category}{cases} END" if cases else category,
    }
    fields = ", ".join(f"{value} AS {_quoted(name)}" for name, value in columns.items())
    # A GIS takes the column OGC_FID of a view as the number of its features.
    book.execute(
        f"CREATE VIEW {_quoted(layer.name)} AS SELECT fid AS OGC_FID, {_quoted(geometry)}, {fields}"
        f" FROM {_quoted(table)}"
    )
    for register, kept in (("gpkg_contents", _CONTENTS), ("gpkg_geometry_columns", _GEOMETRY)):
        named = ", identifier" if register == "gpkg_contents" else ""
        book.execute(
            f"INSERT INTO {register} (table_name{named}, {kept})"
            f" SELECT ?{named and ', ?'}, {kept} FROM {register} WHERE table_name = ?",
            (layer.name, *([layer.name] if named else []), table),
        )


def hide(book: sqlite3.Connection, table: str) -> None:
    """Take the shared rows out of the file's contents, so that a GIS offers their views alone."""
    for register in ("gpkg_geometry_columns", "gpkg_extensions", "gpkg_ogr_contents", "gpkg_contents"):
        book.execute(f"DELETE FROM {register} WHERE table_name = ?", (table,))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
