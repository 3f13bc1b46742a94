"""Existing facilities and candidate sites: synthetic, plausible in number and size, deliberately misplaced in part."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou.people import AGES, DemandPoint
from siting.cases.shengzhou.roads import Road
from siting.impedance import FloatArray, IntArray

PUPILS_PER_CLASS = 45
CORE_SCHOOLS = (
    ("剡山小学", 36),
    ("鹿山小学", 30),
    ("城北小学", 24),
    ("剡湖小学", 30),
    ("逸夫小学", 24),
    ("三江小学", 24),
    ("莲塘小学", 18),
    ("越秀小学", 24),
)
ZONE_SCHOOLS = (
    ("浦口街道中心小学", "development_zone", 18),
    ("艇湖小学", "development_zone", 18),
    ("仙湖小学", "hsr_new_town", 12),
)
TOWN_SCHOOLS = {
    "甘霖": (24, 18),
    "崇仁": (24, 12),
    "长乐": (24, 12),
    "黄泽": (24,),
    "三界": (24, 12),
    "石璜": (18,),
    "谷来": (18,),
    "仙岩": (12,),
    "金庭": (18,),
    "下王": (12,),
    "贵门": (12,),
}
VILLAGE_SCHOOLS = 30


@dataclass(frozen=True)
class Site:
    """A facility or a candidate: `detail` is the capacity or the land use."""

    name: str
    service: str
    xy: tuple[float, float]
    zone: str
    township: str
    detail: str


class Places:
    """Finds spots beside a street, near a demand point and in the same zone."""

    def __init__(
        self,
        demand: list[DemandPoint],
        ages: IntArray,
        roads: list[Road],
        zones: dict[str, BaseGeometry],
        water: BaseGeometry,
        rng: np.random.Generator,
    ) -> None:
        self.demand, self.ages, self.zones, self.water, self.rng = demand, ages, zones, water, rng
        self.xy = np.array([p.xy for p in demand])
        self.streets = [
            r.line
            for r in roads
            if r.grade == "ground"
            and r.tags["highway"] in {"residential", "living_street", "unclassified", "tertiary", "secondary"}
        ]
        self.tree = shapely.STRtree(self.streets)
        self.wet = water.buffer(6)
        shapely.prepare(self.wet)
        self.taken: list[FloatArray] = []

    def with_stream(self, rng: np.random.Generator) -> Places:
        """The same, drawing from another stream; spots taken by either are taken for both."""
        other = copy.copy(self)
        other.rng = rng
        return other

    def pick(self, rows: IntArray, weight: FloatArray, *, apart_m: float, among: list[FloatArray]) -> int | None:
        """A demand point drawn by weight, `apart_m` from those chosen before; None when there is none."""
        clear = np.full(len(rows), np.inf)
        for other in among:
            clear = np.minimum(clear, np.hypot(*(self.xy[rows] - other).T))
        chance = np.round(np.where(clear >= apart_m, weight, 0.0), 9)
        if chance.sum() <= 0:
            return None
        at = int(np.searchsorted(np.cumsum(chance), self.rng.random() * chance.sum()))
        return int(rows[min(at, len(rows) - 1)])

    def beside(self, row: int, *, spread_m: float) -> tuple[float, float]:
        """A spot 14 to 30 m from a street, in the point's zone and dry, at least 25 m from earlier spots."""
        point = self.xy[row]
        zone = self.zones[self.demand[row].zone]
        shapely.prepare(zone)
        for attempt in range(200):
            start = point + self.rng.normal(0, spread_m * (1 + attempt / 12), 2)
            street = self.streets[int(self.tree.nearest(shapely.points(start)))]
            foot = shapely.get_coordinates(
                shapely.line_interpolate_point(street, street.project(shapely.Point(start)))
            )[0]
            away = start - foot
            if np.hypot(*away) < 1:
                continue
            spot = np.round(foot + away / np.hypot(*away) * self.rng.uniform(14, 30), 1)
            if self.taken and np.hypot(*(np.array(self.taken) - spot).T).min() < 25:
                continue
            if shapely.contains_xy(zone, *spot) and not shapely.intersects_xy(self.wet, *spot):
                self.taken.append(spot)
                return float(spot[0]), float(spot[1])
        raise ValueError(f"no dry spot near demand point {self.demand[row].name}")

    def rows(self, *zones: str, township: str | None = None) -> IntArray:
        """Demand points of some zones and a township."""
        return np.array(
            [
                i
                for i, p in enumerate(self.demand)
                if p.zone in zones and (township is None or p.township.short == township)
            ],
            dtype=np.int64,
        )

    def site(self, row: int, name: str, service: str, detail: str, spread_m: float) -> Site:
        """A site beside a street near a demand point."""
        point = self.demand[row]
        return Site(name, service, self.beside(row, spread_m=spread_m), point.zone, point.township.name, detail)


def existing(places: Places) -> list[Site]:
    """Primary schools, health stations and elderly-care stations in use."""
    return [*_schools(places), *_health(places), *_care(places)]


def _schools(places: Places) -> list[Site]:
    pupils = places.ages[:, AGES.index("age_6_11")].astype(np.float64)
    sites: list[Site] = []
    used: list[FloatArray] = []

    def add(rows: IntArray, weight: FloatArray, name: str, classes: int, apart_m: float) -> bool:
        row = places.pick(rows, weight, apart_m=apart_m, among=used)
        if row is None:
            return False
        used.append(places.xy[row])
        label = name or f"{stem(places.demand[row])}小学"
        if any(site.name == label for site in sites):
            label = f"{places.demand[row].township.name}{label}"
        sites.append(places.site(row, label, "primary_school", str(classes * PUPILS_PER_CLASS), 40))
        return True

    core = places.rows("urban_core")
    for name, classes in CORE_SCHOOLS:
        add(core, pupils[core] ** 2, name, classes, 700)
    for name, zone, classes in ZONE_SCHOOLS:
        rows = places.rows(zone)
        add(rows, pupils[rows], name, classes, 900)
    for short, sizes in TOWN_SCHOOLS.items():
        rows = places.rows("towns", township=short)
        full = places.demand[int(rows[0])].township.name
        for k, classes in enumerate(sizes):
            add(rows, pupils[rows], f"{full}{'中心' if k == 0 else '第二'}小学", classes, 500 if k else 0)
    rural = np.array([i for i in places.rows("villages") if "组" not in places.demand[i].name], dtype=np.int64)
    for _ in range(VILLAGE_SCHOOLS):
        add(rural, np.sqrt(pupils[rural] + 8), "", int(places.rng.choice([6, 12])), 3600)
    return sites


def stem(point: DemandPoint) -> str:
    """A unit's name without its kind."""
    return point.village.name.removesuffix("社区").removesuffix("居委会").removesuffix("村")


def _health(places: Places) -> list[Site]:
    everyone = places.ages.sum(axis=1).astype(np.float64)
    sites: list[Site] = []
    used: list[FloatArray] = []
    seen: Counter[str] = Counter()
    for zones, count, apart_m, kind in (
        (("urban_core",), 30, 420.0, "社区卫生服务站"),
        (("development_zone",), 8, 650.0, "社区卫生服务站"),
        (("hsr_new_town",), 4, 800.0, "社区卫生服务站"),
        (("towns",), 22, 450.0, "卫生服务站"),
        (("villages",), 136, 900.0, "村卫生室"),
    ):
        rows = places.rows(*zones)
        for _ in range(count):
            weight = everyone[rows] * np.array([1.0 if "组" not in places.demand[i].name else 0.04 for i in rows])
            row = places.pick(rows, weight, apart_m=apart_m, among=used)
            if row is None:
                break
            used.append(places.xy[row])
            sites.append(numbered(places, row, kind, "health_station", "", seen))
    return sites


def _care(places: Places) -> list[Site]:
    old = places.ages[:, -2:].sum(axis=1).astype(np.float64)
    sites: list[Site] = []
    used: list[FloatArray] = []
    seen: Counter[str] = Counter()
    for zones, count, apart_m in (
        (("urban_core",), 26, 500.0),
        (("development_zone",), 5, 900.0),
        (("hsr_new_town",), 2, 1000.0),
        (("towns",), 16, 600.0),
        (("villages",), 82, 1400.0),
    ):
        rows = places.rows(*zones)
        kind = "日间照料中心" if zones == ("villages",) else "居家养老服务照料中心"
        for _ in range(count):
            weight = old[rows] * np.array([1.0 if "组" not in places.demand[i].name else 0.03 for i in rows])
            row = places.pick(rows, weight, apart_m=apart_m, among=used)
            if row is None:
                break
            used.append(places.xy[row])
            sites.append(numbered(places, row, kind, "elderly_care_station", "", seen))
    return sites


def numbered(places: Places, row: int, kind: str, service: str, detail: str, seen: Counter[str]) -> Site:
    """A site named after its unit, the second one there numbered."""
    name = places.demand[row].village.name
    seen[name + kind] += 1
    number = seen[name + kind]
    label = f"{name}{kind}" if number == 1 else f"{name}第{'二三四五六七八九'[min(number, 9) - 2]}{kind}"
    return places.site(row, label, service, detail, 45)


LAND = {  # the services that each kind of land allows; none named: every service
    "A33 中小学用地": "primary_school;junior_school;senior_high;kindergarten",
    "A5 医疗卫生用地": (
        "health_station;township_health_centre;county_hospital;maternity_hospital;disease_control_centre;"
        "ambulance_station"
    ),
    "A6 社会福利用地": "elderly_care_station;care_home;meal_point;nursery",
    "R22 服务设施用地": "health_station;elderly_care_station;kindergarten;nursery;meal_point",
    "A 公共管理与公共服务用地": "",
    "国有闲置地": "",
    "社区用房": "health_station;elderly_care_station;nursery;meal_point",
    "村集体用地": (
        "primary_school;junior_school;kindergarten;nursery;health_station;elderly_care_station;care_home;meal_point;"
        "ambulance_station"
    ),
    "闲置村校": "primary_school;kindergarten;nursery;health_station;elderly_care_station;care_home;meal_point",
    "村级公共服务中心": "health_station;elderly_care_station;nursery;meal_point",
}
MIX = {
    "urban_core": (
        ("A33 中小学用地", 14),
        ("A5 医疗卫生用地", 12),
        ("A6 社会福利用地", 12),
        ("R22 服务设施用地", 22),
        ("A 公共管理与公共服务用地", 12),
        ("国有闲置地", 10),
        ("社区用房", 18),
    ),
    "development_zone": (
        ("A33 中小学用地", 18),
        ("A5 医疗卫生用地", 10),
        ("A6 社会福利用地", 10),
        ("R22 服务设施用地", 20),
        ("A 公共管理与公共服务用地", 20),
        ("国有闲置地", 22),
    ),
    "hsr_new_town": (
        ("A33 中小学用地", 22),
        ("A5 医疗卫生用地", 12),
        ("A6 社会福利用地", 12),
        ("R22 服务设施用地", 24),
        ("A 公共管理与公共服务用地", 30),
    ),
    "towns": (
        ("A33 中小学用地", 16),
        ("A5 医疗卫生用地", 14),
        ("A6 社会福利用地", 16),
        ("A 公共管理与公共服务用地", 30),
        ("国有闲置地", 24),
    ),
    "villages": (("村集体用地", 55), ("闲置村校", 18), ("村级公共服务中心", 27)),
}
CANDIDATES = (
    ("urban_core", 120, 210.0),
    ("development_zone", 50, 330.0),
    ("hsr_new_town", 48, 320.0),
    ("towns", 62, 300.0),
    ("villages", 176, 900.0),
)


def candidates(places: Places) -> list[Site]:
    """Vacant and public plots in every zone; `service` of a candidate lists the services its land allows."""
    everyone = places.ages.sum(axis=1).astype(np.float64)
    sites: list[Site] = []
    seen: Counter[str] = Counter()
    for zone, count, apart_m in CANDIDATES:
        rows = places.rows(zone)
        used: list[FloatArray] = []
        words, chance = zip(*MIX[zone], strict=True)
        for _ in range(count):
            row = places.pick(rows, np.sqrt(everyone[rows] + 5), apart_m=apart_m, among=used)
            if row is None:
                break
            used.append(places.xy[row])
            land = str(places.rng.choice(words, p=np.array(chance) / sum(chance)))
            name = places.demand[row].village.name
            seen[name] += 1
            label = (
                f"{name} {land.split(' ')[-1]} {seen[name]}号"
                if zone != "villages"
                else f"{name}{land}" + (f" {seen[name]}号" if seen[name] > 1 else "")
            )
            sites.append(places.site(row, label, LAND[land], land, 55))
    return sites
