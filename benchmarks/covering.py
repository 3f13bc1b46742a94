"""Coverage models at size: 100,000 demand points x 1,000 sites, ten million x 100, and p-centers of published graphs.

    python benchmarks/covering.py [--seconds 60] [--only sparse,dense,million,center] [--points 10000000]

Each run is a process of its own, with its peak memory, on one thread. All instances but the graphs are synthetic and
seeded; the graphs (OR-Library) lie in an optional folder beside the checkout. *HiGHS* is the plain formulation as
arrays, spopt its own model through PuLP and HiGHS, both with the time limit.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from apart import Measured, apart, versions
from scipy.sparse import csr_array, eye_array, hstack, vstack
from scipy.spatial import cKDTree

from siting.events import Event
from siting.formulation.compose import load_formulation
from siting.formulation.program import Program
from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solve_program
from siting.verify import verify

RADIUS = {"sparse": 3.0, "dense": 6.0}  # km: 313,257 and 1,179,482 pairs
SITES, P = 1_000, 50
GRAPHS = tuple(range(1, 40, 2))
SMALL_GRAPHS = (1, 3, 5, 7, 9)  # that spopt is asked


def clustered(radius: float) -> Instance:
    """100,000 points, 70 % of them in 200 clusters, and 1,000 sites in a square of 100 km; the nearest pairs."""
    rng = np.random.default_rng(3)
    n = 100_000
    centre = rng.uniform(0, 100, (200, 2))
    k = int(n * 0.7)
    here = np.vstack([centre[rng.integers(0, 200, k)] + rng.normal(0, 2.5, (k, 2)), rng.uniform(0, 100, (n - k, 2))])
    demand = rng.integers(1, 50, n).astype(float)
    half = SITES // 2
    there = np.vstack(
        [centre[rng.integers(0, 200, half)] + rng.normal(0, 3, (half, 2)), rng.uniform(0, 100, (SITES - half, 2))]
    )
    near = cKDTree(there).query_ball_point(here, radius)
    count = np.array([len(sites) for sites in near])
    columns = np.concatenate([np.sort(np.array(sites, dtype=np.int64)) for sites in near])
    rows = np.repeat(np.arange(n), count)
    matrix = ImpedanceMatrix.from_pairs(rows, columns, np.hypot(*(here[rows] - there[columns]).T), (n, SITES), "km")
    return Instance.from_arrays(matrix, demand, standard=radius, p=P)


def uniform(points: int, radius: float, detour: float, *, all_reached: bool) -> Instance:
    """Points and 100 sites spread evenly over a square of 30 km, people 1..100 each, as in Cordeau, Furini and Ljubic
    (2019), EJOR 275(3); with a detour each pair is up to so much longer than its straight line, by chance.

    Args:
        all_reached: whether points that no site reaches are left out.
    """
    rng = np.random.default_rng(0)
    there = rng.uniform(0, 30, (100, 2))
    counts, columns, values = [], [], []
    for begin in range(0, points, 200_000):
        here = rng.uniform(0, 30, (min(200_000, points - begin), 2))
        apart_km = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
        if detour:
            apart_km *= rng.uniform(1, 1 + detour, apart_km.shape)
        near = apart_km <= radius
        counts.append(near.sum(axis=1))
        columns.append(np.nonzero(near)[1].astype(np.int32))
        values.append(apart_km[near].astype(np.float32))
    count = np.concatenate(counts)
    demand = rng.integers(1, 101, points).astype(float)
    if all_reached:
        count, demand = count[count > 0], demand[count > 0]
    indptr = np.concatenate([[0], np.cumsum(count)])
    matrix = ImpedanceMatrix.compact(
        indptr, np.concatenate(columns), np.concatenate(values), (count.size, 100), unit="km"
    )
    return Instance.from_arrays(matrix, demand, standard=radius, p=None if all_reached else 15)


def _answer(instance: Instance, model: str, seconds: float) -> dict[str, Any]:
    begin, close = time.perf_counter(), []

    def listen(event: Event) -> None:
        if float(str(event.data.get("gap") or math.inf)) <= 0.01:
            close.append(time.perf_counter() - begin)

    plan = solve(instance, model, SolverOptions(time_limit_s=seconds), listener=listen)
    took = time.perf_counter() - begin
    outcome = plan.outcome
    return {
        "close": round(close[0], 1) if close else None,
        "seconds": took,
        "search": outcome.seconds,
        "value": outcome.objective,
        "bound": outcome.bound,
        "pairs": instance.impedance.pair_count,
        "points": instance.demand_count,
        "nodes": outcome.nodes,
    }


def ours_clustered(kind: str, seconds: float) -> dict[str, Any]:
    return _answer(clustered(RADIUS[kind]), "maximal_covering", seconds)


def highs_clustered(kind: str, seconds: float) -> dict[str, Any]:
    """max sum a_i z_i, z_i <= sum of the near y_j, sum y_j = p."""
    instance = clustered(RADIUS[kind])
    matrix, (n, m) = instance.impedance, instance.impedance.shape
    begin = time.perf_counter()
    cover = csr_array((-np.ones(matrix.pair_count), matrix.indices, matrix.indptr), shape=(n, m))
    count = csr_array(np.concatenate([np.ones(m), np.zeros(n)])[None])
    program = Program(
        cost=np.concatenate([np.zeros(m), instance.demand]),
        offset=0.0,
        maximise=True,
        lower=np.zeros(m + n),
        upper=np.ones(m + n),
        whole=np.arange(m + n) < m,
        matrix=csr_array(vstack([hstack([cover, eye_array(n)]), count])),
        row_lower=np.append(np.full(n, -math.inf), float(P)),
        row_upper=np.append(np.zeros(n), float(P)),
    )
    outcome = solve_program(program, SolverOptions(time_limit_s=seconds)).outcome
    return {"seconds": time.perf_counter() - begin, "value": outcome.objective, "bound": outcome.bound}


def ours_uniform(model: str, points: int, radius: float, detour: float, seconds: float) -> dict[str, Any]:
    instance = uniform(points, radius, detour, all_reached=model == "set_covering")
    return _answer(instance, model, seconds)


def _graph(number: int) -> tuple[Instance, float]:
    from tests.benchmark_files import read_orlib

    instance, optima = read_orlib(number)
    return instance, optima["p_center"]


def ours_centers(numbers: list[int], seconds: float) -> dict[str, Any]:
    took, equal, proven, checked = 0.0, 0, 0, 0
    longest = (0.0, 0)
    for number in numbers:
        instance, known = _graph(number)
        begin = time.perf_counter()
        plan = solve(instance, "p_center", SolverOptions(time_limit_s=seconds))
        own = time.perf_counter() - begin
        took, longest = took + own, max(longest, (own, number))
        equal += plan.outcome.objective == known
        proven += plan.outcome.proven
        checked += verify(instance, load_formulation("p_center"), plan).ok
    return {"seconds": took, "equal": equal, "proven": proven, "checked": checked, "longest": f"pmed{longest[1]}"}


def spopt_center(number: int, seconds: float) -> dict[str, Any]:
    import pulp
    from spopt.locate import PCenter

    instance, _ = _graph(number)
    begin = time.perf_counter()
    model = PCenter.from_cost_matrix(instance.impedance.dense(), p_facilities=int(instance.p or 0))
    model = model.solve(pulp.HiGHS(msg=False, timeLimit=seconds, threads=1), results=False)
    return {"seconds": time.perf_counter() - begin, "value": float(pulp.value(model.problem.objective))}


def _line(name: str, found: Measured) -> str:
    if found.failed:
        return f"| {name} | - | - | {found.failed} | - | - |"
    value, bound = found.result.get("value"), found.result.get("bound")
    gap = "-" if value is None or bound is None else f"{100 * abs(value - bound) / abs(value):.3f} %"
    gap = "proven" if value is not None and bound is not None and abs(value - bound) <= 1e-6 * abs(value) else gap
    shown = ["-" if v is None or not math.isfinite(v) else f"{v:,.1f}" for v in (value, bound)]
    return f"| {name} | {shown[0]} | {shown[1]} | {gap} | {found.seconds:.1f} | {found.memory_mb:,.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="sparse,dense,million,center")
    parser.add_argument("--points", type=int, default=10_000_000)
    words = parser.parse_args()
    limit = {"seconds": words.seconds}
    print(versions("numpy", "numba", "highspy", "spopt"))
    for kind in words.only.split(","):
        print(f"\n{kind}\n\n| run | value | bound | gap | s | peak MB |\n|---|---|---|---|---|---|", flush=True)
        if kind in RADIUS:
            asked = {"kind": kind} | limit
            ours = apart("covering:ours_clustered", asked, seconds=words.seconds, warm=kind == "sparse")
            print(_line("this program", ours), flush=True)
            plain = apart("covering:highs_clustered", asked, seconds=words.seconds)
            print(_line("HiGHS, plain formulation", plain))
            if not ours.failed and not plain.failed:
                print(f"\nThis program is within 1 % after {ours.result['close']} s.")
                print(f"HiGHS runs {plain.seconds / ours.seconds:.0f} times as long as this program, or to the limit.")
        elif kind == "million":
            for model in ("maximal_covering", "set_covering"):
                for detour in (0.0, 0.5):
                    asked = {"model": model, "points": words.points, "radius": 5.5, "detour": detour, "seconds": 180.0}
                    name = f"{model}, {'straight' if not detour else 'with detours'}"
                    found = apart("covering:ours_uniform", asked, seconds=300)
                    size = (
                        "" if found.failed else f", {found.result['points']:,} x 100, {found.result['pairs']:,} pairs"
                    )
                    print(_line(name + size, found), flush=True)
        elif not (Path(__file__).resolve().parents[2] / "shared").is_dir():
            print("the folder of published instances is not on this machine")
        else:
            asked = {"numbers": list(GRAPHS)} | limit
            found = apart("covering:ours_centers", asked, seconds=10 * words.seconds, warm=True)
            print(_line(f"this program, {len(GRAPHS)} graphs", found), found.result, flush=True)
            asked = {"numbers": list(SMALL_GRAPHS)} | limit
            small = apart("covering:ours_centers", asked, seconds=10 * words.seconds, warm=True)
            print(_line(f"this program, the first {len(SMALL_GRAPHS)}", small), flush=True)
            for number in SMALL_GRAPHS:
                found = apart("covering:spopt_center", {"number": number} | limit, seconds=3 * words.seconds)
                print(_line(f"spopt, pmed{number}", found), flush=True)


if __name__ == "__main__":
    main()
