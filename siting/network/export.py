"""The road graph for other programs: networkx and osmnx, GraphML, a table of drawn roads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from siting.network.access import Mode
from siting.network.graph import RoadGraph
from siting.network.modes import WALK_SPEED_KMH, mode_graph

if TYPE_CHECKING:
    import networkx as nx

CRS = "EPSG:4326"


def to_networkx(
    graph: RoadGraph, *, mode: Mode = "drive", walk_speed_kmh: float = WALK_SPEED_KMH
) -> nx.MultiDiGraph[int]:
    """A graph that osmnx takes as its own, for one mode.

    Nodes are OSM ids with `x`, `y` (degrees); the end of an edge at a barrier is a node of its own with a
    negative id. Edges carry `osmid`, `highway`, `name`, `oneway`, `reversed`, `length` (metres), `speed_kph`,
    `travel_time` (seconds) and `geometry`.
    """
    import networkx as nx  # here, because a run needs it nowhere else

    seen = mode_graph(graph, mode, walk_speed_kmh=walk_speed_kmh)
    extra = np.arange(seen.vertex_count - graph.node_count)
    ids = np.concatenate([graph.node_id, -1 - extra]).tolist()
    lon, lat = graph.node_lon[seen.vertex_node].tolist(), graph.node_lat[seen.vertex_node].tolist()
    result: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=CRS, simplified=True)
    usable = np.flatnonzero(seen.usable)
    for vertex in np.unique(np.concatenate([seen.u[usable], seen.v[usable]])).tolist():
        result.add_node(ids[vertex], x=lon[vertex], y=lat[vertex])
    for edge, line in zip(usable.tolist(), graph.lines(usable), strict=True):
        u, v = ids[seen.u[edge]], ids[seen.v[edge]]
        code = int(graph.name_code[edge])
        common = {
            "osmid": int(graph.way_id[edge]),
            "highway": graph.class_names[graph.class_code[edge]],
            "length": float(graph.length_m[edge]),
            "oneway": bool(np.isfinite(seen.forward_min[edge]) != np.isfinite(seen.backward_min[edge])),
        } | ({"name": graph.names[code]} if code >= 0 else {})
        for minutes, tail, head, is_back, shape in (
            (float(seen.forward_min[edge]), u, v, False, line),
            (float(seen.backward_min[edge]), v, u, True, line.reverse()),
        ):
            if np.isfinite(minutes):
                speed = graph.speed_backward_kmh[edge] if is_back else graph.speed_forward_kmh[edge]
                result.add_edge(
                    tail,
                    head,
                    **common,
                    reversed=is_back,
                    speed_kph=walk_speed_kmh if mode == "walk" else float(speed),
                    travel_time=minutes * 60,
                    geometry=shape,
                )
    return result


def write_graphml(graph: RoadGraph, path: str | Path, *, mode: Mode = "drive", notice: str = "") -> None:
    """Write a GraphML file that `osmnx.load_graphml` reads; `notice` becomes an attribute of the graph."""
    import osmnx  # here, because it takes seconds to load and nothing else needs it

    written = to_networkx(graph, mode=mode)
    if notice:
        written.graph["notice"] = notice
    osmnx.save_graphml(written, Path(path))


def roads_frame(graph: RoadGraph) -> gpd.GeoDataFrame:
    """All edges as a table: osm_way, name, highway, length_m, drive, walk, oneway, speed_kmh, geometry (WGS84).

    `speed_kmh` is the driving speed in the quicker direction, NaN where no car may go.
    """
    drive = graph.usable("drive")
    speed = np.maximum(graph.speed_forward_kmh, graph.speed_backward_kmh)
    names = np.array([*graph.names, ""], dtype=object)
    return gpd.GeoDataFrame(
        {
            "osm_way": graph.way_id,
            "name": names[graph.name_code],
            "highway": np.array(graph.class_names, dtype=object)[graph.class_code],
            "length_m": graph.length_m,
            "drive": drive,
            "walk": graph.walk,
            "oneway": graph.drive_forward != graph.drive_backward,
            "speed_kmh": np.where(drive, speed, np.nan),
        },
        geometry=graph.lines(),
        crs=CRS,
    )
