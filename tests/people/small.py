"""The tiny case with people over time: assumptions of round numbers and two plots."""

from __future__ import annotations

from pathlib import Path

from siting.case import Case, load_case
from tests import tiny_case

PLOTS = """\
id,name,lon,lat,zone,township,floor_m2,m2_per_dwelling,persons_per_dwelling,delivery_year,occupancy_1,occupancy_2,from_inside,from_outside,age_profile
h1,新区 1,120.803,29.583,core,城关镇,1000,100,2.5,2021,0.4,0.8,0.6,0.4,young_families
h2,新区 2,120.806,29.586,core,城关镇,500,100,2,2023,0.5,1,0,1,young_families
"""
PEOPLE = """\
schema = 1

[births.low]
values = { 2021 = 6 }
source = "测试 test"
verified = false

[births.middle]
values = { 2021 = 8, 2025 = 10 }
source = "测试 test"
verified = true

[births.high]
values = { 2021 = 12 }
source = "测试 test"
verified = false

[[moves]]
from = "rural"
to = "urban"
ages = [{ from_age = 20, to_age = 39, share = 0.1 }]
source = "测试 test"
verified = false

[migrant_children]
from_age = 6
to_age = 11
rate.urban = { value = 0.1, source = "测试 test", verified = false }

[[cross_boundary]]
zone = "core"
service = "primary_school"
persons = { values = { 2020 = 0, 2030 = 20 }, source = "测试 test", verified = false }

[[cross_boundary]]
zone = "rest"
service = "health_station"
share = { value = 0.5, source = "测试 test", verified = false }
"""


def make_case(folder: Path, *, plots: str | None = PLOTS, people: str | None = PEOPLE, **files: str | None) -> Case:
    """Write and read the tiny case; None leaves a file out."""
    tiny_case.write_case(folder, **files)
    for name, text in (("plots.csv", plots), ("people.toml", people)):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return load_case(folder)
