"""The sheet of paper: one drawing whose units are millimetres, with texts that are drawn as they were typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Stroke

from siting.render.columns import clean
from siting.render.print_map.ground import Window
from siting.render.print_map.typeface import Typeface

MM_PER_INCH = 25.4
PT_PER_MM = 72 / MM_PER_INCH
INK = "#22252b"
FAINT = "#5d6068"
Side = Literal["left", "center", "right"]
Level = Literal["top", "center", "baseline", "bottom"]


class Paper:
    """A figure of matplotlib, never of pyplot, and its one pair of axes."""

    def __init__(self, width_mm: float, height_mm: float, typeface: Typeface) -> None:
        self.width_mm, self.height_mm, self.typeface = width_mm, height_mm, typeface
        self.figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), facecolor="white", dpi=100)
        FigureCanvasAgg(self.figure)
        self._raised = 0.0
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self.axes.set_autoscale_on(False)
        self.axes.set_xlim(0.0, width_mm)
        self.axes.set_ylim(0.0, height_mm)

    @contextmanager
    def raised(self, by: float) -> Iterator[None]:
        """What is drawn meanwhile lies over all that was drawn before, in its own order."""
        self._raised += by
        yield
        self._raised -= by

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        colour: str = INK,
        side: Side = "left",
        level: Level = "baseline",
        halo: str = "",
        order: float = 10.0,
    ) -> None:
        """One line of text at a place in millimetres, drawn as typed; a halo sets it off from what is below it."""
        shown: dict[str, Any] = {
            "fontproperties": self.typeface.properties(size_pt, bold=bold), "ha": side, "va": level,
            "parse_math": False,
        }  # fmt: skip
        line = one_line(text)
        if halo:  # the halo alone is an outline, so that the text itself can be searched in a PDF
            effect = [Stroke(linewidth=0.28 * size_pt, foreground=halo, joinstyle="round")]
            self.axes.text(
                x, y, line, color=halo, path_effects=effect, zorder=self._raised + order - 0.01, gid="halo", **shown
            )
        self.axes.text(x, y, line, color=colour, zorder=self._raised + order, **shown)

    def add(self, artists: Iterable[Artist] | Artist, window: Window | None = None) -> None:
        """Add what is drawn, cut at a window."""
        for artist in [artists] if isinstance(artists, Artist) else artists:
            artist.set_zorder(artist.get_zorder() + self._raised)
            self.axes.add_artist(artist)
            if window is not None:
                cut = Rectangle(
                    (window.left, window.bottom), window.width, window.height, transform=self.axes.transData
                )
                artist.set_clip_path(cut)

    def box(
        self, window: Window, *, fill: str = "none", edge: str = "none", width_pt: float = 0.5, order: float = 0.0
    ) -> None:
        """A rectangle."""
        self.add(
            Rectangle(
                (window.left, window.bottom), window.width, window.height,
                facecolor=fill, edgecolor=edge, linewidth=width_pt, zorder=order,
            )
        )  # fmt: skip

    def line(
        self,
        x: tuple[float, ...],
        y: tuple[float, ...],
        *,
        colour: str = INK,
        width_pt: float = 0.5,
        order: float = 9.0,
    ) -> None:
        """A line through places in millimetres."""
        self.add(Line2D(x, y, color=colour, linewidth=width_pt, zorder=order, solid_capstyle="butt"))


def one_line(text: str) -> str:
    """The text in one line, without characters that no file can hold."""
    return " ".join(clean(text).split())
