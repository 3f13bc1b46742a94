"""Facilities of the other services of a county plan: synthetic in place and size, some of them called as real ones are.

Real, from public accounts, are only the names in `NAMED` and that the maternity hospital and the disease control
centre stand together at 艇湖 in the development zone; where exactly they stand and how large they are is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from siting.cases.shengzhou.facilities import Places, Site, numbered, stem
from siting.cases.shengzhou.people import AGES
from siting.cases.shengzhou.town_plan import km
from siting.impedance import FloatArray, IntArray

NAMED = (
    *("嵊州市初级中学", "爱德外国语学校（初中部）", "嵊州中学", "马寅初中学", "嵊州市高级中学"),
    *("崇仁中学", "长乐中学", "黄泽中学", "三界中学", "嵊州市中等职业学校"),
    *("嵊州市人民医院", "嵊州市中医院", "嵊州市妇幼保健院", "嵊州市疾病预防控制中心"),
)
CITY = ("urban_core", "development_zone", "hsr_new_town")
TINGHU = (2.35, 2.75)  # km east and north of the plan's origin
PLACES_A_CLASS = 30  # children in a class of a kindergarten
JUNIOR_CLASS = SENIOR_CLASS = 50
BEDS_PER_RESIDENT = 0.00215  # of county hospitals: what their capacity in residents is worked out from
RESIDENTS_AN_AMBULANCE = 30_000
ELDERS_A_SEAT = 10  # of a meal point
CONVERTIBLE = 0.5  # of the beds, in a public-health emergency
CENTRE_BEDS_PER_RESIDENT = 0.0009  # in the middle of the standard for health centres
MATERNITY_BEDS = 300  # its residents served are not known

KINDERGARTENS = (("urban_core", 21, 430.0), ("development_zone", 5, 800.0), ("hsr_new_town", 3, 900.0))
NURSERIES = (("urban_core", 6, 900.0), ("development_zone", 2, 1200.0), ("hsr_new_town", 1, 0.0), ("towns", 6, 2500.0))
MEAL_POINTS = (
    *(("urban_core", 32, 420.0), ("development_zone", 7, 700.0), ("hsr_new_town", 3, 900.0)),
    *(("towns", 26, 350.0), ("villages", 84, 1300.0)),
)
CORE_JUNIORS = (
    *(("嵊州市初级中学", 36), ("剡湖初级中学", 24), ("鹿山初级中学", 24)),
    *(("三江初级中学", 24), ("爱德外国语学校（初中部）", 18)),
)
ZONE_JUNIORS = (("浦口初级中学", "development_zone", 18), ("城北初级中学", "development_zone", 12))
TOWN_JUNIORS = {
    "甘霖": (24, 12),
    "崇仁": (18, 12),
    "长乐": (18, 12),
    "黄泽": (18, 9),
    "三界": (18, 9),
    "石璜": (12,),
    "谷来": (12,),
    "仙岩": (9,),
    "金庭": (12,),
    "下王": (6,),
    "贵门": (9,),
}
VILLAGE_JUNIORS = 3
CITY_SENIORS = (("嵊州中学", 48), ("马寅初中学", 42), ("嵊州市高级中学", 36))
TOWN_SENIORS = (("崇仁中学", "崇仁", 24), ("长乐中学", "长乐", 18), ("黄泽中学", "黄泽", 18), ("三界中学", "三界", 18))
HEALTH_CENTRES = {  # residents whom it is made for
    "剡湖街道": 100_000,
    "三江街道": 100_000,
    "鹿山街道": 70_000,
    "浦口街道": 50_000,
    "甘霖镇": 70_000,
    "崇仁镇": 70_000,
    "长乐镇": 50_000,
    "三界镇": 50_000,
    "黄泽镇": 50_000,
}
SMALL_HEALTH_CENTRE = 30_000
HOSPITALS = (("嵊州市人民医院", 1000), ("嵊州市中医院", 450))
AMBULANCES = {"甘霖": 2, "长乐": 2, "崇仁": 2, "三界": 2, "黄泽": 1, "金庭": 1, "谷来": 1}
CARE_BEDS = (60, 80, 100, 120, 150, 200)


@dataclass
class Finder:
    """Puts facilities of one service at demand points, each some way from those before it."""

    places: Places
    service: str
    weight: FloatArray
    sites: list[Site] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def draw(self, among: IntArray, apart_m: float) -> int | None:
        """A demand point drawn by weight."""
        used = [self.places.xy[row] for row in self.rows]
        return self.places.pick(among, self.weight[among], apart_m=apart_m, among=used)

    def put(self, row: int, name: str, capacity: int | None) -> None:
        """A facility called `name` near a demand point."""
        self.rows.append(row)
        self.sites.append(self.places.site(row, name, self.service, "" if capacity is None else str(capacity), 45))

    def add(self, among: IntArray, apart_m: float, name: str, capacity: int | None) -> None:
        """One facility of a given name; none where there is no room."""
        row = self.draw(among, apart_m)
        if row is not None:
            self.put(row, name, capacity)

    def scatter(self, among: IntArray, count: int, apart_m: float, kind: str, size: Callable[[], int]) -> None:
        """Up to `count` facilities, each named after its unit."""
        for _ in range(count):
            row = self.draw(among, apart_m)
            if row is None:
                return
            self.rows.append(row)
            self.sites.append(numbered(self.places, row, kind, self.service, str(size()), self.seen))


def county_services(places: Places) -> list[Site]:
    """Kindergartens, nurseries, schools, health, ambulances, care homes, meal points, surge wards, in this order."""
    sites = [
        *_kindergartens(places),
        *_nurseries(places),
        *_juniors(places),
        *_seniors(places),
        *_health(places),
        *_care_homes(places),
        *_meal_points(places),
    ]
    return sites + _surge_wards(sites)


def _people(places: Places, *columns: str) -> FloatArray:
    """(I,) people of some age columns."""
    chosen = [AGES.index(name) for name in columns or AGES]
    persons: FloatArray = places.ages[:, chosen].sum(axis=1).astype(np.float64)
    return persons


def _main(places: Places, rows: IntArray) -> IntArray:
    """Those demand points that are a village's main settlement, or a quarter of a town."""
    return np.array([i for i in rows if "组" not in places.demand[i].name], dtype=np.int64)


def _size(places: Places, unit: int, *counts: int) -> Callable[[], int]:
    return lambda: unit * int(places.rng.choice(counts))


def _kindergartens(places: Places) -> list[Site]:
    children = _people(places, "age_3_5")
    find = Finder(places, "kindergarten", np.sqrt(children + 1) ** 3)
    for zone, count, apart_m in KINDERGARTENS:
        find.scatter(places.rows(zone), count, apart_m, "幼儿园", _size(places, PLACES_A_CLASS, 9, 9, 12, 12))
    for short in TOWN_JUNIORS:
        rows = places.rows("towns", township=short)
        find.scatter(rows, 2 if children[rows].sum() > 150 else 1, 450, "幼儿园", _size(places, PLACES_A_CLASS, 6, 9))
    rural = _main(places, places.rows("villages"))
    find.scatter(rural, 15, 4200, "幼儿园", _size(places, PLACES_A_CLASS, 3, 3, 6))
    return find.sites


def _nurseries(places: Places) -> list[Site]:
    find = Finder(places, "nursery", _people(places, "age_0_2"))
    for zone, count, apart_m in NURSERIES:
        find.scatter(places.rows(zone), count, apart_m, "托育园", _size(places, 10, 3, 6, 6, 10))
    return find.sites


def _juniors(places: Places) -> list[Site]:
    pupils = _people(places, "age_12_14")
    find = Finder(places, "junior_school", pupils + 0.5)
    for name, classes in CORE_JUNIORS:
        find.add(places.rows("urban_core"), 900, name, classes * JUNIOR_CLASS)
    for name, zone, classes in ZONE_JUNIORS:
        find.add(places.rows(zone), 1200, name, classes * JUNIOR_CLASS)
    for short, sizes in TOWN_JUNIORS.items():
        rows = places.rows("towns", township=short)
        for k, classes in enumerate(sizes):
            kind = "第一" if len(sizes) > 1 and k == 0 else "第二" if k else ""
            find.add(
                rows, 400, f"{short}镇{kind}初级中学" if short != "贵门" else "贵门乡初级中学", classes * JUNIOR_CLASS
            )
    rural = _main(places, places.rows("villages"))
    for _ in range(VILLAGE_JUNIORS):
        row = find.draw(rural, 6000)
        if row is not None:
            find.put(row, f"{stem(places.demand[row])}初级中学", 6 * JUNIOR_CLASS)
    return find.sites


def _seniors(places: Places) -> list[Site]:
    find = Finder(places, "senior_high", _people(places, "age_15_59"))
    for name, classes in CITY_SENIORS:
        find.add(places.rows("urban_core"), 1300, name, classes * SENIOR_CLASS)
    for name, short, classes in TOWN_SENIORS:
        find.add(places.rows("towns", township=short), 0, name, classes * SENIOR_CLASS)
    vocational = Finder(places, "vocational_school", find.weight)
    vocational.add(places.rows("development_zone"), 0, "嵊州市中等职业学校", 90 * SENIOR_CLASS)
    return [*find.sites, *vocational.sites]


def _health(places: Places) -> list[Site]:
    everyone = _people(places)
    centres = Finder(places, "township_health_centre", everyone)
    for name in dict.fromkeys(point.township.name for point in places.demand):
        rows = np.array(
            [i for i, p in enumerate(places.demand) if p.township.name == name and p.zone != "villages"], dtype=np.int64
        )
        kind = "社区卫生服务中心" if name.endswith("街道") else "中心卫生院" if name in HEALTH_CENTRES else "卫生院"
        centres.add(rows, 600, f"{name}{kind}", HEALTH_CENTRES.get(name, SMALL_HEALTH_CENTRE))
    hospitals = Finder(places, "county_hospital", everyone)
    for name, beds in HOSPITALS:
        hospitals.add(places.rows("urban_core"), 1500, name, round(beds / BEDS_PER_RESIDENT / 100) * 100)
    near = places.rows("development_zone")
    tinghu = int(near[np.argmin(np.hypot(*(places.xy[near] - km((TINGHU,))[0]).T))])
    maternity, control = (
        Finder(places, "maternity_hospital", everyone),
        Finder(places, "disease_control_centre", everyone),
    )
    maternity.put(tinghu, "嵊州市妇幼保健院", None)
    control.put(tinghu, "嵊州市疾病预防控制中心", None)
    return [*centres.sites, *hospitals.sites, *maternity.sites, *control.sites, *_ambulances(places, hospitals)]


def _ambulances(places: Places, hospitals: Finder) -> list[Site]:
    find = Finder(places, "ambulance_station", _people(places))
    for row, site, vehicles in zip(hospitals.rows, hospitals.sites, (4, 3), strict=True):
        find.put(row, f"{site.name}急救站", vehicles * RESIDENTS_AN_AMBULANCE)
    for name, zone, vehicles in (("浦口急救站", "development_zone", 2), ("高铁新城急救站", "hsr_new_town", 1)):
        find.add(places.rows(zone), 0, name, vehicles * RESIDENTS_AN_AMBULANCE)
    for short, vehicles in AMBULANCES.items():
        find.add(places.rows("towns", township=short), 0, f"{short}急救站", vehicles * RESIDENTS_AN_AMBULANCE)
    return find.sites


def _care_homes(places: Places) -> list[Site]:
    old = _people(places, "age_65_79", "age_80_plus")
    find = Finder(places, "care_home", old)
    find.add(places.rows("development_zone"), 0, "嵊州市社会福利中心", 400)
    for name in dict.fromkeys(point.township.name for point in places.demand):
        rows = np.array([i for i, p in enumerate(places.demand) if p.township.name == name], dtype=np.int64)
        rows = rows[[places.demand[i].zone != "urban_core" for i in rows]]
        find.add(rows, 1500, f"{name}敬老院", int(places.rng.choice(CARE_BEDS[:4])))
    core = places.rows("urban_core")
    find.scatter(core, 6, 800, "颐养院", _size(places, 1, *CARE_BEDS[2:]))
    find.scatter(places.rows("hsr_new_town", "towns"), 3, 2500, "颐养院", _size(places, 1, *CARE_BEDS[1:]))
    return find.sites


def _meal_points(places: Places) -> list[Site]:
    find = Finder(places, "meal_point", _people(places, "age_60_64", "age_65_79", "age_80_plus"))
    for zone, count, apart_m in MEAL_POINTS:
        seats = (30, 30, 60) if zone == "villages" else (60, 60, 120)
        find.scatter(_main(places, places.rows(zone)), count, apart_m, "助餐点", _size(places, ELDERS_A_SEAT, *seats))
    return find.sites


def _surge_wards(sites: list[Site]) -> list[Site]:
    """The convertible beds of each hospital and health centre, where it stands; nothing is drawn."""
    wards = []
    for site in sites:
        if site.service == "township_health_centre":
            beds = int(site.detail) * CENTRE_BEDS_PER_RESIDENT
        elif site.service == "county_hospital":
            beds = int(site.detail) * BEDS_PER_RESIDENT
        elif site.service == "maternity_hospital":
            beds = MATERNITY_BEDS
        else:
            continue
        capacity = str(round(CONVERTIBLE * beds))
        wards.append(replace(site, name=f"{site.name}可转换病区", service="surge_ward", detail=capacity))
    return wards
