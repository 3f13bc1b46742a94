"""An A3 sheet: one view with all that a printed plan carries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import siting
from siting.render.map_base import bounds
from siting.render.print_map.base_art import draw_base
from siting.render.print_map.column import draw_column, texts_of
from siting.render.print_map.ground import Ground, Window, fit, holding, within
from siting.render.print_map.inset import inset_of, on_map
from siting.render.print_map.labels import Numbered, Room, keep_free, numbered, write_numbers, write_places
from siting.render.print_map.layer_art import draw_layers, shown_of
from siting.render.print_map.legend import entries_of
from siting.render.print_map.look import Language, of, said
from siting.render.print_map.paper import FAINT, INK, PT_PER_MM, Paper, one_line
from siting.render.print_map.scale_bar import draw_north, draw_scale_bar
from siting.render.print_map.typeface import find_typeface
from siting.render.view_data import points_of
from siting.render.views import PointLayer, Told, View

WIDTH_MM, HEIGHT_MM = 420.0, 297.0  # A3, lying
FRAME = Window(8.0, 8.0, 404.0, 281.0)
TITLE = Window(11.0, 265.0, 398.0, 21.0)
MAP = Window(11.0, 18.0, 286.0, 245.0)
COLUMN = Window(301.0, 18.0, 108.0, 245.0)
FOOT = Window(11.0, 9.0, 398.0, 7.0)
NUMBER_PT = 7.0
TITLE_PT = (26.0, 23.0, 20.0, 17.0)
INSET_ORDER = 20.0
LOWER_LEFT, UPPER_RIGHT = (MAP.left + 5.0, MAP.bottom + 5.0), (MAP.right - 5.0, MAP.top - 5.0)
SCALE_MM = 86.0  # that the scale takes from side to side


@dataclass(frozen=True)
class Imprint:
    """Who answers for the sheet.

    Attributes:
        unit: that drafted it.
        footer: what the plan's standing is; None: that only the approved plan counts.
        map_number: map review number (审图号), printed when given.
    """

    unit: str = ""
    footer: str | None = None
    map_number: str = ""


def draw_sheet(
    told: Told,
    view: View,
    language: Language = "zh",
    *,
    unit: str = "",
    footer: str | None = None,
    map_number: str = "",
    font: Path | None = None,
) -> Figure:
    """The view as an A3 sheet, 420 x 297 mm, lying.

    Its scale 1:N is true when it is printed in its own size: the map is drawn in the case's projected system.

    Args:
        told: the answer that the view is of.
        view: what is drawn: its layers that are shown at first.
        language: of all texts.
        unit: that drafted the plan.
        footer: on the plan's standing; None: that only the approved plan counts (以最终批复为准).
        map_number: map review number (审图号), printed when given.
        font: a font file in place of those of this computer.

    Raises:
        InputError: when there is no font with Chinese characters.
        ValueError: when a layer has a category that it does not name.
    """
    paper = Paper(WIDTH_MM, HEIGHT_MM, find_typeface(font))
    paper.box(FRAME, edge=INK, width_pt=1.4, order=8.0)
    _title(paper, told, view, language)
    points = points_of(told.views)
    crs, area = told.place.info.projected_crs, holding(bounds(told.place, points), points)
    ground = fit(MAP, crs, area, margin=4.0, rounded=True)
    seen = draw_base(paper, ground, told.place, told.base)
    shown = shown_of(view, ground, 1.0)
    draw_layers(paper, ground, shown, 1.0)
    marked, inset = numbered(shown), inset_of(ground, told.place, shown)
    room = Room(ground)
    _scale(paper, room, language, beside=None if inset is None else inset.window)
    _names(paper, room, told, marked, language, beside=inset)
    if inset is not None:
        with paper.raised(INSET_ORDER):
            seen |= _inset(paper, inset, told, view, marked, language, ground)
    paper.box(MAP, edge=INK, width_pt=0.9, order=INSET_ORDER * 2)
    entries = entries_of(shown, seen, told.place, language)
    draw_column(paper, COLUMN, texts_of(told, view, language), entries, marked, language)
    _foot(paper, told, Imprint(unit, footer, map_number), language)
    return paper.figure


def _title(paper: Paper, told: Told, view: View, language: Language) -> None:
    """The title, as large as it fits in a line or two, and below it the place, the service and the year."""
    face, text = paper.typeface, one_line(of(told.title, language))
    size = next((size for size in TITLE_PT if face.width_mm(text, size, bold=True) <= TITLE.width), TITLE_PT[-1])
    lines = face.wrapped(text, TITLE.width, size, most=2, bold=True)
    line = size / PT_PER_MM * (1.2 if len(lines) == 1 else 1.05)
    for k, part in enumerate(lines):
        y = TITLE.top - line * (k + 0.5) - (1.0 if len(lines) == 1 else 0.0)
        paper.text(TITLE.left + TITLE.width / 2, y, part, size, bold=True, side="center", level="center")
    info = told.place.info
    parts = [of((info.name_zh, info.name_en), language), of((view.subject_zh, view.subject_en), language)]
    if view.period:
        parts.append(of((view.period_zh or view.period, view.period_en or view.period), language))
    below = face.shortened(one_line(" · ".join(parts)), TITLE.width, 12.0)
    paper.text(
        TITLE.left + TITLE.width / 2, TITLE.bottom + 3.0, below, 12.0, side="center", level="center", colour=FAINT
    )


def _scale(paper: Paper, room: Room, language: Language, *, beside: Window | None) -> None:
    """Numeric and graphic scale in the lower left corner, the north arrow in the upper right one, on a light ground;
    in the other corner where the inset takes that one."""
    taken = (False, False) if beside is None else (beside.holds(LOWER_LEFT), beside.holds(UPPER_RIGHT))
    ground, bottom = room.ground, MAP.bottom + 4.0
    left = MAP.right - SCALE_MM if taken[0] else MAP.left + 5.0
    length = draw_scale_bar(paper, ground, left, bottom, 70.0, 8.0, language)
    text = said("print.scale", language, n=f"{ground.denominator:,.0f}".replace(",", " "))
    paper.text(left, bottom + 7.0, text, 9.5, bold=True, halo="#ffffff")
    room.take((left - 2, bottom - 2, left + length + 9, bottom + 11))
    x = MAP.left + 9.0 if taken[1] else MAP.right - 9.0
    draw_north(paper, ground, x, MAP.top - 20.0, 12.0)
    room.take((x - 5, MAP.top - 21, x + 9, MAP.top))


def _names(
    paper: Paper, room: Room, told: Told, marked: list[Numbered], language: Language, *, beside: Ground | None
) -> None:
    """Numbers and names of facilities, and places; what the inset shows is named there."""
    if beside is not None:
        room.take((beside.window.left, beside.window.bottom, beside.window.right, beside.window.top))
        part = on_map(room.ground, beside)
        inside = [one for one in marked if part.holds(one.at)]
        keep_free(room, inside)
        marked = [one for one in marked if not part.holds(one.at)]
    write_numbers(paper, room, marked, NUMBER_PT, names=True)
    write_places(paper, room, told.base, language=language, scale=1.15)


def _inset(
    paper: Paper, inset: Ground, told: Told, view: View, marked: list[Numbered], language: Language, ground: Ground
) -> set[str]:
    """The enlarged part, its scale, and its frame on the map."""
    seen = draw_base(paper, inset, told.place, told.base)
    shown = shown_of(view, inset, 1.0)
    draw_layers(paper, inset, shown, 1.0)
    room, window = Room(inset), inset.window
    scale = said("print.scale", language, n=f"{inset.denominator:,.0f}".replace(",", " "))
    title = said("print.inset", language, scale=scale)
    width = paper.typeface.width_mm(title, 8.0, bold=True) + 4
    strip = Window(window.left, window.top - 5.5, width, 5.5)
    paper.box(strip, fill="#ffffff", edge=INK, width_pt=0.6, order=9.0)
    paper.text(strip.left + 2, strip.bottom + strip.height / 2, title, 8.0, bold=True, level="center")
    room.take((strip.left, strip.bottom, strip.right, strip.top))
    at = inset.at([one.lonlat[0] for one in marked], [one.lonlat[1] for one in marked])
    inside = inset.holds(at)
    plate = Window(window.left, window.bottom, window.width / 4 + 15, 8.0)
    other = replace(plate, left=window.right - plate.width)
    every = np.concatenate([one.at for one in shown if isinstance(one.layer, PointLayer)])
    left, right = (int(within(every, part).sum()) + 50 * int(within(at, part).sum()) for part in (plate, other))
    corner = plate if left <= right else other  # where the scale bar hides less
    length = draw_scale_bar(paper, inset, corner.left + 4, window.bottom + 2.5, window.width / 4, 6.5, language)
    room.take((corner.left, window.bottom, corner.left + length + 11, window.bottom + 8))
    own = [replace(one, at=(float(x), float(y))) for one, (x, y), yes in zip(marked, at, inside, strict=True) if yes]
    write_numbers(paper, room, own, NUMBER_PT, names=True)
    write_places(paper, room, told.base, language=language, scale=1.0)
    paper.box(window, edge=INK, width_pt=0.9, order=15.0)
    paper.box(on_map(ground, inset), edge=INK, width_pt=0.9, order=-5.0)
    return seen


def _foot(paper: Paper, told: Told, imprint: Imprint, language: Language) -> None:
    """Who drafted it and of when the data are; what the plan's standing is; the map's number and the program."""
    info = told.place.info
    left = [said("print.unit", language, unit=one_line(imprint.unit))] if imprint.unit else []
    left += [said("page.data_date", language, date=info.data_date)] if info.data_date else []
    left += [said("page.synthetic", language)] if info.synthetic else []
    right = [said("print.map_number", language, number=one_line(imprint.map_number))] if imprint.map_number else []
    right.append(f"siting {siting.__version__}")
    middle = said("print.footer", language) if imprint.footer is None else one_line(imprint.footer)
    y, third = FOOT.bottom + FOOT.height / 2, FOOT.width / 3 - 2
    face = paper.typeface
    paper.line((FRAME.left, FRAME.right), (FOOT.top + 0.5, FOOT.top + 0.5), width_pt=0.6)
    paper.text(FOOT.left, y, face.shortened(" · ".join(left), third, 8.0), 8.0, level="center")
    centre = FOOT.left + FOOT.width / 2
    paper.text(centre, y, face.shortened(middle, third, 9.0, bold=True), 9.0, bold=True, side="center", level="center")
    paper.text(FOOT.right, y, face.shortened(" · ".join(right), third, 8.0), 8.0, side="right", level="center")
