"""What a layout scenario asks of a case, checked before anything is solved: every fault, by service and key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_ledger import SCHOOLS as COMPULSORY
from siting.errors import Faults, nearest_word
from siting.impedance import FloatArray, ImpedanceMatrix
from siting.layout.places import NOT_GIVEN, candidates_of, fits, inside, ready_year
from siting.layout.scenario import LayoutScenario, ServicePlan
from siting.standards import Service, list_services

OF_FACILITIES = ("grow", "shrink", "close", "move", "protect", "must_close")
OF_PLOTS = ("open", "required")


def check_services(scenario: LayoutScenario, path: Path) -> None:
    """The services have a standard.

    Raises:
        InputError: naming each that has none.
    """
    faults, known = Faults(path), list_services()
    for k, plan in enumerate(scenario.services, start=1):
        if plan.service not in known:
            texts = ("没有这种服务", "there is no such service")
            _unknown(faults, f"services[{k}].service", plan.service, known, texts)
    faults.raise_if_any()


def check_links(scenario: LayoutScenario, path: Path) -> None:
    """Links name services of the scenario.

    Raises:
        InputError: naming each that it does not have.
    """
    faults = Faults(path)
    known = {plan.service for plan in scenario.services}
    for k, link in enumerate(scenario.links, start=1):
        named = [link.service] if hasattr(link, "service") else []
        of = getattr(link, "of", ())
        named += [of] if isinstance(of, str) else list(of)
        named += list(getattr(link, "services", ()))
        for name in named:
            if name not in known:
                _unknown(
                    faults, f"links[{k}]", name, known, ("services 里没有这项服务", "services has no such service")
                )
    faults.raise_if_any()


def check_plans(
    case: Case,
    scenario: LayoutScenario,
    services: Sequence[Service],
    candidates: Mapping[str, pd.DataFrame],
    path: Path,
) -> None:
    """Ids, zones and sizes are there, and the plots that are named can be built on in time.

    Args:
        candidates: of each service the plots that it may use.

    Raises:
        InputError: naming every key that asks for what there is not.
    """
    faults = Faults(path)
    for service, plan in zip(services, scenario.services, strict=True):
        _check_ids(faults, case, service, plan, candidates[service.id])
        for key, zones in (("zones", plan.zones), ("zone_minimum", plan.zone_minimum)):
            for zone in zones:
                if zone not in case.zones.index:
                    known = [str(z) for z in case.zones.index]
                    _unknown(faults, f"services.{service.id}.{key}", zone, known,
                             ("案例中没有这个分区", "the case has no such zone"))  # fmt: skip
        known_sizes = {s.persons for s in service.sizes}
        for persons in plan.sizes:
            if persons not in known_sizes:
                faults.add(
                    f"{service.name_zh}的标准没有这个规模",
                    f"the standard of {service.name_en} has no such size",
                    remedy_zh=f"可用：{'、'.join(f'{p:g}' for p in sorted(known_sizes))}",
                    remedy_en=f"available: {', '.join(f'{p:g}' for p in sorted(known_sizes))}",
                    column=f"services.{service.id}.sizes",
                    value=f"{persons:g}",
                )
        if plan.quality_limits:
            _check_quality(faults, case, service)
        if not faults:
            _check_land(faults, scenario, service, plan, candidates[service.id])
    faults.raise_if_any()


def _check_ids(faults: Faults, case: Case, service: Service, plan: ServicePlan, candidates: pd.DataFrame) -> None:
    facilities = case.facilities
    own = set(facilities.loc[facilities["service"] == service.id, "id"])
    other = dict(zip(facilities["id"], facilities["service"], strict=True))
    plots, usable = set(candidates["id"]), set(candidates_of(case, service)["id"])
    land = dict(zip(case.candidates["id"], case.candidates["land"].fillna("").astype(str), strict=True))
    for key in (*OF_FACILITIES, *OF_PLOTS):
        value, column = getattr(plan, key), f"services.{service.id}.{key}"
        known = plots if key in OF_PLOTS else own
        for name in () if value in NOT_GIVEN else value:
            if name in known:
                continue
            if key in OF_PLOTS and name in usable:
                faults.add(
                    "地块离铁路或主干道太近（标准的 separation_m）",
                    "the plot is too near a railway or trunk road (separation_m of the standard)",
                    remedy_zh="改用别的地块，或写 separation = false",
                    remedy_en="name another plot, or write separation = false",
                    column=column,
                    value=name,
                )
            elif key in OF_PLOTS and name in land:
                faults.add(
                    f"地块“{land[name]}”不能用于{service.name_zh}",
                    f"the land of the plot ({land[name]}) is not for {service.name_en}",
                    remedy_zh="改用别的地块，或改 candidates.csv 的 land、services",
                    remedy_en="name another plot, or change land and services in candidates.csv",
                    column=column,
                    value=name,
                )
            elif key not in OF_PLOTS and name in other:
                faults.add(
                    f"这处设施不是{service.name_zh}，而是 {other[name]}",
                    f"this facility is no {service.name_en} but {other[name]}",
                    column=column,
                    value=name,
                )
            else:
                texts = (f"案例中没有这个编号（{service.name_zh}）", f"the case has no such id ({service.name_en})")
                _unknown(faults, column, name, known, texts)


def _check_quality(faults: Faults, case: Case, service: Service) -> None:
    """The seven indicators are there for the service, and the case tells the resources of its schools."""
    column = f"services.{service.id}.quality_limits"
    if service.id not in COMPULSORY:
        faults.add(
            f"七项指标只用于小学、初中，不用于{service.name_zh}",
            f"the seven indicators are for primary and junior schools, not for {service.name_en}",
            remedy_zh="删去这一项",
            remedy_en="leave it out",
            column=column,
            value="true",
        )
    elif case.school_resources is None:
        faults.add(
            "案例没有 school_resources.csv，不知道各校的资源",
            "the case has no school_resources.csv: what schools have is not known",
            remedy_zh="补上这个表，或删去这一项",
            remedy_en="add that table, or leave it out",
            column=column,
            value="true",
        )


def _check_land(
    faults: Faults, scenario: LayoutScenario, service: Service, plan: ServicePlan, candidates: pd.DataFrame
) -> None:
    """Plots that are named hold a size and are ready in time; where all may be used, one of them does."""
    sizes = [s for s in service.sizes if not plan.sizes or s.persons in plan.sizes]
    named = [] if plan.open in NOT_GIVEN else list(plan.open)
    last = scenario.years[-1]
    for key, names in (("open", named), ("required", list(plan.required))):
        column = f"services.{service.id}.{key}"
        for _, row in candidates[candidates["id"].isin(names)].iterrows():
            name = str(row["id"])
            if sizes and not any(fits(s, row) for s in sizes):
                least = min(s.site_m2 or 0.0 for s in sizes)
                faults.add(
                    f"地块只有 {row['site_m2']:,.0f} m²，最小规模也需 {least:,.0f} m²",
                    f"the plot has {row['site_m2']:,.0f} m2, the smallest size needs {least:,.0f}",
                    remedy_zh="另选地块，或在 sizes 中加入更小的规模",
                    remedy_en="name another plot, or allow smaller sizes",
                    column=column,
                    value=name,
                )
            ready = ready_year(scenario, plan, service, row)
            if ready > last:
                faults.add(
                    f"最早 {ready:g} 年才能启用，规划到 {last} 年为止",
                    f"it can open in {ready:g} at the earliest; the plan ends in {last}",
                    remedy_zh="延长 years，缩短 build_years，或改 candidates.csv 的 available_from",
                    remedy_en="plan for longer (years), build faster (build_years), or change available_from",
                    column=column,
                    value=name,
                )
            if not inside(plan, candidates[candidates["id"] == name])[0]:
                faults.add(
                    f"地块在分区 {row['zone']}，不在 zones 之内",
                    f"the plot lies in the zone {row['zone']}, which is not in zones",
                    column=column,
                    value=name,
                )
    there = candidates[inside(plan, candidates)]
    if plan.open == "all" and sizes and len(there) and not any(fits(s, r) for s in sizes for _, r in there.iterrows()):
        least = min(s.site_m2 or 0.0 for s in sizes)
        faults.add(
            f"没有一块候选用地放得下：最小规模需 {least:,.0f} m²，最大的地块 {there['site_m2'].max():,.0f} m²",
            f"no plot holds any of the sizes: the smallest needs {least:,.0f} m2, the largest plot has "
            f"{there['site_m2'].max():,.0f}",
            remedy_zh='在 sizes 中加入更小的规模，放宽 zones，补充候选用地，或写 open = "none"',
            remedy_en='allow smaller sizes or more zones, add plots, or write open = "none"',
            column=f"services.{service.id}.sizes",
            value="、".join(f"{s.persons:g}" for s in sizes),
        )


def check_standards(
    path: Path, plan: ServicePlan, matrix: ImpedanceMatrix, standard: FloatArray, kinds: Sequence[str]
) -> None:
    """A standard that the scenario itself gives can be met by somebody at some place.

    Args:
        matrix: minutes of the demand points to all places of the service.
        standard: (I,) minutes; kinds: (I,) kinds of their zones.

    Raises:
        InputError: naming each standard that no pair of a point and a place meets.
    """
    faults = Faults(path)
    kind_of = np.array(kinds, dtype=object)
    for kind in plan.threshold:
        mine = kind_of[matrix.rows] == kind
        if (kind_of == kind).any() and not (mine & (matrix.values <= standard[matrix.rows])).any():
            least = float(matrix.values[mine].min(initial=np.inf))
            _too_strict(
                faults, f"services.{plan.service}.threshold.{kind}", float(standard[kind_of == kind].max()), least
            )
    for group in plan.groups:
        for key, limit in (("standard_minutes", group.standard_minutes), ("max_minutes", group.max_minutes)):
            if limit is not None and not (matrix.values <= limit).any():
                least = float(matrix.values.min(initial=np.inf))
                _too_strict(faults, f"services.{plan.service}.groups.{group.id}.{key}", limit, least)
    faults.raise_if_any()


def _too_strict(faults: Faults, column: str, limit: float, least: float) -> None:
    known = np.isfinite(least)
    faults.add(
        "没有一处地点能让任何人达标" + (f"：最近的也要 {least:.3g} 分钟" if known else "：没有人能到达任何地点"),
        "no place is within it for anybody"
        + (f": the nearest takes {least:.3g} min" if known else ": none is reached"),
        remedy_zh="放宽时间，或增加候选地点",
        remedy_en="allow more minutes, or offer more sites",
        column=column,
        value=f"{limit:g}",
    )


def _unknown(faults: Faults, column: str, value: str, known: Collection[str], texts: tuple[str, str]) -> None:
    close = nearest_word(value, known)
    some = sorted(known)[:10]
    more_zh, more_en = ("……", " ...") if len(known) > len(some) else ("", "")
    faults.add(
        texts[0],
        texts[1],
        remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(some)}{more_zh}",
        remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(some)}{more_en}",
        column=column,
        value=value,
    )
