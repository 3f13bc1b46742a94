"""Synthetic ledgers: what the facilities, the plots and the schools have, in keeping with their capacity and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from siting.case_ledger import FACILITY_LEDGER, PLOT_LEDGER, RESOURCES
from siting.cases.shengzhou.county_services import (
    BEDS_PER_RESIDENT,
    CITY,
    JUNIOR_CLASS,
    MATERNITY_BEDS,
    PLACES_A_CLASS,
    SENIOR_CLASS,
)
from siting.cases.shengzhou.facilities import PUPILS_PER_CLASS, Site

FACILITY_COLUMNS = tuple(column.name for column in FACILITY_LEDGER)
PLOT_COLUMNS = tuple(column.name for column in PLOT_LEDGER)
Row = dict[str, str | int]
Span = tuple[float, float]


@dataclass(frozen=True)
class School:
    """What is drawn for one kind of school; spans are least and most, by city, town and village where there are three.

    Attributes:
        class_size: seats of a class.
        filled: pupils for each seat.
        land, floor: m2 a seat.
        pupils_a_head: pupils for each member of staff.
        boarding: share of pupils who board, or None where nobody does.
    """

    class_size: int
    filled: tuple[Span, Span, Span]
    land: tuple[Span, Span, Span]
    floor: Span
    pupils_a_head: tuple[Span, Span, Span]
    boarding: tuple[Span, Span, Span] | None = None


def _same(span: Span) -> tuple[Span, Span, Span]:
    return span, span, span


SCHOOLS = {
    "kindergarten": School(
        PLACES_A_CLASS, ((0.85, 1.02), (0.7, 0.95), (0.4, 0.8)), ((11, 18), (14, 20), (16, 26)), (8, 12), _same((8, 11))
    ),
    "primary_school": School(
        PUPILS_PER_CLASS,
        ((0.98, 1.1), (0.85, 1.0), (0.45, 0.85)),
        ((16, 24), (20, 30), (30, 55)),
        (7, 11),
        ((16, 19), (15, 18), (9, 13)),
    ),
    "junior_school": School(
        JUNIOR_CLASS,
        ((0.95, 1.06), (0.75, 0.95), (0.4, 0.7)),
        ((20, 30), (28, 40), (35, 60)),
        (9, 15),
        ((12, 14), (11, 13), (8, 10)),
        ((0.0, 0.0), (0.2, 0.4), (0.3, 0.5)),
    ),
    "senior_high": School(
        SENIOR_CLASS,
        ((0.95, 1.04), (0.7, 0.9), (0.7, 0.9)),
        _same((38, 55)),
        (20, 28),
        _same((10, 12.5)),
        ((0.5, 0.7), (0.6, 0.8), (0.6, 0.8)),
    ),
    "vocational_school": School(
        SENIOR_CLASS, _same((0.9, 1.0)), _same((40, 50)), (22, 28), _same((12, 14)), _same((0.6, 0.7))
    ),
}
# Least and most of each resource: for 100 pupils, or for one where the unit is m2 or yuan; by city, town and village.
PRIMARY_RESOURCES = {
    "teachers_above_degree": ((4.3, 5.6), (4.0, 5.4), (3.6, 6.5)),
    "backbone_teachers": ((1.0, 1.7), (0.8, 1.4), (0.3, 1.3)),
    "arts_sports_teachers": ((0.8, 1.2), (0.7, 1.1), (0.5, 1.3)),
    "teaching_rooms_m2": ((3.9, 5.6), (4.4, 6.5), (5.5, 11.0)),
    "sports_area_m2": ((5.5, 8.6), (7.0, 11.0), (9.0, 20.0)),
    "equipment_yuan": ((2000, 3200), (1900, 2900), (1600, 3800)),
    "multimedia_rooms": ((2.1, 2.9), (2.2, 3.2), (2.6, 5.0)),
}
JUNIOR_TO_PRIMARY = {  # the standards of junior schools are higher
    "teachers_above_degree": 1.26,
    "teaching_rooms_m2": 1.29,
    "sports_area_m2": 1.36,
    "equipment_yuan": 1.25,
    "multimedia_rooms": 1.04,
}
PLOT_M2 = {
    "A33 中小学用地": (12_000, 60_000),
    "A5 医疗卫生用地": (1_500, 25_000),
    "A6 社会福利用地": (2_000, 18_000),
    "R22 服务设施用地": (600, 7_000),
    "A 公共管理与公共服务用地": (3_000, 90_000),
    "国有闲置地": (2_500, 420_000),
    "社区用房": (200, 900),
    "村集体用地": (800, 9_000),
    "闲置村校": (2_500, 9_000),
    "村级公共服务中心": (200, 800),
}
BUILDINGS = ("社区用房", "闲置村校", "村级公共服务中心")
LATER = {"hsr_new_town": (0.6, 2027, 2032), "development_zone": (0.3, 2027, 2030), "urban_core": (0.1, 2026, 2028)}


class Ledger:
    """Draws the rows, all from one stream of random numbers."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def facilities(self, sites: Sequence[Site]) -> list[Row]:
        """One row a facility; of health and care stations nothing is known."""
        return [self._facility(site) for site in sites]

    def resources(self, sites: Sequence[Site], rows: Sequence[Row]) -> list[tuple[int, dict[str, int]]]:
        """What primary and junior schools are equipped with, by the school's place in `sites`."""
        found = []
        for k, (site, row) in enumerate(zip(sites, rows, strict=True)):
            if site.service in ("primary_school", "junior_school"):
                found.append((k, self._resources(site, int(row["enrolment"]))))
        return found

    def plots(self, sites: Sequence[Site]) -> list[Row]:
        """Area, first year and building of each candidate."""
        return [self._plot(site) for site in sites]

    def _between(self, span: Span) -> float:
        return float(self.rng.uniform(*span))

    def _yes(self, chance: float) -> str:
        return "yes" if self.rng.random() < chance else "no"

    def _facility(self, site: Site) -> Row:
        if site.service in SCHOOLS:
            return self._school(site, SCHOOLS[site.service])
        make = {
            "nursery": self._nursery,
            "township_health_centre": self._health_centre,
            "county_hospital": self._hospital,
            "maternity_hospital": self._hospital,
            "disease_control_centre": self._control_centre,
            "ambulance_station": self._ambulances,
            "care_home": self._care_home,
            "meal_point": self._meal_point,
        }.get(site.service)
        return {} if make is None else make(site)

    def _school(self, site: Site, kind: School) -> Row:
        seats, where = int(site.detail), _where(site)
        pupils = round(seats * self._between(kind.filled[where]))
        row: Row = {
            "ownership": "private" if "爱德" in site.name else "public",
            "classes": seats // kind.class_size,
            "enrolment": pupils,
            "site_m2": _tens(seats * self._between(kind.land[where])),
            "floor_m2": _tens(seats * self._between(kind.floor)),
            "staff": round(pupils / self._between(kind.pupils_a_head[where])),
            "built_year": int(self.rng.integers(1986, 2020)),
        }
        if kind.boarding is not None:
            row["boarders"] = round(pupils * self._between(kind.boarding[where]))
        if site.service == "kindergarten":
            row["level"] = str(self.rng.choice(["省一级", "省二级", "省三级"], p=[0.16, 0.56, 0.28]))
            row["ownership"] = "private" if self.rng.random() < 0.45 else "public"
            row["inclusive"] = "yes" if row["ownership"] == "public" else self._yes(0.9)
        return row

    def _nursery(self, site: Site) -> Row:
        places = int(site.detail)
        return {
            "ownership": "private" if self.rng.random() < 0.7 else "public",
            "inclusive": self._yes(0.65),
            "classes": max(1, places // 15),
            "enrolment": round(places * self._between((0.4, 0.9))),
            "floor_m2": _tens(places * self._between((7, 10))),
            "staff": round(places / self._between((4, 6))),
            "built_year": int(self.rng.integers(2016, 2021)),
        }

    def _health_centre(self, site: Site) -> Row:
        residents = int(site.detail)
        doctors = round(residents / 1000 * self._between((0.7, 1.1)))
        return {
            "ownership": "public",
            "beds": round(residents / 1000 * self._between((0.6, 1.2))),
            "site_m2": _tens(residents * self._between((0.035, 0.06))),
            "floor_m2": _tens(residents * self._between((0.03, 0.05))),
            "doctors": doctors,
            "staff": round(doctors * self._between((2.0, 2.5))),
            "built_year": int(self.rng.integers(1995, 2019)),
            "tcm_clinic": self._yes(0.8),
        }

    def _hospital(self, site: Site) -> Row:
        beds = round(int(site.detail) * BEDS_PER_RESIDENT) if site.detail else MATERNITY_BEDS
        return {
            "ownership": "public",
            "beds": beds,
            "site_m2": _tens(beds * self._between((70, 110))),
            "floor_m2": _tens(beds * self._between((95, 125))),
            "doctors": round(beds * self._between((0.4, 0.5))),
            "staff": round(beds * self._between((1.2, 1.5))),
            "built_year": 2024 if site.service == "maternity_hospital" else int(self.rng.integers(2000, 2018)),
        }

    def _control_centre(self, _site: Site) -> Row:
        return {"ownership": "public", "floor_m2": 9000, "staff": 90, "built_year": 2024}

    def _ambulances(self, site: Site) -> Row:
        vehicles = int(site.detail) // 30_000
        return {"ownership": "public", "staff": 12 * vehicles, "floor_m2": 80 * vehicles, "vehicles": vehicles}

    def _care_home(self, site: Site) -> Row:
        beds = int(site.detail)
        public = "颐养院" not in site.name
        nursing = _tens(beds * self._between((0.25, 0.6)))
        dementia = int(self.rng.choice([8, 12, 20])) if beds >= 100 and self.rng.random() < 0.45 else 0
        return {
            "ownership": "public" if public else "private",
            "inclusive": "yes" if public else self._yes(0.4),
            "beds": beds,
            "nursing_beds": nursing,
            "dementia_beds": dementia,
            "enrolment": round(beds * self._between((0.45, 0.85))),
            "site_m2": _tens(beds * self._between((35, 60))),
            "floor_m2": _tens(beds * self._between((28, 45))),
            "staff": round(beds * self._between((0.18, 0.35))),
            "built_year": int(self.rng.integers(1998, 2020)),
        }

    def _meal_point(self, site: Site) -> Row:
        return {"floor_m2": _tens(int(site.detail) / 10 * self._between((1.6, 2.6)))}

    def _resources(self, site: Site, pupils: int) -> dict[str, int]:
        where, found = _where(site), {}
        for name in RESOURCES:
            raised = JUNIOR_TO_PRIMARY.get(name, 1.0) if site.service == "junior_school" else 1.0
            rate = self._between(PRIMARY_RESOURCES[name][where]) * raised
            per = 1 if name.endswith(("_m2", "_yuan")) else 100
            amount = pupils * rate / per
            found[name] = _tens(amount) if per == 1 else round(amount)
        return found

    def _plot(self, site: Site) -> Row:
        least, most = np.log(PLOT_M2[site.detail])
        row: Row = {
            "site_m2": _tens(float(np.exp(self.rng.uniform(least, most)))),
            "existing_building": "yes" if site.detail in BUILDINGS else "no",
        }
        chance, first, last = LATER.get(site.zone, (0.0, 0, 0))
        if site.detail not in BUILDINGS and self.rng.random() < chance:
            row["available_from"] = int(self.rng.integers(first, last + 1))
        return row


def _where(site: Site) -> int:
    """0 in the city, 1 in a town, 2 in a village."""
    return 0 if site.zone in CITY else 1 if site.zone == "towns" else 2


def _tens(amount: float) -> int:
    return 10 * round(amount / 10)
