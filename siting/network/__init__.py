"""From an OpenStreetMap file to a road graph, and from points on it to travel times."""

from siting.network.access import Mode
from siting.network.basemap import BaseMap, read_basemap
from siting.network.changes import RoadName, close_roads, find_roads, scale_speeds
from siting.network.export import roads_frame, to_networkx, write_graphml
from siting.network.graph import ComponentReport, ReadReport, RoadGraph
from siting.network.hung import DECIMALS_MIN
from siting.network.reader import read_roads
from siting.network.service_area import service_area
from siting.network.snap import Snap, snap_points
from siting.network.speeds import SpeedTable, parse_maxspeed_kmh
from siting.network.store import load_graph, save_graph
from siting.network.times import PlacedPoints, TravelTimes, nearest_times, travel_times

__all__ = [
    "DECIMALS_MIN",
    "BaseMap",
    "ComponentReport",
    "Mode",
    "PlacedPoints",
    "ReadReport",
    "RoadGraph",
    "RoadName",
    "Snap",
    "SpeedTable",
    "TravelTimes",
    "close_roads",
    "find_roads",
    "load_graph",
    "nearest_times",
    "parse_maxspeed_kmh",
    "read_basemap",
    "read_roads",
    "roads_frame",
    "save_graph",
    "scale_speeds",
    "service_area",
    "snap_points",
    "to_networkx",
    "travel_times",
    "write_graphml",
]
