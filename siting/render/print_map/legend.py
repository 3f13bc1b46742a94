"""The legend: what is on the map and nothing else, each entry drawn as on the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from siting.render.map_style import Road
from siting.render.print_map import marks
from siting.render.print_map.base_art import filled, mixed, stroked, zone_colours
from siting.render.print_map.layer_art import Shown
from siting.render.print_map.look import Language, of, said, style
from siting.render.print_map.paper import FAINT, PT_PER_MM, Paper, one_line
from siting.render.views import AreaLayer, LineLayer, Place

KEY_MM = 6.0  # width of the sample before the text, of a legend in its full size
HEADING_MM = 16.0  # a column may be so much longer for the next to begin with a heading
BASE_ORDER = ("outline", "motorway", "main_road", "railway", "water", "green", "parks")


@dataclass(frozen=True)
class Entry:
    """One line of the legend: a heading (neither sample nor base), a category, or something of the base."""

    text: str
    shown: Shown | None = None
    base: str = ""
    colour: str = ""

    @property
    def heading(self) -> bool:
        """Whether it names what follows."""
        return self.shown is None and not self.base


def entries_of(shown: Sequence[Shown], base: Iterable[str], place: Place, language: Language) -> list[Entry]:
    """All entries: the uppermost layer first, then the base.

    Args:
        shown: what is drawn of the layers.
        base: what `draw_base` found.
        place: whose zones have names.
        language: `zh` or `en`.
    """
    found: list[Entry] = []
    for layer in dict.fromkeys(one.layer for one in reversed(shown)):
        found.append(Entry(one_line(of((layer.zh, layer.en), language))))
        found += [
            Entry(one_line(of((one.category.zh, one.category.en), language)), shown=one)
            for one in shown
            if one.layer is layer
        ]
    seen = set(base)
    own = [Entry(said(f"legend.{key}", language), base=key) for key in BASE_ORDER if key in seen]
    for key, colour in zone_colours(place).items():
        if f"zone {key}" in seen:
            name = place.zones.loc[key]
            text = one_line(of((str(name["name_zh"]), str(name["name_en"])), language))
            own.append(Entry(text, base="zone", colour=colour))
    return [*found, *([Entry(said("layers.base", language))] if own else []), *own]


def legend_height(entries: Sequence[Entry], paper: Paper, width: float, size_pt: float, columns: int) -> float:
    """Millimetres that the legend takes."""
    return max(
        (sum(height for _, height in column) for column in _columns(entries, paper, width, size_pt, columns)),
        default=0.0,
    )


def draw_legend(
    paper: Paper, entries: Sequence[Entry], left: float, top: float, width: float, size_pt: float, columns: int
) -> None:
    """Draw the legend below `top`."""
    step = width / columns
    for k, column in enumerate(_columns(entries, paper, width, size_pt, columns)):
        y = top
        for entry, height in column:
            _entry(paper, entry, left + k * step, y, step, size_pt)
            y -= height


def key_mm(size_pt: float) -> float:
    """Width of the sample before a text."""
    return KEY_MM * size_pt / 7.5


def _columns(
    entries: Sequence[Entry], paper: Paper, width: float, size_pt: float, columns: int
) -> list[list[tuple[Entry, float]]]:
    """The entries with their heights, in columns of much the same height; no heading at a column's end."""
    tall = [(entry, _height(entry, paper, width / columns, size_pt)) for entry in entries]
    if columns == 1:
        return [tall]
    whole = sum(height for _, height in tall)
    cuts = [k for k in range(1, len(tall)) if not tall[k - 1][0].heading]
    if not cuts:
        return [tall]
    taken = [sum(height for _, height in tall[:k]) for k in range(len(tall))]
    best = min(cuts, key=lambda k: max(taken[k], whole - taken[k]) - (HEADING_MM if tall[k][0].heading else 0.0))
    return [tall[:best], tall[best:]]


def _lines_of(entry: Entry, paper: Paper, width: float, size_pt: float) -> list[str]:
    room = width - 1.5 - (0.0 if entry.heading else key_mm(size_pt))
    return paper.typeface.wrapped(entry.text, room, size_pt, most=2, bold=entry.heading)


def _height(entry: Entry, paper: Paper, width: float, size_pt: float) -> float:
    line = size_pt / PT_PER_MM * 1.25
    lines = len(_lines_of(entry, paper, width, size_pt))
    return lines * line + (0.9 if entry.heading else 0.55) * size_pt / 7.5


def _entry(paper: Paper, entry: Entry, left: float, top: float, width: float, size_pt: float) -> None:
    line = size_pt / PT_PER_MM * 1.25
    if not entry.heading:
        _sample(paper, entry, left, top - line / 2, key_mm(size_pt) - 1.4, line * 0.72, size_pt / 7.5)
        left += key_mm(size_pt)
    for k, text in enumerate(_lines_of(entry, paper, width, size_pt)):
        colour = FAINT if entry.heading else "#22252b"
        paper.text(left, top - line * (k + 0.5), text, size_pt, bold=entry.heading, colour=colour, level="center")


def _sample(paper: Paper, entry: Entry, left: float, y: float, width: float, height: float, scale: float) -> None:
    box = shapely.box(left, y - height / 2, left + width, y + height / 2)
    middle = shapely.linestrings([[left, y], [left + width, y]])
    look = style()
    if entry.shown is not None:
        _category(paper, entry.shown, box, middle, scale)
    elif entry.base in ("water", "green", "parks", "zone"):
        plain = look.base.water if entry.base == "water" else look.base.green
        colour = mixed(entry.colour, 2 * look.zone.tint) if entry.base == "zone" else plain
        paper.add(filled(_one(box), colour, order=9.0))
        edge = entry.colour or "#b9b4aa"
        paper.add(stroked(_one(box.boundary), edge, 0.5, order=9.1, dashes=(4.0, 1.6) if entry.colour else None))
    elif entry.base == "outline":
        paper.add(stroked(_one(middle), look.base.outline, 1.2, order=9.0, dashes=(7.0, 2.0, 1.2, 2.0)))
    elif entry.base == "railway":
        paper.add(stroked(_one(middle), look.base.rail, 1.3, order=9.0))
        paper.add(stroked(_one(middle), "#ffffff", 0.7, order=9.1, dashes=(3.0, 3.0)))
    else:
        road: Road = look.roads["motorway" if entry.base == "motorway" else "primary"]
        paper.add(stroked(_one(middle), road.casing or road.fill, 2.0, order=9.0))
        paper.add(stroked(_one(middle), road.fill, 1.3, order=9.1))


def _category(paper: Paper, one: Shown, box: shapely.Polygon, middle: shapely.LineString, scale: float) -> None:
    category, layer = one.category, one.layer
    if isinstance(layer, AreaLayer):
        paper.add(filled(_one(box), category.colour, order=9.0, alpha=0.22))
        hatch = marks.HATCHES[one.finish]
        paper.add(filled(_one(box), "none", order=9.1, edge=category.colour, width_pt=0.8, alpha=0.9, hatch=hatch))
    elif isinstance(layer, LineLayer):
        paper.add(stroked(_one(middle), category.colour, 0.9, order=9.0, dashes=marks.DASHES[one.finish]))
    else:
        across = min(marks.size_pt(category, 1.0), 9.0) * scale
        x, y = (shapely.get_coordinates(middle).mean(axis=0)).tolist()
        paper.add(Line2D([x], [y], zorder=9.2, **marks.marker(category, one.finish, max(across, 3.0 * scale))))


def _one(shape: shapely.Geometry) -> NDArray[np.object_]:
    return np.array([shape], dtype=object)
