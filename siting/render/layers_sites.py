"""Layers of facilities for a run: by what becomes of them, the candidates that are not chosen, areas within reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siting.render.columns import Column, with_values
from siting.render.layers_people import Labels, site_names
from siting.render.map_style import Style
from siting.render.tables_sites import newly_covered, ranked_new
from siting.render.views import AreaLayer, Category, PointLayer
from siting.render.wording import STATUS, both
from siting.results import GONE, ServiceResult

SITE = (
    Column("number", "序号", "No.", "count"),
    Column("status", "状态", "Status"),
    Column("size", "规模档次", "Size class"),
    Column("persons", "规模（人）", "Capacity, persons", "persons"),
    Column("vehicles", "车辆", "Vehicles", "count"),
    Column("load_before", "现状人数", "People today", "persons"),
    Column("load", "规划后人数", "People in the plan", "persons"),
    Column("use", "使用率", "Use", "share"),
    Column("gain", "新增达标（人）", "Newly within the standard", "persons"),
    Column("cost", "费用（元）", "Cost, yuan", "yuan"),
    Column("land", "用地", "Land"),
    Column("township", "乡镇（街道）", "Township"),
    Column("id", "编号", "Id"),
)
NOT_ALWAYS = {"number", "size", "persons", "vehicles", "load_before", "load", "use", "gain", "cost", "land", "township"}


def site_layers(service: ServiceResult, style: Style) -> tuple[PointLayer, ...]:
    """Candidates that are not chosen, where there are any, and the facilities in use before or after."""
    look, dark = style.facility, style.coverage.unreachable
    categories = (
        Category("new", *STATUS["new"], look.new, "star", 11),
        Category("moved", *STATUS["moved"], dark, "cross", 8),
        Category("closed", *STATUS["closed"], dark, "cross", 8),
        Category("existing", *STATUS["existing"], look.existing, "square", 7),
    )
    frame = _site_frame(service)
    free = frame["category"] == "candidate"
    used = frame[~free].reset_index(drop=True)
    present = set(used["category"])
    names = (service.service.facility_zh, service.service.facility_en)
    facilities = PointLayer(
        "facilities", *names, used, tuple(one for one in categories if one.key in present),
        with_values(SITE, used, NOT_ALWAYS),
    )  # fmt: skip
    if not free.any():
        return (facilities,)
    rest = frame[free].reset_index(drop=True)
    candidate = Category("candidate", *STATUS["candidate"], look.candidate, "cross", 5)
    layer = PointLayer(
        "candidates", *STATUS["candidate"], rest, (candidate,), with_values(SITE, rest, NOT_ALWAYS), shown=False
    )
    return layer, facilities


def _site_frame(service: ServiceResult) -> pd.DataFrame:
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
    names = site_names(service)
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
            "vehicles": sites["vehicles"].to_numpy(dtype=np.float64),
            "load_before": before,
            "load": after,
            "use": (after if plan else before) / np.where(capacity > 0, capacity, np.nan),
            "gain": gain.reindex(sites["id"]).to_numpy(dtype=np.float64),
            "cost": sites["cost_yuan"].to_numpy(dtype=np.float64),
            "land": sites["land"],
            "township": sites["township"],
        }
    )


def area_layers(service: ServiceResult, style: Style, labels: Labels) -> tuple[AreaLayer, ...]:
    """Where an open facility is within the standard, before and, for a plan, after; none where none was drawn."""
    areas = {"before": service.service_area_before}
    if service.question is not None:
        areas["after"] = service.service_area_after
    drawn = ((when, area) for when, area in areas.items() if area is not None and not area.is_empty)
    return tuple(area_layer(when, area, style, labels) for when, area in drawn)


def area_layer(when: str, area: BaseGeometry, style: Style, labels: Labels) -> AreaLayer:
    """One area from which an open facility is within the standard, not shown at first.

    Args:
        when: `before` or `after`.
        area: in WGS84.
    """
    zh, en = labels[f"layers.area_{when}"]
    colour = style.service_area.before if when == "before" else style.service_area.after
    frame = gpd.GeoDataFrame({"name": [both((zh, en))], "category": ["area"]}, geometry=[area], crs="EPSG:4326")
    return AreaLayer(f"area_{when}", zh, en, frame, (Category("area", zh, en, colour),), shown=False)
