"""The interactive map of a plan or an evaluation: one HTML file that opens with no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from siting.render.map_base import bounds
from siting.render.map_frame import map_page, page_data
from siting.render.map_services import demand_points, service_layers
from siting.render.tiles import Tiles, tiles_asked
from siting.render.views import Base, place_of
from siting.results import RunResult


def render_map(result: RunResult, path: Path) -> None:
    """Write the map page of a run or an evaluation, for own use: over the tiles that the environment asks for.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network, or is malformed, or
            the environment's address of tiles is none (`siting.render.tiles`).
    """
    path.write_text(map_html(result, tiles_asked()), encoding="utf-8", newline="\n")


def map_html(result: RunResult, tiles: Tiles | None = None) -> str:
    """The whole page."""
    return map_page("plan", _data(result), tiles)


def base_of(result: RunResult) -> Base:
    """The base map that a run found."""
    return Base(result.roads, result.water, result.rail, result.places, result.green, result.stations)


def _data(result: RunResult) -> dict[str, Any]:
    """All that the page's script is told, as plain JSON values."""
    frames = [frame for service in result.services for frame in (service.demand, service.sites)]
    points = np.concatenate([np.zeros((0, 2)), *(frame[["lon", "lat"]].to_numpy(np.float64) for frame in frames)])
    place = place_of(result.case)
    data = page_data(
        place, base_of(result), title=(result.title_zh, result.title_en), notices=result.notices,
        notes=result.notes, bounds=bounds(place, points),
    )  # fmt: skip
    return data | {
        "planned": result.scenario is not None,
        "demand": demand_points(result),
        "services": service_layers(result),
    }
