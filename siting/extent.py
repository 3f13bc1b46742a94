"""Points far outside the road file are a mistake in the data, not remote places."""

from __future__ import annotations

import numpy as np

from siting.case import Case
from siting.errors import Faults
from siting.network import RoadGraph

SLACK_DEGREES = 0.1  # about 10 km


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
            turned = bool(swapped[k])
            faults.add(
                "经度与纬度写反了" if turned else "这一点不在路网文件的范围内",
                "longitude and latitude are swapped" if turned else "the point lies off the map of the road file",
                remedy_zh="请把 lon 与 lat 两列对调" if turned else "请核对坐标、坐标系与路网文件",
                remedy_en="exchange the columns lon and lat"
                if turned
                else "check the coordinates, their system and the road file",
                row=int(k) + 2,
                column="lon, lat",
                value=f"{lon[k]}, {lat[k]}",
                file=f"{name}.csv",
            )
    faults.raise_if_any()
