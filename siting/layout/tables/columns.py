"""Columns that several tables of a layout plan have."""

from __future__ import annotations

from siting.render.columns import Column

SERVICE = Column("service", "服务", "Service", width=24)
GROUP = Column("group", "人群", "Group", width=20)
YEAR = Column("year", "年份", "Year", "year", 8)
NUMBER = Column("number", "序号", "No.", "count", 8)
ID = Column("id", "编号", "Id", width=12)
NAME = Column("name", "名称", "Name", width=28)
ZONE = Column("zone", "分区", "Zone", width=20)
TOWNSHIP = Column("township", "乡镇街道", "Township", width=14)
UNIT = (Column("level", "层次", "Level", width=16), Column("unit", "单元", "Unit", width=24))
WHEN = Column("when", "情形", "Course", width=18)
COURSES = {"before": ("不作改变", "nothing done"), "after": ("规划", "plan")}

SIZE = (
    Column("classes", "班数（班）", "Classes", "count", 10),
    Column("beds", "床位（张）", "Beds", "count", 10),
)
AREA = (
    Column("site_m2", "用地面积（m²）", "Land (m2)", "metres", 13),
    Column("floor_m2", "建筑面积（m²）", "Floor area (m2)", "metres", 13),
)
MONEY = Column("yuan", "投资（元）", "Cost (yuan)", "yuan", 17)

ALTERNATIVE = (
    "“不作改变”：现有设施各期照旧，人口按同一预测变化，并按同样的目标尽量安排。",
    "Nothing done: every facility as it stands in every period, with the people of that period, sent to them as well"
    " as possible by the same objectives.",
)
NO_LIMIT = ("规模为空：不详或不设上限。", "An empty capacity is unknown or has no limit.")
