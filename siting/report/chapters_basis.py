"""The last chapters of a report: the gap report, methods and assumptions, how sure it is, sources, procedure."""

from __future__ import annotations

from siting.layout.tables.columns import COURSES
from siting.layout.tables.far import OVER
from siting.report.data_quality import data_quality
from siting.report.excerpts import Excerpt, Where
from siting.report.outline import AFTER, COUNTY, EVERYBODY, LAST, TOWNSHIPS, Chapter, Fill, Own, Part, Special
from siting.report.record import certificate, inputs
from siting.report.sources import sources

BASIS = (
    Chapter(
        ("差距报告", "Gap report"),
        (
            Part(
                ("未达标人口", "People beyond the standard"),
                (
                    Excerpt(
                        "beyond_townships", None,
                        ("service", "level", "unit", "year", "need", "residents", "elderly", "beyond_before",
                         "beyond_after", "residents_before", "residents_after", "elderly_before", "elderly_after"),
                        (TOWNSHIPS, LAST), notes=False, weight=("beyond_after",),
                    ),
                    Excerpt(
                        "beyond_villages", ("未达标的村：规划期末", "Villages beyond the standard, last year"),
                        ("service", "township", "village", "persons", "beyond_before", "beyond_after", "without_after",
                         "nearest_after"),
                        (LAST,), weight=("beyond_after",),
                    ),
                    Own("标准之外的村", heading=False), Excerpt("uncovered_villages"), Excerpt("vehicle_villages"),
                ),
            ),
            Part(
                ("最近设施：15、20、30 分钟", "The nearest facility: 15, 20, 30 minutes"),
                (
                    *(
                        Excerpt(
                            "beyond_townships",
                            (f"最近设施 15、20、30 分钟以外的{zh}", f"{en} beyond 15, 20, 30 minutes of the nearest"),
                            ("service", "unit", "mode", key,
                             *(f"{key}_{minutes}_{when}" for minutes in OVER for when in COURSES)),
                            (TOWNSHIPS, LAST), notes=last, weight=(f"{key}_{OVER[0]}_after",),
                        )
                        for key, (zh, en), last in (
                            ("residents", ("常住人口", "Residents"), False),
                            ("elderly", ("60 岁以上老人", "People aged 60 and over"), True),
                        )
                    ),
                    Excerpt(
                        "far_villages",
                        ("最近设施 15 分钟以外的村：规划期末", "Villages beyond 15 minutes, last year"),
                        ("service", "township", "village", "mode", "residents", "elderly",
                         *(f"residents_{minutes}_after" for minutes in OVER),
                         *(f"elderly_{minutes}_after" for minutes in OVER)),
                        (LAST,), order=f"residents_{OVER[0]}_after", notes=False,
                    ),
                    Excerpt("nearest", None, (), (EVERYBODY, LAST), most=60),
                ),
            ),
            Part(
                ("床位与人员", "Beds and staff"),
                (
                    Excerpt(
                        "density", ("每千人床位与人员：全市（县）", "Beds and staff per 1,000, county"),
                        ("service", "year", "whom", "least", "beds_1000_before", "beds_1000_after", "staff_1000_before",
                         "staff_1000_after"),
                        (COUNTY,), most=60,
                    ),
                    Excerpt(
                        "density", ("每千人床位与人员：分乡镇（街道），规划期末",
                        "Beds and staff per 1,000 by township, last year"),
                        ("service", "unit", "people", "beds_1000_before", "beds_1000_after", "staff_1000_before",
                         "staff_1000_after"),
                        (TOWNSHIPS, LAST), notes=False, weight=("people",),
                    ),
                    Excerpt(
                        "shares", None,
                        ("service", "measure", "year", "least", "whole_after", "share_before", "share_after"),
                        (COUNTY,),
                    ),
                ),
            ),
            Part(("转诊时间", "Referral"), (Excerpt("referral", None, (), (COUNTY,)),)),
            Part(
                ("规划后的忙闲", "Use under the plan"),
                (
                    Excerpt(
                        "use", ("设施忙闲：规划期末", "Crowded and under-used under the plan, last year"),
                        ("service", "name", "township", "state", "capacity", "load", "use", "pressure"), (AFTER, LAST),
                        notes=False, weight=("pressure",),
                    ),
                ),
            ),
            Part(("数据质量说明", "Quality of the data"), (Special(data_quality),)),
        ),
    ),
    Chapter(
        ("方法、依据与假设", "Methods, sources and assumptions"),
        (
            Part(("怎样计算", "How it is computed"), (Own("怎样计算", heading=False), Own("方法", heading=False))),
            Part(
                ("假设与未核实的数值", "Assumptions and what is not verified"),
                (
                    Own("假设与未核实的数值", heading=False),
                    Excerpt(
                        "assumptions", ("方案与案例的依据和假设", "Assumptions of the scenario and the case"),
                        ("part", "item", "value", "text", "source", "verified"), (Where("part", "not subject"),),
                        most=40,
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        ("结果的可靠性", "How sure the result is"),
        (
            Part(None, (Own("有多可靠", heading=False), Own("结果的可靠性", heading=False), Special(certificate))),
            Part(
                ("规则的满足", "Rules"),
                (
                    Own("起作用的规则", heading=False), Own("在方案上核对的规则", heading=False),
                    Excerpt("rules", None, ("rule", "count", "value", "least", "most", "binding", "kept"), most=60),
                    Excerpt("checks"),
                ),
            ),
            Part(("输入文件与程序版本", "Input files and versions"), (Special(inputs),)),
        ),
    ),
    Chapter(("数据来源与许可", "Sources and licences"), (Part(None, (Special(sources),)),)),
    Chapter(
        ("公示、听证与审批", "Notice, hearing and approval"),
        (
            Part(
                None,
                (
                    Fill(
                        (
                            "（由编制单位补充：草案公示不少于 30 日的起止日期与渠道、听证和专家评审情况、"
                            "意见采纳情况表、审批结果。本报告不代替法定程序，以最终批复为准。）",
                            "(To be completed by the authors: dates and channels of the public notice of 30"
                            " days or more,"
                            " hearings, expert review, the log of opinions, approval. This report does not stand for"
                            " the legal procedure; what is approved in the end holds.)",
                        )
                    ),
                ),
            ),
        ),
        always=True,
    ),
)  # fmt: skip
