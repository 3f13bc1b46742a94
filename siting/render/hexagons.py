"""Points that are too many for a page, gathered in hexagons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.impedance import FloatArray, IntArray
from siting.render.columns import Column
from siting.render.views import AreaLayer, PointLayer

MOST_POINTS = 50_000  # of a layer that is drawn point by point
CELLS = 4_000  # hexagons that the extent of the points is shared out into
SUMMED = ("persons", "count", "yuan")  # kinds of columns of which a hexagon has the sum
COUNT = Column("points", "其中居民点（处）", "Places in it", "count")


def gathered(layer: PointLayer) -> AreaLayer:
    """The hexagons in which a layer's points lie, each in the category of most of its weight.

    A hexagon has the sums of the columns that are amounts and the number of its points; its name is that of its
    heaviest point. What is not an amount (minutes, who serves a place) is not told of many points together. Rows that
    have no place are left out.
    """
    frame = layer.frame[np.isfinite(layer.frame[["lon", "lat"]].to_numpy(np.float64)).all(axis=1)]
    lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
    cell, shapes = hexagons(lon, lat)
    weight = np.ones(len(frame)) if layer.weight is None else frame[layer.weight].fillna(0.0).to_numpy(np.float64)
    summed = [column for column in layer.columns if column.kind in SUMMED]
    sums = frame[[column.name for column in summed]].fillna(0.0).groupby(cell).sum()
    heaviest = pd.Series(weight).sort_values(kind="stable", ascending=False).index.to_numpy()
    first = pd.Series(heaviest).groupby(cell[heaviest]).first()
    content: dict[str, object] = {
        "name": frame["name"].to_numpy(dtype=object)[first.to_numpy()],
        "category": _heaviest_category(frame["category"].to_numpy(dtype=object), cell, weight, len(shapes)),
        COUNT.name: np.bincount(cell, minlength=len(shapes)),
        **{name: sums[name].to_numpy() for name in sums},
    }
    return AreaLayer(
        layer.key, f"{layer.zh}（按六边形汇总）", f"{layer.en}, gathered in hexagons",
        gpd.GeoDataFrame(content, geometry=shapes, crs="EPSG:4326"), layer.categories, (COUNT, *summed), layer.shown,
        choice=layer.choice, named=False,
    )  # fmt: skip


def _heaviest_category(
    category: NDArray[np.object_], cell: IntArray, weight: FloatArray, cells: int
) -> NDArray[np.object_]:
    """(n,) the category of most of the weight in each cell; of equal ones the first."""
    codes, words = pd.factorize(category)
    total = np.zeros((cells, len(words)))
    np.add.at(total, (cell, codes), weight + 1e-9)  # the number of points decides where nobody lives
    found: NDArray[np.object_] = np.asarray(words, dtype=object)[total.argmax(axis=1)]
    return found


def hexagons(lon: FloatArray, lat: FloatArray) -> tuple[IntArray, NDArray[np.object_]]:
    """(n,) the number of the hexagon that each point lies in, and the hexagons (WGS84) that have any.

    Regular hexagons with a corner to the north, in the scale of the mean latitude, about `CELLS` in the extent of all
    points. A point is in the hexagon of the nearest middle: the middles of two grids of rectangles, one moved by half.
    """
    scale = np.cos(np.radians(lat.mean()))
    x, y = lon * scale, lat
    area = max((np.ptp(x) or 0.01) * (np.ptp(y) or 0.01), 1e-6) / CELLS
    side = np.sqrt(2 * area / (3 * np.sqrt(3)))
    wide, high = np.sqrt(3) * side, 3 * side  # between the middles of either grid
    found = []
    for half in (0.0, 0.5):
        column, row = (np.rint(values / step - half) + half for values, step in ((x, wide), (y, high)))
        found.append(np.column_stack([column, row, (x - column * wide) ** 2 + (y - row * high) ** 2]))
    middles = np.where((found[1][:, 2] < found[0][:, 2])[:, None], found[1], found[0])[:, :2]
    used, cell = np.unique(middles, axis=0, return_inverse=True)
    angles = np.radians(np.arange(6) * 60 + 30)
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) * side
    rings = (used * [wide, high])[:, None, :] + corners[None]
    return cell.ravel(), shapely.polygons(rings / [scale, 1.0])
