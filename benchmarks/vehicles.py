"""Stations and vehicles (maximal expected covering): the search and the plain formulation on the same question.

    python benchmarks/vehicles.py [--seconds 60]

The shipped question of `shengzhou/ambulances`, and a seeded town of 20,000 points and 300 sites. *HiGHS* is Daskin's
formulation as arrays, after the same merging of points. One thread, one process for each run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from apart import Measured, apart, versions
from scipy.spatial import cKDTree

from siting.formulation.compose import active_constraints, always_open, load_formulation
from siting.formulation.reduce import reduce
from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
from siting.plan import pose_instance
from siting.prepare import Settings, ask_scenario
from siting.scenario import find_scenario
from siting.solving.built import build
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions

MODEL = "maximal_expected_covering"


def shipped() -> Instance:
    """The question of the shipped scenario."""
    asked = ask_scenario(find_scenario("shengzhou/ambulances"), Settings())
    service = asked.services[0]
    return pose_instance(asked.case, service.problem, service.formulation, service.times).instance


def town() -> Instance:
    """20,000 points in 60 clusters and 300 sites, 20 of them stations today, in a square of 80 km; 60 vehicles."""
    rng = np.random.default_rng(5)
    n, m, radius = 20_000, 300, 9.0
    centre = rng.uniform(0, 80, (60, 2))
    here = centre[rng.integers(0, 60, n)] + rng.normal(0, 4.0, (n, 2))
    there = centre[rng.integers(0, 60, m)] + rng.normal(0, 4.0, (m, 2))
    near = cKDTree(there).query_ball_point(here, radius)
    count = np.array([len(sites) for sites in near])
    columns = np.concatenate([np.sort(np.array(sites, dtype=np.int64)) for sites in near])
    rows = np.repeat(np.arange(n), count)
    matrix = ImpedanceMatrix.from_pairs(rows, columns, np.hypot(*(here[rows] - there[columns]).T), (n, m), "km")
    return Instance.from_arrays(
        matrix,
        rng.integers(1, 60, n).astype(float),
        standard=radius,
        existing=np.arange(m) < 20,
        p=8,
        servers=60,
        busy_fraction=0.3,
    )


INSTANCES: dict[str, Callable[[], Instance]] = {"shipped": shipped, "town": town}


def ours(name: str, seconds: float) -> dict[str, Any]:
    instance = INSTANCES[name]()
    begin = time.perf_counter()
    outcome = solve(instance, MODEL, SolverOptions(time_limit_s=seconds)).outcome
    return {"seconds": time.perf_counter() - begin, "value": outcome.objective, "bound": outcome.bound}


def highs(name: str, seconds: float) -> dict[str, Any]:
    instance, formulation = INSTANCES[name](), load_formulation(MODEL)
    begin = time.perf_counter()
    active = active_constraints(formulation, instance)
    reduction = reduce(formulation, active, instance, always_open(active, instance))
    built = build(formulation, active, reduction.instance, constant=reduction.constant)
    outcome = built.solve(SolverOptions(time_limit_s=seconds))
    return {"seconds": time.perf_counter() - begin, "value": outcome.objective, "bound": outcome.bound}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60.0)
    options = arguments.parse_args()
    print(versions("siting", "highspy", "numba", "numpy"))
    print(f"{'instance':10}{'':14}{'seconds':>9}{'objective':>15}{'bound':>15}{'gap %':>9}{'MB':>7}")
    for name in INSTANCES:
        both = []
        for who, function in (("this program", "ours"), ("HiGHS", "highs")):
            words = {"name": name, "seconds": options.seconds}
            both.append(apart(f"vehicles:{function}", words, seconds=options.seconds + 60, warm=who == "this program"))
            print(row(name, who, both[-1]), flush=True)
        print(f"{'':10}{'ratio':14}{both[1].seconds / both[0].seconds:9.1f}", flush=True)


def row(name: str, who: str, measured: Measured) -> str:
    if measured.failed:
        return f"{name:10}{who:14}{measured.failed}"
    value, bound = measured.result["value"], measured.result["bound"]
    known = "".join("none".rjust(15) if number is None else f"{number:15,.2f}" for number in (value, bound))
    gap = "none" if value is None or bound is None else f"{100 * abs(bound - value) / value:.4f}"
    return f"{name:10}{who:14}{measured.seconds:9.2f}{known}{gap:>9}{measured.memory_mb:7.0f}"


if __name__ == "__main__":
    main()
