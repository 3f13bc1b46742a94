"""`plan.gpkg`: the plan as layers for a GIS.

Geographic coordinates in CGCS2000 (EPSG:4490) where the case's own projected system is based on CGCS2000, else in
WGS84 (EPSG:4326); the two agree within a metre and are taken as equal. Column names are ASCII snake_case. The layer
`notes` has no geometry: it carries the result's label and the notices.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from siting.case import Case
from siting.render.gis_layers import WGS84, geographic_crs, outline_layer, plain, polygons, roads_layer, zones_layer
from siting.render.tables_sites import newly_covered
from siting.render.views import place_of
from siting.render.wording import both, caveat, label_of, planned
from siting.results import RunResult, ServiceResult

CATCHMENT_MARGIN_M = 150.0  # around the outermost demand points, so that one point alone is an area too


def write_geopackage(result: RunResult, path: Path) -> None:
    """Write the layers facilities, candidates, demand, assignments, catchments, service_areas, zones, outline,
    roads and notes; a layer with nothing in it is there all the same, empty.

    `catchments` are the convex hulls of the demand points assigned to each facility, widened by 150 m: they show
    roughly where its people come from and may overlap; they are no boundaries of any kind.

    Raises:
        OSError: when the file cannot be written.
    """  # fmt: skip
    path.unlink(missing_ok=True)
    place = place_of(result.case)
    crs = geographic_crs(place)
    layers: list[tuple[str, gpd.GeoDataFrame, str]] = [
        ("facilities", _concat([_sites(s, chosen=True) for s in result.services]), "Point"),
        ("candidates", _concat([_sites(s, chosen=False) for s in result.services]), "Point"),
        ("demand", _concat([_demand(s, planned(result)) for s in result.services]), "Point"),
        ("assignments", _concat([_assignments(s) for s in result.services]), "LineString"),
        ("catchments", _concat([_catchments(s, result.case) for s in result.services]), "Polygon"),
        ("service_areas", _concat([_service_areas(s) for s in result.services]), "MultiPolygon"),
        ("zones", zones_layer(place), "MultiPolygon"),
        ("outline", outline_layer(place), "MultiPolygon"),
        ("roads", roads_layer(result.roads), "LineString"),
    ]
    for name, layer, geometry_type in layers:
        pyogrio.write_dataframe(
            layer.set_crs(crs, allow_override=True),
            path,
            layer=name,
            driver="GPKG",
            geometry_type=geometry_type,
            append=path.exists(),
        )
    pyogrio.write_dataframe(_notes(result), path, layer="notes", driver="GPKG", append=True)


def _sites(service: ServiceResult, *, chosen: bool) -> gpd.GeoDataFrame:
    keep = (service.sites["status"] != "candidate").to_numpy(dtype=bool)
    sites = service.sites[keep if chosen else ~keep].reset_index(drop=True)
    columns = ["id", "name", "zone", "township", "land", "status", "capacity_persons", "cost_yuan", "off_network"]
    if chosen:
        columns += ["size_class", "vehicles", "competitor"]
        columns += ["load_before_persons", "load_after_persons"]
        gained = newly_covered(service)["newly_covered_persons"]
        sites = sites.assign(newly_covered_persons=gained.reindex(sites["id"]).to_numpy(dtype=np.float64))
        columns.append("newly_covered_persons")
    return _points(sites, columns, service)


def _demand(service: ServiceResult, plan: bool) -> gpd.GeoDataFrame:
    columns = [
        "id", "name", "zone", "zone_kind", "township", "village", "population", "demand_persons", "mode",
        "standard_min", "nearest_before_min", "nearest_before_id", "covered_before",
        "accessibility_before_per_1000",
    ]  # fmt: skip
    if plan:
        columns += ["nearest_after_min", "nearest_after_id", "covered_after", "accessibility_after_per_1000"]
    columns += ["assigned_id", "assigned_min", "unassigned_persons", "snap_distance_m", "off_network"]
    return _points(service.demand, columns, service)


def _points(frame: pd.DataFrame, columns: list[str], service: ServiceResult) -> gpd.GeoDataFrame:
    data = plain(frame[columns])
    data.insert(0, "service", service.service.id)
    points = shapely.points(frame["lon"].to_numpy(dtype=np.float64), frame["lat"].to_numpy(dtype=np.float64))
    return gpd.GeoDataFrame(data.reset_index(drop=True), geometry=points, crs=WGS84)


def _assignments(service: ServiceResult) -> gpd.GeoDataFrame:
    """Straight lines from each demand point to its facility; they show who goes where, not the way."""
    trips = service.assignments.reset_index(drop=True)
    start = service.demand.set_index("id")[["lon", "lat"]].reindex(trips["demand_id"]).to_numpy(dtype=np.float64)
    end = service.sites.set_index("id")[["lon", "lat"]].reindex(trips["site_id"]).to_numpy(dtype=np.float64)
    data = plain(trips[["demand_id", "site_id", "share", "persons", "travel_time_min"]])
    data.insert(0, "service", service.service.id)
    lines = shapely.linestrings(np.stack([start, end], axis=1))
    return gpd.GeoDataFrame(data, geometry=lines, crs=WGS84)


def _catchments(service: ServiceResult, case: Case) -> gpd.GeoDataFrame:
    trips = service.assignments.sort_values("site_id", kind="stable")
    sites, owner = np.unique(trips["site_id"].to_numpy(dtype=object).astype(str), return_inverse=True)
    place = service.demand.set_index("id")[["lon", "lat"]].reindex(trips["demand_id"])
    points = gpd.GeoSeries(
        shapely.points(place.to_numpy(dtype=np.float64)), crs=WGS84
    ).to_crs(case.info.projected_crs)  # fmt: skip
    groups = shapely.multipoints(points.to_numpy(), indices=owner) if len(trips) else np.array([], dtype=object)
    areas = shapely.buffer(shapely.convex_hull(groups), CATCHMENT_MARGIN_M, quad_segs=4)
    persons = np.bincount(owner, weights=trips["persons"].to_numpy(dtype=np.float64), minlength=len(sites))
    minutes = np.bincount(owner, weights=trips["persons"] * trips["travel_time_min"], minlength=len(sites))
    names = service.sites.set_index("id")[["name", "status"]].reindex(sites)
    data = plain(
        pd.DataFrame(
            {
                "service": service.service.id,
                "site_id": sites,
                "site_name": names["name"].to_numpy(dtype=object),
                "site_status": names["status"].to_numpy(dtype=object),
                "demand_points": np.bincount(owner, minlength=len(sites)),
                "persons": persons,
                "mean_min": minutes / persons,
                "note": "示意，非边界 indicative, no boundary",
            }
        )
    )
    return gpd.GeoDataFrame(data, geometry=areas, crs=case.info.projected_crs).to_crs(WGS84)


def _service_areas(service: ServiceResult) -> gpd.GeoDataFrame:
    areas = [("before", service.service_area_before)]
    if service.question is not None:
        areas.append(("after", service.service_area_after))
    there = [(when, area) for when, area in areas if area is not None and not area.is_empty]
    data = pd.DataFrame(
        {"service": [service.service.id] * len(there), "plan_state": [when for when, _ in there]}, dtype=object
    )
    return gpd.GeoDataFrame(data, geometry=[polygons(area) for _, area in there], crs=WGS84)


def _notes(result: RunResult) -> pd.DataFrame:
    rows = [("title", "", result.title_zh, result.title_en)]
    for service in result.services:
        label = label_of(service)
        rows.append(("result", service.service.id, label.zh, label.en))
    words = caveat(result)
    if both(words):
        rows.append(("caveat", "", *words))
    rows += [("notice", "", zh, en) for zh, en in result.notices]
    rows += [("finding", "", zh, en) for zh, en in result.notes]
    rows += [("unverified", s.service.id, zh, en) for s in result.services for zh, en in s.unverified]
    rows += [
        ("source", "", f"{s.title} {both((s.attribution_zh, s.attribution))}".strip(), f"{s.origin}; {s.licence}")
        for s in result.case.sources
    ]
    return plain(pd.DataFrame(rows, columns=["kind", "service", "text_zh", "text_en"]))


def _concat(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    full = [part for part in parts if len(part)] or parts[:1]
    return gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs=WGS84)
