"""A service as it stands and as planned: who is within the standard, who goes where, how full it gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.case import Case
from siting.demand import ages_in_service
from siting.evaluation.accessibility import two_step
from siting.evaluation.metrics import loads, summarise
from siting.evaluation.site_ledger import site_ledger
from siting.evaluation.vehicles import chance_of_one_free, vehicles_within
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.solution import Assignment

WHOLE = 1e-6  # shares that add up to 1 but for so much leave nobody out


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Frames as `results.ServiceResult` documents them."""

    sites: pd.DataFrame
    demand: pd.DataFrame
    assignments: pd.DataFrame
    summary: pd.DataFrame


def evaluate(
    case: Case,
    problem: Problem,
    impedance: ImpedanceMatrix,
    *,
    open_after: BoolArray,
    assignment: Assignment | None,
    snap_distance_m: FloatArray,
    off_network: BoolArray,
    site_off_network: BoolArray,
    servers: IntArray | None = None,
    sizes: IntArray | None = None,
) -> Evaluation:
    """Evaluate a plan against today.

    Args:
        case: the place.
        problem: the service's sites and demand.
        impedance: (I, S) minutes, all demand points against all of the problem's sites.
        open_after: (S,) sites open in the plan.
        assignment: who goes where, in the indices of `impedance`; None sends everybody to the nearest.
        snap_distance_m: (I,) from each demand point to the road.
        off_network: (I,) demand points too far from any road.
        site_off_network: (S,) sites too far from any road.
        servers: (S,) servers at each site; None where the plan places none.
        sizes: (S,) size class of each new facility; None where the plan chooses none.
    """
    sites = site_ledger(problem, open_after, servers=servers, sizes=sizes)
    existing = (problem.sites["origin"] == "existing").to_numpy(dtype=bool)
    site_before, time_before = impedance.nearest(existing)
    site_after, time_after = impedance.nearest(open_after)
    before = _assignments(case, problem, impedance, Assignment.nearest(site_before))
    after = _assignments(
        case, problem, impedance, assignment if assignment is not None else Assignment.nearest(site_after)
    )
    main_site, assigned_min, assigned_share = _main_site(len(case.demand), after)
    places_before, places_after = _places_per_1000(problem, sites, impedance, existing, open_after)
    ids = np.append(sites["id"].to_numpy(dtype=object), "")  # index -1 gives ''
    demand = pd.DataFrame(
        {
            **{name: case.demand[name] for name in ("id", "name", "lon", "lat", "zone")},
            "zone_kind": problem.zone_kind,
            **{name: case.demand[name] for name in ("township", "village")},
            "population": case.population,
            "demand_persons": problem.demand_persons,
            "mode": problem.mode,
            "standard_min": problem.standard_min,
            "nearest_before_min": _nan(time_before),
            "nearest_before_id": ids[site_before],
            "covered_before": time_before <= problem.standard_min,
            "nearest_after_min": _nan(time_after),
            "nearest_after_id": ids[site_after],
            "covered_after": time_after <= problem.standard_min,
            "assigned_id": main_site,
            "assigned_min": assigned_min,
            "unassigned_persons": problem.demand_persons * (1 - assigned_share),
            "accessibility_before_per_1000": places_before,
            "accessibility_after_per_1000": places_after,
            "snap_distance_m": snap_distance_m,
            "off_network": off_network,
        }
    )
    if servers is not None:
        demand = demand.assign(**_arrival(problem, impedance, sites))
    ages = ages_in_service(case, problem.service)
    summary = summarise(pd.concat([demand, case.demand[ages]], axis=1), ages)
    ledger = sites.assign(
        load_before_persons=loads(list(sites["id"]), before),
        load_after_persons=loads(list(sites["id"]), after),
        off_network=site_off_network,
    )
    return Evaluation(ledger, demand, after.drop(columns=["demand_index"]), summary)


def _arrival(problem: Problem, impedance: ImpedanceMatrix, sites: pd.DataFrame) -> dict[str, FloatArray]:
    """(I,) vehicles within the standard before and after, and the chance that one of them is free."""
    columns = {}
    for when, name in (("before", "vehicles_before"), ("after", "vehicles")):
        count = vehicles_within(impedance, problem.standard_min, sites[name].to_numpy(dtype=np.float64))
        columns[f"vehicles_{when}"] = count
        columns[f"expected_{when}"] = chance_of_one_free(count, problem.question.busy_fraction or 0.0)
    return columns


def _places_per_1000(
    problem: Problem, sites: pd.DataFrame, impedance: ImpedanceMatrix, existing: BoolArray, open_after: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """(I,) places within the standard for each 1,000 who need the service, before and after.

    Sites without a known, finite capacity are left out. Where that leaves none of those in use, it is NaN; where it
    leaves none of today's, both are: the new sites alone would not be what people find after.
    """
    capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
    ids = sites["id"].to_numpy(dtype=object)
    known = np.isfinite(capacity)

    def places(in_use: BoolArray) -> FloatArray:
        counted = in_use & known
        if in_use.any() and not counted.any():
            return np.full(impedance.shape[0], np.nan)
        found = two_step(
            impedance.select(columns=counted),
            problem.demand_persons,
            supply=capacity[counted],
            threshold=problem.standard_min,
            site_ids=list(ids[counted]),
        )
        return 1000 * found

    before = places(existing)
    return before, before if np.isnan(before).any() else places(open_after)


def _assignments(case: Case, problem: Problem, impedance: ImpedanceMatrix, assignment: Assignment) -> pd.DataFrame:
    i, j = assignment.demand_index, assignment.site_index
    persons = problem.demand_persons[i] * assignment.share
    frame = pd.DataFrame(
        {
            "demand_index": i,
            "demand_id": case.demand["id"].to_numpy(dtype=object)[i],
            "site_id": problem.sites["id"].to_numpy(dtype=object)[j],
            "share": assignment.share,
            "persons": persons,
            "travel_time_min": _pair_values(impedance, i, j),
        }
    )
    return frame[frame["persons"] > 0].reset_index(drop=True)


def _pair_values(impedance: ImpedanceMatrix, i: np.ndarray, j: np.ndarray) -> FloatArray:
    """Stored values of the pairs (i, j), which must all be reachable."""
    width = impedance.shape[1]
    stored = impedance.rows * width + impedance.indices  # ascending: rows, then columns, are sorted
    wanted = np.asarray(i) * width + np.asarray(j)
    place = np.searchsorted(stored, wanted)
    if place.size and (place.max() >= stored.size or not np.array_equal(stored[place], wanted)):
        raise ValueError("an assigned pair is not reachable")
    return np.asarray(impedance.values[place], dtype=np.float64)


def _main_site(count: int, assignments: pd.DataFrame) -> tuple[list[str], FloatArray, FloatArray]:
    """(I,) of each demand point the site that takes most of its people, the mean minutes of those who are assigned
    (NaN where nobody is), and the share of its people who are."""
    index = assignments["demand_index"].to_numpy(dtype=np.int64)
    share = assignments["share"].to_numpy(dtype=np.float64)
    work = share * assignments["travel_time_min"].to_numpy(dtype=np.float64)
    minutes = np.bincount(index, weights=work, minlength=count).astype(np.float64)
    total = np.bincount(index, weights=share, minlength=count).astype(np.float64)
    total = np.where(np.abs(total - 1) < WHOLE, 1.0, total)
    main = [""] * count
    order = np.lexsort((-share, index))
    points, first = np.unique(index[order], return_index=True)
    sites = assignments["site_id"].to_numpy(dtype=object)[order][first]
    for point, site in zip(points.tolist(), sites, strict=True):
        main[point] = str(site)
    mean: FloatArray = np.divide(minutes, total, out=np.full(count, np.nan), where=total > 0)
    return main, mean, total


def _nan(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)
