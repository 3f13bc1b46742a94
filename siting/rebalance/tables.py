"""The tables of a redistribution."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.case import Case
from siting.evaluation.accessibility import accessibility_gini
from siting.evaluation.metrics import coefficient_of_variation, weighted_mean, weighted_quantile, weighted_variance
from siting.impedance import FloatArray
from siting.rebalance.scenario import Amount, Objective, Rebalance
from siting.rebalance.solve import Shared
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both
from siting.standards import load_service

AMOUNT: dict[Amount, Text] = {
    "beds": ("床位", "Beds"),
    "doctors": ("医生", "Doctors"),
    "staff": ("职工", "Staff"),
    "nursing_beds": ("护理型床位", "Nursing beds"),
    "dementia_beds": ("认知障碍床位", "Dementia beds"),
    "capacity": ("规模", "Capacity"),
}
OBJECTIVE: dict[Objective, Text] = {
    "variance": ("可达性的方差最小", "least variance of accessibility"),
    "worst": ("最低的可达性最高", "the lowest accessibility is highest"),
    "mean_absolute": ("可达性与平均值之差最小（平均绝对差）", "least mean absolute difference of accessibility"),
}
MEASURES: tuple[tuple[str, Text], ...] = (
    ("mean", ("平均可达性（每千人）", "mean accessibility per 1,000")),
    ("p10", ("最低一成人口的上限（每千人）", "what the worst-off tenth does not exceed, per 1,000")),
    ("lowest_township", ("最低的乡镇街道（每千人）", "lowest township, per 1,000")),
    ("variance", ("方差", "variance")),
    ("variation", ("变异系数", "coefficient of variation")),
    ("gini", ("基尼系数", "Gini coefficient")),
)


def places_frame(case: Case, shared: Shared) -> pd.DataFrame:
    """One row a demand point: people, accessibility for each 1,000 before and after."""
    problem = shared.problem
    return case.demand[["id", "name", "lon", "lat", "zone", "township", "village"]].assign(
        persons=problem.people,
        before=problem.accessibility(problem.now),
        after=problem.accessibility(shared.amount),
        reached=np.asarray((problem.gain > 0).any(axis=1)),
    )


def by_area(places: pd.DataFrame, column: str) -> pd.DataFrame:
    """People and mean accessibility before and after of each township or zone, in the order of the table."""
    rows = []
    for name, part in places.groupby(column, sort=False):
        people = part["persons"].to_numpy(dtype=np.float64)
        before, after = (weighted_mean(part[when].to_numpy(), people) for when in ("before", "after"))
        rows.append({"area": str(name), "persons": people.sum(), "before": before, "after": after})
    frame = pd.DataFrame(rows)
    return frame.assign(change=frame["after"] - frame["before"])


def measures(places: pd.DataFrame, when: str) -> dict[str, float]:
    """How equal accessibility is over all people, those who reach nothing included."""
    found, people = places[when].to_numpy(dtype=np.float64), places["persons"].to_numpy(dtype=np.float64)
    return {
        "mean": weighted_mean(found, people),
        "p10": weighted_quantile(found, people, 0.1),
        "lowest_township": float(by_area(places, "township")[when].min()),
        "variance": weighted_variance(found, people),
        "variation": coefficient_of_variation(found, people),
        "gini": accessibility_gini(found, people),
    }


def facility_frame(shared: Shared) -> pd.DataFrame:
    """One row a facility: limits, amount before and after, change."""
    problem = shared.problem
    change = shared.amount - problem.now
    names = {name: load_service(name) for name in dict.fromkeys(problem.facilities["service"])}
    share: FloatArray = np.divide(change, problem.now, out=np.full(change.size, np.nan), where=problem.now > 0)
    return problem.facilities[["id", "name", "township", "zone", "lon", "lat", "service"]].assign(
        level=[both((names[s].name_zh, names[s].name_en)) for s in problem.facilities["service"]],
        before=problem.now, least=problem.least, most=problem.most, exact=shared.exact, after=shared.amount,
        change=change, change_share=share,
    )  # fmt: skip


def sheets_of(case: Case, scenario: Rebalance, shared: Shared) -> list[Sheet]:
    """Every table, in reading order."""
    zh, en = AMOUNT[scenario.amount]
    places = places_frame(case, shared)
    kind = "count" if scenario.whole else "number"
    facilities = make_sheet(
        "facilities",
        (f"各设施{zh}", f"{en} by facility"[:16]),
        (
            Column("id", "编号", "Id"),
            Column("name", "设施", "Facility", width=28),
            Column("level", "级别", "Level", width=24),
            Column("township", "乡镇街道", "Township"),
            Column("before", f"现有{zh}", f"{en} now", kind),
            Column("least", "下限", "Least", "number"),
            Column("most", "上限", "Most", "number"),
            Column("exact", "取整前", "Before rounding", "number"),
            Column("after", f"调整后{zh}", f"{en} after", kind),
            Column("change", "增减", "Change", "points" if not scenario.whole else "count"),
            Column("change_share", "增减比例", "Change, share", "share"),
        ),
        facility_frame(shared),
    )
    areas = (
        Column("area", "地方", "Area", width=20),
        Column("persons", "人口", "People", "persons"),
        Column("before", "现状（每千人）", "Now, per 1,000", "number"),
        Column("after", "调整后（每千人）", "After, per 1,000", "number"),
        Column("change", "增减", "Change", "number"),
    )
    townships = make_sheet("townships", ("各乡镇可达性", "By township"), areas, by_area(places, "township"))
    zones = by_area(places, "zone")
    zones["area"] = [both((case.zones["name_zh"][z], case.zones["name_en"][z])) for z in zones["area"]]
    before, after = measures(places, "before"), measures(places, "after")
    equality = pd.DataFrame(
        [{"measure": both(text), "before": before[key], "after": after[key]} for key, text in MEASURES]
    )
    return [
        make_sheet(
            "equality",
            ("均等程度", "Equality"),
            (
                Column("measure", "指标", "Measure", width=44),
                Column("before", "现状", "Now", "number"),
                Column("after", "调整后", "After", "number"),
            ),
            equality,
            [
                (
                    "按人口计算，什么也到不了的人（可达性为 0）也在内",
                    "over people; those who reach nothing (accessibility 0) are included",
                )
            ],
        ),
        facilities,
        townships,
        make_sheet("zones", ("各分区可达性", "By zone"), areas, zones),
        make_sheet(
            "places",
            ("各居民点可达性", "By place"),
            (
                Column("id", "编号", "Id"),
                Column("name", "居民点", "Place", width=20),
                Column("township", "乡镇街道", "Township"),
                Column("village", "村（社区）", "Village"),
                Column("persons", "人口", "People", "persons"),
                Column("before", "现状（每千人）", "Now, per 1,000", "number"),
                Column("after", "调整后（每千人）", "After, per 1,000", "number"),
            ),
            places,
        ),
    ]
