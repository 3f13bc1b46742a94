"""How far sites lie from railways and trunk roads, against the distances that a standard asks for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import union_all

from siting.case import Case
from siting.impedance import BoolArray, FloatArray
from siting.network import RoadGraph, read_basemap, roads_frame
from siting.standards import Service

TRUNK = ("motorway", "motorway_link", "trunk", "trunk_link")


def apart_enough(case: Case, sites: pd.DataFrame, service: Service, graph: RoadGraph) -> BoolArray:
    """(n,) sites that keep the service's distances, measured to the lines of the case's OpenStreetMap extract."""
    mask = np.ones(len(sites), dtype=bool)
    for nuisance, least in service.separation_m.items():
        mask &= ~(distance_m(case, sites, nuisance, graph) < least.value)
    return mask


def distance_m(case: Case, sites: pd.DataFrame, nuisance: str, graph: RoadGraph) -> FloatArray:
    """(n,) metres as the crow flies to the nearest railway or trunk road; +inf where there is none."""
    if nuisance == "railway":
        lines = read_basemap(case.roads).railways
    else:
        lines = roads_frame(graph)
        lines = lines[lines["highway"].isin(TRUNK)]
    if lines.empty or not len(sites):
        return np.full(len(sites), np.inf)
    crs = case.info.projected_crs
    points = gpd.GeoSeries(gpd.points_from_xy(sites["lon"], sites["lat"]), crs="EPSG:4326").to_crs(crs)
    whole = union_all(lines.geometry.to_crs(crs).to_numpy())
    distance: FloatArray = points.distance(whole).to_numpy(dtype=np.float64)
    return distance
