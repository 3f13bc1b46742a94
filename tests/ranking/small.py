"""The tiny case with plots that differ, and a ranking of them that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

from pyproj import Geod

from siting.prepare import Settings
from siting.ranking.rank import Ranking, rank_sites
from tests.tiny_case import facilities_csv, place, write_case, write_scenario

PLACES = {"c0": (4, 1), "c1": (2, 2), "c2": (4, 3)}  # column, row of the grid of streets
PEOPLE = [((0, 0), 10), ((2, 0), 11), ((4, 0), 12), ((1, 2), 13), ((3, 2), 14), ((0, 4), 15), ((4, 4), 16)]
SCHOOL = (0, 1)
AREA = {"c0": 30000.0, "c1": 20000.0, "c2": 10000.0}
FREE = {"c0": "", "c1": "2030", "c2": "2026"}
METRES_PER_MINUTE = 80.0  # 4.8 km/h

HEAD = """\
schema = 1
kind = "ranking"
id = "tiny_ranking"
title_zh = "小镇排序"
title_en = "Ranking of the tiny town"
case = ".."
service = "disease_control_centre"
draws = 1000
"""
PUPILS = """\
[[criteria]]
id = "pupils"
name_zh = "学生可达"
name_en = "near pupils"
measure = "travel_from_people"
mode = "walk"
from_age = 6
to_age = 11
weight = 5
source = "示例 example"
"""
TO_SCHOOL = """\
[[criteria]]
id = "school"
name_zh = "离小学近"
name_en = "near the school"
measure = "travel_from_facilities"
services = ["primary_school"]
mode = "walk"
weight = 3
best = 0
worst = 20
source = "示例 example"
"""
LAND = """\
[[criteria]]
id = "land"
name_zh = "用地"
name_en = "land"
measure = "land_area"
weight = 2
best = 25000
worst = 5000
source = "示例 example"
verified = true
"""
CRITERIA = PUPILS + TO_SCHOOL + LAND
BACKTEST = """\
[backtest]
name_zh = "真址"
name_en = "real site"
lon = {lon}
lat = {lat}
zone = "core"
site_m2 = 26000
source = "示例 example"
verified = false
"""


def plots_csv() -> str:
    rows = ["id,name,lon,lat,zone,township,land,services,site_m2,available_from,existing_building"]
    for name, (column, row) in PLACES.items():
        lon, lat = place(column, row)
        zone = "rest" if name == "c2" else "core"
        building = "yes" if name == "c1" else ""
        rows.append(f"{name},地块{name},{lon},{lat},{zone},城关镇,A33,,{AREA[name]:.0f},{FREE[name]},{building}")
    return "\n".join(rows) + "\n"


def make_path(folder: Path, text: str, **files: str) -> Path:
    """The scenario's path, in a tiny case with plots that differ."""
    given = {"candidates": plots_csv(), "facilities": facilities_csv()} | files
    return write_scenario(write_case(folder, **given), text)


def rank(folder: Path, text: str, **files: str) -> Ranking:
    return rank_sites(make_path(folder, text, **files), Settings())


def walk_minutes(start: tuple[int, int], end: tuple[int, int]) -> float:
    """Along the streets: the same length whichever way, to a few centimetres."""
    geod = Geod(ellps="WGS84")
    corner = place(end[0], start[1])
    metres = geod.inv(*place(*start), *corner)[2] + geod.inv(*corner, *place(*end))[2]
    return float(metres) / METRES_PER_MINUTE
