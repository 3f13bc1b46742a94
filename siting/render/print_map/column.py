"""The column beside a sheet's map: result, figures, legend, names by number, notices, sources, coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyproj import CRS

from siting.case import Source
from siting.render.print_map.ground import Window
from siting.render.print_map.labels import Numbered
from siting.render.print_map.legend import Entry, draw_legend, legend_height
from siting.render.print_map.look import Language, of, said
from siting.render.print_map.paper import FAINT, INK, PT_PER_MM, Paper, one_line
from siting.render.views import Told, View

SCALES = (1.3, 1.25, 1.2, 1.15, 1.1, 1.05, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)
ROOMY = tuple(scale for scale in SCALES if scale >= 0.8)  # names are left out before texts become smaller
HEAD_PT, TEXT_PT, SMALL_PT = 10.5, 8.6, 6.4
GAP_MM = 3.2
LEADING = 1.32
MOST_LINES = 6  # of one notice or source


@dataclass(frozen=True)
class Texts:
    """What stands in the column, in one language."""

    label: str
    figures: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    sources: tuple[str, ...]
    coordinates: str


def texts_of(told: Told, view: View, language: Language) -> Texts:
    """The column's texts."""
    crs = told.place.info.projected_crs
    return Texts(
        label=one_line(of(told.label, language)),
        figures=tuple((one_line(of((zh, en), language)), one_line(value)) for zh, en, value in view.figures),
        notices=tuple(one_line(of(notice, language)) for notice in told.notices),
        sources=tuple(source_text(source, language) for source in told.place.sources),
        coordinates=said("print.coordinates", language, crs=crs, name=CRS.from_user_input(crs).name),
    )


def source_text(source: Source, language: Language) -> str:
    """Who is to be named, and the licence."""
    named = of((source.attribution_zh, source.attribution), language) or source.title
    return one_line(
        named if source.licence in named else said("print.source", language, name=named, licence=source.licence)
    )


@dataclass(frozen=True)
class Column:
    """The column, laid out at one size.

    Attributes:
        scale: of all texts.
        names: as many of the numbered facilities as there is room for.
        left_out: how many more there are.
    """

    paper: Paper
    window: Window
    texts: Texts
    entries: Sequence[Entry]
    names: Sequence[Numbered]
    language: Language
    scale: float
    left_out: int = 0

    def height(self) -> float:
        """Millimetres that all of it takes."""
        return self._flow(draw=False)

    def draw(self) -> None:
        """Draw it from the window's top."""
        self._flow(draw=True)

    def _flow(self, *, draw: bool) -> float:
        """Go down the column; returns the height."""
        y, window = self.window.top, self.window
        y = self._label(y, draw=draw) - GAP_MM * self.scale
        if self.texts.figures:
            y = self._head(y, "print.figures", draw=draw)
            y = self._figures(y, draw=draw) - GAP_MM * self.scale
        if self.entries:
            y = self._head(y, "legend.title", draw=draw)
            size, columns = TEXT_PT * 0.93 * self.scale, 2 if len(self.entries) > 7 else 1
            if draw:
                draw_legend(self.paper, self.entries, window.left, y, window.width, size, columns)
            y -= legend_height(self.entries, self.paper, window.width, size, columns) + GAP_MM * self.scale
        if self.names or self.left_out:
            y = self._head(y, "print.numbers", draw=draw)
            y = self._names(y, draw=draw) - GAP_MM * self.scale
        if self.texts.notices:
            y = self._head(y, "panel.notices", draw=draw)
            y = self._paragraphs(y, self.texts.notices, draw=draw) - GAP_MM * self.scale
        y = self._head(y, "panel.sources", draw=draw)
        y = self._paragraphs(y, self.texts.sources or (said("panel.no_sources", self.language),), draw=draw)
        y = self._paragraphs(y, (self.texts.coordinates,), draw=draw)
        return self.window.top - y

    def _label(self, top: float, *, draw: bool) -> float:
        """The result's label, in a frame."""
        size = TEXT_PT * self.scale
        text = said("print.result", self.language, text=self.texts.label)
        lines = self.paper.typeface.wrapped(text, self.window.width - 4, size, most=5, bold=True)
        height = len(lines) * _line(size) + 2.6
        if draw:
            frame = Window(self.window.left, top - height, self.window.width, height)
            self.paper.box(frame, fill="#f4f2ec", edge=INK, width_pt=0.7, order=8.0)
            for k, line in enumerate(lines):
                y = top - 1.3 - _line(size) * (k + 0.5)
                self.paper.text(self.window.left + 2, y, line, size, bold=True, level="center")
        return top - height

    def _head(self, top: float, key: str, *, draw: bool) -> float:
        size = HEAD_PT * self.scale
        if draw:
            self.paper.text(
                self.window.left, top - _line(size) / 2, said(key, self.language), size, bold=True, level="center"
            )
            y = top - _line(size) - 0.2
            self.paper.line((self.window.left, self.window.right), (y, y), colour=FAINT, width_pt=0.5)
        return top - _line(size) - 1.2

    def _figures(self, top: float, *, draw: bool) -> float:
        """Names on the left, values on the right; a long value has lines of its own."""
        size, y = TEXT_PT * self.scale, top
        face = self.paper.typeface
        for name, value in self.texts.figures:
            beside = face.width_mm(name, size) + face.width_mm(value, size, bold=True) + 3 <= self.window.width
            names = face.wrapped(name, self.window.width, size, most=2)
            values = [value] if beside else face.wrapped(value, self.window.width, size, most=3, bold=True)
            rows = [(line, "left", False) for line in names] + [(line, "right", True) for line in values]
            for k, (line, side, bold) in enumerate(rows):
                at = 0 if beside else k
                if draw:
                    x = self.window.left if side == "left" else self.window.right
                    middle = y - _line(size) * (at + 0.5)
                    self.paper.text(x, middle, line, size, bold=bold, side="right" if bold else "left", level="center")
            y -= _line(size) * (1 if beside else len(rows)) + 0.3 * self.scale
            if draw:
                self.paper.line(
                    (self.window.left, self.window.right), (y + 0.1, y + 0.1), colour="#d9d6cf", width_pt=0.3
                )
        return y

    def _names(self, top: float, *, draw: bool) -> float:
        """Numbers and names, down two columns."""
        size, step = SMALL_PT * 1.08 * self.scale, self.window.width / 2
        rows = -(-len(self.names) // 2)
        for k, one in enumerate(self.names if draw else ()):
            x, y = self.window.left + (k // rows) * step, top - _line(size) * (k % rows + 0.5)
            self.paper.text(x + 5.2 * self.scale, y, one.text, size, bold=True, side="right", level="center")
            name = self.paper.typeface.shortened(one.name, step - 8.0 * self.scale, size)
            self.paper.text(x + 6.2 * self.scale, y, name, size, level="center")
        y = top - rows * _line(size)
        if not self.left_out:
            return y
        if draw:
            text = said("print.more_names", self.language, n=self.left_out)
            self.paper.text(self.window.left, y - _line(size) / 2, text, size, colour=FAINT, level="center")
        return y - _line(size)

    def _paragraphs(self, top: float, texts: Sequence[str], *, draw: bool) -> float:
        size, y = SMALL_PT * self.scale, top
        for text in texts:
            for line in self.paper.typeface.wrapped(text, self.window.width, size, most=MOST_LINES):
                if draw:
                    self.paper.text(self.window.left, y - _line(size) / 2, line, size, colour=INK, level="center")
                y -= _line(size)
            y -= 0.5 * self.scale
        return y


def draw_column(
    paper: Paper, window: Window, texts: Texts, entries: Sequence[Entry], names: Sequence[Numbered], language: Language
) -> None:
    """Draw the column as large as fits; names are left out before texts become too small to read."""

    def fitting(count: int, scales: Sequence[float]) -> Column | None:
        for scale in scales:
            column = Column(paper, window, texts, entries, names[:count], language, scale, len(names) - count)
            if column.height() <= window.height:
                return column
        return None

    found = fitting(len(names), ROOMY)
    count = len(names)
    while found is None and count > 0:
        count = count * 3 // 4
        found = fitting(count, ROOMY[-1:])
    (found or fitting(0, SCALES) or Column(paper, window, texts, entries, (), language, SCALES[-1])).draw()


def _line(size_pt: float) -> float:
    return size_pt / PT_PER_MM * LEADING
