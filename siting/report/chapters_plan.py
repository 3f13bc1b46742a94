"""The chapters of the plan: layout, phasing, gaps and gains, closures, the figures of the education bureau."""

from __future__ import annotations

from siting.layout.facts import STATUS
from siting.render.wording import both
from siting.report.decisions import decisions
from siting.report.education import education
from siting.report.excerpts import Excerpt, Where
from siting.report.outline import (
    AFTER,
    COUNTY,
    EVERYBODY,
    LAST,
    TOWNSHIPS,
    UNCHANGED,
    Chapter,
    Fill,
    Maps,
    Own,
    Part,
    Special,
)
from siting.report.whole import PLANNED

NEW_FACILITIES = (  # of a run of one period; where they lie is on the map and in the workbook
    "service", "number", "name", "zone", "township", "land", "capacity_persons", "load_persons",
    "newly_covered_persons", "nearer_persons", "minutes_saved", "assigned_mean_min", "cost_yuan",
    "yuan_per_newly_covered",
)  # fmt: skip
PLAN = (
    Chapter(
        ("布局方案", "Layout"),
        (
            Part(None, (Own("每项服务各期做什么", heading=False),)),
            Part(("规划布局图", "Maps of the plan"), (Maps("plan"), Maps("catchments"))),
            Part(
                ("规划一览", "Planned facilities"),
                (
                    Excerpt(
                        "planned", ("新建与变动设施一览", "New and changed facilities"), PLANNED,
                        (Where("status", "not", UNCHANGED),), most=40, weight=("load", "affected"),
                    ),
                    Excerpt("new_facilities", columns=NEW_FACILITIES), Excerpt("gone_facilities"), Excerpt("vehicles"),
                ),
            ),
            Part(("每处决定的依据", "What each decision rests on"), (Special(decisions), Own("每处决定的依据"))),
            Part(
                ("各服务的专门安排", "Of single services"),
                (
                    Own("普职分流学位"), Excerpt("tracks"), Excerpt("triggers", weight=("persons",)), Own("有无民办"),
                    Excerpt("pairing"), Own("巡诊"), Own("流动巡诊"), Excerpt("circuit", weight=("persons",)),
                    Excerpt("circuit_rounds", most=15, weight=("persons",)), Excerpt("circuit_centres"),
                ),
            ),
            Part(
                ("用地与衔接", "Land, and other plans"),
                (
                    Excerpt(
                        "planned", ("新增用地一览", "New land"),
                        ("service", "name", "township", "land", "site_m2", "floor_m2", "years",
                        "existing_building", "note"),
                        (Where("status", "is", (both(STATUS["new"]),)),), notes=False, weight=("site_m2",),
                    ),
                    Fill(
                        (
                            "（由编制单位核对：与国土空间总体规划、控制性详细规划、“三区三线”及在编规划是否冲突，逐处说明。）",
                            "(To be checked by the authors: conflicts with the territorial plan, detailed plans, the"
                            " three control lines and other plans in preparation, site by site.)",
                        )
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        ("分期实施与近期建设", "Phasing"),
        (
            Part(
                ("近期建设项目", "Projects"),
                (
                    Excerpt("investment"),
                    Excerpt(
                        "projects", None,
                        ("year", "service", "what", "name", "township", "added", "classes", "beds", "land_m2",
                        "floor_m2",
                         "yuan", "gained", "yuan_each", "rank"),
                        most=40, weight=("gained",),
                    ),
                ),
            ),
            Part(
                ("量力而行", "Value for money"),
                (
                    Own("量力而行", heading=False),
                    Excerpt(
                        "ranked_projects", None,
                        ("rank", "service", "what", "name", "year", "yuan", "gained", "yuan_each", "share"),
                    ),
                    Excerpt("budget_sweep"), Excerpt("budget_projects"),
                ),
            ),
            Part(("运行经费", "Running cost"), (Own("运行经费", heading=False), Excerpt("running"))),
        ),
    ),
    Chapter(
        ("缺口与成效", "Gaps, and what the plan brings"),
        (
            Part(
                ("学位、床位、托位缺口", "Places"),
                (
                    Excerpt(
                        "gaps", ("缺口：全市（县）各期", "Gaps of the county by year"),
                        ("service", "group", "year", "need", "places_before", "short_before", "without_before",
                         "places_after", "short_after", "without_after"),
                        (COUNTY,), most=60,
                    ),
                    Excerpt(
                        "gaps", ("缺口：分乡镇（街道），规划期末", "Gaps by township, last year"),
                        ("service", "unit", "need", "places_before", "without_before", "places_after", "short_after",
                         "without_after"),
                        (TOWNSHIPS, EVERYBODY, LAST), notes=False, weight=("without_after",),
                    ),
                    Excerpt("places_by_kind"),
                ),
            ),
            Part(
                ("覆盖与出行", "Coverage and travel"),
                (
                    Own("各地覆盖情况", heading=False),
                    Excerpt(
                        "coverage", ("分年龄、人群的覆盖与出行：规划前后",
                        "Coverage and travel by age group, before and after"),
                        ("service", "group", "year", "need", "share_before", "share_after", "mean_min_before",
                         "mean_min_after", "p95_min_before", "p95_min_after"),
                        (COUNTY,), most=60,
                    ),
                    Excerpt(
                        "coverage",
                        ("分乡镇（街道）的覆盖与出行：规划期末", "Coverage and travel by township, last year"),
                        ("service", "unit", "need", "share_before", "share_after", "mean_min_before", "mean_min_after",
                         "longest_min_after"),
                        (TOWNSHIPS, EVERYBODY, LAST), notes=False, weight=("need",),
                    ),
                ),
            ),
            Part(("谁受益，谁变差", "Who gains and who loses"), (Own("谁受益，谁变差", heading=False),)),
            Part(
                ("城乡差距", "Town and country"),
                (
                    Own("城乡差距", heading=False),
                    Excerpt(
                        "gap_index", None,
                        ("service", "year", "share_urban_before", "share_urban_after", "share_rural_before",
                         "share_rural_after", "difference_before", "difference_after", "worst_after",
                         "worst_share_after"),
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        ("撤并、校车与寄宿", "Closures, buses and boarding"),
        (
            Part(
                ("须公示和听证的撤并", "Closures that need notice and hearing"),
                (
                    Excerpt(
                        "hearing", None,
                        ("service", "name", "township", "year", "pupils", "receivers", "mean_was", "mean_now",
                        "worst_now",
                         "far", "without", "again"),
                        most=80,
                    ),
                ),
            ),
            Part(
                ("校车与寄宿", "Buses and boarding"),
                (
                    Excerpt(
                        "rides", ("校车与寄宿：规划期末", "Buses and boarding, last year"),
                        ("service", "name", "township", "bus", "board", "yuan"), (AFTER, LAST), weight=("bus", "board"),
                    ),
                ),
            ),
            Part(
                ("转学", "Changes of school"),
                (
                    Excerpt(
                        "moves", None,
                        ("service", "year", "township", "village", "origin", "dest", "persons", "minutes_was",
                         "minutes_now"),
                        order="persons",
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        ("教育部门比较指标", "Figures of the education bureau"),
        (
            Part(None, (Special(education),)),
            Part(
                ("出生数上下浮动的稳健性", "If births are fewer or more"),
                (
                    Own("出生数上下浮动", heading=False),
                    Excerpt("births", ("出生数上下浮动 20%：分乡镇（街道），规划期末",
                            "Births 20 % up or down by township, last year"),
                            ("service", "unit", *(f"{name}{key}" for name in ("need", "without", "share")
                                                  for key in ("_low", "", "_high"))),
                            (TOWNSHIPS, LAST), notes=False, weight=("need",)),
                ),
            ),
            Part(
                ("片区的连续性", "Catchments in pieces"),
                (
                    Excerpt("fragments", ("不连续的片区：规划期末", "Catchments in pieces under the plan, last year"),
                            ("service", "name", "township", "pieces", "persons", "apart", "villages"),
                            (AFTER, LAST), weight=("apart",)),
                ),
            ),
        ),
    ),
)  # fmt: skip
