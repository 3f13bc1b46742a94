"""Number forms of the ranking's texts."""

from __future__ import annotations

import math

Text = tuple[str, str]  # Chinese, English
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


def number_text(value: float, kind: str) -> Text:
    """A criterion's value without its unit, in Chinese and English."""
    if math.isnan(value):
        return UNREACHED
    text = {
        "minutes": f"{value:,.1f}",
        "share": f"{value:.1%}",
        "metres": f"{value:,.0f}",
        "count": f"{value:,.0f}",
        "year": f"{value:.0f}",
        "number": f"{value:.2f}",
        "persons": f"{value:,.0f}",
    }[kind]
    return text, text


def value_text(value: float, kind: str) -> Text:
    """A criterion's value with its unit."""
    zh, en = number_text(value, kind)
    if math.isnan(value):
        return zh, en
    unit_zh, unit_en = UNIT[kind]
    return f"{zh} {unit_zh}".rstrip(), f"{en} {unit_en}".rstrip()


def points_text(value: float) -> str:
    """A score of 0 to 100."""
    return f"{value:.1f}"


def percent_text(share: float) -> str:
    """A share or a weight."""
    return f"{100 * share:.1f}%"


def weight_range_text(low: float, high: float) -> str:
    """An interval of a weight."""
    return f"{percent_text(low)}–{percent_text(high)}"
