"""The base of a case's maps: its roads, water, railways, stations, places and green, as they are drawn."""

from __future__ import annotations

import pandas as pd

from siting.case import Case
from siting.network import RoadGraph, read_basemap, roads_frame
from siting.render.views import Base


def base_of(case: Case, graph: RoadGraph) -> Base:
    """The base of the case's maps.

    Args:
        case: whose file of roads has the rest of the base too.
        graph: the roads, as `siting.prepare.roads_of` gives them.

    Raises:
        InputError: when the file of roads cannot be read.
    """
    base = read_basemap(case.roads)
    return Base(
        roads=roads_frame(graph),
        water=pd.concat([base.water, base.waterways], ignore_index=True),
        rail=base.railways,
        places=base.places,
        green=base.green,
        stations=base.stations,
    )
