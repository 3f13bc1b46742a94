"""The same roads in other times: some closed, some slower.

A changed graph keeps its nodes, edges and main components, so that a place stays on its own side of a closed bridge
and whoever the closing cuts off is out of reach, not carried across.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely

from siting.errors import Faults, nearest_word
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network.geometry import LocalProjection, polylines
from siting.network.graph import RoadGraph

RoadName = str | int | tuple[float, float]
MAX_POINT_M = 100.0


def find_roads(
    graph: RoadGraph, roads: Sequence[RoadName], faults: Faults, *, column: str = "closed_roads"
) -> IntArray:
    """Edges of the named roads, ascending; what cannot be found is added to `faults`.

    Args:
        roads: each the name of a road (all its sections), the number of an OSM way, or longitude and latitude of a
            point, which means the one section nearest to it.
        column: where in the input they stand.
    """
    names = {name: code for code, name in enumerate(graph.names) if name}
    found: list[IntArray] = []
    for road in roads:
        if isinstance(road, tuple):
            found.append(_at_point(graph, road, faults, column))
        elif isinstance(road, int):
            found.append(np.flatnonzero(graph.way_id == road))
            if not found[-1].size:
                faults.add("路网中没有这个编号的道路", "the roads hold no such OSM way", column=column, value=road)
        elif road in names:
            found.append(np.flatnonzero(graph.name_code == names[road]))
        else:
            close = nearest_word(road, names)
            faults.add(
                "路网中没有这个名称的道路",
                "there is no road of this name",
                remedy_zh=f"是否想写“{close}”？" if close else "请改写 OSM 道路编号，或道路上一点的 [经度, 纬度]",
                remedy_en=f"did you mean {close!r}?"
                if close
                else "give the OSM way's number, or [longitude, latitude] of a point on it",
                column=column,
                value=road,
            )
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))


def close_roads(graph: RoadGraph, edges: IntArray) -> RoadGraph:
    """The graph with these edges closed to cars and to people on foot."""
    left = np.ones(graph.edge_count, dtype=bool)
    left[edges] = False
    return replace(
        graph,
        speed_forward_kmh=np.where(left, graph.speed_forward_kmh, 0.0),
        speed_backward_kmh=np.where(left, graph.speed_backward_kmh, 0.0),
        drive_forward=graph.drive_forward & left,
        drive_backward=graph.drive_backward & left,
        walk=graph.walk & left,
        drive_main=graph.drive_main & left,
        walk_main=graph.walk_main & left,
    )


def scale_speeds(graph: RoadGraph, factor: float | Mapping[str, float]) -> RoadGraph:
    """The graph with other driving speeds: times `factor`, for all roads or by OSM highway class.

    Raises:
        KeyError: a class that the graph does not have.
    """
    by_class: FloatArray = np.ones(len(graph.class_names))
    if isinstance(factor, Mapping):
        for name, value in factor.items():
            if name not in graph.class_names:
                raise KeyError(name)
            by_class[graph.class_names.index(name)] = value
    else:
        by_class[:] = factor
    scale = by_class[graph.class_code]
    return replace(
        graph,
        speed_forward_kmh=graph.speed_forward_kmh * scale,
        speed_backward_kmh=graph.speed_backward_kmh * scale,
    )


def _at_point(graph: RoadGraph, point: tuple[float, float], faults: Faults, column: str) -> IntArray:
    """The edge nearest to a point, bridges and tunnels among them; of equally near ones the first."""
    lon, lat = point
    none = np.zeros(0, dtype=np.int64)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        faults.add(
            "坐标应写作 [经度, 纬度]，单位为度",
            "a point must be [longitude, latitude] in degrees",
            column=column,
            value=list(point),
        )
        return none
    usable: BoolArray = graph.usable("drive") | graph.usable("walk")
    edges = np.flatnonzero(usable)
    local = LocalProjection(graph.node_lon, graph.node_lat)
    index, owner = graph.points_of(edges)
    lines = polylines(local.to_metres(graph.point_lon[index], graph.point_lat[index]), owner)
    distance = shapely.distance(lines, shapely.Point(local.to_metres([lon], [lat])[0]))
    if not edges.size or distance.min() > MAX_POINT_M:
        away = f"{distance.min():,.0f}" if edges.size else "—"
        faults.add(
            f"该点 {MAX_POINT_M:g} 米之内没有道路（最近 {away} 米）",
            f"there is no road within {MAX_POINT_M:g} m of the point (the nearest is {away} m away)",
            remedy_zh="请核对坐标：应为道路上一点的 [经度, 纬度]",
            remedy_en="check the coordinates: [longitude, latitude] of a point on the road",
            column=column,
            value=list(point),
        )
        return none
    return edges[np.flatnonzero(distance == distance.min())[:1]]
