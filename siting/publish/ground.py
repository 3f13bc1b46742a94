"""The base map drawn no more exactly than the places on it: its lines and areas generalised to the same grid.

What public maps may show (公开地图内容表示规范: no place more exactly than to 50 m) holds for roads and rivers as for
facilities. A line is joined through where its attributes stay the same, freed of its small bends (Douglas and Peucker
1973), put on the nodes of the grid, and freed of the steps that this leaves: what remains is nodes of the grid that
straight lines join, with no stairs where a road runs slantwise. An end that met another line is put on it again.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.publish.grid import WGS84, Grid

BENDS, STEPS = 0.3, 0.6  # of the grid: what is taken out of a line before and after it is put on the nodes
REACH = 2.0  # of the grid: how far an end is moved back to the line that it met
LEAST_AREA = 0.5  # of a cell of the grid


def generalised(frame: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Lines and areas with no corner but on nodes of the grid, and ends of lines on other lines.

    Args:
        frame: lines and areas with columns that tell how they are drawn and named. WGS84. Points are left out.
        grid: that counts what it moves.
    """
    if not len(frame):
        return frame
    parts = frame.explode(index_parts=False, ignore_index=True).to_crs(grid.crs)
    kinds = shapely.get_type_id(np.asarray(parts.geometry.to_numpy(), dtype=object))
    lines, areas = _lines(parts[kinds == 1], grid), _areas(parts[kinds == 3], grid)
    found = [one for one in (lines, areas) if len(one)]
    if not found:
        return frame.iloc[:0]
    whole = pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=grid.crs).to_crs(WGS84)[list(frame.columns)]


def _lines(frame: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Lines in the projected system."""
    if not len(frame):
        return frame
    names = [name for name in frame.columns if name != "geometry"]
    whole = frame.fillna(dict.fromkeys(names, "")).dissolve(by=names, as_index=False, sort=True)
    shapes = shapely.line_merge(np.asarray(whole.geometry.to_numpy(), dtype=object))
    whole = whole.set_geometry(gpd.GeoSeries(shapes, index=whole.index, crs=frame.crs))
    whole = whole.explode(index_parts=False, ignore_index=True)
    true = np.asarray(whole.geometry.to_numpy(), dtype=object)
    made = _on_nodes(true, grid)
    kept = shapely.length(made) > 0
    if not kept.any():
        return whole[kept]
    made = _rejoined(true[kept], made[kept], grid.metres * REACH)
    return whole[kept].set_geometry(gpd.GeoSeries(made, index=whole.index[kept], crs=frame.crs))


def _areas(frame: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Areas in the projected system; those that are less than half a cell are gone."""
    if not len(frame):
        return frame
    made = shapely.make_valid(_on_nodes(np.asarray(frame.geometry.to_numpy(), dtype=object), grid))
    found = frame.set_geometry(gpd.GeoSeries(made, index=frame.index, crs=frame.crs))
    found = found.explode(index_parts=False, ignore_index=True)
    return found[(found.geometry.geom_type == "Polygon") & (found.area >= LEAST_AREA * grid.metres**2)]


def _on_nodes(shapes: NDArray[np.object_], grid: Grid) -> NDArray[np.object_]:
    """(n,) shapes whose corners are nodes of the grid."""
    bare = shapely.simplify(shapes, BENDS * grid.metres)
    snapped = shapely.transform(bare, grid.nearest)
    found: NDArray[np.object_] = shapely.simplify(snapped, STEPS * grid.metres)
    return found


def _rejoined(true: NDArray[np.object_], made: NDArray[np.object_], reach_m: float) -> NDArray[np.object_]:
    """The lines with each end that met the middle of another line put on that line again, where it now runs."""
    met = _meets(true)
    tree = shapely.STRtree(made)
    found = made.copy()
    for end in (0, -1):
        ends = shapely.get_point(made, end)
        which = np.flatnonzero(met[:, end])
        own, other = tree.query(ends[which], predicate="dwithin", distance=reach_m)
        own, far = which[own], shapely.distance(ends[which][own], made[other])
        order = np.lexsort((other, far))
        order = order[own[order] != other[order]]
        _, first = np.unique(own[order], return_index=True)
        for k in order[first]:
            if far[k] > 0:
                coordinates = shapely.get_coordinates(found[own[k]])
                line = made[other[k]]
                coordinates[end] = shapely.get_coordinates(
                    shapely.line_interpolate_point(line, shapely.line_locate_point(line, ends[own[k]]))
                )
                found[own[k]] = shapely.linestrings(coordinates)
    return found


def _meets(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """(n, 2) whether the first and the last point of each line is a corner of another line too."""
    corners, of = shapely.get_coordinates(lines, return_index=True)
    _, key = np.unique(corners, axis=0, return_inverse=True)
    key = key.ravel()
    first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    last = np.r_[first[1:] - 1, len(of) - 1]
    lines_at = np.bincount(np.unique(np.column_stack([key, of]), axis=0)[:, 0])  # a ring meets itself, no other line
    return np.column_stack([lines_at[key[first]] > 1, lines_at[key[last]] > 1])
