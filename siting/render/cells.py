"""The land shared out among demand points."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

from siting.case import Case
from siting.impedance import FloatArray, IntArray

MARGIN = 0.02  # degrees around the outermost points that are shared out where there is no outline
SNAP = 1e-8  # degrees, a millimetre
BORDER = 1e-5  # degrees, a metre: shorter borders are corners


def cells_of(case: Case) -> NDArray[np.object_]:
    """(I,) the land nearer to each demand point than to any other (WGS84), within the outline where there is one.

    Of points at the same place the first has it. East-west distances are in the scale of the mean latitude, so that
    the nearest is the nearest on the ground.
    """
    lon, lat = case.demand["lon"].to_numpy(np.float64), case.demand["lat"].to_numpy(np.float64)
    cells: NDArray[np.object_] = np.full(len(lon), shapely.Polygon(), dtype=object)
    if not len(lon):
        return cells
    outline = case.outline.union_all() if case.outline is not None and len(case.outline) else None
    scale = np.array([np.cos(np.radians(lat.mean())), 1.0])
    places, first = np.unique(np.column_stack([lon, lat]), axis=0, return_index=True)
    around = shapely.box(*(places.min(axis=0) - MARGIN), *(places.max(axis=0) + MARGIN))
    if outline is not None:
        around = shapely.union(around, shapely.box(*outline.bounds)).envelope
    drawn = _voronoi(places * scale, shapely.transform(around, lambda xy: xy * scale))
    drawn = shapely.transform(drawn, lambda xy: xy / scale)
    if outline is not None:
        shapely.prepare(outline)
        cut = ~shapely.contains_properly(outline, drawn)
        drawn[cut] = shapely.intersection(drawn[cut], outline)
    cells[first] = drawn
    return cells


def _voronoi(places: FloatArray, around: Geometry) -> NDArray[np.object_]:
    """(n,) the cell of each of n different places within a rectangle."""
    if len(places) == 1:
        return np.array([around], dtype=object)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=around, ordered=True))
    shown: NDArray[np.object_] = shapely.intersection(cells, around)
    return shown


def touching(cells: NDArray[np.object_]) -> IntArray:
    """(M, 2) numbers of the cells that share a border, the smaller number first; a common corner is none.

    Args:
        cells: (I,) as `cells_of`, or any areas that do not overlap (degrees).
    """
    snapped = shapely.set_precision(cells, SNAP)  # so that ends of a border that were cut twice are the same
    one, other = shapely.STRtree(snapped).query(snapped, predicate="intersects")
    one, other = one[one < other], other[one < other]
    border = shapely.length(shapely.intersection(snapped[one], snapped[other]))
    pairs: IntArray = np.column_stack([one, other])[border > BORDER].astype(np.int64)
    return pairs
