"""The map of an answer: subjects and periods to switch between, layers, figures and tables; one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from siting.render.map_base import bounds
from siting.render.map_frame import map_page, page_data
from siting.render.tiles import Tiles, tiles_asked
from siting.render.view_data import points_of, view_data
from siting.render.views import Told


def render_views(told: Told, path: Path) -> None:
    """Write the page.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network, or is malformed.
        OSError: when the file cannot be written.
    """
    path.write_text(views_html(told), encoding="utf-8", newline="\n")


def render_own(told: Told, path: Path) -> None:
    """Write the page of a run, for own use: over the tiles that the environment asks for (`siting.render.tiles`).

    Raises:
        InputError: as `render_views`, and when the environment's address of tiles is none.
        OSError: when the file cannot be written.
    """
    path.write_text(views_html(told, tiles=tiles_asked()), encoding="utf-8", newline="\n")


def views_html(told: Told, *, embedded: bool = False, tiles: Tiles | None = None) -> str:
    """The whole page.

    Args:
        embedded: without panel, search and notices, for a page that has them and holds this one; the two tell each
            other what is seen (`maps/README.md`).
        tiles: for own use only.
    """
    return map_page(views_data(told, embedded=embedded), tiles)


def views_data(told: Told, *, embedded: bool = False) -> dict[str, Any]:
    """What the page's script is told, as plain JSON values."""
    data = page_data(
        told.place, told.base, title=told.title, notices=told.notices, notes=told.notes,
        bounds=bounds(told.place, points_of(told.views)),
    )  # fmt: skip
    return data | view_data(told) | ({"embedded": True} if embedded else {})
