"""The first chapters of a report: the answer in short, what was asked, how things stand, need and standards."""

from __future__ import annotations

from siting.report.excerpts import Excerpt, Where
from siting.report.outline import (
    BEFORE,
    COUNTY,
    EVERYBODY,
    FIRST,
    TOWNSHIPS,
    Chapter,
    Fill,
    Maps,
    Own,
    Part,
    Special,
)
from siting.report.teller import Teller
from siting.report.whole import LEDGER

SITUATION = (
    Chapter(
        ("要点", "Summary"),
        (Part(None, (Own("结论", heading=False), Special(Teller.opening), Excerpt("outcome"))),),
    ),
    Chapter(
        ("规划任务", "Task"),
        (
            Part(None, (Own("问的是什么", heading=False),)),
            Part(
                ("背景与依据", "Background"),
                (
                    Fill(
                        (
                            "（由编制单位补充：编制背景、政策依据、规划范围与期限、与上位规划的关系。）",
                            "(To be completed by the authors: background, policies, scope and period, higher plans.)",
                        )
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        ("现状与评估", "As it stands"),
        (
            Part(("现状分布", "Where facilities are"), (Maps("today"), Maps("reach"), Maps("minutes"))),
            Part(
                ("设施现状一览", "Facilities"),
                (Excerpt("ledger", columns=LEDGER, weight=("load",)), Own("设施一览", heading=False)),
            ),
            Part(
                ("覆盖与出行现状", "Coverage and travel"),
                (
                    Excerpt(
                        "coverage", ("覆盖与出行：不作改变，近期",
                        "Coverage and travel if nothing is done, first year"),
                        ("service", "group", "year", "need", "share_before", "mean_min_before", "p95_min_before",
                         "longest_min_before"),
                        (COUNTY, FIRST),
                    ),
                    Excerpt("vehicle_townships"),
                ),
            ),
            Part(
                ("设施忙闲", "Crowded and under-used"),
                (
                    Excerpt(
                        "use", ("设施忙闲：不作改变，近期", "Crowded and under-used if nothing is done, first year"),
                        ("service", "name", "township", "state", "capacity", "load", "use", "pressure"), (BEFORE,
                        FIRST), weight=("pressure",),
                    ),
                ),
            ),
            Part(
                ("优质均衡", "Quality balance"),
                (
                    Excerpt(
                        "school_variation",
                        ("校际差异系数：不作改变，近期", "Variation of schools if nothing is done, first year"),
                        ("service", "indicator", "schools", "mean", "below", "variation", "largest", "passes"),
                        (BEFORE, FIRST),
                    ),
                    Excerpt("school_balance"),
                ),
            ),
        ),
    ),
    Chapter(
        ("需求预测", "Demand"),
        (
            Part(None, (Excerpt("groups", most=60), Excerpt("grades"))),
            Part(
                ("分乡镇（街道）需求", "By township"),
                (
                    Excerpt(
                        "gaps", ("分乡镇（街道）需求", "Need by township"), ("service", "unit"), (TOWNSHIPS, EVERYBODY),
                        across="year", value="need", most=60, notes=False,
                    ),
                ),
            ),
            Part(("需求分布", "Where people are"), (Maps("need"),)),
            Part(("未来情景", "Futures"), (Excerpt("futures"), Excerpt("futures_places"))),
        ),
    ),
    Chapter(
        ("设置标准", "Standards"),
        (
            Part(
                None,
                (
                    Own("采用的标准", heading=False),
                    Excerpt(
                        "assumptions", ("设置标准", "Standards of the services"),
                        ("part", "item", "value", "text", "source", "verified"), (Where("part", "subject"),), most=80,
                        notes=False,
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip
