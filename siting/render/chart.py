"""A line of points over an axis of amounts, for a report: numbers in the units of a drawing, no library, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from siting.render.wording import Text

WIDTH, HEIGHT = 460.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 22.0, 34.0
TICKS = 4


@dataclass(frozen=True)
class Chart:
    """A line through points.

    Attributes:
        title: what the height is, with its unit; across: what the axis below is, with its unit.
        points: (across, height, text beside the point), ascending across.
    """

    title: Text
    across: Text
    points: tuple[tuple[float, float, str], ...]


def drawn(chart: Chart) -> dict[str, Any]:
    """What the template draws: ticks, the line and the points, in units of a drawing of `WIDTH` x `HEIGHT`."""
    x_ticks = _ticks([x for x, _, _ in chart.points])
    y_ticks = _ticks([y for _, y, _ in chart.points])

    def across(x: float) -> float:
        share = (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def down(y: float) -> float:
        share = (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    points = [(across(x), down(y), text) for x, y, text in chart.points]
    return {
        "title": chart.title, "across": chart.across, "width": WIDTH, "height": HEIGHT, "left": LEFT,
        "right": WIDTH - RIGHT, "bottom": HEIGHT - BOTTOM,
        "x_ticks": [(across(x), _number(x)) for x in x_ticks], "y_ticks": [(down(y), _number(y)) for y in y_ticks],
        "line": " ".join(f"{x},{y}" for x, y, _ in points), "points": points,
    }  # fmt: skip


def _ticks(values: Sequence[float]) -> list[float]:
    """Round numbers from below the least value to above the greatest, at most a few more than `TICKS`."""
    low, high = min(values), max(values)
    span = (high - low) or max(abs(high), 1.0)
    power = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= span / TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return [step * k for k in range(first, last + 1)]


def _number(value: float) -> str:
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
