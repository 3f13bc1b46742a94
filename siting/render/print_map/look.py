"""Texts and colours of the printed maps: `[print]` and others of `maps/labels.toml`, `maps/style.toml`, read once."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from siting.render.map_style import Style, load_labels, load_style
from siting.render.wording import Text

Language = Literal["zh", "en"]


@lru_cache(maxsize=1)
def style() -> Style:
    """The look of the map.

    Raises:
        InputError: as `siting.render.map_style.load_style`.
    """
    return load_style()


@lru_cache(maxsize=1)
def _labels() -> dict[str, Text]:
    return load_labels()


def said(key: str, language: Language, **values: object) -> str:
    """The text of a `section.key` in the language, its braces filled in."""
    return of(_labels()[key], language).format(**values)


def of(text: Text, language: Language) -> str:
    """The text in the language; the other where that one is empty."""
    zh, en = text
    return (en or zh) if language == "en" else (zh or en)
