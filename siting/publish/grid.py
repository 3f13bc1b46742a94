"""Coordinates snapped to a grid, so that a published map tells no place more exactly than to the grid.

Each point goes to the nearest node of a square grid in the case's projected system, which moves it by at most
g / sqrt(2) for a grid of g metres: 71 m for 100 m. Public maps of China may not place more exactly than to 50 m.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

WGS84 = "EPSG:4326"
DECIMALS = 6  # of degrees: 0.1 m, so that a node of the grid has one text


@lru_cache(maxsize=8)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)


@dataclass
class Grid:
    """A square grid.

    Attributes:
        crs: projected system in metres.
        metres: between the nodes.
        moved: how many places were snapped.
        farthest_m: how far the one went that moved most, in the projected system.
    """

    crs: str
    metres: float
    moved: int = 0
    farthest_m: float = 0.0

    def nearest(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) the nearest nodes of places in the projected system."""
        node: NDArray[np.float64] = np.rint(at / self.metres) * self.metres
        self.moved += len(at)
        self.farthest_m = max(self.farthest_m, float(np.hypot(*(node - at).T).max(initial=0.0)))
        return node

    def snap(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) longitude and latitude of the nearest nodes; NaN stays NaN."""
        known = np.isfinite(places).all(axis=1)
        if not known.any():
            return places.copy()
        there = _transformer(self.crs)
        at = np.column_stack(there.transform(places[known, 0], places[known, 1]))
        node = self.nearest(at)
        found = np.full_like(places, np.nan)
        back = there.transform(node[:, 0], node[:, 1], direction="INVERSE")
        found[known] = np.round(np.column_stack(back), DECIMALS)
        return found

    def snap_columns(self, frame: pd.DataFrame, lon: str, lat: str) -> pd.DataFrame:
        """The frame with these two columns snapped."""
        places = self.snap(frame[[lon, lat]].to_numpy(dtype=np.float64))
        return frame.assign(**{lon: places[:, 0], lat: places[:, 1]})

    def snap_shapes(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """The frame with every corner of its shapes snapped and what became of them mended."""
        shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
        snapped = shapely.make_valid(shapely.transform(shapes, self.snap))
        return frame.set_geometry(gpd.GeoSeries(snapped, index=frame.index, crs=frame.crs))
