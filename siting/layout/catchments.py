"""Catchments on a plan's map: the areas whose people go to the same facility."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from siting.layout.facts import Facts
from siting.layout.moves import NOWHERE
from siting.render.catchments import CATCHMENT, NAMES
from siting.render.map_style import Style
from siting.render.views import AreaLayer, Category

STARTED = ("new", "inside", "reuse")


def catchments(facts: Facts, s: int, t: int, style: Style) -> AreaLayer | None:
    """The areas around the demand points whose people mostly go to one facility in the plan; None where nobody goes.

    The land is shared out among demand points by the nearest (Voronoi cells), cut at the outline; the cells of the
    points of one facility make its catchment. Land of points where nobody needs the service belongs to none.
    """
    found = facts.points(s, t)
    found = found[(found["need"] > 0) & (found["place_after"] != NOWHERE)]
    if found.empty:
        return None
    rows, shapes = [], []
    places = found["place_after"].to_numpy(dtype=np.int64)
    for p in np.unique(places).tolist():
        part = found[places == p]
        placed = part["need"] - part["without_after"]
        rows.append(
            {
                "name": facts.name(p),
                "category": _category(facts.status(p, t)),
                "points": len(part),
                "persons": float(facts.plan.after.load[p, t]),
                "minutes": float((part["minutes_after"] * placed).sum() / placed.sum()) if placed.sum() > 0 else np.nan,
            }
        )
        shapes.append(shapely.union_all(facts.cells[part.index.to_numpy()]))
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")
    categories = (
        Category("started", "新启用设施的服务片区", "Of facilities that start", style.facility.new),
        Category(
            "changed", "扩建、缩减设施的服务片区", "Of facilities that grow or shrink", style.coverage.newly_covered
        ),
        Category("kept", "保留设施的服务片区", "Of facilities that stay", style.facility.existing),
    )
    return AreaLayer("catchments", *NAMES, frame, categories, CATCHMENT, shown=False)


def _category(status: str) -> str:
    return "started" if status in STARTED else "changed" if status in ("expanded", "reduced") else "kept"
