"""A made-up answer with every kind of layer, two subjects, two periods and names that mean harm."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Polygon, box

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.told_of import base_of
from siting.render.views import AreaLayer, Category, LineLayer, PointLayer, Section, Told, View, place_of
from tests.render.make_result import make_result

NAMES = (
    "</script><img src=x onerror=window.hacked=1>",
    "{{ 7*7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "'\"><svg onload=window.hacked=2>",
    "@@DATA@@ @@PAGE_JS@@",
    "名\x0b字\u202e倒",
    "",
)
NOTICES = (
    ("道路与人口分布为合成数据，仅供演示", "Roads and the distribution of people are synthetic, for show only"),
    ("有 2 项标准数值未经核实", "2 values of the standards are not verified"),
)
SUBJECTS, PERIODS = ("primary_school", "other"), ("2030", "2035")
LABEL = ("与最优相差不超过 0.50%", "within 0.50% of optimal")
COVERED = Category("covered", "达标", "Within", "#4a86c5")
BEYOND = Category("beyond", "未达标", "Beyond", "#e8743b", "diamond", 7)
UNUSED = Category("unused", "从不出现", "Never there", "#123456", "cross")
BUILT = (
    Category("built", "建成", "Built", "#b3123f", "star", 14),
    Category("standing", "现有", "Standing", "#37474f", "square", 11),
    Category("later", "远期", "Later", "#f2e6a0", "triangle", 12),
)
PEOPLE = (
    Column("need", "需求（人）", "Need (persons)", "persons"),
    Column("minutes", "时间（分钟）", "Time (min)", "minutes"),
    Column("share", "占比", "Share", "share"),
    Column("place", "乡镇", "Township"),
)
SITE = (Column("year", "年份", "Year", "year"), Column("score", "得分", "Score", "number"))


def people(count: int, *, later: bool) -> pd.DataFrame:
    """Places of people; in the later period more are within reach, and those who are not have no minutes."""
    rng = np.random.default_rng(7)
    reached = np.arange(count) % (4 if later else 2) > 0
    return pd.DataFrame(
        {
            "id": [f"d{k:05d}" for k in range(count)],
            "name": [NAMES[k] if k < len(NAMES) else f"村{k}" for k in range(count)],
            "lon": rng.uniform(120.5, 121.0, count),
            "lat": rng.uniform(29.4, 29.75, count),
            "category": np.where(reached, "covered", "beyond"),
            "need": np.arange(count) * 10 + 1234.0 + later,
            "minutes": np.where(reached, 12.34, np.nan),
            "share": np.where(np.arange(count) == 1, 0.99999, 0.25),
            "place": [NAMES[k] if k < len(NAMES) else "" for k in range(count)],
        }
    )


def sites(count: int, *, later: bool) -> pd.DataFrame:
    """Facilities, of which more are built in the later period."""
    k = np.arange(count)
    return pd.DataFrame(
        {
            "id": [f"s{i}" for i in k], "name": [NAMES[i] if i < 2 else f"学校{i}" for i in k],
            "lon": 120.6 + 0.035 * (k % 10), "lat": 29.45 + 0.06 * (k // 10),
            "category": np.where(k % 3 == 0, "standing", np.where((k % 3 == 1) | later, "built", "later")),
            "rank": k + 1, "year": np.where(k % 3 == 0, np.nan, 2030.0), "score": k / 7,
        }
    )  # fmt: skip


def table(count: int = 3) -> Sheet:
    """A table with hostile text and an empty number."""
    frame = pd.DataFrame(
        {
            "name": [NAMES[k % len(NAMES)] for k in range(count)],
            "need": [12345.0 + k for k in range(count)],
            "minutes": [np.nan if k == 0 else 7.0 for k in range(count)],
        }
    )
    columns = (Column("name", "名称", "Name"), *PEOPLE[:2])
    return make_sheet("sample", ("样例表", "Sample table"), columns, frame, [("空为不可达", "Empty: unreachable")])


def make_told(count: int = 60, *, hostile_title: bool = True, record: dict[str, object] | None = None) -> Told:
    """The answer, with `count` places of people."""
    result = make_result(demand_points=30, sites=6)
    title = (f"样例方案 {NAMES[0]}", f"Sample plan {NAMES[1]}") if hostile_title else ("样例方案", "Sample plan")
    return Told(
        place=place_of(result.case), title=title, label=LABEL, notices=NOTICES,
        views=tuple(view(subject, period, count) for subject in SUBJECTS for period in PERIODS),
        sections=(
            Section("结论", "Findings", ((f"第一段 {NAMES[0]}", f"First paragraph {NAMES[1]}"),), (table(),)),
            Section("明细", "Details", (), (table(61),)),
        ),
        sheets=(table(),), base=base_of(result), record=record or {"kind": "sample"},
    )  # fmt: skip


def view(subject: str, period: str, count: int) -> View:
    """The second subject has neither lines nor areas."""
    later = period == "2035"
    who, where = people(count, later=later), sites(20, later=later)
    shown = who if subject == "primary_school" else who.iloc[: count // 2]
    points = PointLayer("people", "人口", "People", shown, (COVERED, BEYOND, UNUSED), PEOPLE)
    facilities = PointLayer("facilities", "学校", "Schools", where, BUILT, SITE, label="rank")
    hidden = PointLayer("candidates", "备选", "Candidates", where.assign(id="c" + where["id"]), BUILT, shown=False)
    links = pd.DataFrame(
        {
            "from_lon": shown["lon"], "from_lat": shown["lat"],
            "to_lon": where["lon"].to_numpy()[np.arange(len(shown)) % 20],
            "to_lat": where["lat"].to_numpy()[np.arange(len(shown)) % 20],
            "category": shown["category"],
        }
    )  # fmt: skip
    lines = LineLayer("lines", "去向", "Who goes where", links, (COVERED, BEYOND))
    hole = Polygon(
        box(120.80, 29.60, 120.98, 29.72).exterior.coords, [box(120.85, 29.63, 120.90, 29.66).exterior.coords]
    )
    shapes = gpd.GeoDataFrame(
        {"name": [NAMES[3], "东片"], "category": ["covered", "beyond"], "need": [1.0, np.nan]},
        geometry=[box(120.55, 29.42, 120.70, 29.55), hole], crs=4326,
    )  # fmt: skip
    areas = AreaLayer("areas", "片区", "Districts", shapes, (COVERED, BEYOND), PEOPLE[:1])
    layers = (areas, lines, points, facilities, hidden) if subject == "primary_school" else (points, facilities)
    names = ("小学", "Primary schools") if subject == "primary_school" else ("其他服务", "Another service")
    figures = (("达标人数", "Within the standard", f"{period} / {count:,}"), ("平均时间", "Mean time", "12.3"))
    return View(subject, *names, layers, period, figures, (table(), table(61)), period_zh=f"{period} 年")
