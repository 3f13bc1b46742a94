"""From a service's question to the fields of its instance that only some of the models read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.bare.reads import fields_read
from siting.case import Case
from siting.errors import Faults, InfeasibleError
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance.decay import Decay
from siting.question.neighbours import demand_adjacency
from siting.question.sizes import size_classes
from siting.service_times import ServiceTimes


def numbers_of(
    case: Case, problem: Problem, formulation: Formulation, times: ServiceTimes, rows: BoolArray, columns: BoolArray
) -> dict[str, Any]:
    """Fields of `Instance` by name, for the demand points `rows` (I,) and the sites `columns` (S,).

    Raises:
        InputError: when the case's `adjacency.csv` is wrong.
        InfeasibleError: when a facility that stays can never have the least use that is asked of it.
    """
    read = fields_read(formulation)
    question, sites = problem.question, problem.sites[columns]
    impedance = times.impedance.select(rows, columns)
    leaving = (sites["closable"] | sites["relocatable"]).to_numpy(dtype=bool)
    numbers: dict[str, Any] = {
        "closable": _flags(sites["closable"].to_numpy(dtype=bool)),
        "relocatable": _flags(sites["relocatable"].to_numpy(dtype=bool)),
        "closures": question.close_count,
        "zone_maximum": dict(question.zone_maximum),
        "cover_share": question.cover_share,
        "backup_weight": question.backup_weight,
        "servers": question.vehicles,
        "busy_fraction": question.busy_fraction,
        "worst_share": question.worst_share,
        "envy_weight": question.envy_weight,
        "zone_spread": question.zone_spread_minutes,
        "travel_cost": question.travel_yuan_per_person_minute,
    }
    if question.closing_yuan is not None:
        numbers["closing_cost"] = np.where(leaving, question.closing_yuan, 0.0)
    if question.coverage_targets:
        numbers["coverage_targets"] = tuple((target.minutes, target.share) for target in question.coverage_targets)
    if question.ordered_weights:
        numbers["ordered_weights"] = tuple((tail.share, tail.weight) for tail in question.ordered_weights)
    if question.township_minimum:
        numbers |= _by_township(case, sites, leaving, rows, question.township_minimum)
    if question.decay is not None:
        numbers["decay"] = Decay(question.decay.form, question.decay.parameter)
    if question.outer_minutes:
        outer = np.array([question.outer_minutes.get(kind, np.inf) for kind in problem.zone_kind])
        numbers["outer_standard"] = outer[rows]
    if question.zone_spread_minutes is not None:
        index = {zone: k for k, zone in enumerate(case.zones["id"])}
        numbers["demand_zone"] = case.demand["zone"].map(index).to_numpy(dtype=np.int64)[rows]
    if question.minimum_persons is not None:
        numbers["minimum_load"] = _least_use(problem, impedance, rows, columns)
    if "size_capacity" in read:
        sizes = size_classes(question, problem.service)
        numbers["size_capacity"] = np.array([size.persons for size in sizes])
        numbers["size_cost"] = np.array([size.yuan for size in sizes])
        numbers["fixed_cost"] = np.zeros(len(sites))
    if "competitor" in read:
        numbers["competitor"] = sites["competitor"].to_numpy(dtype=bool)
    if question.attraction is not None:
        numbers["attraction"] = sites["attraction"].to_numpy(dtype=np.float64)
    if "site_impedance" in read:
        numbers["site_impedance"] = _between_sites(problem, times, columns)
    if "adjacency" in read:
        assert times.between_demand is not None
        numbers["adjacency"] = demand_adjacency(case, rows, times.between_demand.select(rows, rows))
        numbers["site_unit"] = _site_units(problem, impedance, columns)
    return numbers


def _by_township(case: Case, sites: pd.DataFrame, leaving: BoolArray, rows: BoolArray, least: int) -> dict[str, Any]:
    """The sites' townships in place of their zones, and how many each township lacks.

    A township is one that somebody who takes part lives in; facilities that may close or move do not count.
    """
    stay = sites[(sites["origin"] == "existing").to_numpy(dtype=bool) & ~leaving]
    there = stay["township"].value_counts()
    names = [str(name) for name in dict.fromkeys(case.demand.loc[rows, "township"]) if name]
    return {
        "site_zone": [str(name) or None for name in sites["township"]],
        "zone_minimum": {name: max(0, least - int(there.get(name, 0))) for name in names},
    }


def _flags(flags: BoolArray) -> BoolArray | None:
    return flags if flags.any() else None


def _least_use(problem: Problem, impedance: ImpedanceMatrix, rows: BoolArray, columns: BoolArray) -> FloatArray:
    """(J,) least use of each site; 0 where none is asked."""
    question, sites = problem.question, problem.sites[columns]
    least = question.minimum_persons or 0.0
    existing = (sites["origin"] == "existing").to_numpy(dtype=bool)
    leaving = (sites["closable"] | sites["relocatable"]).to_numpy(dtype=bool)
    holds = {"new": ~existing, "new_and_leaving": ~existing | leaving, "all": np.ones(len(sites), bool)}
    asked = holds[question.minimum_applies_to]
    near = np.bincount(
        impedance.indices, weights=problem.demand_persons[rows][impedance.rows], minlength=len(sites)
    ).astype(np.float64)
    room = sites["capacity_persons"].to_numpy(dtype=np.float64)
    most = np.fmin(near, np.where(np.isnan(room), np.inf, room))
    faults = Faults("facilities.csv")
    for j in np.flatnonzero(asked & existing & ~leaving & (most < least)):
        site = sites.iloc[j]
        faults.add(
            f"保留的设施不可能达到最低使用人数 {least:g}：能来的人数与规模中较小的一个如下",
            f"a facility that stays can never have {least:g} users: the lesser of its capacity and the people in reach "
            "is given",
            remedy_zh='请把它列入 may_close，降低 minimum_persons，或改写 minimum_applies_to = "new"',
            remedy_en='list it in may_close, lower minimum_persons, or write minimum_applies_to = "new"',
            column=f"services.{problem.service.id}.minimum_persons",
            value=f"{site['id']} {site['name']}: {most[j]:,.0f}",
        )
    faults.raise_if_any(InfeasibleError)
    return np.where(asked, least, 0.0)


def _between_sites(problem: Problem, times: ServiceTimes, columns: BoolArray) -> ImpedanceMatrix:
    """Minutes from site to site, without the pairs of two facilities that stay: no plan can change them."""
    assert times.between_sites is not None
    matrix = times.between_sites.select(columns, columns)
    sites = problem.sites[columns]
    leaving = (sites["closable"] | sites["relocatable"]).to_numpy(dtype=bool)
    kept = (sites["origin"] == "existing").to_numpy(dtype=bool) & ~leaving
    return matrix.keep(~(kept[matrix.rows] & kept[matrix.indices]))


def _site_units(problem: Problem, impedance: ImpedanceMatrix, columns: BoolArray) -> IntArray:
    """(J,) the nearest demand point of each site, -1 where none is in reach.

    Two facilities that are open anyway cannot lie in one demand point: existing and required sites are given a point
    each, so that their times to them are least together; the others take the nearest that none of those has.
    """
    sites = problem.sites[columns]
    fixed = ((sites["origin"] == "existing") | sites["id"].isin(problem.question.required)).to_numpy(dtype=bool)
    unit = np.full(len(sites), -1, dtype=np.int64)
    place = np.flatnonzero(fixed)
    far = 1e3 * (1.0 + float(impedance.values.max(initial=0.0)))
    apart = np.full((place.size, impedance.shape[0]), far)
    mine = impedance.select(None, place)
    apart[mine.indices, mine.rows] = mine.values
    from scipy.optimize import linear_sum_assignment  # slow to load, and seldom asked

    site, point = linear_sum_assignment(apart)
    near = apart[site, point] < far
    unit[place[site[near]]] = point[near]
    taken = np.zeros(impedance.shape[0], dtype=bool)
    taken[unit[unit >= 0]] = True
    free = impedance.keep(~taken[impedance.rows] & ~fixed[impedance.indices])
    order = np.lexsort((free.rows, free.values, free.indices))
    others, first = np.unique(free.indices[order], return_index=True)
    unit[others] = free.rows[order][first]
    return unit
