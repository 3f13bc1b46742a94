"""Tables as JSON values and back: every number, text, shape, type and gap comes back as it was.

A float is written in the fewest digits that give it back, a shape as WKT of such numbers. JSON has no NaN: in a column
of floats a gap is `null` and an infinite number a text; in a column of mixed values, where `null` is None, a float that
is not finite is `{"float": "nan"}`. Columns are written once in a pool, since the views of many years repeat them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryDtype

from siting.render.view_data import Pool

FULL_PRECISION = -1  # of GEOS' WKT: the fewest digits that give the number back
KEPT = "fiubO"  # numpy's kinds of floats, integers, truth values and objects


def frame_values(frame: pd.DataFrame, pool: Pool) -> dict[str, Any]:
    """The frame as JSON values, its columns in the pool.

    Raises:
        ValueError: for a column of a type that cannot be kept: dates, categories, other objects.
    """
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.equals(pd.RangeIndex(len(frame)))
    values: dict[str, Any] = {
        "rows": len(frame),
        "columns": [
            [str(name), pool.add(_column(str(name), frame.iloc[:, k]))] for k, name in enumerate(frame.columns)
        ],
        "index": None if plain else [frame.index.name, pool.add(_column("index", frame.index.to_series()))],
    }
    if isinstance(frame, gpd.GeoDataFrame):
        values["shapes"] = [frame.active_geometry_name, None if frame.crs is None else frame.crs.to_string()]
    return values


def frame_from(values: dict[str, Any], pool: Sequence[Any]) -> pd.DataFrame:
    """The frame that `frame_values` wrote, a GeoDataFrame where it was one.

    Raises:
        KeyError, IndexError, TypeError, ValueError: for what it never writes.
    """  # fmt: skip
    index = pd.RangeIndex(values["rows"])
    if values["index"] is not None:
        name, number = values["index"]
        index = pd.Index(_series(pool[number]), name=name)
    columns = {name: _series(pool[number]).set_axis(index) for name, number in values["columns"]}
    frame = pd.DataFrame(columns, index=index)
    if "shapes" not in values:
        return frame
    geometry, crs = values["shapes"]
    shapes: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)
    return shapes


def _column(name: str, column: pd.Series) -> dict[str, Any]:
    dtype = column.dtype
    if isinstance(dtype, GeometryDtype):
        shapes = column.to_numpy(dtype=object)
        return {"type": "wkt", "values": shapely.to_wkt(shapes, rounding_precision=FULL_PRECISION).tolist()}
    values = column.tolist()
    if isinstance(dtype, pd.StringDtype):
        values = [value if isinstance(value, str) else None for value in values]
    elif not isinstance(dtype, np.dtype) or dtype.kind not in KEPT:
        raise ValueError(f"column {name!r} is of type {dtype}, which is not kept")
    elif dtype.kind == "f":
        values = [value if math.isfinite(value) else None if math.isnan(value) else repr(value) for value in values]
    elif dtype.kind == "O":
        values = [_cell(name, value) for value in values]
    return {"type": str(dtype), "values": values}


def _cell(name: str, value: object) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise ValueError(f"column {name!r} holds {value!r}, which is not kept")


def _series(column: dict[str, Any]) -> pd.Series:
    kind, values = column["type"], column["values"]
    if kind == "wkt":
        return pd.Series(gpd.array.GeometryArray(shapely.from_wkt(np.array(values, dtype=object))))
    if kind == "object":
        values = [float(value["float"]) if isinstance(value, dict) else value for value in values]
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return pd.Series(cells, dtype=object).astype(kind)
