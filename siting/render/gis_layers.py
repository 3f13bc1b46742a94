"""What files for a GIS share: coordinate systems, the ground of a place as layers, texts that every reader takes."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from siting.render.columns import clean_column
from siting.render.views import Place

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"


def geographic_crs(place: Place) -> str:
    """CGCS2000 for a place mapped in CGCS2000, WGS84 for any other."""
    base = CRS.from_user_input(place.info.projected_crs).geodetic_crs
    return CGCS2000 if base is not None and base.to_epsg() == 4490 else WGS84


def zones_layer(place: Place) -> gpd.GeoDataFrame:
    """The zones that have a shape: id, name_zh, name_en, kind. WGS84."""
    if place.zone_shapes is None:
        columns = ["id", "name_zh", "name_en", "kind"]
        return gpd.GeoDataFrame(pd.DataFrame(columns=columns, dtype=object), geometry=[], crs=WGS84)
    names = place.zones[["name_zh", "name_en", "kind"]].reindex(place.zone_shapes["id"]).reset_index(drop=True)
    data = plain(pd.concat([place.zone_shapes[["id"]].reset_index(drop=True), names], axis=1))
    return gpd.GeoDataFrame(data, geometry=[polygons(g) for g in place.zone_shapes.geometry], crs=WGS84)


def outline_layer(place: Place) -> gpd.GeoDataFrame:
    """The place's outline, where the case has one: name_zh, name_en. WGS84."""
    shapes = [] if place.outline is None else [polygons(g) for g in place.outline.geometry]
    data = pd.DataFrame({"name_zh": [place.info.name_zh] * len(shapes), "name_en": [place.info.name_en] * len(shapes)})
    return gpd.GeoDataFrame(data.astype(object), geometry=shapes, crs=WGS84)


def roads_layer(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The roads that are drawn, in single lines: name, highway. WGS84."""
    parts = roads[["name", "highway", "geometry"]].explode(index_parts=False, ignore_index=True)
    parts = parts[parts.geometry.type == "LineString"].reset_index(drop=True)
    return gpd.GeoDataFrame(plain(pd.DataFrame(parts[["name", "highway"]])), geometry=parts.geometry.array, crs=WGS84)


def polygons(area: shapely.Geometry) -> shapely.MultiPolygon:
    """The areas of any geometry as one multipolygon."""
    parts = [g for g in shapely.get_parts(shapely.get_parts(area)) if isinstance(g, shapely.Polygon)]
    return shapely.MultiPolygon(parts)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts that every reader takes, missing ones empty; numbers as they are."""
    data = frame.copy()
    for name in data.columns:
        if not pd.api.types.is_numeric_dtype(data[name]) and not pd.api.types.is_bool_dtype(data[name]):
            data[name] = clean_column(data[name])
    return data
