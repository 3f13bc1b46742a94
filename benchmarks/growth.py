"""How seconds and memory grow with size: this program and its rivals on the same synthetic instances.

    python benchmarks/growth.py [--seconds 60] [--only p_median,maximal_covering] [--most 100000]

Each run is a process of its own, limited to --seconds; a rival is not asked for a larger size once it has run out of
time or memory. Prints a table and writes benchmarks/growth_*.svg. Rivals that are not installed are left out:
    pip install -e ".[dev,bench]"

All instances are synthetic: clustered points on a plane, seeded.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from apart import HERE, Measured, apart, versions

PROVEN = 1e-6
Result = dict[str, Any]

# kind -> (sizes as (demand points, sites, p), rivals)
KINDS: dict[str, tuple[list[tuple[int, int, int]], tuple[str, ...]]] = {
    "p_median": (
        [(100, 100, 5), (200, 200, 10), (400, 400, 20), (1000, 500, 25), (2000, 1000, 50), (5000, 1000, 50),
         (20000, 1000, 50), (100000, 1000, 50)],
        ("siting", "highspy", "linopy", "pyomo", "spopt"),
    ),
    "maximal_covering": (
        [(1000, 100, 5), (5000, 200, 10), (20000, 500, 25), (100000, 1000, 50), (1000000, 1000, 50)],
        ("siting", "highspy", "linopy", "pyomo", "spopt"),
    ),
    "set_covering": (
        [(1000, 100, 0), (5000, 200, 0), (20000, 500, 0), (100000, 1000, 0), (1000000, 1000, 0)],
        ("siting", "highspy", "linopy", "pyomo", "spopt"),
    ),
    "p_center": (
        [(100, 100, 5), (200, 200, 10), (400, 400, 20), (1000, 500, 25), (5000, 1000, 50)],
        ("siting", "highspy", "spopt"),
    ),
    "capacitated_p_median": (
        [(100, 20, 4), (300, 50, 10), (1000, 100, 20), (2000, 200, 20), (5000, 500, 25)],
        ("siting", "highspy", "pyomo"),
    ),
    "single_source_p_median": (
        [(100, 20, 4), (300, 50, 10), (1000, 100, 20), (2000, 100, 20), (5000, 200, 25)],
        ("siting", "highspy", "pyomo"),
    ),
}  # fmt: skip
NAMES = {"siting": "this program", "highspy": "HiGHS, arrays", "linopy": "linopy + HiGHS", "pyomo": "Pyomo + HiGHS",
         "spopt": "spopt + HiGHS"}  # fmt: skip
COLOURS = {"siting": "#0072b2", "highspy": "#d55e00", "linopy": "#e69f00", "pyomo": "#009e73", "spopt": "#cc79a7"}


def make(kind: str, n: int, m: int, p: int) -> tuple[Any, str]:
    """The instance and its model."""
    from siting.impedance import ImpedanceMatrix
    from siting.instance import Instance

    rng = np.random.default_rng(7)
    centre = rng.uniform(0, 60, (max(5, n // 200), 2))  # km
    k = int(n * 0.7)
    here = np.vstack([centre[rng.integers(0, len(centre), k)] + rng.normal(0, 2, (k, 2)),
                      rng.uniform(0, 60, (n - k, 2))])  # fmt: skip
    there = here if m == n else here[rng.choice(n, m, replace=False)]
    demand = rng.integers(1, 100, n).astype(float)
    if "covering" in kind:
        from scipy.spatial import cKDTree

        radius = 60 * math.sqrt(12 / (math.pi * m))  # twelve sites within the standard of a point, were they even
        near = cKDTree(there).query_ball_point(here, radius)
        count = np.array([len(sites) for sites in near])
        rows, columns = np.repeat(np.arange(n), count), np.concatenate([np.sort(s) for s in near if s]).astype(np.int64)
        minutes = np.round(np.hypot(*(here[rows] - there[columns]).T) * 2, 2)
        if kind == "set_covering":  # what nothing reaches is left out
            kept = np.flatnonzero(count)
            place = np.full(n, -1)
            place[kept] = np.arange(kept.size)
            rows, demand, n = place[rows], demand[kept], kept.size
        matrix = ImpedanceMatrix.from_pairs(rows, columns, minutes, (n, m))
        return Instance.from_arrays(matrix, demand, standard=1e9, p=p or None), kind
    minutes = np.round(np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]) * 2, 2)
    capacity = float(np.ceil(demand.sum() / p * 1.15)) if "capacitated" in kind or "single" in kind else None
    return Instance.from_arrays(minutes, demand, p=p, capacity=capacity), kind


def _answer(seconds: float, objective: float | None, bound: float | None) -> Result:
    gap = None
    if objective is not None and bound is not None and math.isfinite(bound):
        gap = abs(objective - bound) / max(abs(objective), 1e-9)
    return {"seconds": seconds, "objective": objective, "bound": bound, "gap": gap}


def run_siting(kind: str, n: int, m: int, p: int, seconds: float) -> Result:
    from siting.errors import SitingError
    from siting.solving.optimise import solve
    from siting.solving.solver import SolverOptions

    instance, model = make(kind, n, m, p)
    begin = time.perf_counter()
    try:
        outcome = solve(instance, model, SolverOptions(time_limit_s=seconds)).outcome
    except SitingError:
        return _answer(time.perf_counter() - begin, None, None)
    return _answer(time.perf_counter() - begin, outcome.objective, outcome.bound)


def run_highspy(kind: str, n: int, m: int, p: int, seconds: float) -> Result:
    """The whole formulation as arrays, without any reduction or search."""
    from siting.formulation.arrays import build_program
    from siting.formulation.compose import load_formulation
    from siting.solving.solver import SolverOptions, solve_program

    instance, model = make(kind, n, m, p)
    begin = time.perf_counter()
    built = build_program(load_formulation(model), instance)
    outcome = solve_program(built.program, SolverOptions(time_limit_s=seconds)).outcome
    return _answer(time.perf_counter() - begin, outcome.objective, outcome.bound)


def run_pyomo(kind: str, n: int, m: int, p: int, seconds: float) -> Result:
    from pyomo.contrib.solver.common.factory import SolverFactory

    from siting.formulation.compose import build_model, load_formulation

    instance, model = make(kind, n, m, p)
    begin = time.perf_counter()
    built = build_model(load_formulation(model), instance)
    solver = SolverFactory("highs")
    solver.config.time_limit = max(seconds - (time.perf_counter() - begin), 1.0)
    found = solver.solve(built, load_solutions=False, raise_exception_on_nonoptimal_result=False,
                         solver_options={"threads": 1})  # fmt: skip
    return _answer(time.perf_counter() - begin, found.incumbent_objective, found.objective_bound)


def run_spopt(kind: str, n: int, m: int, p: int, seconds: float) -> Result:
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    instance, _ = make(kind, n, m, p)
    t = instance.impedance.dense()
    far = float(t[np.isfinite(t)].max())
    t = np.where(np.isfinite(t), t, 10 * far)
    solver = pulp.HiGHS(msg=False, timeLimit=seconds, threads=1)
    begin = time.perf_counter()
    if kind == "p_median":
        model = PMedian.from_cost_matrix(t, instance.demand, p_facilities=p)
    elif kind == "p_center":
        model = PCenter.from_cost_matrix(t, p_facilities=p)
    elif kind == "maximal_covering":
        model = MCLP.from_cost_matrix(t, instance.demand, service_radius=far, p_facilities=p)
    else:
        model = LSCP.from_cost_matrix(t, service_radius=far)
    model = model.solve(solver, results=False)
    value = pulp.value(model.problem.objective)
    took = time.perf_counter() - begin
    # PuLP calls a plan at the time limit optimal: only what ended in time counts as proven.
    return _answer(took, value, value if took < seconds else None)


def run_linopy(kind: str, n: int, m: int, p: int, seconds: float) -> Result:
    import linopy
    import pandas as pd
    import xarray as xr

    instance, _ = make(kind, n, m, p)
    matrix, n = instance.impedance, instance.demand_count
    begin = time.perf_counter()
    model = linopy.Model()
    sites = pd.RangeIndex(m, name="j")
    y = model.add_variables(binary=True, coords=[sites], name="y")
    if kind == "p_median":
        points = pd.RangeIndex(n, name="i")
        x = model.add_variables(lower=0, upper=1, coords=[points, sites], name="x")
        model.add_constraints(x.sum("j") == 1, name="everybody")
        model.add_constraints(x - y <= 0, name="open")
        cost = xr.DataArray(instance.demand[:, None] * matrix.dense(), coords=[points, sites])
        model.add_objective((cost * x).sum())
    else:
        cover = xr.DataArray(np.isfinite(matrix.dense()).astype(float), coords=[pd.RangeIndex(n, name="i"), sites])
        if kind == "set_covering":
            model.add_constraints((cover * y).sum("j") >= 1, name="everybody")
            model.add_objective(y.sum())
        else:
            z = model.add_variables(lower=0, upper=1, coords=[pd.RangeIndex(n, name="i")], name="z")
            model.add_constraints(z - (cover * y).sum("j") <= 0, name="covered")
            model.add_objective((xr.DataArray(instance.demand, coords=[pd.RangeIndex(n, name="i")]) * z).sum(),
                                sense="max")  # fmt: skip
    if kind != "set_covering":
        model.add_constraints(y.sum() == p, name="number")
    left = max(seconds - (time.perf_counter() - begin), 1.0)
    model.solve("highs", io_api="direct", time_limit=left, threads=1, output_flag=False)
    took = time.perf_counter() - begin
    value = None if model.objective.value is None else float(model.objective.value)
    proven = model.termination_condition == "optimal"
    return _answer(took, value, value if proven else None)


RUNS: dict[str, Callable[..., Result]] = {
    "siting": run_siting, "highspy": run_highspy, "linopy": run_linopy, "pyomo": run_pyomo, "spopt": run_spopt,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default=",".join(KINDS))
    parser.add_argument("--most", type=int, default=1_000_000, help="largest number of demand points")
    words = parser.parse_args()
    print(versions("siting", "highspy", "pyomo", "linopy", "spopt", "PuLP", "numba", "numpy"))
    for kind in words.only.split(","):
        sizes, rivals = KINDS[kind]
        rows: list[tuple[str, tuple[int, int, int], Measured]] = []
        print(f"\n{kind}, {words.seconds:g} s at most, synthetic\n")
        print("| who | points x sites, p | s | gap | objective | peak MB |")
        print("|---|---|---|---|---|---|")
        for who in rivals:
            for n, m, p in sizes:
                if n > words.most:
                    break
                given = {"kind": kind, "n": n, "m": m, "p": p, "seconds": words.seconds}
                measured = apart(f"growth:run_{who}", given, seconds=words.seconds, warm=who == "siting" and n <= 400)
                rows.append((who, (n, m, p), measured))
                print(_line(who, (n, m, p), measured), flush=True)
                if measured.failed or (who != "siting" and not _proven(measured)):
                    break
        draw(kind, rows, words.seconds, HERE / f"growth_{kind}.svg")


def _proven(measured: Measured) -> bool:
    gap = measured.result.get("gap")
    return gap is not None and gap <= PROVEN


def _line(who: str, size: tuple[int, int, int], measured: Measured) -> str:
    n, m, p = size
    what = f"{n:,} x {m:,}" + (f", {p}" if p else "")
    if measured.failed:
        return f"| {NAMES[who]} | {what} | - | {measured.failed} | - | - |"
    gap, value = measured.result["gap"], measured.result["objective"]
    words = "proven" if _proven(measured) else "no bound" if gap is None else f"{100 * gap:.2f} %"
    told = "none" if value is None else f"{value:,.0f}"
    return f"| {NAMES[who]} | {what} | {measured.seconds:.2f} | {words} | {told} | {measured.memory_mb:,.0f} |"


def draw(kind: str, rows: list[tuple[str, tuple[int, int, int], Measured]], seconds: float, to: Path) -> None:
    """Seconds and memory against the number of pairs, both axes logarithmic; hollow marks are not proven."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = kind  # the same numbers give the same file
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for who in dict.fromkeys(w for w, _, _ in rows):
        mine = [(n * m, r) for w, (n, m, _), r in rows if w == who and not r.failed]
        if not mine:
            continue
        pairs = [x for x, _ in mine]
        for axis, values in ((left, [r.seconds for _, r in mine]), (right, [r.memory_mb for _, r in mine])):
            axis.plot(pairs, values, color=COLOURS[who], label=NAMES[who], lw=1.5)
            for x, value, (_, measured) in zip(pairs, values, mine, strict=True):
                face = COLOURS[who] if _proven(measured) else "white"
                axis.plot([x], [value], "o", ms=5, mec=COLOURS[who], mfc=face)
    left.axhline(seconds, color="#888888", lw=0.8, ls=":")
    for axis, label in ((left, "seconds"), (right, "peak memory, MB")):
        axis.set(xscale="log", yscale="log", xlabel="demand points x sites", ylabel=label)
        axis.grid(True, which="major", color="#dddddd", lw=0.6)
    left.legend(frameon=False, fontsize=8)
    figure.suptitle(f"{kind}: filled marks are proven optimal, hollow ones stopped at {seconds:g} s (synthetic)")
    figure.savefig(to, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
