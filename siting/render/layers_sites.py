"""Layers of facilities for a run: by what becomes of them, the candidates that are not chosen, areas within reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siting.render.columns import Column, with_values
from siting.render.layers_people import OFF, OFF_NETWORK, ZONE, site_names, zone_columns
from siting.render.map_style import Style
from siting.render.tables_sites import newly_covered, ranked_new
from siting.render.views import AreaLayer, Category, PointLayer
from siting.render.wording import STATUS, Text, both
from siting.results import GONE, ServiceResult

SITE = (
    Column("number", "序号", "No.", "count"),
    Column("status", "状态", "Status"),
    Column("size", "规模档次", "Size class"),
    Column("persons", "规模（人）", "Capacity, persons", "persons"),
    Column("unit", "规模单位", "Unit of capacity"),
    Column("vehicles", "车辆", "Vehicles", "count"),
    Column("load_before", "现状人数", "People today", "persons"),
    Column("load", "规划后人数", "People in the plan", "persons"),
    Column("use", "使用率", "Use", "share"),
    Column("served", "服务的居民点（处）", "Places served", "count"),
    Column("gain", "新增达标（人）", "Newly within the standard", "persons"),
    Column("cost", "费用（元）", "Cost, yuan", "yuan"),
    Column("land", "用地", "Land"),
    *ZONE,
    Column("township", "乡镇（街道）", "Township"),
    Column("id", "编号", "Id"),
    OFF,
)
ALWAYS = {"status", "id"}
COST_IF: Text = ("若新建，费用（元）", "Cost if built, yuan")
AREA: dict[str, Text] = {
    "before": ("现状服务范围", "Service area today"), "after": ("规划后服务范围", "Service area, planned"),
}  # fmt: skip


def site_layers(service: ServiceResult, zones: Mapping[str, Text], style: Style) -> tuple[PointLayer, ...]:
    """Candidates that are not chosen, where there are any, and the facilities in use before or after.

    The numbers of the tables stand beside what is new.

    Args:
        service: one of the run.
        zones: names by id.
        style: colours.
    """
    look, dark = style.facility, style.coverage.unreachable
    categories = (
        Category("new", *STATUS["new"], look.new, "star", 13),
        Category("moved", *STATUS["moved"], dark, "cross", 8),
        Category("closed", *STATUS["closed"], dark, "cross", 8),
        Category("existing", *STATUS["existing"], look.existing, "square", 7),
    )
    frame = _site_frame(service, zones)
    not_always = {column.name for column in SITE} - ALWAYS
    free = frame["category"] == "candidate"
    used = frame[~free].reset_index(drop=True)
    present = set(used["category"])
    names = (service.service.facility_zh, service.service.facility_en)
    facilities = PointLayer(
        "facilities", *names, used, tuple(one for one in categories if one.key in present),
        with_values(SITE, used, not_always), "number" if "new" in present else None,
    )  # fmt: skip
    if not free.any():
        return (facilities,)
    rest = frame[free].reset_index(drop=True)
    candidate = Category("candidate", *STATUS["candidate"], look.candidate, "cross", 5)
    columns = (replace(column, zh=COST_IF[0], en=COST_IF[1]) if column.name == "cost" else column for column in SITE)
    shown = with_values(tuple(columns), rest, not_always)
    return PointLayer("candidates", *STATUS["candidate"], rest, (candidate,), shown, shown=False), facilities


def _site_frame(service: ServiceResult, zones: Mapping[str, Text]) -> pd.DataFrame:
    sites = service.sites.reset_index(drop=True)
    status = sites["status"].to_numpy(dtype=object).astype(str)
    plan = service.question is not None
    capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
    capacity = np.where(np.isfinite(capacity), capacity, np.nan)
    in_use = ("existing", *GONE)
    before = np.where(np.isin(status, in_use), sites["load_before_persons"].to_numpy(dtype=np.float64), np.nan)
    after = np.where(np.isin(status, ("existing", "new")), sites["load_after_persons"].to_numpy(np.float64), np.nan)
    after = after if plan else np.full(len(sites), np.nan)
    numbers = {key: number for number, key in enumerate(ranked_new(service), 1)}
    gain = newly_covered(service)["newly_covered_persons"]
    names, unit = site_names(service), service.service.capacity
    served = service.assignments.groupby("site_id")["demand_id"].nunique().reindex(sites["id"]).to_numpy(np.float64)
    return pd.DataFrame(
        {
            "id": sites["id"].astype(str),
            "name": [names[str(key)] for key in sites["id"]],
            "lon": sites["lon"],
            "lat": sites["lat"],
            "category": status,
            "number": [numbers.get(str(key), np.nan) for key in sites["id"]],
            "status": [both(STATUS[word]) for word in status],
            "size": sites["size_class"],
            "persons": capacity,
            "unit": np.where(np.isnan(capacity), "", both((unit.unit_zh, unit.unit_en))),
            "vehicles": sites["vehicles"].to_numpy(dtype=np.float64),
            "load_before": before,
            "load": after,
            "use": (after if plan else before) / np.where(capacity > 0, capacity, np.nan),
            "served": served if plan else np.nan,
            "gain": gain.reindex(sites["id"]).to_numpy(dtype=np.float64),
            "cost": sites["cost_yuan"].to_numpy(dtype=np.float64),
            "land": sites["land"],
            **zone_columns(sites["zone"], zones),
            "township": sites["township"],
            "off": np.where(sites["off_network"], both(OFF_NETWORK), ""),
        }
    )


def area_layers(service: ServiceResult, style: Style) -> tuple[AreaLayer, ...]:
    """Where an open facility is within the standard, before and, for a plan, after; none where none was drawn."""
    areas = {"before": service.service_area_before}
    if service.question is not None:
        areas["after"] = service.service_area_after
    drawn = ((when, area) for when, area in areas.items() if area is not None and not area.is_empty)
    return tuple(area_layer(when, area, style) for when, area in drawn)


def area_layer(when: str, area: BaseGeometry, style: Style) -> AreaLayer:
    """One area from which an open facility is within the standard, not shown at first.

    Args:
        when: `before` or `after`.
        area: in WGS84.
    """
    zh, en = AREA[when]
    colour = style.service_area.before if when == "before" else style.service_area.after
    frame = gpd.GeoDataFrame({"name": [both((zh, en))], "category": ["area"]}, geometry=[area], crs="EPSG:4326")
    return AreaLayer(f"area_{when}", zh, en, frame, (Category("area", zh, en, colour),), shown=False)
