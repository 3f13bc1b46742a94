"""Service areas: from where an open facility is reached within the standard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from shapely import Geometry, union_all
from shapely.geometry.base import BaseGeometry

from siting.assemble import Problem
from siting.case import Case
from siting.impedance import BoolArray
from siting.machine.threads import core_count
from siting.network import PlacedPoints, RoadGraph, service_area
from siting.scenario import Travel


def service_areas(
    case: Case, problem: Problem, graph: RoadGraph, *, travel: Travel, open_sites: BoolArray
) -> BaseGeometry | None:
    """Area (WGS84) from which an open facility is reached within the standard of the place.

    Where the case has zone polygons, each kind of zone shows the area of its own standard. Where it has none,
    each facility shows the area of the standard of its own zone's kind. None when nothing is open.
    """
    standards = dict(zip(problem.zone_kind, zip(problem.mode, problem.standard_min, strict=True), strict=True))
    site_kinds = case.zones["kind"].reindex(problem.sites["zone"]).to_numpy(dtype=object)
    within = {kind: _zones(case, kind) for kind in standards}

    def draw(kind: str) -> Geometry | None:
        mode, minutes = standards[kind]
        chosen = problem.sites[open_sites if case.zone_shapes is not None else open_sites & (site_kinds == kind)]
        place = within[kind]
        if chosen.empty or (place is not None and place.is_empty):
            return None
        return service_area(
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
            within=place,
        )

    with ThreadPoolExecutor(core_count()) as pool:  # shapely lets threads run side by side
        parts = [part for part in pool.map(draw, sorted(standards)) if part is not None]
    return union_all(parts) if parts else None


def _zones(case: Case, kind: str) -> BaseGeometry | None:
    """All zones of the kind as one; None when the case has no polygons."""
    if case.zone_shapes is None:
        return None
    ids = case.zones.index[case.zones["kind"] == kind]
    shapes: BaseGeometry = case.zone_shapes[case.zone_shapes["id"].isin(ids)].union_all()
    return shapes
