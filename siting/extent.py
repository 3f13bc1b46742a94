"""Points far outside the road file are a mistake in the data, not remote places."""

from __future__ import annotations

import numpy as np

from siting.case import Case
from siting.case_checks import SWAPPED, Misplaced, note_place
from siting.errors import Faults
from siting.network import RoadGraph

SLACK_DEGREES = 0.1  # about 10 km
OFF_THE_ROADS = Misplaced(
    "这一点不在路网文件的范围内",
    "the point lies off the map of the road file",
    "请核对坐标、坐标系与路网文件",
    "check the coordinates, their system and the road file",
)


def check_extent(case: Case, graph: RoadGraph) -> None:
    """Refuse points off the map of the road file.

    Raises:
        InputError: naming every such point, and whether its coordinates are swapped.
    """
    west, east = graph.node_lon.min() - SLACK_DEGREES, graph.node_lon.max() + SLACK_DEGREES
    south, north = graph.node_lat.min() - SLACK_DEGREES, graph.node_lat.max() + SLACK_DEGREES
    faults = Faults()
    for name, frame in (
        ("demand", case.demand),
        ("facilities", case.facilities),
        ("candidates", case.candidates),
    ):
        lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
        outside = (lon < west) | (lon > east) | (lat < south) | (lat > north)
        swapped = (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
        for k in np.flatnonzero(outside):
            problem = SWAPPED if swapped[k] else OFF_THE_ROADS
            note_place(faults, int(k), lon[k], lat[k], problem, file=f"{name}.csv")
    faults.raise_if_any()
