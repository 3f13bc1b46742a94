"""Straight-line metres from sites to roads of a class, railways, stations and other points."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.case import Case
from siting.case_checks import WGS84
from siting.impedance import FloatArray
from siting.ranking.criteria import Network
from siting.render.views import Base

# Highway values of OpenStreetMap of each class. `trunk_road` is what planning standards keep schools away from:
# motorways, trunk and primary roads; `primary_road` is the network of main roads by which a
# site is reached, motorways left out as nobody gets on or off between junctions.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "motorway": ("motorway", "motorway_link"),
    "trunk_road": ("motorway", "trunk", "trunk_link", "primary", "primary_link"),
    "primary_road": ("trunk", "trunk_link", "primary", "primary_link"),
    "secondary_road": ("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
}
NETWORK_NAMES: Mapping[Network, tuple[str, str]] = {
    "motorway": ("高速公路", "motorway"),
    "trunk_road": ("高速公路、国道或主干道", "motorway, trunk or primary road"),
    "primary_road": ("国道或主干道", "trunk or primary road"),
    "secondary_road": ("次干道以上道路", "secondary or larger road"),
    "railway": ("铁路", "railway"),
    "station": ("火车站", "railway station"),
}


def network_of(base: Base, which: Network) -> gpd.GeoSeries:
    """The lines or points of one class; empty where the case has none."""
    if which == "railway":
        return base.rail.geometry
    if which == "station":
        return base.stations.geometry
    return base.roads.geometry[base.roads["highway"].isin(CLASSES[which])]


def distance_m(case: Case, sites: pd.DataFrame, shapes: gpd.GeoSeries) -> FloatArray:
    """(S,) metres from each site to the nearest of the shapes (WGS84), in the case's projected system.

    NaN where there are no shapes.
    """
    if not len(shapes):
        return np.full(len(sites), np.nan)
    metres: gpd.GeoSeries = shapes.to_crs(case.info.projected_crs)
    points = points_of(sites).to_crs(case.info.projected_crs)
    found, distance = metres.sindex.nearest(points, return_all=False, return_distance=True)
    result = np.full(len(sites), np.nan)
    result[found[0]] = distance
    return result


def between_m(case: Case, sites: pd.DataFrame, others: pd.DataFrame) -> FloatArray:
    """(S, n) straight-line metres between two tables of points."""
    here, there = (_xy(points_of(frame).to_crs(case.info.projected_crs)) for frame in (sites, others))
    return np.asarray(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), dtype=np.float64)


def points_of(frame: pd.DataFrame) -> gpd.GeoSeries:
    """The points of a table with lon, lat."""
    return gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=WGS84)


def _xy(points: gpd.GeoSeries) -> FloatArray:
    return np.asarray(shapely.get_coordinates(points.to_numpy()), dtype=np.float64)
