"""Values of criteria as texts, with their units."""

from __future__ import annotations

import math

from siting.render.cell_text import number_text
from siting.render.wording import Text, both

UNIT: dict[str, Text] = {
    "minutes": ("分钟", "min"),
    "share": ("", ""),
    "metres": ("米", "m"),
    "count": ("", ""),
    "year": ("年", ""),
    "number": ("", ""),
    "persons": ("人", "people"),
}
UNREACHED: Text = ("未知或到不了", "not known or out of reach")


def value_text(value: float, kind: str) -> Text:
    """A criterion's value with its unit, in Chinese and English."""
    if math.isnan(value):
        return UNREACHED
    (zh, en), text = UNIT[kind], number_text(value, kind)
    return f"{text} {zh}".rstrip(), f"{text} {en}".rstrip()


def cell_value(value: float, kind: str) -> str:
    """A criterion's value with its unit in both languages, in one cell."""
    if math.isnan(value):
        return both(UNREACHED)
    return f"{number_text(value, kind)} {both(UNIT[kind])}".rstrip()


def points_text(value: float) -> str:
    """A score of 0 to 100."""
    return number_text(value, "score")
