"""Service areas: from where an open facility is reached within the standard."""

from __future__ import annotations

import numpy as np
from shapely import Geometry, union_all
from shapely.geometry.base import BaseGeometry

from siting.assemble import Problem
from siting.case import Case
from siting.impedance import BoolArray
from siting.network import PlacedPoints, RoadGraph, service_area
from siting.scenario import Travel


def service_areas(
    case: Case, problem: Problem, graph: RoadGraph, *, travel: Travel, open_sites: BoolArray
) -> BaseGeometry | None:
    """Area (WGS84) from which an open facility is reached within the standard of the place.

    Where the case has zone polygons, each kind of zone shows the area of its own standard. Where it has none,
    each facility shows the area of the standard of its own zone's kind. None when nothing is open.
    """
    sites = problem.sites[open_sites]
    if sites.empty:
        return None
    standards = dict(zip(problem.zone_kind, zip(problem.mode, problem.standard_min, strict=True), strict=True))
    parts: list[Geometry] = []
    site_kinds = case.zones["kind"].reindex(sites["zone"]).to_numpy(dtype=object)
    for kind, (mode, minutes) in sorted(standards.items()):
        chosen = sites if case.zone_shapes is not None else sites[site_kinds == kind]
        if chosen.empty:
            continue
        within = None
        if case.zone_shapes is not None:
            ids = case.zones.index[case.zones["kind"] == kind]
            within = case.zone_shapes[case.zone_shapes["id"].isin(ids)].union_all()
            if within.is_empty:
                continue
        area = service_area(
            graph,
            PlacedPoints(
                tuple(chosen["id"]),
                chosen["lon"].to_numpy(dtype=np.float64),
                chosen["lat"].to_numpy(dtype=np.float64),
            ),
            mode=mode,
            minutes=float(minutes),
            walk_speed_kmh=travel.walk_speed_kmh,
            max_snap_m=travel.max_snap_m,
            within=within,
        )
        parts.append(area)
    return union_all(parts) if parts else None
