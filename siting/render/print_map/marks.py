"""How categories look on paper: their symbol and colour, and a finish that tells them apart in a grey print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb

from siting.render.print_map.paper import INK
from siting.render.views import Category

MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*", "cross": "X"}
# A star and a triangle fill less of their width than a square does.
SWELL = {"circle": 1.0, "square": 0.9, "triangle": 1.08, "diamond": 0.85, "star": 1.4, "cross": 1.05}
PT_PER_PX = 0.75
ALIKE = 14.0  # steps of lightness (of 100) below which two colours look the same in a grey print
SOLID, HOLLOW, HALF, BAR = range(4)
DASHES: tuple[tuple[float, ...] | None, ...] = (None, (4.0, 1.6), (1.0, 1.4), (5.0, 1.4, 1.0, 1.4))
HATCHES = (None, "////", "....", "xxxx")


def lightness(colour: str) -> float:
    """CIE L* of a colour, 0 to 100: what is left of it in a grey print."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def finishes(categories: Sequence[Category]) -> list[int]:
    """(n,) a number for each category: two of the same symbol whose greys are alike have different ones."""
    found: list[int] = []
    for k, category in enumerate(categories):
        grey = lightness(category.colour)
        taken = {
            found[other]
            for other in range(k)
            if categories[other].symbol == category.symbol and abs(lightness(categories[other].colour) - grey) < ALIKE
        }
        found.append(next((number for number in range(4) if number not in taken), SOLID))
    return found


def size_pt(category: Category, scale: float) -> float:
    """Across the symbol on paper."""
    return category.size_px * PT_PER_PX * scale


def marker(category: Category, finish: int, across_pt: float) -> dict[str, Any]:
    """Properties of matplotlib's `Line2D` for a symbol; dark symbols have a white rim, pale ones a dark one."""
    dark = lightness(category.colour) < 62
    rim = "#ffffff" if dark else INK
    look: dict[str, Any] = {
        "marker": MARKERS[category.symbol], "markersize": across_pt * SWELL[category.symbol], "linestyle": "none",
        "color": category.colour, "markeredgecolor": rim, "markeredgewidth": min(0.6, 0.1 * across_pt),
    }  # fmt: skip
    if finish != SOLID:
        look |= {"markeredgecolor": category.colour, "markeredgewidth": min(1.3, max(0.7, 0.2 * across_pt))}
        look["fillstyle"] = {HOLLOW: "full", HALF: "bottom", BAR: "left"}[finish]
        if finish == HOLLOW:
            look["markerfacecolor"] = "#ffffff"
        else:
            look["markerfacecoloralt"] = "#ffffff"
    return look
