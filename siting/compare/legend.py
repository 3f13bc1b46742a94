"""One legend for the small maps of several plans: every category that any of them shows, drawn as on the maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from siting.render.map_base import bounds
from siting.render.print_map.ground import Window, fit, holding
from siting.render.print_map.layer_art import Shown, shown_of
from siting.render.print_map.legend import Entry, draw_legend, entries_of, legend_height
from siting.render.print_map.paper import Paper
from siting.render.print_map.picture import png_bytes
from siting.render.print_map.typeface import find_typeface
from siting.render.view_data import points_of
from siting.render.views import Layer, Told, View
from siting.render.wording import both

WIDTH_MM, SIZE_PT, DPI, COLUMNS = 200.0, 7.5, 170, 2
EDGE_MM = 0.5


def legend_png(told: Told, views: Sequence[View], font: Path | None = None) -> bytes:
    """The legend as a PNG, in both languages.

    Args:
        told: of which place.
        views: one of each plan, of one subject and period.
        font: file of a font with Chinese characters; None: one of the machine's.

    Raises:
        InputError: when there is no font with Chinese characters.
        ValueError: when a layer has a category that it does not name.
    """
    entries, width = _entries(told, views), WIDTH_MM - 2 * EDGE_MM
    face = find_typeface(font)
    height = legend_height(entries, Paper(WIDTH_MM, 10.0, face), width, SIZE_PT, COLUMNS) + 2 * EDGE_MM
    paper = Paper(WIDTH_MM, height, face)
    draw_legend(paper, entries, EDGE_MM, height - EDGE_MM, width, SIZE_PT, COLUMNS)
    return png_bytes(paper.figure, DPI, width_mm=WIDTH_MM, height_mm=height)


def legend_text(told: Told, views: Sequence[View]) -> str:
    """What the legend says, for readers who do not see it."""
    return "；".join(entry.text for entry in _entries(told, views))


def _entries(told: Told, views: Sequence[View]) -> list[Entry]:
    shown = shown_by_any(told, views)
    zh, en = (entries_of(shown, (), told.place, language) for language in ("zh", "en"))
    return [replace(one, text=both((one.text, other.text))) for one, other in zip(zh, en, strict=True)]


def shown_by_any(told: Told, views: Sequence[View]) -> list[Shown]:
    """Each category that some view shows, once for each look, in the order of the layers."""
    points = points_of(told.views)
    area = holding(bounds(told.place, points), points)
    ground = fit(Window(0.0, 0.0, 100.0, 100.0), told.place.info.projected_crs, area, margin=2.0, rounded=False)
    layers: dict[str, Layer] = {}
    found: dict[tuple[int, int, int], Shown] = {}
    categories: dict[tuple[str, str], int] = {}
    for view in views:
        for layer in view.layers:
            layers.setdefault(layer.key, layer)
            for category in layer.categories:
                categories.setdefault((layer.key, category.key), len(categories))
        for one in shown_of(view, ground, 1.0):
            key = one.layer.key
            place = list(layers).index(key), categories[key, one.category.key], one.finish
            found.setdefault(place, replace(one, layer=layers[key]))
    return [found[place] for place in sorted(found)]
