"""A whole layout plan of the tiny town: its school closes, one that must open takes its place, clinics may open."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from siting.layout.result import LayoutPlan
from siting.layout.run import answer
from siting.prepare import Settings

from ..tiny_case import write_case, write_scenario

LAYOUT = """\
schema = 1
kind = "layout"
id = "tiny_layout"
title_zh = "小镇布局"
title_en = "Layout of the tiny town"
sentence = "扩容优质学位"
case = ".."
years = [2025, 2030]

[worth]
beyond_yuan = 5_000

[budget]
yuan = [0, 400_000_000]

[[services]]
service = "primary_school"
must_close = ["f1"]
required = ["c1"]
open = "none"
build_years = 3
separation = false

[[services]]
service = "health_station"
build_years = 1
separation = false
"""


FOLDER = TemporaryDirectory(prefix="tiny_layout")  # as long as the tests run: maps read the roads again


@cache
def tiny_plan() -> LayoutPlan:
    """The plan, proven optimal."""
    case = write_case(Path(FOLDER.name) / "case")
    return answer(write_scenario(case, LAYOUT), Settings(cache=Path(FOLDER.name) / "cache")).plan
