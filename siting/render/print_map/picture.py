"""A map with its legend only, as a picture: for reports and for small multiples."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from matplotlib.figure import Figure

from siting.render.map_base import bounds
from siting.render.print_map.base_art import draw_base
from siting.render.print_map.ground import Window, fit, holding
from siting.render.print_map.labels import Room, numbered, write_numbers, write_places
from siting.render.print_map.layer_art import draw_layers, shown_of
from siting.render.print_map.legend import Entry, draw_legend, entries_of, key_mm, legend_height
from siting.render.print_map.look import Language, said
from siting.render.print_map.paper import FAINT, INK, MM_PER_INCH, Paper
from siting.render.print_map.scale_bar import draw_north, draw_scale_bar
from siting.render.print_map.typeface import find_typeface
from siting.render.view_data import points_of
from siting.render.views import Told, View

TEXT_PT = 7.0
WIDE_MM = 240.0  # of a map on which symbols have their full size
SOFTWARE = "siting"


def picture_png(
    told: Told,
    view: View,
    *,
    width_mm: float,
    height_mm: float,
    dpi: int = 200,
    language: Language = "zh",
    legend: bool = True,
    map_number: str = "",
    font: Path | None = None,
) -> bytes:
    """The view as a PNG: map, scale bar, north arrow, and the legend beside or below it.

    Args:
        told: the answer that the view is of.
        view: what is drawn: its layers that are shown at first.
        width_mm, height_mm: of the whole picture.
        dpi: dots to the inch; the picture has `round(width_mm / 25.4 * dpi)` dots across.
        language: of the legend.
        legend: False for small multiples, of which one has the legend.
        map_number: map review number (审图号), printed when given.
        font: a font file in place of those of this computer.

    Raises:
        InputError: when there is no font with Chinese characters.
        ValueError: when a layer has a category that it does not name.
    """
    figure = draw_picture(
        told, view, width_mm=width_mm, height_mm=height_mm, language=language, legend=legend, map_number=map_number,
        font=font,
    )  # fmt: skip
    return png_bytes(figure, dpi, width_mm=width_mm, height_mm=height_mm)


def draw_picture(
    told: Told,
    view: View,
    *,
    width_mm: float,
    height_mm: float,
    language: Language = "zh",
    legend: bool = True,
    map_number: str = "",
    font: Path | None = None,
) -> Figure:
    """The figure of `picture_png`."""
    paper = Paper(width_mm, height_mm, find_typeface(font))
    whole = Window(0.0, 0.0, width_mm, height_mm)
    scale = min(1.0, max(0.55, (min(width_mm, 1.3 * height_mm) / WIDE_MM) ** 0.5))
    size = TEXT_PT * max(0.8, min(1.0, width_mm / 150))
    points = points_of(told.views)
    area = holding(bounds(told.place, points), points)
    foot = _foot(told, map_number, language)
    window = whole.inner(0.3) if not foot else Window(0.3, 3.2, width_mm - 0.6, height_mm - 3.5)
    entries: list[Entry] = []
    if legend:  # its room depends on what is drawn: the whole window tells what that is
        first = shown_of(view, fit(window, _crs(told), area, margin=2.0, rounded=False), scale)
        entries = entries_of(first, (), told.place, language)
    window, place = _split(paper, window, entries, size)
    ground = fit(window, _crs(told), area, margin=2.0, rounded=False)
    draw_base(paper, ground, told.place, told.base)
    shown = shown_of(view, ground, scale)
    draw_layers(paper, ground, shown, scale)
    if entries:
        columns = 2 if place.width > place.height else 1
        draw_legend(paper, entries, place.left, place.top, place.width, size, columns)
    room = Room(ground)
    _corner(paper, room, window, size, language)
    write_numbers(paper, room, numbered(shown), size * 0.85, names=width_mm >= 140)
    write_places(paper, room, told.base, language=language, scale=scale)
    paper.box(window, edge=INK, width_pt=0.6, order=9.0)
    if foot:
        paper.text(width_mm - 0.5, 0.9, foot, 5.5, colour=FAINT, side="right")
    return paper.figure


def png_bytes(figure: Figure, dpi: int, *, width_mm: float, height_mm: float) -> bytes:
    """The figure as a PNG of whole dots, the same for equal figures."""
    dots = [max(1, round(size / MM_PER_INCH * dpi)) for size in (width_mm, height_mm)]
    before = figure.get_size_inches()
    figure.set_size_inches(dots[0] / dpi + 1e-9, dots[1] / dpi + 1e-9)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": SOFTWARE}, pil_kwargs={"compress_level": 4})
    figure.set_size_inches(before[0], before[1])
    return stream.getvalue()


def _crs(told: Told) -> str:
    return told.place.info.projected_crs


def _foot(told: Told, map_number: str, language: Language) -> str:
    """What a picture must say where it stands alone: invented data, the number of the map's review."""
    parts = [said("page.synthetic", language)] if told.place.info.synthetic else []
    return "  ".join([*parts, *([said("print.map_number", language, number=map_number)] if map_number else [])])


def _split(paper: Paper, window: Window, entries: list[Entry], size_pt: float) -> tuple[Window, Window]:
    """The map's part of the window, and the legend's: beside a wide map, below a tall one."""
    if not entries:
        return window, Window(0.0, 0.0, 0.0, 0.0)
    if window.width >= 1.15 * window.height:
        longest = max(paper.typeface.width_mm(entry.text, size_pt, bold=entry.heading) for entry in entries)
        width = min(longest + key_mm(size_pt) + 2.5, 0.34 * window.width)
        left = Window(window.left, window.bottom, window.width - width - 1.5, window.height)
        return left, Window(left.right + 1.5, window.bottom, width, window.height)
    height = min(legend_height(entries, paper, window.width, size_pt, 2) + 1.5, 0.45 * window.height)
    upper = Window(window.left, window.bottom + height, window.width, window.height - height)
    return upper, Window(window.left, window.bottom, window.width, height - 1.0)


def _corner(paper: Paper, room: Room, window: Window, size_pt: float, language: Language) -> None:
    """Scale bar in the lower left corner, north arrow in the upper right one; nothing is written over them."""
    ground = room.ground
    left, bottom = window.left + 2.5, window.bottom + 2.0
    length = draw_scale_bar(paper, ground, left, bottom, window.width / 5, size_pt * 0.9, language)
    room.take((left - 1, bottom - 1, left + length + 6, bottom + 5))
    high = min(7.0, window.height / 10)
    draw_north(paper, ground, window.right - 5, window.top - 2.5 - 1.6 * high, high)
    room.take((window.right - 9, window.top - 2.5 - 1.7 * high, window.right, window.top))
