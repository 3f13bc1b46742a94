"""A made-up answer with secrets of every kind: true places, few people, costs, boundaries, names of persons."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.told_of import base_of
from siting.render.views import AreaLayer, Bars, Category, LineLayer, Moment, PointLayer, Section, Told, View, place_of
from tests.render.make_result import make_result

OUTLINE = box(120.45678, 29.38765, 121.12345, 29.81234)
COST = 4321.0  # 万元; nowhere else
OWNER = "张三丰 13800000000"
FACILITY = (
    Column("status", "规划", "Plan"),
    Column("size_zh", "规模", "Size", language="zh"),
    Column("size_en", "规模", "Size", language="en"),
    Column("persons", "可容纳（人）", "Places", "persons"),
    Column("load", "规划后服务（人）", "Served in the plan", "persons"),
    Column("cost", "费用（万元）", "Cost, 10,000 yuan", "count"),
    Column("owner", "联系人", "Owner"),
)
POINT = (
    Column("township", "乡镇（街道）", "Township"),
    Column("need", "需要的人", "People who need it", "persons"),
    Column("to", "规划后去", "Goes to in the plan"),
    Column("minutes_after", "规划后单程（分钟）", "Minutes in the plan", "minutes"),
    Column("without_after", "规划后无着落（人）", "Without a place in the plan", "persons"),
    Column("head", "户主", "Head of the household"),
)
WITHIN, BEYOND = (
    Category("within", "标准之内", "Within", "#4a86c5"),
    Category("beyond", "标准之外", "Beyond", "#e8743b"),
)
NEW, KEPT = Category("new", "新建", "New", "#b3123f", "star", 11), Category("kept", "保留", "Kept", "#37474f", "square")
AFTER = Moment("规划后", "In the plan", "to", "minutes_after", "category")
SECRET = Moment("内部比选", "Internal", "head", "minutes_after", "category")
CHANGES = (
    Column("name", "设施", "Facility"),
    Column("load", "服务（人）", "Serves", "persons"),
    Column("cost", "费用（万元）", "Cost, 10,000 yuan", "count"),
)


def people_frame(count: int = 40) -> pd.DataFrame:
    """Demand points of 0, 1, 2 ... people."""
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "id": [f"d{k}" for k in range(count)], "name": [f"村{k}" for k in range(count)],
            "lon": rng.uniform(120.5, 121.0, count), "lat": rng.uniform(29.45, 29.75, count),
            "category": np.where(np.arange(count) % 3 == 0, "beyond", "within"), "township": "甲镇",
            "need": np.arange(count, dtype=float), "to": "学校1", "minutes_after": 12.3,
            "without_after": np.arange(count) % 7 + 0.0, "head": OWNER,
        }
    )  # fmt: skip


def facility_frame(count: int = 5) -> pd.DataFrame:
    """Facilities with a cost and an owner."""
    k = np.arange(count)
    return pd.DataFrame(
        {
            "id": [f"f{i}" for i in k], "name": [f"学校{i}" for i in k], "lon": 120.612345 + 0.0312345 * k,
            "lat": 29.501234 + 0.0212345 * k, "category": np.where(k < 2, "new", "kept"), "status": "新建 new",
            "size_zh": "24 班", "size_en": "24 classes", "persons": 1080.0, "load": 5.0 + 333.0 * k, "cost": COST,
            "owner": OWNER,
        }
    )  # fmt: skip


def an_answer() -> Told:
    """The answer."""
    result = make_result(demand_points=30, sites=6)
    place = replace(
        place_of(result.case),
        outline=gpd.GeoDataFrame({"id": ["x"]}, geometry=[OUTLINE], crs=4326),
        zone_shapes=gpd.GeoDataFrame(
            {"id": [str(result.case.zones.index[0])]}, geometry=[OUTLINE.buffer(-0.05)], crs=4326
        ),
    )
    changes = facility_frame()[["name", "load", "cost"]]
    table = make_sheet("changes", ("变动的设施", "Changes"), CHANGES, changes, [("截至 2030 年", "until 2030")])
    views = tuple(_view(year, table) for year in ("2030", "2035"))
    return Told(
        place=place, title=("样例方案", "Sample plan"), label=("已证明最优", "proven optimal"),
        notices=(("道路为合成数据", "Roads are synthetic"),), views=views,
        sections=(Section("投资", "Money", ((f"共 {COST:,.0f} 万元", f"{COST:,.0f} in all"),)),),
        sheets=(_planned(), _ledger()), base=base_of(result),
        record={"scenario": {"id": "sample"}, "yuan": COST * 1e4},
    )  # fmt: skip


def _view(year: str, table: Sheet) -> View:
    people, facilities = people_frame(), facility_frame()
    ends = facilities.iloc[np.arange(len(people)) % len(facilities)].reset_index(drop=True)
    lines = pd.DataFrame(
        {"from_lon": people["lon"], "from_lat": people["lat"], "to_lon": ends["lon"], "to_lat": ends["lat"],
         "category": "within"}
    )  # fmt: skip
    shapes = gpd.GeoDataFrame(
        {"name": ["学校0"], "category": ["within"], "persons": [7.0]}, geometry=[OUTLINE], crs=4326
    )
    return View(
        "primary_school", "小学", "Primary schools",
        (
            AreaLayer("catchments", "服务片区", "Catchments", shapes, (WITHIN,), (POINT[1],)),
            PointLayer("after", "居民点", "Demand points", people, (WITHIN, BEYOND), POINT, weight="need",
                       moments=(AFTER, SECRET)),
            LineLayer("lines", "去哪里", "Who goes where", lines, (WITHIN,)),
            PointLayer("candidates", "候选地点", "Candidates", facilities.assign(id="c", name="地主甲"), (NEW, KEPT),
                       FACILITY, shown=False),
            PointLayer("facilities", "学校", "Schools", facilities, (NEW, KEPT), FACILITY),
        ),
        year,
        (
            ("需要的人", "People who need it", "1,234"), ("标准之内", "Within the standard", "98.4% → >99.9%"),
            ("没有着落（人）", "Without a place", "7 → <1"), ("平均单程（分钟）", "Mean minutes", "12.3"),
            ("累计万元（其中本期）", "10,000 yuan", "4,321 (4,321)"), ("校长姓名", "Head", OWNER),
        ),
        (table,), f"{year} 年", year,
        (
            Bars(
                "各乡镇标准之内的人", "By township", (("甲镇", "Jia", 0.98765, 1.0), ("乙镇", "Yi", 0.5, 0.6)),
                ("#111111", "#222222"),
            ),
            Bars("单程时间分布（人数占比）", "Minutes", (("0–5 分钟", "0-5 min", 0.12345, 0.001),)),
            Bars("新图表", "New chart", (("秘密", "Secret", 0.1, 0.2),)),
        ),
    )  # fmt: skip


def _planned() -> Sheet:
    columns = (
        Column("name", "名称", "Name"), Column("capacity", "规模（人）", "Capacity (persons)", "persons"),
        Column("load", "分配人数（人）", "Sent there", "persons"), Column("yuan", "投资（元）", "Cost (yuan)", "yuan"),
        Column("note", "备注", "Note"),
    )  # fmt: skip
    frame = pd.DataFrame(
        {"name": ["甲", "乙", "丙"], "capacity": [45.0, 1080.0, np.nan], "load": [0.0, 4.0, 1234.0],
         "yuan": [COST * 1e4] * 3, "note": [OWNER] * 3}
    )  # fmt: skip
    return make_sheet("planned", ("规划一览表", "Planned facilities"), columns, frame)


def _ledger() -> Sheet:
    columns = (Column("id", "编号", "Id"), Column("lon", "经度", "Longitude", "degrees"))
    frame = pd.DataFrame({"id": facility_frame()["id"], "lon": facility_frame()["lon"]})
    return make_sheet("ledger", ("现状一览表", "Ledger"), columns, frame)
