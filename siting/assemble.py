"""From a case and a question to the sites, the demand and the numbers of one service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_checks import services_in
from siting.demand import demand_for
from siting.errors import Faults
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.instance import Instance
from siting.scenario import ServiceQuestion, threshold_of
from siting.standards import Mode, Service, ZoneKind
from siting.suggest import nearest_word


@dataclass(frozen=True, eq=False)
class Problem:
    """One service's sites and demand, before any travel time.

    Attributes:
        sites: id, name, lon, lat, zone, township, land, origin (`existing` or `candidate`), closing (bool),
            capacity_persons (NaN: unknown or no limit), cost_yuan.
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
    allowed = case.candidates["services"].map(lambda text: _allows(str(text), service.id)).to_numpy(dtype=bool)
    candidates = case.candidates[allowed] if with_candidates else case.candidates.iloc[:0]
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
        }
    )
    new = pd.DataFrame(
        {
            **{name: candidates[name] for name in ("id", "name", "lon", "lat", "zone", "township", "land")},
            "origin": "candidate",
            "closing": False,
            "capacity_persons": size if size > 0 else np.nan,
            "cost_yuan": float(cost),
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
    zones: Mapping[str, int],
) -> Instance:
    """The numbers that the model sees.

    Args:
        problem: the service's question.
        impedance: (I, S) minutes over all demand points and all of `problem.sites`.
        rows: (I,) demand points that take part.
        columns: (S,) sites that take part.
        zones: least number of new facilities by zone id.
    """
    sites = problem.sites[columns]
    existing = (sites["origin"] == "existing").to_numpy(dtype=bool)
    question = problem.question
    capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
    return Instance.from_arrays(
        impedance.select(rows, columns),
        problem.demand_persons[rows],
        p=question.new,
        budget=question.budget_yuan,
        standard=problem.standard_min[rows],
        capacity=np.where(np.isnan(capacity), np.inf, capacity),
        fixed_cost=sites["cost_yuan"].to_numpy(dtype=np.float64),
        existing=existing,
        required=sites["id"].isin(question.required).to_numpy(dtype=bool) & ~existing,
        forbidden=sites["id"].isin(question.forbidden).to_numpy(dtype=bool) & ~existing,
        site_zone=list(sites["zone"]),
        zone_minimum=zones,
        demand_ids=[str(k) for k in np.flatnonzero(rows)],
        site_ids=list(sites["id"]),
    )


def _allows(text: str, service: str) -> bool:
    words = services_in(text)
    return not words or service in words


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
    if question.keep != "all":
        lists.append(("keep", question.keep, facilities))
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
            set(question.close) & set(() if question.keep == "all" else question.keep),
            "又要保留又要关闭",
            "kept and closed at once",
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
    for zone in question.zone_minimum:
        if zone not in case.zones.index:
            close = nearest_word(zone, case.zones.index)
            faults.add(
                "案例中没有这个分区",
                "the case has no such zone",
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(case.zones.index)}",
                remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(case.zones.index)}",
                column=f"services.{service.id}.zone_minimum",
                value=zone,
            )
    faults.raise_if_any()
