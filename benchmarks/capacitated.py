"""Capacitated location with split demand: the shipped schools question and random ones, this program and HiGHS.

    python benchmarks/capacitated.py [--seconds 60] [--only schools,median,fixed] [--sites 100,200,500]

HiGHS is handed the whole strong formulation (all links x_ij <= y_j) as arrays, so that no modelling layer counts. Each
run is a process of its own, on one thread; what is compiled on first use is compiled before. Seconds are those of the
solve with the making of its programme, memory the peak of the process. Instances are synthetic:

- schools: as `shengzhou/three_services` asks, on the case's roads
- median, points x sites: points in a square, a fifth of the sites to open, capacities 1 to 1.4 times the mean load
- fixed, points x sites: fixed costs growing with the square root of capacities that add up to five times the load
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from apart import Measured, apart, versions

SIZES = ((1000, 100), (2000, 200), (5000, 500))
Result = dict[str, Any]


def make(kind: str, n: int, m: int) -> tuple[Any, str]:
    """The instance and the model's id."""
    from siting.instance import Instance

    if kind == "schools":
        return _schools(), "capacitated_p_median"
    rng = np.random.default_rng(1)
    here = rng.random((n, 2)) * 100
    there = here[rng.choice(n, m, replace=False)]
    demand = rng.integers(5, 36, n).astype(float)
    distance = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    if kind == "median":
        p = m // 5
        capacity = demand.sum() / p * rng.uniform(1.0, 1.4, m)
        return Instance.from_arrays(distance, demand, capacity=capacity, p=p), "capacitated_p_median"
    capacity = rng.uniform(10, 160, m)
    capacity *= 5 * demand.sum() / capacity.sum()
    fixed = 2 * (rng.uniform(0, 90, m) + rng.uniform(100, 110, m) * np.sqrt(capacity))
    return Instance.from_arrays(distance, demand, capacity=capacity, fixed_cost=fixed), "capacitated_fixed_charge"


def _schools() -> Any:
    """The instance of the shipped scenario's first service, as the pipeline hands it to the search."""
    from siting import pipeline
    from siting.scenario import find_scenario
    from siting.solving import decide

    class Taken(Exception):  # noqa: N818
        pass

    def take(formulation: Any, active: Any, instance: Any, *others: Any, **more: Any) -> None:
        raise Taken(instance)

    before, decide.search_first = decide.search_first, take
    try:
        pipeline.run_scenario(find_scenario("shengzhou/three_services"))
    except Taken as taken:
        return taken.args[0]
    finally:
        decide.search_first = before
    raise RuntimeError("the scenario asked no question")


def _answer(seconds: float, objective: float | None, bound: float | None, nodes: int) -> Result:
    return {"seconds": seconds, "objective": objective, "bound": bound, "nodes": nodes}


def run_siting(kind: str, n: int, m: int, seconds: float) -> Result:
    from siting.solving.optimise import solve
    from siting.solving.solver import SolverOptions

    warm, model = make("median", 60, 10)
    solve(warm, model, SolverOptions(time_limit_s=30))
    instance, model = make(kind, n, m)
    outcome = solve(instance, model, SolverOptions(time_limit_s=seconds)).outcome
    return _answer(outcome.seconds, outcome.objective, outcome.bound, outcome.nodes)


def run_highs(kind: str, n: int, m: int, seconds: float) -> Result:
    from siting.formulation.arrays import build_program
    from siting.formulation.compose import load_formulation
    from siting.solving.solver import SolverOptions, solve_program

    instance, model = make(kind, n, m)
    begin = time.perf_counter()
    built = build_program(load_formulation(model), instance)
    assert built is not None
    left = max(seconds - (time.perf_counter() - begin), 1.0)
    outcome = solve_program(built.program, SolverOptions(time_limit_s=left)).outcome
    return _answer(time.perf_counter() - begin, outcome.objective, outcome.bound, outcome.nodes)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--only", default="schools,median,fixed")
    arguments.add_argument("--sites", default="100,200,500", help="which sizes, by their sites")
    options = arguments.parse_args()
    print(versions("siting", "highspy", "numba", "numpy"))
    print(f"{'instance':22}{'':14}{'seconds':>9}{'objective':>16}{'bound':>16}{'gap %':>9}{'MB':>7}")
    for kind in options.only.split(","):
        for n, m in (
            ((0, 0),) if kind == "schools" else [size for size in SIZES if str(size[1]) in options.sites.split(",")]
        ):
            name = kind if kind == "schools" else f"{kind} {n:,} x {m}"
            both = []
            for who, function in (("this program", "run_siting"), ("HiGHS", "run_highs")):
                words = {"kind": kind, "n": n, "m": m, "seconds": options.seconds}
                both.append(apart(f"capacitated:{function}", words, seconds=options.seconds + 60))
                print(row(name, who, both[-1]), flush=True)
            print(f"{'':22}{'ratio':14}{both[1].seconds / both[0].seconds:9.1f}", flush=True)


def row(name: str, who: str, measured: Measured) -> str:
    if measured.failed:
        return f"{name:22}{who:14}{measured.failed}"
    objective, bound = measured.result["objective"], measured.result["bound"]
    known = [f"{value:16,.2f}" if value is not None else f"{'none':>16}" for value in (objective, bound)]
    gap = "none" if objective is None or bound is None else f"{100 * abs(objective - bound) / abs(objective):.3f}"
    return f"{name:22}{who:14}{measured.seconds:9.2f}{known[0]}{known[1]}{gap:>9}{measured.memory_mb:7.0f}"


if __name__ == "__main__":
    main()
