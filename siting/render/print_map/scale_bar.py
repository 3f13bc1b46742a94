"""Scale bar and north arrow."""

from __future__ import annotations

import math

from matplotlib.patches import Polygon

from siting.render.print_map.ground import Ground, Window
from siting.render.print_map.look import Language, said
from siting.render.print_map.paper import INK, PT_PER_MM, Paper

BARS_M = tuple(first * 10**power for power in range(1, 7) for first in (1, 2, 5))
PARTS = 4


def bar_length_m(ground: Ground, most_mm: float) -> float:
    """The longest round distance whose bar is no longer than that."""
    fitting = [metres for metres in BARS_M if metres / ground.metres_per_mm <= most_mm]
    return float(fitting[-1] if fitting else BARS_M[0])


def draw_scale_bar(
    paper: Paper, ground: Ground, left: float, bottom: float, most_mm: float, size_pt: float, language: Language
) -> float:
    """A bar of four parts, dark and light in turn, with its distances above it.

    Returns:
        Its length in millimetres.
    """
    length_m = bar_length_m(ground, most_mm)
    length, height = length_m / ground.metres_per_mm, size_pt / PT_PER_MM * 0.42
    face = paper.typeface
    end = face.width_mm(f"{length_m:.0f}", size_pt) / 2 + face.width_mm("公里", size_pt)
    plate = Window(left - 2.0, bottom - 1.2, length + end + 3.0, height + size_pt / PT_PER_MM + 3.0)
    paper.box(plate, fill="#ffffff", order=9.3)
    for k in range(PARTS):
        part = [(left + length * (k + dx) / PARTS, bottom + dy * height) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
        paper.add(
            Polygon(part, closed=True, facecolor=INK if k % 2 == 0 else "#ffffff", edgecolor=INK, linewidth=0.5,
                    zorder=9.5, gid="scale bar")
        )  # fmt: skip
    km = length_m >= 1000
    unit = said("unit.km" if km else "unit.m", language)
    for share in (0.0, 0.5, 1.0):
        text = f"{share * length_m / (1000 if km else 1):g}"
        paper.text(left + share * length, bottom + height + 0.7, text, size_pt, side="center", halo="#ffffff")
    after = left + length + paper.typeface.width_mm(text, size_pt) / 2 + 0.8
    paper.text(after, bottom + height + 0.7, unit, size_pt, halo="#ffffff")
    return length


def draw_north(paper: Paper, ground: Ground, x: float, bottom: float, height: float) -> None:
    """An arrow to true north at the window's middle, with the letter N above it."""
    turn = convergence(ground)
    slim = height * 0.22

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * math.cos(turn) + dy * math.sin(turn), bottom - dx * math.sin(turn) + dy * math.cos(turn)

    tip, foot = at(0, height), at(0, height * 0.25)
    for side, fill in ((-1, INK), (1, "#ffffff")):
        paper.add(
            Polygon(
                [tip, at(side * slim, 0), foot],
                closed=True,
                facecolor=fill,
                edgecolor=INK,
                linewidth=0.6,
                zorder=9.5,
                gid="north",
            )
        )
    size = height * 0.42 * PT_PER_MM
    paper.text(x, bottom + height + 0.6, "N", size, bold=True, side="center", halo="#ffffff")


def convergence(ground: Ground) -> float:
    """Radians by which true north lies clockwise of the paper's up, at the window's middle."""
    lon, lat = ground.middle_degrees
    here, north = ground.at([lon, lon], [lat, lat + 0.01])
    return math.atan2(float(north[0] - here[0]), float(north[1] - here[1]))
