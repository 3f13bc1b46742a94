"""Catchments of a run: the areas whose people go to the same facility in the plan."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.render.columns import Column
from siting.render.layers_people import site_names
from siting.render.map_style import Style
from siting.render.views import AreaLayer, Category
from siting.results import ServiceResult

CATCHMENT = (
    Column("points", "居民点（处）", "Places", "count"),
    Column("persons", "服务（人）", "Served", "persons"),
    Column("minutes", "平均单程（分钟）", "Mean minutes one way", "minutes"),
)
NAMES = ("服务片区（规划后）", "Catchments in the plan")


def catchment_layer(service: ServiceResult, cells: pd.Series, style: Style) -> AreaLayer | None:
    """The land of the demand points whose people mostly go to one facility; None where the plan sends nobody anywhere.

    `persons` and `minutes` are those of all whom the plan sends to the facility, `points` those of the area. They show
    where a facility's people come from, and are no boundaries of any kind.

    Args:
        service: with a plan.
        cells: the land of each demand point by its id, as `siting.render.cells.cells_of` shares it out (WGS84).
        style: colours.
    """
    trips = service.assignments
    trips = trips[trips["persons"] > 0].assign(way=lambda own: own["persons"] * own["travel_time_min"])
    if trips.empty:
        return None
    most = trips.sort_values("persons", ascending=False, kind="stable").drop_duplicates("demand_id")
    land = most.groupby("site_id", sort=True)["demand_id"]
    sums = trips.groupby("site_id", sort=True)[["persons", "way"]].sum().loc[list(land.groups)]
    sites, names = service.sites.set_index("id")["status"], site_names(service)
    shapes: list[NDArray[np.object_]] = [cells.reindex(own).to_numpy(dtype=object) for _, own in land]
    frame = gpd.GeoDataFrame(
        {
            "name": [names[str(key)] for key in sums.index],
            "category": np.where(sites.reindex(sums.index) == "new", "new", "existing"),
            "points": land.size().to_numpy(),
            "persons": sums["persons"].to_numpy(dtype=np.float64),
            "minutes": (sums["way"] / sums["persons"]).to_numpy(dtype=np.float64),
        },
        geometry=[shapely.union_all(own) for own in shapes],
        crs="EPSG:4326",
    )
    categories = (
        Category("new", "新建设施的服务片区", "Of new facilities", style.facility.new),
        Category("existing", "现有设施的服务片区", "Of existing facilities", style.facility.existing),
    )
    return AreaLayer("catchments", *NAMES, frame, categories, CATCHMENT, shown=False)
