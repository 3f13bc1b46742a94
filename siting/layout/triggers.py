"""How many people live in a zone when each place opens there, and how many it takes to need it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.layout.result import Course
from siting.people import demand_over_time

CHANGES = ("open", "grow")
COLUMNS = (
    "service", "place", "period", "kind", "zone", "persons", "places_before", "residents", "in_new_housing", "demand",
    "trigger_residents", "trigger_year",
)  # fmt: skip


def triggers(course: Course) -> pd.DataFrame:
    """What lives in the zone of each place that opens or grows, in the year in which it does.

    A place is needed once its zone's demand is more than the places that the zone has without it. Where several open in
    a zone in one period, the larger count as opened first.

    Returns:
        One row a place and period: service (number), place (number), period, kind (open or grow), zone, persons (places
        added), places_before (of the service in the zone, persons), residents (of the zone in that year),
        in_new_housing (those of them in the housing plots), demand (of the zone for the service), trigger_residents
        (residents at which the demand, at that year's share of the residents, fills the places before; NaN where these
        have no limit), trigger_year (first year of the projection with more demand than places before; NaN for never).
    """
    posed = course.posed
    people = posed.needs.people
    found: list[tuple[object, ...]] = []
    for s, part in enumerate(posed.parts):
        added = _added(course, part.places)
        if not added:
            continue
        yearly = demand_over_time(people, [part.service], [int(year) for year in people.years])
        zone, is_plot = yearly.points["zone"].to_numpy(dtype=object), yearly.points["is_plot"].to_numpy(dtype=bool)
        total = yearly.services[part.service.id].total
        for t, name in sorted({(t, zone) for _, t, zone, _ in added}):
            here, step = zone == name, int(people.index([course.years[t]])[0])
            demand, residents = total[:, here].sum(axis=1), float(yearly.persons[step, here].sum())
            new = float(yearly.persons[step, here & is_plot].sum())
            before = _places_before(course, part.places, t, name)
            mine = [(p, persons) for p, when, where, persons in added if (when, where) == (t, name)]
            for p, persons in sorted(mine, key=lambda one: -one[1]):
                needed, year = needed_from(people.years, demand, before, residents / max(float(demand[step]), 1e-9))
                kind = course.arc(p, t).kind
                found.append(
                    (s, p, t, kind, name, persons, before, residents, new, float(demand[step]), needed, year)
                )  # fmt: skip
                before += persons
    return pd.DataFrame(found, columns=list(COLUMNS))


def needed_from(years: IntArray, demand: FloatArray, places: float, residents_each: float) -> tuple[float, float]:
    """Residents whose demand fills the places, and the first year in which the demand is more than the places.

    Args:
        demand: (T,) in each of the years.
        residents_each: residents for each person who needs the service.
    """
    if not np.isfinite(places):
        return np.nan, np.nan
    more = np.flatnonzero(demand > places)
    return places * residents_each, float(years[more[0]]) if more.size else np.nan


def _added(course: Course, places: Sequence[int] | IntArray) -> list[tuple[int, int, str, float]]:
    """Places of a service that open or grow: place, period, zone, persons added."""
    found = []
    for p in map(int, places):
        if course.place(p).origin == "counts_as":
            continue
        for t in range(len(course.years)):
            state, old = course.state_of(p, t), course.state_of(p, t - 1)
            if course.arc(p, t).kind in CHANGES and state is not None:
                more = state.persons - (0.0 if old is None else old.persons)
                found.append((p, t, str(course.place(p).row["zone"]), more))
    return found


def _places_before(course: Course, places: Sequence[int] | IntArray, t: int, zone: str) -> float:
    """Places that the zone has in period t without what opens or grows in it."""
    total = 0.0
    for p in map(int, places):
        if str(course.place(p).row["zone"]) != zone:
            continue
        state = course.state_of(p, t)
        if course.arc(p, t).kind in CHANGES:
            state = course.state_of(p, t - 1)
        total += 0.0 if state is None else state.persons
    return total
