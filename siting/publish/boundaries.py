"""Areas of the base map that draw an administrative boundary without being one: those that were cut at it.

A base map is often cut out along the outline of the place, so that the edge of its woods and waters is the boundary. A
map that may show no boundary may not show them either.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.render.map_base import WOODS

NEAR_M = 150.0  # an edge this near a boundary may follow it
MOST_M = 500.0  # for so long at most
MOST_LOST = 0.5  # of the area of woods; where more is left out, the rest would tell that there are none elsewhere


def near_borders(frames: list[gpd.GeoDataFrame], crs: str) -> shapely.Geometry:
    """The strip along the boundaries of all shapes, in the projected system; empty for none."""
    edges = [frame.to_crs(crs).boundary.union_all() for frame in frames if len(frame)]
    return shapely.buffer(shapely.union_all(edges), NEAR_M)


def without_followers(frame: gpd.GeoDataFrame, near: shapely.Geometry, crs: str) -> tuple[gpd.GeoDataFrame, int]:
    """The frame without the areas whose edge follows the borders, and how many were left out.

    Parts of multi-polygons are looked at one by one; lines and points stay. Where most
    of the woods follow the borders, none are left.

    Args:
        frame: of the base map. WGS84.
        near: as `near_borders` gives it.
        crs: the projected system, in metres.
    """
    if not len(frame) or shapely.is_empty(near):
        return frame, 0
    parts = frame.explode(index_parts=False)
    shapes = np.asarray(parts.to_crs(crs).geometry.to_numpy(), dtype=object)
    areas = shapely.get_type_id(shapes) == 3
    follow = np.zeros(len(shapes), dtype=bool)
    follow[areas] = _along(shapes[areas], near) > MOST_M
    follow |= areas & _woods_mostly_lost(parts, np.where(areas, shapely.area(shapes), 0.0), follow)
    return parts[~follow], int(follow.sum())


def _woods_mostly_lost(
    parts: gpd.GeoDataFrame, square_metres: NDArray[np.float64], lost: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(n,) which parts are woods, where most of the woods are lost."""
    woods = np.zeros(len(parts), dtype=bool)
    if "kind" in parts.columns:
        woods = parts["kind"].isin(WOODS).to_numpy()
    mostly = square_metres[woods & lost].sum() > MOST_LOST * square_metres[woods].sum()
    return woods & bool(mostly)


def _along(areas: NDArray[np.object_], near: shapely.Geometry) -> NDArray[np.float64]:
    """(n,) metres of each edge that lie near."""
    shapely.prepare(near)
    metres = np.zeros(len(areas))
    touching = shapely.intersects(areas, near)
    metres[touching] = shapely.length(shapely.intersection(shapely.boundary(areas[touching]), near))
    return metres
