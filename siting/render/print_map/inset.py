"""The enlarged part of a sheet: where symbols crowd, drawn again larger in a corner of the map that is free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.render.print_map.ground import Ground, Window, round_up, within
from siting.render.print_map.labels import NAMED_PX
from siting.render.print_map.layer_art import Shown
from siting.render.views import Place, PointLayer

CROWDED_MM, OTHERS = 4.0, 4  # a symbol with so many others as near as this stands in a crowd
LEAST_CROWD, MOST_CROWD = 12, 500  # of more, every so-manieth is looked at
ENLARGED = (5.0, 4.0, 3.0, 2.5, 2.0)
LEAST_SHARE = 0.4  # of the crowd that an inset shows
SIDES_MM = (150.0, 137.0, 125.0, 115.0, 105.0, 95.0, 85.0, 75.0, 65.0)
GAP_MM = 2.5
INNER = 0.9  # of the inset: what lies nearer to its edge is not well seen


def inset_of(ground: Ground, place: Place, shown: list[Shown]) -> Ground | None:
    """The enlarged ground in its own window, or None: where nothing crowds, or no corner is free.

    Of all free corners and enlargements the one that shows much of the crowd large.
    """
    drawn = [one for one in shown if isinstance(one.layer, PointLayer)]
    points = np.concatenate([np.zeros((0, 2)), *(one.at for one in drawn)])
    crowd = _crowded(points)
    large = np.concatenate([np.zeros((0, 2)), *(one.at for one in drawn if one.category.size_px >= NAMED_PX)])
    if len(crowd) and len(large):  # those in the crowd that are looked for by name weigh as much as all the others
        large = large[np.asarray(cKDTree(crowd).query(large)[0]) < CROWDED_MM]
        crowd = np.concatenate([crowd, np.repeat(large, len(crowd) // max(len(large), 1), axis=0)])
    best: tuple[float, Ground] | None = None
    for corner in _free_corners(ground, place, points) if len(crowd) >= LEAST_CROWD else ():
        for enlarged in ENLARGED:
            denominator = round_up(ground.denominator / enlarged)
            half = np.array([corner.width, corner.height]) / 2 * INNER * denominator / ground.denominator
            middle, share = _densest(crowd, half)
            worth = share**2 * ground.denominator / denominator
            if share >= LEAST_SHARE and (best is None or worth > best[0]):
                x, y = ground.metres(middle)
                best = worth, replace(ground, window=corner, x=x, y=y, denominator=denominator)
    return None if best is None else best[1]


def on_map(ground: Ground, inset: Ground) -> Window:
    """The rectangle of the map that the inset shows, in millimetres of the paper."""
    share = inset.denominator / ground.denominator
    width, height = inset.window.width * share, inset.window.height * share
    x = ground.window.left + ground.window.width / 2 + (inset.x - ground.x) / ground.metres_per_mm
    y = ground.window.bottom + ground.window.height / 2 + (inset.y - ground.y) / ground.metres_per_mm
    return Window(x - width / 2, y - height / 2, width, height)


def _crowded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) the points that stand in a crowd."""
    if len(points) <= OTHERS:
        return points[:0]
    apart = np.asarray(cKDTree(points).query(points, k=OTHERS + 1)[0])[:, -1]
    crowd = points[apart < CROWDED_MM]
    return np.asarray(crowd[:: 1 + len(crowd) // MOST_CROWD])


def _densest(points: NDArray[np.float64], half: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The middle of the rectangle that holds most of the points, and the share that it holds."""
    stretched = points / half
    counts = cKDTree(stretched).query_ball_point(stretched, 1.0, p=np.inf, return_length=True)
    at = stretched[int(np.argmax(counts))]
    held = stretched[np.abs(stretched - at).max(axis=1) <= 1.0]
    middle = (held.min(axis=0) + held.max(axis=0)) / 2
    share = float((np.abs(stretched - middle).max(axis=1) <= 1.0).mean())
    return np.asarray(middle * half), share


def _free_corners(ground: Ground, place: Place, points: NDArray[np.float64]) -> list[Window]:
    """Rectangles in the corners of the window that neither the place nor a point lies in; none within another."""
    window = ground.window
    outline = [] if place.outline is None else list(place.outline.geometry)
    land = shapely.union_all(shapely.buffer(ground.shapes(np.array(outline, dtype=object)), GAP_MM / 2))
    shapely.prepare(land)
    sizes = ((w, h) for w in SIDES_MM for h in SIDES_MM if max(w, h) <= 1.6 * min(w, h))
    found: list[Window] = []
    for width, height in sorted(sizes, key=lambda size: -size[0] * size[1]):
        right, top = window.right - GAP_MM - width, window.top - GAP_MM - height
        left, bottom = window.left + GAP_MM, window.bottom + GAP_MM
        for x, y in ((right, bottom), (right, top), (left, top), (left, bottom)):
            corner = Window(x, y, width, height)
            inside = any(one.holds((x, y)) and one.holds((corner.right, corner.top)) for one in found)
            if inside or within(points, corner.inner(-GAP_MM)).any():
                continue
            if not shapely.intersects(land, shapely.box(x, y, x + width, y + height)):
                found.append(corner)
    return found
