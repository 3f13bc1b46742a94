"""What stands in rooms and grounds of other services: AEDs, day care, open sports fields, schools for the old.

All of it is invented. Most stands in a facility that is there already; sports centres and the old people's university
have sites of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from siting.cases.shengzhou.county_services import TOWN_JUNIORS, Finder
from siting.cases.shengzhou.facilities import Places, Site

AED_IN = ("county_hospital", "maternity_hospital", "township_health_centre")
AED_SCHOOLS = ("嵊州中学", "马寅初中学", "嵊州市高级中学")
DAY_CARE_PERSONS = {  # disabled people whom the centre of a township is made for
    "剡湖街道": 150,
    "三江街道": 150,
    "浦口街道": 100,
    "甘霖镇": 150,
    "崇仁镇": 100,
    "长乐镇": 100,
    "黄泽镇": 100,
}
OPEN_FIELDS = ("城北小学", "剡湖初级中学", "浦口街道中心小学", "甘霖镇中心小学")
SCHOOLS_FOR_THE_OLD = ("甘霖镇", "崇仁镇", "长乐镇", "三界镇")
UNIVERSITY_PERSONS = 4000  # elders of the city whom the old people's university is made for
TOWN_SCHOOL_PERSONS = 1000


def shared_services(places: Places, there: Sequence[Site]) -> list[Site]:
    """AED points, day care for disabled people, open sports fields, schools for the old, in this order.

    Args:
        places: draws spots for what has a site of its own.
        there: the facilities of all other services.
    """
    by_name = {site.name: site for site in there}
    aeds = [site for site in there if site.service in AED_IN] + [by_name[name] for name in AED_SCHOOLS]
    station = _care_stations(there)
    return [
        *(replace(site, name=f"{site.name} AED", service="aed_point", detail="") for site in aeds),
        *(
            replace(station[name], name=f"{name}残疾人之家", service="disability_care", detail=str(persons))
            for name, persons in DAY_CARE_PERSONS.items()
        ),
        *_sports(places),
        *(
            replace(by_name[name], name=f"{name}操场（开放）", service="shared_sports", detail="")
            for name in OPEN_FIELDS
        ),
        *_schools_for_the_old(places, station),
    ]


def _care_stations(there: Sequence[Site]) -> dict[str, Site]:
    """The first elderly-care station of each township that is not in a village."""
    found: dict[str, Site] = {}
    for site in there:
        if site.service == "elderly_care_station" and site.zone != "villages":
            found.setdefault(site.township, site)
    return found


def _sports(places: Places) -> list[Site]:
    everyone = places.ages.sum(axis=1).astype(float)
    find = Finder(places, "shared_sports", everyone)
    find.add(places.rows("urban_core"), 0, "嵊州市体育中心", None)
    find.add(places.rows("development_zone"), 0, "开发区全民健身中心", None)
    for short in TOWN_JUNIORS:
        find.add(places.rows("towns", township=short), 0, f"{short}文体中心", None)
    return find.sites


def _schools_for_the_old(places: Places, station: dict[str, Site]) -> list[Site]:
    find = Finder(places, "elderly_school", places.ages[:, -3:].sum(axis=1).astype(float))
    find.add(places.rows("urban_core"), 0, "嵊州市老年大学", UNIVERSITY_PERSONS)
    return [
        *find.sites,
        *(
            replace(station[name], name=f"{name}老年学校", service="elderly_school", detail=str(TOWN_SCHOOL_PERSONS))
            for name in SCHOOLS_FOR_THE_OLD
        ),
    ]
