"""Service areas on a plan's map: from where a facility is reached within the standard, today and in the plan."""

from __future__ import annotations

import numpy as np
from shapely.geometry.base import BaseGeometry

from siting.evaluation.areas import service_areas
from siting.impedance import BoolArray
from siting.layout.facts import Facts
from siting.render.layers_sites import area_layer
from siting.render.map_style import Style
from siting.render.views import AreaLayer


def area_layers(facts: Facts, s: int, style: Style) -> tuple[AreaLayer, ...]:
    """Where a facility in use is within the standard, as it stands and after the last period.

    Drawn by the standard of the place; groups with a shorter one of their own (young pupils) reach less far. None for
    a service to which nobody is sent, and for a time when no facility is in use.
    """
    if not facts.parts[s].plan.count_people:
        return ()
    found = []
    for when, open_places in (("before", in_use(facts, s, -1)), ("after", in_use(facts, s, len(facts.years) - 1))):
        area = _area(facts, s, open_places)
        if area is not None and not area.is_empty:
            found.append(area_layer(when, area, style))
    return tuple(found)


def in_use(facts: Facts, s: int, t: int) -> BoolArray:
    """(places of service s,) which are in use in period t; t = -1 is today."""
    state = facts.plan.after.state_of
    return np.array([state(int(p), t) is not None for p in facts.parts[s].places], dtype=bool)


def _area(facts: Facts, s: int, open_places: BoolArray) -> BaseGeometry | None:
    posed = facts.plan.posed
    return service_areas(
        posed.case, posed.parts[s].problem, posed.graph, travel=posed.scenario.travel, open_sites=open_places
    )
