"""The window of the map on the paper: from degrees over projected metres to millimetres, true to scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from siting.case_checks import WGS84

Bounds = tuple[float, float, float, float]  # west, south, east, north
FINE_MM = 0.05  # what a printed line may be off by
# First figures of a scale that is told as 1:N.
ROUND = (10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 25, 28, 30, 32, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 90, 100)
LEAST_M = 400.0  # a map of a single point is not of nothing


@dataclass(frozen=True)
class Window:
    """A rectangle of the paper, in millimetres from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Its upper side."""
        return self.bottom + self.height

    def holds(self, place: tuple[float, float]) -> bool:
        """Whether a place of the paper lies in it."""
        return self.left <= place[0] <= self.right and self.bottom <= place[1] <= self.top

    def inner(self, margin: float) -> Window:
        """What is left of it inside a margin."""
        return Window(self.left + margin, self.bottom + margin, self.width - 2 * margin, self.height - 2 * margin)


@dataclass(frozen=True)
class Ground:
    """The part of the country that a window shows.

    Attributes:
        window: on the paper.
        crs: projected system in metres.
        x, y: metres at the window's middle.
        denominator: N of the scale 1:N; a millimetre on the paper is N millimetres of the projection.
    """

    window: Window
    crs: str
    x: float
    y: float
    denominator: float

    @property
    def metres_per_mm(self) -> float:
        """Metres of the projection to a millimetre of the paper."""
        return self.denominator / 1000

    @property
    def middle_degrees(self) -> tuple[float, float]:
        """Longitude and latitude of the window's middle."""
        lon, lat = _projection(self.crs).transform(self.x, self.y, direction="INVERSE")
        return float(lon), float(lat)

    def at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """(n, 2) millimetres on the paper of degrees in WGS84."""
        x, y = _projection(self.crs).transform(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        return self._on_paper(np.column_stack([x, y]))

    def holds(self, places: NDArray[np.float64], margin: float = 0.0) -> NDArray[np.bool_]:
        """(n,) which places on the paper lie in the window, `margin` millimetres from its edge or more."""
        return within(places, self.window.inner(margin))

    def shapes(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in WGS84 as they lie on the paper, cut at the window, thinned to what can be seen, none empty."""
        if not len(shapes):
            return shapes
        west, south, east, north = self._degrees()
        near = shapely.clip_by_rect(shapes, west, south, east, north)
        near = near[~shapely.is_empty(near)]
        drawn = shapely.transform(near, lambda lonlat: self.at(lonlat[:, 0], lonlat[:, 1]))
        drawn = shapely.simplify(drawn, FINE_MM, preserve_topology=False)
        return np.asarray(drawn[~shapely.is_empty(drawn)], dtype=object)

    def metres(self, place: NDArray[np.float64]) -> tuple[float, float]:
        """Metres of the projection at a place of the paper."""
        dx = place[0] - self.window.left - self.window.width / 2
        dy = place[1] - self.window.bottom - self.window.height / 2
        return self.x + float(dx) * self.metres_per_mm, self.y + float(dy) * self.metres_per_mm

    def _on_paper(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        window = self.window
        middle = np.array([window.left + window.width / 2, window.bottom + window.height / 2])
        return np.asarray((metres - [self.x, self.y]) / self.metres_per_mm + middle)

    def _degrees(self) -> Bounds:
        """Degrees that hold the window with something around it."""
        half = np.array([self.window.width, self.window.height]) / 2 * self.metres_per_mm * 1.05
        west, south, east, north = self.x - half[0], self.y - half[1], self.x + half[0], self.y + half[1]
        back = _projection(self.crs).transform_bounds(west, south, east, north, direction="INVERSE")
        return float(back[0]), float(back[1]), float(back[2]), float(back[3])


def within(places: NDArray[np.float64], part: Window) -> NDArray[np.bool_]:
    """(n,) which of the (n, 2) places of the paper lie in a rectangle of it."""
    x, y = places[:, 0], places[:, 1]
    return np.asarray((x >= part.left) & (x <= part.right) & (y >= part.bottom) & (y <= part.top))


def holding(area: Bounds, points: NDArray[np.float64]) -> Bounds:
    """The area widened to hold all points: what lies beyond the outline must not be cut off unseen.

    Args:
        area: west, south, east, north in degrees.
        points: (n, 2) longitude and latitude; those that are not known are left out.
    """
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return area
    (west, south), (east, north) = known.min(axis=0).tolist(), known.max(axis=0).tolist()
    return min(area[0], west), min(area[1], south), max(area[2], east), max(area[3], north)


def fit(window: Window, crs: str, degrees: Bounds, *, margin: float, rounded: bool) -> Ground:
    """The ground that shows all of `degrees` in the window.

    Args:
        window: on the paper.
        crs: projected system in metres.
        degrees: west, south, east, north.
        margin: millimetres that stay free at each side.
        rounded: whether the scale is to be one that is told in round figures.
    """
    west, south, east, north = _projection(crs).transform_bounds(*degrees)
    part = window.inner(margin)
    across, up = max(east - west, LEAST_M), max(north - south, LEAST_M)
    least = 1000 * max(across / part.width, up / part.height)
    return Ground(window, crs, (west + east) / 2, (south + north) / 2, round_up(least) if rounded else least)


def round_up(denominator: float) -> float:
    """The next larger N that is told in round figures."""
    power = 10.0 ** (math.floor(math.log10(denominator)) - 1)
    return next(first * power for first in ROUND if first * power >= denominator * (1 - 1e-9))


@lru_cache(maxsize=8)
def _projection(crs: str) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)
