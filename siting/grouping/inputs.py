"""From a scenario and its case to the numbers of a grouping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.errors import Faults, nearest_word
from siting.files.cache import Cache
from siting.grouping.problem import Problem
from siting.grouping.scenario import Grouping, Rules
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance.adjacency import Adjacency
from siting.network import DECIMALS_MIN, RoadGraph
from siting.prepare import Settings
from siting.question.between_times import NEIGHBOUR_WALK_MIN
from siting.question.neighbours import demand_adjacency
from siting.service_times import mode_times, placed
from siting.standards import Mode, load_service

LONGEST_MIN = 240.0  # of the ways that are looked at, to tell which limit would be possible


def pose(case: Case, scenario: Grouping, graph: RoadGraph, graph_key: str, settings: Settings, path: Path) -> Problem:
    """The numbers of the scenario.

    Raises:
        InputError: with every id, number or column that cannot be used.
    """
    leads, members = choose(case, scenario, path)
    rules = scenario.rules
    own, target, settled = _settled_numbers(scenario, leads, members, path)

    def times(origins: pd.DataFrame, destinations: pd.DataFrame, mode: Mode, longest: float) -> ImpedanceMatrix:
        found = mode_times(
            placed(origins), placed(destinations), graph, mode, longest,
            travel=scenario.travel, cache=Cache(settings.cache), graph_key=graph_key, listener=settings.listener,
        )  # fmt: skip
        return found.impedance.widened(DECIMALS_MIN)

    minutes = times(members, leads, rules.mode, LONGEST_MIN).dense()
    catchment, touching, home = None, None, None
    if rules.load == "people" or rules.contiguous:
        catchment = catchments(case, members, times(case.demand, members, "drive", LONGEST_MIN).dense(), rules)
    if rules.load == "people":
        assert catchment is not None
        load = np.bincount(catchment, weights=case.population, minlength=len(members)).astype(np.float64)
    else:
        load = members[rules.load].to_numpy(dtype=np.float64)
    if rules.contiguous:
        assert catchment is not None
        walk = times(case.demand, case.demand, "walk", NEIGHBOUR_WALK_MIN)
        touching = touching_members(case, catchment, walk, len(members))
        home = catchment[_nearest_points(case, leads)]
    return Problem(
        leads, members, load, own, target * (load.sum() + own.sum()), minutes, settled, touching, home, catchment
    )


def choose(case: Case, scenario: Grouping, path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of `case.facilities` of the leads and of the members.

    Raises:
        InputError: an id that there is not, a number that is missing, or too few of either.
    """
    asked, faults = scenario.members, Faults(path)
    leads = _rows(case, scenario.leads.service, scenario.leads.ids, "leads", faults)
    members = _rows(case, asked.service, asked.ids, "members", faults)
    for zone in asked.zones:
        if zone not in case.zones.index:
            _unknown(faults, "members.zones", zone, list(case.zones.index), "分区", "zone")
    for key in asked.leave_out:
        if key not in set(members["id"]):
            _unknown(faults, "members.leave_out", key, list(members["id"]), "成员", "member")
    faults.raise_if_any()
    left = ~members["id"].isin([*leads["id"], *asked.leave_out])
    if asked.zones:
        left &= members["zone"].isin(asked.zones)
    if asked.most_enrolment is not None:
        left &= members["enrolment"] <= asked.most_enrolment
    members = members[left]
    if len(leads) < 2:
        faults.add("牵头单位少于两个", "there are fewer than two leads", column="leads")
    if len(members) < len(leads):
        faults.add(
            f"成员（{len(members)} 个）少于牵头单位（{len(leads)} 个）",
            f"there are fewer members ({len(members)}) than leads ({len(leads)})",
            remedy_zh="请放宽 members 的条件",
            remedy_en="loosen the conditions of members",
            column="members",
        )
    _refuse_unknown_numbers(faults, scenario.rules, leads, members)
    faults.raise_if_any()
    return leads.reset_index(drop=True), members.reset_index(drop=True)


def _rows(case: Case, service: str, ids: tuple[str, ...], key: str, faults: Faults) -> pd.DataFrame:
    load_service(service)
    rows = case.facilities[case.facilities["service"] == service]
    for name in ids:
        if name not in set(rows["id"]):
            _unknown(faults, f"{key}.ids", name, list(rows["id"]), f"{service} 设施", f"facility of {service}")
    return rows[rows["id"].isin(ids)] if ids else rows


def _unknown(faults: Faults, column: str, value: str, known: list[str], zh: str, en: str) -> None:
    close = nearest_word(value, known)
    faults.add(
        f"没有这个{zh}",
        f"there is no such {en}",
        remedy_zh=f"是否想写“{close}”？" if close else "请核对编号",
        remedy_en=f"did you mean {close!r}?" if close else "check the id",
        column=column,
        value=value,
    )


def _refuse_unknown_numbers(faults: Faults, rules: Rules, leads: pd.DataFrame, members: pd.DataFrame) -> None:
    if rules.load == "people":
        return
    for rows in (members, leads) if rules.with_lead else (members,):
        for _, row in rows[rows[rules.load].isna()].iterrows():
            faults.add(
                f"这处设施没有填 {rules.load}，无法均衡",
                f"the facility has no {rules.load}, which is to be balanced",
                remedy_zh="请在 facilities.csv 中填写，或换一个 rules.load，或用 members.leave_out 排除",
                remedy_en="fill it in in facilities.csv, balance something else, or leave it out",
                column="rules.load",
                value=f"{row['id']} {row['name']}",
            )


def _settled_numbers(
    scenario: Grouping, leads: pd.DataFrame, members: pd.DataFrame, path: Path
) -> tuple[FloatArray, FloatArray, IntArray]:
    """(L,) own load and (L,) share of the load of each lead, and (M,) the lead that is settled for each member."""
    rules, faults = scenario.rules, Faults(path)
    lead_ids, member_ids = [str(k) for k in leads["id"]], [str(k) for k in members["id"]]
    share = np.ones(len(leads))
    for key, value in scenario.leads.share.items():
        if key not in lead_ids:
            _unknown(faults, "leads.share", key, lead_ids, "牵头单位", "lead")
        elif not (np.isfinite(value) and value > 0):
            faults.add("份额应大于零", "a share must be above 0", column=f"leads.share.{key}", value=value)
        else:
            share[lead_ids.index(key)] = value
    if scenario.leads.share and set(scenario.leads.share) < set(lead_ids):
        faults.add("份额须写明每个牵头单位", "give the share of every lead, or of none", column="leads.share")
    settled = np.full(len(members), -1, dtype=np.int64)
    for key, lead in rules.together.items():
        if key not in member_ids:
            _unknown(faults, "rules.together", key, member_ids, "成员", "member")
        if lead not in lead_ids:
            _unknown(faults, f"rules.together.{key}", lead, lead_ids, "牵头单位", "lead")
        if key in member_ids and lead in lead_ids:
            settled[member_ids.index(key)] = lead_ids.index(lead)
    count, room = len(members), (rules.most_members or len(members)) * len(leads)
    if rules.least_members * len(leads) > count or room < count:
        faults.add(
            f"{len(leads)} 组、每组 {rules.least_members} 至 {rules.most_members or count} 个，装不下 {count} 个成员",
            f"{count} members do not fit into {len(leads)} groups of {rules.least_members} to "
            f"{rules.most_members or count}",
            remedy_zh=f"平均每组 {count / len(leads):.1f} 个，请放宽上下限",
            remedy_en=f"{count / len(leads):.1f} a group on average: loosen the limits",
            column="rules.least_members, rules.most_members",
        )
    faults.raise_if_any()
    own = leads[rules.load].to_numpy(dtype=np.float64) if rules.with_lead else np.zeros(len(leads))
    return own, share / share.sum(), settled


def catchments(case: Case, members: pd.DataFrame, minutes: FloatArray, rules: Rules) -> IntArray:
    """(I,) the member to which each demand point belongs.

    By `township` it is the nearest member of the point's own township, or the nearest of all where there is none; by
    `nearest` the nearest of all. Where no road leads to any, the one that is nearest in a straight line.

    Args:
        minutes: (I, M) from the demand points to the members, +inf where there is no way.
    """
    straight = _straight(case, case.demand, members)
    allowed = np.ones(minutes.shape, dtype=bool)
    if rules.catchment == "township":
        same: BoolArray = case.demand["township"].to_numpy()[:, None] == members["township"].to_numpy()
        allowed = same | ~np.asarray(same.any(axis=1))[:, None]
    by_road = np.where(allowed, minutes, np.inf)
    reached = np.isfinite(by_road).any(axis=1)
    found = np.where(reached, by_road.argmin(axis=1), np.where(allowed, straight, np.inf).argmin(axis=1))
    return np.asarray(found, dtype=np.int64)


def touching_members(case: Case, catchment: IntArray, walk: ImpedanceMatrix, count: int) -> Adjacency:
    """Members of whose catchments at least two demand points touch each other."""
    points = demand_adjacency(case, np.ones(len(case.demand), dtype=bool), walk)
    first, second = (catchment[end] for end in points.arcs())
    apart = first != second
    return Adjacency.from_pairs(first[apart], second[apart], count)


def _nearest_points(case: Case, facilities: pd.DataFrame) -> IntArray:
    """The demand point nearest to each facility in a straight line."""
    return np.asarray(_straight(case, facilities, case.demand).argmin(axis=1), dtype=np.int64)


def _straight(case: Case, ones: pd.DataFrame, others: pd.DataFrame) -> FloatArray:
    """Straight distances, metres on the plane of the case's projected system."""
    from pyproj import Transformer  # slow to start, needed by few

    project = Transformer.from_crs("EPSG:4326", case.info.projected_crs, always_xy=True)
    x, y = (np.array(project.transform(f["lon"].to_numpy(), f["lat"].to_numpy())) for f in (ones, others))
    return np.asarray(np.hypot(*(x[:, :, None] - y[:, None, :])), dtype=np.float64)
