"""Tables of vehicles that may be busy: how many at each station, who can expect a free one in time, who has backup."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.evaluation.vehicles import arrival_by_group
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_people import WORDS, place_names
from siting.render.tables_sites import PLACE, POSITION, SERVICE
from siting.render.wording import STATUS, both, share_text, zone_names
from siting.results import RunResult, ServiceResult

WORST = 20  # villages that are named first


def vehicle_sheets(result: RunResult) -> list[Sheet]:
    """车辆: the sheets about them; none where no plan places any."""
    services = [service for service in result.services if service.has_vehicles]
    if not services:
        return []
    return [_stations(result, services), _townships(services), _villages(services)]


def stations_table(service: ServiceResult) -> pd.DataFrame:
    """The stations in use before or after, those with most vehicles first."""
    sites = service.sites[service.sites["status"] != "candidate"]
    sites = sites.assign(more=sites["vehicles"] - sites["vehicles_before"])
    return sites.sort_values(["vehicles", "more"], ascending=False, kind="stable")


def townships_table(service: ServiceResult) -> pd.DataFrame:
    """Arrival by township, the least first."""
    found = arrival_by_group(service.demand, ["township"])
    return found.sort_values(["expected_share_after", "persons"], ascending=[True, False], kind="stable")


def villages_table(service: ServiceResult) -> pd.DataFrame:
    """Arrival by village, the worst first, with its rank."""
    demand = service.demand.assign(village=place_names(service.demand))
    found = arrival_by_group(demand, ["township", "village"])
    with_time = demand.assign(work=demand["demand_persons"] * demand["nearest_after_min"])
    with_time = with_time[with_time["work"].notna() & (with_time["demand_persons"] > 0)]
    sums = with_time.groupby(["township", "village"])[["work", "demand_persons"]].sum()
    minutes = (sums["work"] / sums["demand_persons"]).reindex(pd.MultiIndex.from_frame(found[["township", "village"]]))
    found = found.assign(nearest_min=minutes.to_numpy(dtype=np.float64))
    found = found.sort_values(
        ["expected_share_after", "nearest_min", "persons"],
        ascending=[True, False, False],
        kind="stable",
        na_position="first",
    )
    return found.assign(rank=np.arange(1, len(found) + 1))


def arrival_totals(service: ServiceResult) -> dict[str, float]:
    """Vehicles before and after, and the shares of all people, by name."""
    everybody = service.demand.assign(everybody=0)
    row = arrival_by_group(everybody, ["everybody"]).iloc[0]
    return {
        "vehicles_before": float(service.sites["vehicles_before"].sum()),
        "vehicles_after": float(service.sites["vehicles"].sum()),
        **{str(name): float(row[name]) for name in row.index if name != "everybody"},
    }


def arrival_sentences(service: ServiceResult) -> list[tuple[str, str]]:
    """What the vehicles give, and what of them was assumed."""
    found = arrival_totals(service)
    busy = (service.question.busy_fraction or 0.0) if service.question is not None else 0.0
    numbers = f"{found['vehicles_before']:,.0f}", f"{found['vehicles_after']:,.0f}"
    shares = {
        name: (share_text(found[f"{name}_before"]), share_text(found[f"{name}_after"]))
        for name in ("expected_share", "backup_share")
    }
    expected, backup = shares["expected_share"], shares["backup_share"]
    told = [
        (
            f"车辆由 {numbers[0]} 辆变为 {numbers[1]} 辆。标准时间之内能等到空闲车辆的概率，全部人口平均由"
            f" {expected[0]} 变为 {expected[1]}；标准时间之内有两辆车（有备用）的人由 {backup[0]} 变为 {backup[1]}。",
            f"Vehicles go from {numbers[0]} to {numbers[1]}. The chance that a free vehicle arrives within the standard"
            f" goes from {expected[0]} to {expected[1]}, as the mean of all people; people with two vehicles within the"
            f" standard (backup) from {backup[0]} to {backup[1]}.",
        ),
        (
            f"假设每辆车有 {busy:.0%} 的时间在出车，互不影响：n 辆车中至少一辆空闲的概率为 1 − {busy:g}ⁿ。",
            f"Every vehicle is taken to be busy {busy:.0%} of the time, independently of the others: of n vehicles one"
            f" is free with chance 1 − {busy:g}ⁿ.",
        ),
    ]
    assumed = int(service.sites["vehicles_assumed"].sum())
    if assumed:
        told.append(
            (
                f"有 {assumed} 处站点的台账（facilities.csv 的 vehicles）没有写现有车辆，按每处 1 辆计。",
                f"The ledger (vehicles in facilities.csv) does not tell today's vehicles of {assumed} stations: one at"
                " each is taken.",
            )
        )
    return told


def _notes(services: list[ServiceResult]) -> list[tuple[str, str]]:
    return [
        (f"{service.service.name_zh}：{zh}", f"{service.service.name_en}: {en}")
        for service in services
        for zh, en in arrival_sentences(service)
    ]


def _stations(result: RunResult, services: list[ServiceResult]) -> Sheet:
    """车辆布置: one row a station."""
    zones = zone_names(result.case)
    parts = []
    for service in services:
        found = stations_table(service)
        parts.append(
            found.assign(
                service=service.service.name_zh,
                zone=[both(zones.get(z, (z, z))) for z in found["zone"]],
                status=[both(STATUS[s]) for s in found["status"]],
            )
        )
    columns = (
        SERVICE,
        Column("id", "编号", "Id", width=14),
        Column("name", "站点", "Station", width=26),
        Column("status", "状态", "Status", width=14),
        *PLACE,
        Column("vehicles_before", "现状车辆（辆）", "Vehicles before", "count", 12),
        Column("vehicles", "规划车辆（辆）", "Vehicles after", "count", 12),
        Column("more", "增减（辆）", "Change", "count", 10),
        *POSITION,
    )
    return make_sheet("vehicles", ("车辆布置", "Vehicles"), columns, pd.concat(parts), _notes(services))


def _share_columns() -> list[Column]:
    columns = [Column("persons", "需要服务的人（人）", "People who need it (persons)", "persons", 16)]
    for name, zh, en in (
        ("expected_share", "标准时间内等到空闲车辆的概率", "Chance of a free vehicle within the standard"),
        ("reached_share", "标准时间内有车的人", "People with a vehicle within it"),
        ("backup_share", "有备用（两辆车）的人", "People with two (backup)"),
    ):
        columns += [Column(f"{name}_{when}", f"{zh}，{WORDS[when][0]}", f"{en}, {when}", "share", 20) for when in WORDS]
    return columns


def _townships(services: list[ServiceResult]) -> Sheet:
    """各乡镇按时到达: one row a township, the worst first."""
    frames = [townships_table(service).assign(service=service.service.name_zh) for service in services]
    columns = (SERVICE, Column("township", "乡镇街道", "Township", width=14), *_share_columns())
    notes = (
        (
            "概率为该乡镇各居民点的人口加权平均；最低的在前。",
            "The chance is the mean over the people of the township; the lowest first.",
        ),
    )
    return make_sheet("vehicle_townships", ("各乡镇车辆到达", "Arrival by township"), columns, pd.concat(frames), notes)


def _villages(services: list[ServiceResult]) -> Sheet:
    """各村按时到达: one row a village, the worst first."""
    frames = [villages_table(service).assign(service=service.service.name_zh) for service in services]
    columns = (
        SERVICE,
        Column("rank", "由差到好", "Rank, worst first", "count", 10),
        Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村/社区", "Village", width=18),
        *_share_columns(),
        Column("nearest_min", "规划后最近站点平均（分钟）", "Nearest station after, mean (min)", "minutes", 18),
    )
    notes = (
        (
            f"所有村按规划后的概率由低到高排列，相同的以最近站点远的在前；前 {WORST} 个即最差的村。"
            "时间为空：到不了任何站点。",
            f"All villages by the chance after the plan, the lowest first, of equal ones those farther from a station;"
            f" the first {WORST} are the worst. An empty time: no station within reach.",
        ),
    )
    return make_sheet("vehicle_villages", ("各村车辆到达", "Arrival by village"), columns, pd.concat(frames), notes)
