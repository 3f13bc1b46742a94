"""The pictures of a report: how a view of the map and a chart are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from siting.render.chart import Chart
from siting.render.print_map import picture_png
from siting.render.print_map.typeface import find_typeface
from siting.render.views import Told, View

MAP_MM = (160.0, 185.0)
CHART_MM = (140.0, 76.0)
DPI = 200
INK, LINE, GRID = "#1d2b36", "#3f88c5", "#d5dde3"


@dataclass(frozen=True)
class Drawing:
    """Draws as PNG.

    Attributes:
        view: a view of the map, so many millimetres across and high.
        chart: a chart, `CHART_MM` across and high.
    """

    view: Callable[[Told, View, tuple[float, float]], bytes]
    chart: Callable[[Chart], bytes]


def drawing(language: Literal["zh", "en"], font: Path | None = None) -> Drawing:
    """With the words of the pictures in one language.

    Args:
        language: of the words.
        font: file of the font; None: one that this computer has.
    """

    def view_png(told: Told, view: View, size_mm: tuple[float, float]) -> bytes:
        width, height = size_mm
        return picture_png(told, view, width_mm=width, height_mm=height, dpi=DPI, language=language, font=font)

    return Drawing(view_png, partial(chart_png, language=language, font=font))


def chart_png(chart: Chart, language: Literal["zh", "en"], font: Path | None = None) -> bytes:
    """A line through the points with their texts.

    Raises:
        InputError: when no font with Chinese characters is found.
    """
    typeface, index = find_typeface(font), 0 if language == "zh" else 1
    small = typeface.properties(8)
    figure = Figure(figsize=(CHART_MM[0] / 25.4, CHART_MM[1] / 25.4), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([x for x, _, _ in chart.points], [y for _, y, _ in chart.points], color=LINE, marker="o", markersize=4)
    for x, y, text in chart.points:
        axes.annotate(
            text, (x, y), (0, 6), textcoords="offset points", ha="center", fontproperties=small, color=INK,
            parse_math=False,
        )  # fmt: skip
    axes.set_xlabel(chart.across[index] or chart.across[0], fontproperties=small, parse_math=False)
    axes.set_ylabel(chart.title[index] or chart.title[0], fontproperties=small, parse_math=False)
    axes.margins(0.08, 0.2)
    axes.grid(color=GRID, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_color(GRID)
    axes.tick_params(labelsize=7, colors=INK)
    axes.xaxis.set_major_formatter("{x:,.6g}")
    axes.yaxis.set_major_formatter("{x:,.6g}")
    made = BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()
