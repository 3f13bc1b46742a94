"""Tables of quality-balanced compulsory education: each school's indicators, and how much schools differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.evaluation.quality_balance import Indicator, QualityBalance, at_least
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_sites import PLACE, SERVICE
from siting.render.wording import both, yes_no, zone_names
from siting.results import RunResult
from siting.standards import load_service


def balance_sheets(result: RunResult) -> list[Sheet]:
    """优质均衡: the sheets about it; none where the case does not tell what schools are equipped with."""
    if result.balance is None:
        return []
    return [_variation(result.balance), _schools(result, result.balance)]


def _service_names(ids: pd.Series) -> list[str]:
    names = {name: load_service(name).name_zh for name in sorted(set(ids))}
    return [names[name] for name in ids]


def _variation(balance: QualityBalance) -> Sheet:
    """校际差异: one row a service and indicator."""
    standard = balance.standard
    indicators = {indicator.resource: indicator for indicator in standard.indicators}
    found = balance.variation
    frame = found.assign(
        service=_service_names(found["service"]),
        indicator=[both((indicators[name].name_zh, indicators[name].name_en)) for name in found["resource"]],
        passes=[yes_no(bool(flag)) for flag in found["passes"]],
        source=[
            f"{indicators[name].least[service].source}；{standard.largest_variation[service].source}"
            for service, name in zip(found["service"], found["resource"], strict=True)
        ],
        verified=[
            yes_no(indicators[name].least[service].verified and standard.largest_variation[service].verified)
            for service, name in zip(found["service"], found["resource"], strict=True)
        ],
    )
    columns = (
        SERVICE,
        Column("indicator", "指标", "Indicator", width=46),
        Column("mean", "全部学生平均", "Mean of all pupils", "number"),
        Column("least", "每校标准（不低于）", "Standard of a school (at least)", "number", 14),
        Column("below", "低于标准的学校（所）", "Schools below it", "count", 14),
        Column("variation", "差异系数", "Coefficient of variation", "number", 13),
        Column("largest", "上限", "At most", "number", 9),
        Column("passes", "差异系数达标", "Variation within the limit", width=14),
        Column("source", "来源", "Source", width=60),
        Column("verified", "已核实", "Verified", width=10),
    )
    notes = (
        (
            "差异系数按学生数加权：CV = √(Σ pᵢ/P·(xᵢ−X̄)²)/X̄，X̄ 为全部学校资源之和除以学生之和；教学点不计入。",
            "The coefficient of variation is weighted by pupils: CV = sqrt(sum p_i/P (x_i - X)^2) / X, X the resource"
            " of all schools over all pupils; teaching points are left out.",
        ),
    )
    return make_sheet("school_variation", ("优质均衡差异系数", "School variation"), columns, frame, notes)


def _schools(result: RunResult, balance: QualityBalance) -> Sheet:
    """各校指标: one row a school, those that fail first."""
    zones, standard, schools = zone_names(result.case), balance.standard, balance.schools
    rest = standard.rest_share.value
    frame = schools.assign(
        service=_service_names(schools["service"]),
        zone=[both(zones.get(z, (z, z))) for z in schools["zone"]],
        passes=np.where(schools["counted"], [yes_no(bool(flag)) for flag in schools["passes"]], ""),
        below=_below(schools, standard.indicators),
    ).iloc[np.lexsort((np.arange(len(schools)), schools["met"], schools["passes"]))]
    columns = (
        SERVICE,
        Column("id", "编号", "Id", width=14),
        Column("name", "名称", "Name", width=26),
        *PLACE,
        Column("pupils", "在校生（人）", "Pupils", "persons"),
        Column("met", "达标项数", "Indicators met", "count", 10),
        Column("passes", "学校达标", "School passes", width=11),
        Column("below", "未达标的指标", "Indicators below the standard", width=60),
        *(Column(i.resource, i.name_zh, i.name_en, "number", 17) for i in standard.indicators),
    )
    notes = (
        (
            f"学校达标：七项中至少 {standard.least_met.value:g} 项达标，其余不低于标准的 {rest:.0%}。"
            f"不足 {standard.teaching_point_below.value:g} 人的教学点不评价，也不计入差异系数（留空）。",
            f"A school passes with at least {standard.least_met.value:g} of the seven, the rest at {rest:.0%} of the"
            f" standard or more. Teaching points below {standard.teaching_point_below.value:g} pupils are not judged"
            " and do not count in the variation (empty).",
        ),
    )
    return make_sheet("school_balance", ("优质均衡学校指标", "School balance"), columns, frame, notes)


def _below(schools: pd.DataFrame, indicators: tuple[Indicator, ...]) -> list[str]:
    """What each school lacks, with its figure and the standard."""
    texts: list[list[str]] = [[] for _ in range(len(schools))]
    for indicator in indicators:
        least = np.array([indicator.least[name].value for name in schools["service"]], dtype=np.float64)
        figure = schools[indicator.resource].to_numpy(dtype=np.float64)
        for k in np.flatnonzero(~at_least(figure, least)):
            texts[k].append(f"{indicator.name_zh} {figure[k]:.2f} < {least[k]:g}")
    return ["；".join(parts) for parts in texts]
