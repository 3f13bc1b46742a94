"""The levels at which results are told: county, zones, townships, units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray
from siting.people.of_case import PeopleOverTime
from siting.render.wording import UNNAMED, Text, both, zone_names

LEVELS: dict[str, Text] = {
    "county": ("全部", "all"),
    "zone": ("分区", "zone"),
    "township": ("乡镇街道", "township"),
    "unit": ("单元", "unit"),
}


@dataclass(frozen=True, eq=False)
class Place:
    """A part of the case that has results of its own: some of its units."""

    level: str
    key: tuple[str, str]  # township, zone; '' where the level has none
    name: Text
    units: BoolArray


def places_of(people: PeopleOverTime) -> list[Place]:
    """All places: the whole, then zones in the order of the case, townships and units in the order of their points."""
    units, names = people.units, zone_names(people.case)
    zone = np.array(units.zone, dtype=object)
    township = np.array(units.township, dtype=object)
    places = [Place("county", ("", ""), ("全部", "All"), zone == zone)]
    if len(set(units.zone)) > 1:
        places += [Place("zone", ("", z), names[z], zone == z) for z in names if z in units.zone]
    several = len(set(units.township)) > 1
    if several:
        places += [Place("township", (t, ""), township_name(t), township == t) for t in dict.fromkeys(units.township)]
    if several and len(set(units.zone)) > 1:
        for t, z in zip(units.township, units.zone, strict=True):
            name = (f"{township_name(t)[0]} {names[z][0]}", names[z][1])
            places.append(Place("unit", (t, z), name, (township == t) & (zone == z)))
    return places


def township_name(name: str) -> Text:
    """What a township is called."""
    return (name, "") if name else UNNAMED


def level_text(place: Place) -> str:
    """The level in both languages."""
    return both(LEVELS[place.level])
