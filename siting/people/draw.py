"""Pyramids and lines as SVG, drawn in the page: no library, no script, nothing from outside."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from siting.impedance import FloatArray
from siting.people.ages import OLDEST

BEFORE, AFTER, SOFT, GRID = "#a9bccb", "#0b3c8c", "#5c6b77", "#e3e9ee"
FIVE = 5  # years of age in a bar of a pyramid


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, colour and (T,) values."""

    name: str
    colour: str
    values: FloatArray


def pyramid(before: FloatArray, after: FloatArray, *, labels: tuple[str, str], width: float = 300) -> str:
    """Five-year age groups of two years, back to back: persons left in the first, right in the second.

    Args:
        before, after: (101,) persons by single year of age.
        labels: what stands above the left and the right.
        width: drawing units; the height follows.
    """
    left, right = _five_years(before), _five_years(after)
    largest = _round_up(max(left.max(), right.max(), 1e-9))
    bar, top, middle = 11.0, 26.0, 30.0
    half = (width - middle - 8) / 2
    height = top + len(left) * (bar + 1) + 20
    parts = [_open(width, height, f"{labels[0]}, {labels[1]}")]
    centre = width / 2
    for share in (0.5, 1.0):
        for x in (centre - middle / 2 - half * share, centre + middle / 2 + half * share):
            parts.append(f'<path d="M{x:.1f} {top}V{height - 18:.1f}" stroke="{GRID}"/>')
    for k in range(len(left)):
        y = top + (len(left) - 1 - k) * (bar + 1)
        a, b = half * left[k] / largest, half * right[k] / largest
        parts.append(
            f'<rect x="{centre - middle / 2 - a:.1f}" y="{y:.1f}" width="{a:.1f}" height="{bar}" fill="{BEFORE}"/>'
        )
        parts.append(f'<rect x="{centre + middle / 2:.1f}" y="{y:.1f}" width="{b:.1f}" height="{bar}" fill="{AFTER}"/>')
        if k % 2 == 0:
            name = f"{k * FIVE}" if k * FIVE < OLDEST else f"{OLDEST}+"
            parts.append(_text(centre, y + bar - 2, name, 9.5, "middle"))
    parts.append(_text(centre - middle / 2 - 4, 15, labels[0], 12, "end", bold=True))
    parts.append(_text(centre + middle / 2 + 4, 15, labels[1], 12, "start", bold=True, colour=AFTER))
    for share in (0.5, 1.0):
        label = _short(largest * share)
        anchor = ("start", "end") if share == 1.0 else ("middle", "middle")
        parts.append(_text(centre - middle / 2 - half * share, height - 5, label, 9.5, anchor[0]))
        parts.append(_text(centre + middle / 2 + half * share, height - 5, label, 9.5, anchor[1]))
    return "".join([*parts, "</svg>"])


def chart(
    years: Sequence[int], lines: Sequence[Line], *, width: float = 300, height: float = 150, marks: Sequence[int] = ()
) -> str:
    """Lines over years from zero up, the first and last value of each written at its ends.

    Args:
        years: (T,) the years.
        lines: what is drawn.
        width, height: drawing units.
        marks: years that get a vertical line and a label, besides the first and the last.
    """
    values = np.array([line.values for line in lines])
    low = min(0.0, float(np.nanmin(values)))
    largest = _round_up(max(float(np.nanmax(values)), 1e-9))
    bottom = -_round_up(-1.25 * low) if low < 0 else 0.0  # room below for the label
    first, last, top, floor = 44.0, width - 46.0, 10.0, height - 20.0
    span = max(years[-1] - years[0], 1)

    def place(year: float, value: float) -> tuple[float, float]:
        return first + (last - first) * (year - years[0]) / span, floor - (floor - top) * (value - bottom) / (
            largest - bottom
        )

    parts = [_open(width, height, "; ".join(line.name for line in lines))]
    for level in sorted({bottom, 0.0, largest / 2, largest}):
        y = place(years[0], level)[1]
        parts.append(f'<path d="M{first} {y:.1f}H{last}" stroke="{SOFT if level == 0 else GRID}" stroke-width=".7"/>')
    for year in sorted({years[0], *(m for m in marks if years[0] < m < years[-1]), years[-1]}):
        x = place(year, 0)[0]
        parts.append(f'<path d="M{x:.1f} {top}V{floor}" stroke="{GRID}"/>')
        parts.append(_text(x, height - 6, str(year), 9.5, "middle"))
    starts = _apart([place(years[0], float(_first(line.values)))[1] for line in lines])
    ends = _apart([place(years[0], float(line.values[-1]))[1] for line in lines])
    for k, line in enumerate(lines):
        points = [place(y, float(v)) for y, v in zip(years, line.values, strict=True) if not np.isnan(v)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{line.colour}" stroke-width="2" stroke-linejoin="round"/>')
        begin, end = _short(float(_first(line.values))), _short(float(line.values[-1]))
        parts.append(_text(first - 5, starts[k] + 3.5, begin, 10, "end", colour=line.colour))
        parts.append(_text(last + 5, ends[k] + 3.5, end, 10, "start", colour=line.colour, bold=True))
    return "".join([*parts, "</svg>"])


def _five_years(people: FloatArray) -> FloatArray:
    return np.add.reduceat(people, np.arange(0, OLDEST + 1, FIVE))


def _first(values: FloatArray) -> float:
    """The first value that there is."""
    return float(values[np.flatnonzero(~np.isnan(values))[0]])


def _apart(heights: list[float], least: float = 11.0) -> list[float]:
    """Labels moved apart so that none lies on another."""
    order = np.argsort(heights)
    moved = np.array(heights, dtype=np.float64)
    for before, here in itertools.pairwise(order):
        moved[here] = max(moved[here], moved[before] + least)
    return [float(y) for y in moved]


def _round_up(value: float) -> float:
    """The next round number at or above a positive one: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10])
    return float(steps[np.searchsorted(steps, value / power - 1e-9)] * power)


def _short(value: float) -> str:
    """A number as short as a chart can carry: 675.2k, 4,210, 3.1."""
    size = abs(value)
    if size >= 100_000:
        return f"{value / 1000:,.0f}k"
    if size >= 10_000:
        return f"{value / 1000:.1f}k"
    return f"{value:,.0f}" if size >= 10 or value == round(value) else f"{value:.1f}"


def _open(width: float, height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )


def _text(x: float, y: float, text: str, size: float, anchor: str, *, bold: bool = False, colour: str = SOFT) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )
