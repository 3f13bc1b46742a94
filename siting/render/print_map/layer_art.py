"""The layers of a view on paper: areas, lines and points, as their categories say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from siting.render.print_map import marks
from siting.render.print_map.base_art import HEAVY, filled, stroked
from siting.render.print_map.ground import Ground
from siting.render.print_map.paper import PT_PER_MM, Paper
from siting.render.room import room_m
from siting.render.view_data import FEW
from siting.render.views import AreaLayer, Category, Layer, LineLayer, PointLayer, View

SIZES = (1.0, 0.8, 0.65, 0.5)  # of symbols in a crowd: what is drawn at one size is drawn at once
CLOSE = 1.5  # symbols of a crowd may be so much wider than their room


@dataclass(frozen=True, eq=False)
class Shown:
    """A category of a layer with the rows of it that are on the paper.

    Attributes:
        frame: its rows; at: (n, 2) where they are, in millimetres (points only).
        finish: what tells it from others in a grey print.
        across_pt: (n,) size of each symbol (points only).
    """

    layer: Layer
    category: Category
    frame: pd.DataFrame
    finish: int
    at: NDArray[np.float64]
    across_pt: NDArray[np.float64]


def shown_of(view: View, ground: Ground, scale: float) -> list[Shown]:
    """What is drawn of the view's layers that are shown at first, the lowest layer first, the first category first.

    Args:
        view: of which.
        ground: what has its place outside of it is left out.
        scale: of symbols, 1 on a sheet.

    Raises:
        ValueError: when a layer has a category that it does not name.
    """
    layers = [layer for layer in view.layers if layer.shown]
    alike = dict(_with_finish(layers))
    found = []
    for layer in layers:
        frame, at = _placed(layer, ground)
        unknown = set(frame["category"]) - {category.key for category in layer.categories}
        if unknown:
            raise ValueError(f"layer {layer.key!r} has no category {sorted(map(str, unknown))}")
        room = _room_pt(layer, frame, ground)
        for category in layer.categories:
            own = (frame["category"] == category.key).to_numpy(dtype=bool)
            if own.any():
                size = np.minimum(1.0, room[own] * CLOSE / marks.size_pt(category, scale))
                across = marks.size_pt(category, scale) * _stepped(size)
                found.append(Shown(layer, category, frame[own], alike[layer.key, category.key], at[own], across))
    return found


def draw_layers(paper: Paper, ground: Ground, shown: list[Shown], scale: float) -> None:
    """Draw what is shown: layer above layer, and within a layer the first categories and rows above the others."""
    keys = list(dict.fromkeys(one.layer.key for one in shown))
    for one in shown:
        number = keys.index(one.layer.key)
        place = [category.key for category in one.layer.categories].index(one.category.key)
        order = 3.0 + number * 0.2 + (len(one.layer.categories) - place) * 0.2 / (len(one.layer.categories) + 1)
        DRAW[type(one.layer)](paper, ground, one, order, scale)


def _areas(paper: Paper, ground: Ground, one: Shown, order: float, scale: float) -> None:
    shapes = ground.shapes(np.asarray(one.frame["geometry"].to_numpy(), dtype=object))
    hatch = marks.HATCHES[one.finish]
    paper.add(filled(shapes, one.category.colour, order=order, alpha=0.22), ground.window)
    edges = filled(
        shapes, "none", order=order + 0.01, edge=one.category.colour, width_pt=0.7 * scale, alpha=0.9, hatch=hatch
    )
    paper.add(edges, ground.window)


def _lines(paper: Paper, ground: Ground, one: Shown, order: float, scale: float) -> None:
    frame = one.frame
    ends = [ground.at(frame[f"{end}_lon"], frame[f"{end}_lat"]) for end in ("from", "to")]
    lines = np.asarray(shapely.linestrings(np.stack(ends, axis=1)), dtype=object)
    width, dashes = 0.55 * scale, marks.DASHES[one.finish]
    paper.add(stroked(lines, one.category.colour, width, order=order, dashes=dashes, alpha=0.75), ground.window)


def _points(paper: Paper, ground: Ground, one: Shown, order: float, scale: float) -> None:
    for size in np.unique(one.across_pt)[::-1]:
        rows = np.flatnonzero(one.across_pt == size)[::-1]  # the first row lies uppermost
        look = marks.marker(one.category, one.finish, float(size))
        drawn = Line2D(one.at[rows, 0], one.at[rows, 1], zorder=order, **look)
        drawn.set_rasterized(len(rows) > HEAVY)
        paper.add(drawn, ground.window)


DRAW: dict[type, Callable[[Paper, Ground, Shown, float, float], None]] = {
    AreaLayer: _areas, LineLayer: _lines, PointLayer: _points,
}  # fmt: skip


def _with_finish(layers: list[Layer]) -> Iterator[tuple[tuple[str, str], int]]:
    """The finish of every category that has rows; points of all layers must differ, areas and lines within theirs."""
    groups: list[list[Layer]] = [[layer for layer in layers if isinstance(layer, PointLayer)]]
    groups += [[layer] for layer in layers if not isinstance(layer, PointLayer)]
    for group in groups:
        used = [
            (layer.key, category if isinstance(layer, PointLayer) else replace(category, symbol="circle"))
            for layer in reversed(group)
            for category in layer.categories
            if (layer.frame["category"] == category.key).any()
        ]
        numbers = marks.finishes([category for _, category in used])
        yield from (((key, category.key), number) for (key, category), number in zip(used, numbers, strict=True))


def _placed(layer: Layer, ground: Ground) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """The rows that are on the paper, and where the points are."""
    frame = layer.frame
    if isinstance(layer, AreaLayer):
        shapes = np.asarray(layer.frame.geometry.to_numpy(), dtype=object)
        kept = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        return pd.DataFrame(frame[kept]), np.full((int(kept.sum()), 2), np.nan)
    if isinstance(layer, LineLayer):
        ends = [frame[[f"{end}_{name}" for name in ("lon", "lat")]].to_numpy(np.float64) for end in ("from", "to")]
        kept = np.isfinite(np.hstack(ends)).all(axis=1)
        return frame[kept], np.full((int(kept.sum()), 2), np.nan)
    lonlat = frame[["lon", "lat"]].to_numpy(np.float64)
    frame = frame[np.isfinite(lonlat).all(axis=1)]
    at = ground.at(frame["lon"], frame["lat"])
    inside = ground.holds(at)
    return frame[inside], at[inside]


def _room_pt(layer: Layer, frame: pd.DataFrame, ground: Ground) -> NDArray[np.float64]:
    """(n,) points of paper from each symbol to its nearest neighbour; without end where they are few."""
    if not isinstance(layer, PointLayer) or len(frame) <= FEW:
        return np.full(len(frame), np.inf)
    return np.asarray(room_m(frame), dtype=np.float64) / ground.metres_per_mm * PT_PER_MM


def _stepped(size: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the largest of `SIZES` that is not larger, or the least."""
    steps = np.array(SIZES)
    larger = size[:, None] < steps[None, :]
    return np.asarray(steps[np.minimum(larger.sum(axis=1), len(steps) - 1)])
