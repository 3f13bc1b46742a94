"""From a case and a question to the sites, the demand and the numbers of one service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siting.case import Case
from siting.demand import demand_for
from siting.errors import Faults, nearest_word
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.instance import Instance
from siting.question.candidates import candidates_for
from siting.scenario import ServiceQuestion, threshold_of
from siting.standards import Mode, Service, ZoneKind


@dataclass(frozen=True, eq=False)
class Problem:
    """One service's sites and demand, before any travel time.

    Attributes:
        sites: id, name, lon, lat, zone, township, land, origin (`existing` or `candidate`), closing (bool),
            capacity_persons (NaN: unknown or no limit), cost_yuan, closable, relocatable and competitor (bool),
            attraction (NaN: none known).
        demand_persons: (I,) in the order of the case's demand table.
        mode: (I,) travel mode that the standard of the point's zone kind names.
        standard_min: (I,) coverage standard.
        zone_kind: (I,).
    """

    service: Service
    question: ServiceQuestion
    sites: pd.DataFrame
    demand_persons: FloatArray
    mode: list[Mode]
    standard_min: FloatArray
    zone_kind: list[ZoneKind]


def pose(case: Case, service: Service, question: ServiceQuestion, *, with_candidates: bool = True) -> Problem:
    """Gather what a service's question needs.

    Raises:
        InputError: when the question names ids or zones that the case does not have or contradicts itself, when
            its longest travel time is below a standard, or when nobody needs the service.
    """
    facilities = case.facilities[case.facilities["service"] == service.id]
    candidates = candidates_for(case, service, question) if with_candidates else case.candidates.iloc[:0]
    _check_ids(case, service, question, set(facilities["id"]), set(candidates["id"]), with_candidates)
    kinds: list[ZoneKind] = list(case.zones["kind"].reindex(case.demand["zone"]))
    by_kind = {kind: threshold_of(question, service, kind) for kind in set(kinds)}
    _check_reach(service, question, max(minutes for _, minutes in by_kind.values()))
    closing = set(question.close)
    if question.keep != "all":
        closing |= set(facilities["id"]) - set(question.keep)
    size = question.new_capacity_persons or service.capacity.default_persons.value
    cost = question.open_yuan if question.open_yuan is not None else service.cost.open_yuan.value
    old = pd.DataFrame(
        {
            **{name: facilities[name] for name in ("id", "name", "lon", "lat", "zone", "township")},
            "land": "",
            "origin": "existing",
            "closing": facilities["id"].isin(closing),
            "capacity_persons": facilities["capacity"],
            "cost_yuan": 0.0,
            **_leaving(question, facilities["id"], closing),
            "competitor": facilities["id"].isin(question.competitors),
            "attraction": _attraction(question, facilities, facilities["capacity"]),
            "vehicles_today": facilities["vehicles"],
        }
    )
    new = pd.DataFrame(
        {
            **{name: candidates[name] for name in ("id", "name", "lon", "lat", "zone", "township", "land")},
            "origin": "candidate",
            "closing": False,
            "capacity_persons": size if size > 0 else np.nan,
            "cost_yuan": float(cost),
            "closable": False,
            "relocatable": False,
            "competitor": False,
            "attraction": _attraction(question, candidates, size if size > 0 else np.nan),
            "vehicles_today": np.nan,
        }
    )
    return Problem(
        service=service,
        question=question,
        sites=pd.concat([old, new], ignore_index=True),
        demand_persons=demand_for(case, service),
        mode=[by_kind[kind][0] for kind in kinds],
        standard_min=np.array([by_kind[kind][1] for kind in kinds], dtype=np.float64),
        zone_kind=kinds,
    )


def make_instance(
    problem: Problem,
    impedance: ImpedanceMatrix,
    *,
    rows: BoolArray,
    columns: BoolArray,
    numbers: Mapping[str, Any],
) -> Instance:
    """The numbers that the model sees.

    Args:
        problem: the service's question.
        impedance: (I, S) minutes over all demand points and all of `problem.sites`.
        rows: (I,) demand points that take part.
        columns: (S,) sites that take part.
        numbers: fields of the instance that only some models read.
    """
    sites = problem.sites[columns]
    existing = (sites["origin"] == "existing").to_numpy(dtype=bool)
    question = problem.question
    capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
    plain: dict[str, Any] = {
        "p": question.new,
        "budget": question.budget_yuan,
        "standard": problem.standard_min[rows],
        "capacity": np.where(np.isnan(capacity), np.inf, capacity),
        "fixed_cost": sites["cost_yuan"].to_numpy(dtype=np.float64),
        "existing": existing,
        "required": sites["id"].isin(question.required).to_numpy(dtype=bool) & ~existing,
        "forbidden": sites["id"].isin(question.forbidden).to_numpy(dtype=bool) & ~existing,
        "site_zone": list(sites["zone"]),
        "zone_minimum": question.zone_minimum,
        "demand_ids": [str(k) for k in np.flatnonzero(rows)],
        "site_ids": list(sites["id"]),
    }
    return Instance.from_arrays(
        impedance.select(rows, columns), problem.demand_persons[rows], **(plain | dict(numbers))
    )


def _leaving(question: ServiceQuestion, ids: pd.Series, closing: set[str]) -> dict[str, pd.Series]:
    """Which facilities may close and which may move; `all` are those that no other key names."""
    left = closing | set(question.competitors)
    named = {
        "closable": left | set(() if question.may_move == "all" else question.may_move),
        "relocatable": left | set(() if question.may_close == "all" else question.may_close),
    }
    return {
        flag: ~ids.isin(named[flag]) if chosen == "all" else ids.isin(chosen)
        for flag, chosen in (("closable", question.may_close), ("relocatable", question.may_move))
    }


def _attraction(question: ServiceQuestion, table: pd.DataFrame, capacity: pd.Series | float) -> pd.Series | float:
    if question.attraction == "capacity":
        return capacity
    if question.attraction == "column" and "attraction" in table:
        return table["attraction"]
    return np.nan if question.attraction == "column" else 1.0


def _check_reach(service: Service, question: ServiceQuestion, longest_standard_min: float) -> None:
    """Times are computed as far as `max_travel_minutes`: a longer standard would miss people who are within it."""
    if question.max_travel_minutes >= longest_standard_min:
        return
    faults = Faults()
    faults.add(
        f"最长出行时间短于达标时间 {longest_standard_min:g} 分钟（{service.name_zh}），会漏算达标的人",
        f"the longest travel time is below the coverage standard of {longest_standard_min:g} min "
        f"({service.name_en}): people within the standard would be missed",
        remedy_zh=f"请把 max_travel_minutes 加到 {longest_standard_min:g} 以上",
        remedy_en=f"raise max_travel_minutes to {longest_standard_min:g} or more",
        column=f"services.{service.id}.max_travel_minutes",
        value=question.max_travel_minutes,
    )
    faults.raise_if_any()


def _check_ids(
    case: Case,
    service: Service,
    question: ServiceQuestion,
    facilities: set[str],
    candidates: set[str],
    with_candidates: bool,
) -> None:
    faults = Faults()
    lists: list[tuple[str, tuple[str, ...], set[str]]] = [("close", question.close, facilities)]
    keep, may_close, may_move = (
        () if value == "all" else value for value in (question.keep, question.may_close, question.may_move)
    )
    lists += [("keep", keep, facilities), ("may_close", may_close, facilities), ("may_move", may_move, facilities)]
    lists.append(("competitors", question.competitors, facilities))
    going = set(question.close) | (set() if question.keep == "all" else facilities - set(keep))
    if with_candidates:
        lists += [("required", question.required, candidates), ("forbidden", question.forbidden, candidates)]
    for key, ids, known in lists:
        for name in ids:
            if name not in known:
                close = nearest_word(name, known)
                faults.add(
                    f"案例中没有这个编号（{service.name_zh}）",
                    f"the case has no such id ({service.name_en})",
                    remedy_zh=f"是否想写“{close}”？" if close else "请核对 facilities.csv 与 candidates.csv",
                    remedy_en=f"did you mean {close!r}?" if close else "see facilities.csv and candidates.csv",
                    column=f"services.{service.id}.{key}",
                    value=name,
                )
    clashes: list[tuple[str, set[str], str, str]] = [
        (
            "close",
            set(question.close) & set(keep),
            "又要保留又要关闭",
            "kept and closed at once",
        ),
        (
            "keep",
            set(keep) & {*may_close, *may_move},
            "又要保留又允许关闭或迁移",
            "kept, and free to close or move, at once",
        ),
        (
            "may_close",
            set(may_close) & set(may_move),
            "允许关闭与允许迁移只能选一个",
            "free to close and to move at once",
        ),
        (
            "close",
            going & {*may_close, *may_move, *question.competitors},
            "必定关闭的设施不能再列为可关闭、可迁移或其他机构",
            "closes in any case: not to be listed as free to close or move, or as a competitor's",
        ),
        (
            "competitors",
            set(question.competitors) & {*may_close, *may_move},
            "其他机构的设施不能由方案关闭或迁移",
            "a competitor's facility cannot be closed or moved by the plan",
        ),
        (
            "may_close",
            {"all"} if question.may_close == question.may_move == "all" else set(),
            "may_close 与 may_move 不能都写 all",
            "may_close and may_move cannot both be all",
        ),
        (
            "required",
            set(question.required) & set(question.forbidden),
            "既必选又禁选",
            "required and forbidden at once",
        ),
        (
            "candidates",
            facilities & candidates,
            "现有设施与候选地点用了同一编号",
            "a facility and a candidate site share an id",
        ),
    ]
    for key, shared, zh, en in clashes:
        for name in sorted(shared):
            faults.add(
                f"{zh}（{service.name_zh}）",
                f"{en} ({service.name_en})",
                column=f"services.{service.id}.{key}",
                value=name,
            )
    if question.township_minimum and not case.demand["township"].astype(bool).any():
        faults.add(
            f"需求点没有写明乡镇（街道）（{service.name_zh}）",
            f"no demand point says in which township it lies ({service.name_en})",
            remedy_zh="请填写 demand.csv 的 township 列，或删去这一项",
            remedy_en="fill in the column township of demand.csv, or remove the key",
            column=f"services.{service.id}.township_minimum",
            value=question.township_minimum,
        )
    for key, zone in [(k, z) for k in ("zone_minimum", "zone_maximum") for z in getattr(question, k)]:
        if zone not in case.zones.index:
            close = nearest_word(zone, case.zones.index)
            faults.add(
                "案例中没有这个分区",
                "the case has no such zone",
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(case.zones.index)}",
                remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(case.zones.index)}",
                column=f"services.{service.id}.{key}",
                value=zone,
            )
    faults.raise_if_any()
