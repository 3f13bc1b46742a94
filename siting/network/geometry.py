"""Lengths on the ellipsoid, and a local metric projection for snapping and buffers."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.impedance import FloatArray, IntArray

_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def segment_lengths_m(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """(n - 1,) geodesic length in metres between each point and the next, on the WGS84 ellipsoid."""
    if lon.size < 2:
        return np.zeros(0)
    return np.asarray(_ELLIPSOID.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], dtype=np.float64)


def polylines(xy: NDArray[np.float64], owner: IntArray) -> NDArray[np.object_]:
    """LineStrings of the (n, 2) coordinates that share an `owner` (n,), which ascends from 0."""
    return np.asarray(shapely.linestrings(xy, indices=owner), dtype=object)


class LocalProjection:
    """Metres around a centre (transverse Mercator on WGS84).

    Distances are right to 0.01 % within 90 km of the centre and to 0.1 % within 280 km.
    """

    def __init__(self, lon: ArrayLike, lat: ArrayLike) -> None:
        """Centred on the median of the given points, which a few astray do not move."""
        lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        lon_0, lat_0 = (float(np.median(lons)), float(np.median(lats))) if lons.size else (0.0, 0.0)
        metric = pyproj.CRS.from_proj4(f"+proj=tmerc +lat_0={lat_0} +lon_0={lon_0} +k=1 +ellps=WGS84 +units=m")
        self._there = pyproj.Transformer.from_crs("EPSG:4326", metric, always_xy=True)

    def to_metres(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """(n, 2) x, y in metres."""
        x, y = self._there.transform(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.column_stack([x, y])

    def to_degrees(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """A metric geometry in WGS84 longitude and latitude."""

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            lon, lat = self._there.transform(xy[:, 0], xy[:, 1], direction=pyproj.enums.TransformDirection.INVERSE)
            return np.column_stack([lon, lat])

        return shapely.transform(geometry, back)

    def points_to_degrees(self, xy: NDArray[np.float64]) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes of (n, 2) metres."""
        lon, lat = self._there.transform(xy[:, 0], xy[:, 1], direction=pyproj.enums.TransformDirection.INVERSE)
        return np.asarray(lon), np.asarray(lat)
