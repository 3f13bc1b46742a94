"""What the tables of a layout plan are computed from: who goes where by row, what changes, who is moved, who gains."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.layout.moved_twice import moved_by_closures
from siting.layout.places import Place, State
from siting.layout.result import UNCHANGED, Course, LayoutPlan
from siting.layout.tables.flows import entries_of, flows_between, gained_by_place
from siting.layout.tables.units import Units
from siting.prepare import Settings
from siting.render.cells import cells_of
from siting.render.wording import both, zone_names
from siting.standards import Service

WHEN = ("before", "after")
EDUCATION = (
    "kindergarten", "primary_school", "junior_school", "senior_high", "vocational_school", "technician_college",
)  # fmt: skip
COMPULSORY = ("primary_school", "junior_school")
HEALTH = (
    "health_station", "township_health_centre", "county_hospital", "maternity_hospital", "disease_control_centre",
    "ambulance_station", "meal_point", "elderly_care_station", "care_home",
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """One group of a service's people, or all of them: `group` is then -1."""

    service: int
    group: int
    id: str
    name: str


@dataclass(frozen=True, eq=False)
class Facts:
    """A plan with what several tables read of it.

    Attributes:
        settings: where travel times between facilities are cached.
    """

    plan: LayoutPlan
    settings: Settings

    @property
    def courses(self) -> tuple[tuple[str, Course], ...]:
        """`before` and `after`."""
        return ("before", self.plan.before), ("after", self.plan.after)

    @property
    def years(self) -> tuple[int, ...]:
        """T planning years."""
        return self.plan.posed.scenario.years

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """In the scenario's order."""
        return tuple(part.service for part in self.plan.posed.parts)

    @cached_property
    def service_names(self) -> list[str]:
        """In both languages."""
        return [both((service.name_zh, service.name_en)) for service in self.services]

    @cached_property
    def zone_names(self) -> dict[str, str]:
        """In both languages, by id."""
        return {key: both(text) for key, text in zone_names(self.plan.posed.case).items()}

    @cached_property
    def units(self) -> Units:
        """County, zones and townships."""
        return Units.of(self.plan.posed)

    @property
    def places(self) -> list[Place]:
        """All places."""
        return list(self.plan.posed.places)

    @cached_property
    def service_of_place(self) -> IntArray:
        """(P,) number of the service."""
        number = {service.id: k for k, service in enumerate(self.services)}
        return np.array([number[place.service] for place in self.places], dtype=np.int64)

    @cached_property
    def real(self) -> BoolArray:
        """(P,) no place of a higher tier that is only counted here."""
        return np.array([place.origin != "counts_as" for place in self.places], dtype=bool)

    @cached_property
    def place_names(self) -> list[str]:
        """Name and id of each place."""
        return [f"{place.row['name']}（{place.id}）" if place.row["name"] else place.id for place in self.places]

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """Of each service all its people, then its groups where it has more than one."""
        found = []
        for s, groups in enumerate(self.plan.posed.needs.groups):
            found.append(Series(s, -1, "all", "全部 All"))
            if len(groups) > 1:
                found += [
                    Series(s, g, d.group.id, both((d.group.name_zh, d.group.name_en))) for g, d in enumerate(groups)
                ]
        return tuple(found)

    def spread(self, service: IntArray, group: IntArray) -> tuple[IntArray, IntArray]:
        """Every series that each of some rows belongs to: number of the row, number of the series."""
        whole = {x.service: k for k, x in enumerate(self.series) if x.group < 0}
        most = max((len(groups) for groups in self.plan.posed.needs.groups), default=1)
        part = np.full((len(self.services), most), -1, dtype=np.int64)
        for k, x in enumerate(self.series):
            if x.group >= 0:
                part[x.service, x.group] = k
        first = np.array([whole[s] for s in range(len(self.services))], dtype=np.int64)[service]
        own = part[service, group]
        rows = np.arange(service.size)
        return np.r_[rows, rows[own >= 0]], np.r_[first, own[own >= 0]]

    def pairs(self, course: Course) -> pd.DataFrame:
        """`course.assigned` with `row`, the number of the demand row."""
        return self._pairs[0 if course is self.plan.before else 1]

    @cached_property
    def _pairs(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        before, after = (
            course.assigned.assign(row=course.solution.assignment.demand_index)
            for course in (self.plan.before, self.plan.after)
        )
        return before, after

    def in_use(self, course: Course) -> BoolArray:
        """(P, T) of the places that are in use."""
        used: BoolArray = course.state >= 0
        return used

    def capacity(self, course: Course) -> FloatArray:
        """(P, T) persons that may be sent to each place: 0 where not in use, +inf for no limit."""
        most = max((len(place.states) for place in self.places), default=1)
        table = np.zeros((len(self.places), most + 1))
        for p, place in enumerate(self.places):
            table[p, : len(place.states)] = [state.usable for state in place.states]
        found: FloatArray = np.take_along_axis(table, np.where(course.state >= 0, course.state, most), axis=1)
        return found

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The plan's changes but for staying as one is, one row each, without places that are only counted.

        Columns: place, service, period (numbers), kind, yuan, added (persons, NaN where one of the sizes has no
        limit), classes, beds, staff (more than before, negative fewer), land_m2, floor_m2 (new).
        """
        rows = []
        for p, place in enumerate(self.places):
            for t in range(len(self.years)) if self.real[p] else ():
                arc = self.plan.after.arc(p, t)
                if arc.kind in UNCHANGED:
                    continue
                old, new = (self.size_of(place, k) for k in (arc.tail, arc.head))
                rows.append(
                    {
                        "place": p, "service": int(self.service_of_place[p]), "period": t, "kind": arc.kind,
                        "yuan": arc.yuan, "added": _difference(new["persons"], old["persons"]),
                        **{key: _difference(new[key], old[key]) for key in ("classes", "beds", "staff", "floor_m2")},
                        "land_m2": new["site_m2"] if place.origin == "candidate" else 0.0,
                    }
                )  # fmt: skip
        columns = (
            "place", "service", "period", "kind", "yuan", "added", "classes", "beds", "staff", "floor_m2", "land_m2",
        )  # fmt: skip
        return pd.DataFrame(rows, columns=list(columns))

    def size_of(self, place: Place, k: int) -> dict[str, float]:
        """Persons, classes, beds, land, floor and staff of a place in its state k; 0 each where it is not in use."""
        keys = ("persons", "classes", "beds", "site_m2", "floor_m2", "staff")
        if k < 0:
            return dict.fromkeys(keys, 0.0)
        state: State = place.states[k]
        existing = place.origin == "existing"
        if state.size is None:
            given = {key: _number(place.row[key]) if existing else np.nan for key in keys[1:]}
        else:
            given = {key: _number(getattr(state.size, key)) for key in keys[1:]}
            if existing and place.row["site_m2"] > 0:  # it stays on its land
                given["site_m2"] = float(place.row["site_m2"])
        service = self.services[[s.id for s in self.services].index(place.service)]
        if np.isnan(given["beds"]) and service.capacity.unit_en == "beds" and np.isfinite(state.persons):
            given["beds"] = state.persons
        return {"persons": state.persons, **given}

    @cached_property
    def cells(self) -> NDArray[np.object_]:
        """(I,) as `cells_of`: the land of each demand point."""
        return cells_of(self.plan.posed.case)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Who changes place in the plan, as `flows_between` tells; the first period against today's facilities."""
        return self._flows_of(self.plan.after)

    @cached_property
    def flows_before(self) -> pd.DataFrame:
        """Who changes place if nothing is done: people grow more or fewer, and others have to make way."""
        return self._flows_of(self.plan.before)

    def _flows_of(self, course: Course) -> pd.DataFrame:
        first, then = (entries_of(self.pairs(c)) for c in (self.plan.before, course))
        return flows_between(self.plan.posed.demand, first, then, len(self.places))

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Everybody whose place closes in the plan, as `moved_by_closures` tells."""
        return moved_by_closures(self.plan)

    @cached_property
    def gained(self) -> FloatArray:
        """(P, T) people of each place who are within their standard now and were not if nothing were done."""
        shape = (len(self.places), len(self.years))
        before, after = self._pairs
        return gained_by_place(self.plan.posed.demand, before, after, shape)

    @cached_property
    def _nearest(self) -> tuple[tuple[FloatArray, IntArray], tuple[FloatArray, IntArray]]:
        before, after = (self._nearest_of(course) for course in (self.plan.before, self.plan.after))
        return before, after

    def nearest(self, course: Course) -> tuple[FloatArray, IntArray]:
        """(N,) minutes from each demand row to the nearest place in use (NaN: none in reach), and which (-1)."""
        return self._nearest[0 if course is self.plan.before else 1]

    def _nearest_of(self, course: Course) -> tuple[FloatArray, IntArray]:
        matrix, count = self.plan.posed.instance.impedance, len(self.places)
        values = np.where(self.in_use(course).T.ravel()[matrix.indices], matrix.values, np.inf)
        least = np.full(matrix.shape[0], np.inf)
        some = np.diff(matrix.indptr) > 0
        least[some] = np.minimum.reduceat(values, matrix.indptr[:-1][some])
        pairs = np.flatnonzero(np.isfinite(values) & (values == least[matrix.rows]))
        rows, first = np.unique(matrix.rows[pairs], return_index=True)
        place = np.full(matrix.shape[0], -1, dtype=np.int64)
        place[rows] = matrix.indices[pairs[first]] % count
        minutes = np.where(np.isfinite(least), least, np.nan)
        return minutes, place


def _number(value: object) -> float:
    return np.nan if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]


def _difference(new: float, old: float) -> float:
    difference = new - old if np.isfinite(new) and np.isfinite(old) else np.nan
    return float(difference)
