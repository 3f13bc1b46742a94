"""Travel times of all services of a case: one many-to-many computation a mode, shared by the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.case import Case
from siting.events import Listener
from siting.files.cache import Cache, hash_values
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.network import DECIMALS_MIN, PlacedPoints, RoadGraph, travel_times
from siting.scenario import Travel
from siting.standards import Mode


@dataclass(frozen=True, eq=False)
class ServiceTimes:
    """Travel times of one service.

    Attributes:
        impedance: (I, S) minutes; each row by the mode of the demand point's standard; pairs beyond the
            service's longest travel time are left out.
        snap_distance_m: (I,) from each demand point to its road; NaN when there is none near.
        off_network: (I,) demand points with no road within reach.
        site_off_network: (S,) sites with no road within reach, whichever of the modes used.
        between_sites: (S, S) minutes from site to site, where the model reads them.
        between_demand: (I, I) minutes on foot between demand points, where the model reads which of them touch.
    """

    impedance: ImpedanceMatrix
    snap_distance_m: FloatArray
    off_network: BoolArray
    site_off_network: BoolArray
    between_sites: ImpedanceMatrix | None = None
    between_demand: ImpedanceMatrix | None = None


@dataclass(frozen=True, eq=False)
class ModeTimes:
    """Times by one mode, as 32-bit floats (see `travel_times`), and which origins and destinations have a road near."""

    impedance: ImpedanceMatrix
    demand_distance_m: FloatArray
    demand_ok: BoolArray
    site_ok: BoolArray


def compute_service_times(
    case: Case,
    problems: Sequence[Problem],
    graph: RoadGraph,
    *,
    travel: Travel,
    cache: Cache,
    graph_key: str,
    listener: Listener,
) -> list[ServiceTimes]:
    """Times of every problem, in the same order."""
    modes = sorted({mode for problem in problems for mode in problem.mode})
    demand_count = len(case.demand)
    result: list[list[ImpedanceMatrix]] = [[] for _ in problems]
    distance = [np.full(demand_count, np.nan) for _ in problems]
    ok = [np.zeros(demand_count, dtype=bool) for _ in problems]
    site_off = [np.ones(len(problem.sites), dtype=bool) for problem in problems]
    for mode in modes:
        users = [k for k, problem in enumerate(problems) if mode in problem.mode]
        of_mode = {k: np.array([m == mode for m in problems[k].mode]) for k in users}
        rows = np.logical_or.reduce(list(of_mode.values()))
        sites = pd.concat([problems[k].sites for k in users]).drop_duplicates(["id", "origin"])
        cutoff = max(problems[k].question.max_travel_minutes for k in users)
        times = mode_times(
            placed(case.demand[rows]),
            placed(sites),
            graph,
            mode,
            cutoff,
            travel=travel,
            cache=cache,
            graph_key=graph_key,
            listener=listener,
        )
        keys = pd.MultiIndex.from_frame(sites[["id", "origin"]])
        row_index = np.flatnonzero(rows)
        for k in users:
            problem = problems[k]
            columns = keys.get_indexer(pd.MultiIndex.from_frame(problem.sites[["id", "origin"]]))
            part = times.impedance.select(None, np.asarray(columns, dtype=np.int64))
            mine = of_mode[k][row_index][part.rows] & (part.values <= problem.question.max_travel_minutes)
            result[k].append(part.keep(mine).widened(DECIMALS_MIN).spread(row_index, demand_count))
            use = of_mode[k]
            distance[k][use] = times.demand_distance_m[use[row_index]]
            ok[k][use] = times.demand_ok[use[row_index]]
            site_off[k] &= ~times.site_ok[columns]
    return [ServiceTimes(join(parts), distance[k], ~ok[k], site_off[k]) for k, parts in enumerate(result)]


def join(parts: list[ImpedanceMatrix]) -> ImpedanceMatrix:
    """Matrices of the same shape whose rows do not meet."""
    indptr = sum((m.indptr for m in parts), np.zeros(parts[0].shape[0] + 1, dtype=np.int64))
    indices, values = np.empty(indptr[-1], dtype=np.int64), np.empty(indptr[-1])
    for m in parts:
        place = np.arange(m.pair_count) + np.repeat(indptr[:-1] - m.indptr[:-1], np.diff(m.indptr))
        indices[place], values[place] = m.indices, m.values
    return ImpedanceMatrix(indptr, indices, values, parts[0].shape)


def mode_times(
    origins: PlacedPoints,
    destinations: PlacedPoints,
    graph: RoadGraph,
    mode: Mode,
    cutoff_min: float,
    *,
    travel: Travel,
    cache: Cache,
    graph_key: str,
    listener: Listener,
) -> ModeTimes:
    """Minutes from every origin to every destination by one mode, from the cache where it has them."""
    key = hash_values(
        "times 2", graph_key, mode, cutoff_min, travel.walk_speed_kmh, travel.max_snap_m,
        *(np.ascontiguousarray(a).tobytes() for a in (origins.lon, origins.lat, destinations.lon, destinations.lat)),
    )  # fmt: skip

    def make() -> ModeTimes:
        times = travel_times(
            graph,
            origins,
            destinations,
            mode=mode,
            cutoff_min=cutoff_min,
            walk_speed_kmh=travel.walk_speed_kmh,
            max_snap_m=travel.max_snap_m,
            listener=listener,
        )
        return ModeTimes(times.impedance, times.origins.distance_m, times.origins.ok, times.destinations.ok)

    return cache.get(key, make=make, load=_load, save=_save)[0]


def placed(frame: pd.DataFrame) -> PlacedPoints:
    """The points of a table."""
    return PlacedPoints(
        tuple(frame["id"]), frame["lon"].to_numpy(dtype=np.float64), frame["lat"].to_numpy(dtype=np.float64)
    )


def _save(times: ModeTimes, path: Path) -> None:
    matrix = times.impedance
    np.savez_compressed(
        path, indptr=matrix.indptr, indices=matrix.indices, values=matrix.values,
        shape=np.array(matrix.shape), demand_distance_m=times.demand_distance_m, demand_ok=times.demand_ok,
        site_ok=times.site_ok,
    )  # fmt: skip


def _load(path: Path) -> ModeTimes:
    with np.load(path, allow_pickle=False) as held:
        shape = (int(held["shape"][0]), int(held["shape"][1]))
        matrix = ImpedanceMatrix(held["indptr"], held["indices"], held["values"], shape)
        return ModeTimes(matrix, held["demand_distance_m"], held["demand_ok"], held["site_ok"])
