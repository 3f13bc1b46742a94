"""A layout plan of one service that can be worked out with a pencil: three points, two schools, a plot, two years."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from siting.impedance import ImpedanceMatrix
from siting.layout.pose import Posed, pose_layout
from siting.layout.result import Course, LayoutPlan
from siting.prepare import Settings
from siting.solution import Assignment, Outcome, Solution, Status
from tests import tiny_case
from tests.people.small import PEOPLE
from tests.tiny_case import place

SCENARIO = """\
schema = 1
kind = "layout"
id = "by_hand"
title_zh = "手算"
title_en = "By hand"
case = ".."
years = [2025, 2030]
[budget]
yuan = [0, 150_000_000]
[[services]]
service = "primary_school"
sizes = [540]
close = "all"
build_years = 0
max_travel_minutes = 60
ride = true
board = true
[[services.groups]]
id = "lower"
name_zh = "低年级"
name_en = "lower"
from_age = 6
to_age = 8
standard_minutes = 30
may_board = false
[[services.groups]]
id = "upper"
name_zh = "高年级"
name_en = "upper"
from_age = 9
to_age = 11
"""
POINTS = (
    ("a", "core", "城关镇", "甲村", 0, 0),
    ("b", "core", "城关镇", "乙村", 2, 0),
    ("c", "rest", "山乡", "丙村", 4, 4),
)
MINUTES = {"a": (5.0, 40.0, 8.0), "b": (12.0, 25.0, 4.0), "c": (35.0, 6.0, 33.0)}  # to f1, f2, c0
PERSONS = {  # lower, upper of 2025, then of 2030
    "a": (20.0, 20.0, 10.0, 10.0),
    "b": (10.0, 10.0, 5.0, 5.0),
    "c": (6.0, 4.0, 4.0, 2.0),
}
Sent = dict[tuple[int, str], tuple[tuple[str, float], ...]]  # group, point: places and shares
TODAY: Sent = {(g, p): (("f2" if p == "c" else "f1", 1.0),) for g in (0, 1) for p in "abc"}
PLANNED: Sent = {
    **{(g, "a"): (("f1", 1.0),) for g in (0, 1)},
    **{(g, "b"): (("c0", 1.0),) for g in (0, 1)},
    (0, "c"): (("c0", 0.75), ("f1", 0.25)),
    (1, "c"): (("f1", 0.5),),
}
IN_2030 = {"f1": 0, "c0": 0}  # state of each school in use
RESOURCES = """\
id,teachers_above_degree,backbone_teachers,arts_sports_teachers,teaching_rooms_m2,sports_area_m2,equipment_yuan,multimedia_rooms
f1,6,3,2,400,600,120000,3
f2,5,1,1,300,500,60000,2
"""  # fmt: skip


def write_case(folder: Path, scenario: str, private: Collection[str] = ()) -> Path:
    """The case and its scenario, with some schools private; the path of the scenario."""
    ages = "5,10,100,30"
    demand = ["id,name,lon,lat,zone,township,village,age_0_5,age_6_11,age_12_64,age_65_plus"]
    demand += [f"{n},{n},{place(x, y)[0]},{place(x, y)[1]},{z},{t},{v},{ages}" for n, z, t, v, x, y in POINTS]
    owner = {name: "private" if name in private else "public" for name in ("f1", "f2")}
    at = [place(0, 1), place(4, 3), place(2, 1)]
    facilities = (
        "id,name,service,lon,lat,zone,township,capacity,ownership,classes,site_m2,floor_m2,staff,enrolment,built_year\n"
        f"f1,一小,primary_school,{at[0][0]},{at[0][1]},core,城关镇,60,{owner['f1']},1,20000,1000,8,50,1999\n"
        f"f2,二小,primary_school,{at[1][0]},{at[1][1]},rest,山乡,45,{owner['f2']},3,9000,700,6,20,1970\n"
    )
    candidates = (
        "id,name,lon,lat,zone,township,land,services,site_m2,available_from,existing_building\n"
        f"c0,地块,{at[2][0]},{at[2][1]},core,城关镇,A33,,30000,2026,no\n"
    )
    case = tiny_case.write_case(folder, demand="\n".join(demand) + "\n", facilities=facilities, candidates=candidates)
    (case / "people.toml").write_text(PEOPLE, encoding="utf-8")
    (case / "school_resources.csv").write_text(RESOURCES, encoding="utf-8")
    return tiny_case.write_scenario(folder, scenario)


def make_plan(
    folder: Path,
    *,
    scenario: str = SCENARIO,
    first: Sent = TODAY,
    last: Sent = PLANNED,
    states: Mapping[str, int] = IN_2030,
    private: Collection[str] = (),
) -> LayoutPlan:
    """The plan: in 2030 the plot opens for 540, f2 closes; half of the upper grades of c have no place then.

    Args:
        first, last: who goes where in 2025, as today, and in the plan of 2030.
        states: of the schools in use in 2030.
        private: schools that are not public.
    """
    posed = _with_numbers(pose_layout(write_case(folder, scenario, private), Settings()))
    today = {"f1": 0, "f2": 0}
    return LayoutPlan(
        posed, _course(posed, (first, last), (today, states)), _course(posed, (first, TODAY), (today, today)), ()
    )


def _with_numbers(posed: Posed) -> Posed:
    """The minutes and persons of above in place of those that were computed."""
    point = [str(posed.case.demand["id"].iloc[k]) for k in posed.demand["point"]]
    group, period = posed.demand["group"].to_numpy(), posed.demand["period"].to_numpy()
    persons = np.array([PERSONS[p][2 * t + g] for p, g, t in zip(point, group, period, strict=True)])
    demand = posed.demand.assign(persons=persons)
    rows = np.repeat(np.arange(len(demand)), 3)
    sites = (period[:, None] * 3 + np.arange(3)).ravel()
    minutes = np.array([MINUTES[p] for p in point]).ravel()
    matrix = ImpedanceMatrix.from_pairs(rows, sites, minutes, (len(demand), 6))
    assert [place.id for place in posed.places] == ["f1", "f2", "c0"]
    return replace(posed, demand=demand, instance=replace(posed.instance, impedance=matrix, demand=persons))


def _course(posed: Posed, sent: tuple[Sent, Sent], states: tuple[Mapping[str, int], Mapping[str, int]]) -> Course:
    numbers = {place.id: p for p, place in enumerate(posed.places)}
    point = [str(posed.case.demand["id"].iloc[k]) for k in posed.demand["point"]]
    entries = []
    for row, (p, g, t) in enumerate(zip(point, posed.demand["group"], posed.demand["period"], strict=True)):
        entries += [(row, t * 3 + numbers[name], share) for name, share in sent[t].get((int(g), p), ())]
    row, site, share = (np.array(values) for values in zip(*sorted(entries), strict=True))
    sizes = np.full(6, -1, dtype=np.int64)
    for t, used in enumerate(states):
        for name, k in used.items():
            sizes[t * 3 + numbers[name]] = posed.first_state[numbers[name]] + k
    outcome = Outcome(Status.TIME_LIMIT, 100.0, 99.0, "minimize", 1.0, "test", "", 0, 1)
    given = Assignment(row, site, share.astype(np.float64))
    return Course(posed, Solution("layout_plan", sizes >= 0, given, outcome, sizes=sizes))
