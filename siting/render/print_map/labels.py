"""Names on the map: numbers and names of what is drawn large, place names, each where there is room for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from siting.render.map_base import PLACE_RANK
from siting.render.print_map.ground import Ground
from siting.render.print_map.layer_art import Shown
from siting.render.print_map.look import Language, style
from siting.render.print_map.marks import lightness
from siting.render.print_map.paper import INK, PT_PER_MM, Paper, one_line
from siting.render.view_data import labels_beside
from siting.render.views import Base, PointLayer

NAMED_PX = 9.0  # categories that are drawn as large as this are those a reader looks for by name
LONGEST = 16  # Chinese characters, or as much of Latin letters, of a name on the map
CELL_MM = 4.0
# Where a text may stand beside its symbol: shares of its width and height, the best first.
AROUND = ((0.0, -0.5), (-1.0, -0.5), (-0.5, 0.0), (-0.5, -1.0), (0.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (-1.0, -1.0))
Box = tuple[float, float, float, float]  # left, bottom, right, top in millimetres


@dataclass(frozen=True)
class Numbered:
    """A facility that is told by its number on the map: its text there, its name, its category's colour."""

    text: str
    name: str
    at: tuple[float, float]
    lonlat: tuple[float, float]
    across_mm: float
    colour: str


class Room:
    """What of the paper is taken."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def free(self, box: Box) -> bool:
        """Whether the box lies in the window and over nothing."""
        window = self.ground.window.inner(0.8)
        if box[0] < window.left or box[1] < window.bottom or box[2] > window.right or box[3] > window.top:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for cell in _cells(box)
            for other in self._cells.get(cell, ())
        )

    def take(self, box: Box) -> None:
        """Nothing else is written there."""
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)


def numbered(shown: list[Shown]) -> list[Numbered]:
    """What is drawn large, the uppermost layer first: with the text of its layer where it has one, else counted."""
    found: list[Numbered] = []
    count = 0
    for layer in dict.fromkeys(one.layer for one in reversed(shown)):
        if not isinstance(layer, PointLayer):
            continue
        for one in (one for one in shown if one.layer is layer and one.category.size_px >= NAMED_PX):
            names = [one_line(str(name)) for name in one.frame["name"]]
            if layer.label is not None:
                texts = labels_beside(one.frame[layer.label], layer.columns)
            else:
                texts = [str(count + k + 1) for k in range(len(names))]
                count += len(names)
            found += [
                Numbered(
                    one_line(text),
                    name,
                    (float(x), float(y)),
                    (float(lon), float(lat)),
                    float(size) / PT_PER_MM,
                    one.category.colour,
                )
                for text, name, (x, y), size, lon, lat in zip(
                    texts, names, one.at, one.across_pt, one.frame["lon"], one.frame["lat"], strict=True
                )
            ]
    counted = all(one.text.isdecimal() for one in found)
    return sorted(found, key=lambda one: int(one.text)) if counted else found


def keep_free(room: Room, marked: list[Numbered]) -> None:
    """Nothing is written over these symbols."""
    for one in marked:
        half = one.across_mm / 2
        room.take((one.at[0] - half, one.at[1] - half, one.at[0] + half, one.at[1] + half))


def write_numbers(paper: Paper, room: Room, marked: list[Numbered], size_pt: float, *, names: bool) -> None:
    """Numbers beside their symbols, and names after them where there is room."""
    keep_free(room, marked)
    left = [one for one in marked if not (_place(paper, room, one, one.text, size_pt) if one.text else True)]
    for one in left[:10]:  # the first of those that found no room are written over the others
        paper.text(
            one.at[0] + one.across_mm / 2, one.at[1], one.text, size_pt, bold=True, level="center", halo="#ffffff"
        )
    if names:
        for one in marked:
            _place(paper, room, one, _shortened(paper, one.name, size_pt * 0.92), size_pt * 0.92, bold=False)


def write_places(paper: Paper, room: Room, base: Base, *, language: Language, scale: float) -> None:
    """Names of towns, then of smaller places as far as the map's scale has room for them, and of stations."""
    look = style().base
    places = base.places
    kinds = places["kind"].tolist() if "kind" in places.columns else []
    rank = np.array([PLACE_RANK.get(str(kind), 9) for kind in kinds], dtype=np.int64)
    metres = room.ground.metres_per_mm
    deepest = 1 if metres > 130 else 2 if metres > 45 else 3 if metres > 15 else 4
    order = np.argsort(rank, kind="stable")
    for k in order[rank[order] <= deepest]:
        named = _name(places.iloc[int(k)], language)
        point = shapely.centroid(places.geometry.iloc[int(k)])
        if not named or point.is_empty:
            continue
        x, y = room.ground.at([point.x], [point.y])[0]
        large = int(rank[k])
        size = (9.0, 7.6, 6.8, 5.8, 5.4)[large] * scale
        name = _shortened(paper, named, size)
        width = paper.typeface.width_mm(name, size, bold=large < 2)
        height = size / PT_PER_MM * 1.1
        for dx, dy in ((-0.5, -0.5), (-0.5, 0.4), (-0.5, -1.4), (0.1, -0.5), (-1.1, -0.5)):
            box = (x + dx * width, y + dy * height, x + (dx + 1) * width, y + (dy + 1) * height)
            if room.free(box):
                room.take(box)
                colour = look.place if large < 3 else look.minor_place
                paper.text(
                    box[0], box[1] + height / 2, name, size, bold=large < 2, colour=colour, level="center",
                    halo="#ffffff", order=5.9,
                )  # fmt: skip
                break


def _place(paper: Paper, room: Room, one: Numbered, text: str, size_pt: float, *, bold: bool = True) -> bool:
    """Write a text beside a symbol; False where there is no room."""
    if not text:
        return False
    width, height = paper.typeface.width_mm(text, size_pt, bold=bold) + 0.3, size_pt / PT_PER_MM * 1.05
    gap = one.across_mm / 2 + 0.15
    for dx, dy in AROUND:
        x = one.at[0] + dx * width + (gap if dx == 0 else -gap if dx == -1 else 0.0)
        y = one.at[1] + dy * height + (gap if dy == 0 else -gap if dy == -1 else 0.0)
        box = (x, y, x + width, y + height)
        if room.free(box):
            room.take(box)
            colour = INK if not bold else one.colour if lightness(one.colour) < 50 else INK
            paper.text(
                x + 0.15, y + height / 2, text, size_pt, bold=bold, colour=colour, level="center", halo="#ffffff"
            )
            return True
    return False


def _shortened(paper: Paper, name: str, size_pt: float) -> str:
    """The name, as much of it as `LONGEST` says."""
    return paper.typeface.shortened(name, LONGEST * size_pt / PT_PER_MM, size_pt)


def _name(row: pd.Series, language: Language) -> str:
    """A place's name in the language, or as it is."""
    names = [row.get("name_en") if language == "en" else None, row.get("name")]
    return next((text for name in names if isinstance(name, str) and (text := one_line(name))), "")


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    left, bottom, right, top = (int(edge // CELL_MM) for edge in box)
    return ((x, y) for x in range(left, right + 1) for y in range(bottom, top + 1))
