"""How seconds and memory grow with size: this program and its rivals on the same synthetic instances.

    python benchmarks/growth.py [--seconds 60] [--only p_median,travel_times,hand_over] [--programs siting,spopt]
                                [--least 1000] [--most 100000]

Each run is a process of its own, limited to --seconds; a rival is not asked for a larger size once it has run out of
time or memory. Draws benchmarks/growth_*.svg and writes growth.md (`curves.py`); what is not asked for this time stays
as it was. *travel_times* and *hand_over* are those of `travel_growth.py` and `hand_over.py`. Rivals that are not
installed are left out:
    pip install -e ".[dev,bench]"

All instances are synthetic: clustered points on a plane, seeded. Values that two programs prove must be equal.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import hand_over
import numpy as np
import travel_growth
from apart import Measured, apart, versions
from curves import PROVEN, Mark, Picture, record

Result = dict[str, Any]
Size = tuple[int, int, int]  # demand points, sites, p

MEDIANS = [(100, 100, 5), (200, 200, 10), (400, 400, 20), (1000, 500, 25), (2000, 1000, 50), (5000, 1000, 50),
           (20000, 1000, 50), (100000, 1000, 50)]  # fmt: skip
COVERS = [(1000, 100, 5), (5000, 200, 10), (20000, 500, 25), (100000, 1000, 50), (1000000, 1000, 50)]
# kind -> title, sizes, programs
KINDS: dict[str, tuple[str, list[Size], tuple[str, ...]]] = {
    "p_median": ("p-median", MEDIANS, ("siting", "highspy", "linopy", "pyomo", "spopt")),
    "fixed_charge": (
        "Uncapacitated facility location",
        [(n, m, p) for n, m, p in MEDIANS if n < 100_000],
        ("siting", "highspy", "linopy", "pyomo"),
    ),
    "p_center": (
        "p-center",
        [(100, 100, 5), (200, 200, 10), (400, 400, 20), (1000, 500, 25), (2000, 1000, 50), (5000, 1000, 50)],
        ("siting", "highspy", "pyomo", "spopt"),
    ),
    "maximal_covering": ("Maximal covering", COVERS, ("siting", "highspy", "linopy", "pyomo", "spopt")),
    "set_covering": (
        "Set covering",
        [(n, m, 0) for n, m, _ in COVERS],
        ("siting", "highspy", "linopy", "pyomo", "spopt"),
    ),
    "maximal_backup_covering": (
        "Maximal covering with backup",
        [(n, m, p) for n, m, p in COVERS if n <= 100_000],
        ("siting", "highspy", "pyomo"),
    ),
    "capacitated_p_median": (
        "Capacitated p-median, people of a point may be split",
        [(100, 20, 4), (300, 50, 10), (1000, 100, 20), (2000, 200, 20), (5000, 500, 25)],
        ("siting", "highspy", "pyomo"),
    ),
    "single_source_p_median": (
        "Capacitated p-median, every point whole to one site",
        [(100, 20, 4), (300, 50, 10), (1000, 100, 20), (2000, 100, 20), (5000, 200, 25)],
        ("siting", "highspy", "pyomo"),
    ),
    "contiguous_p_median": (
        "Capacitated p-median, catchments that hang together",
        [(100, 10, 4), (300, 20, 6), (1000, 40, 10), (2000, 60, 15)],
        ("siting", "highspy", "pyomo"),
    ),
}
NOTES = {
    "p_center": "PuLP, behind spopt, does not tell a bound.",
    "capacitated_p_median": "Capacities are 1.15 times the mean, on few clusters.",
    "single_source_p_median": "Capacities are 1.15 times the mean, on few clusters.",
    "contiguous_p_median": "Capacities are 1.5 times the mean; points touch where they are neighbours in a Delaunay "
    "triangulation.",
    "fixed_charge": "Costs of sites differ by up to 30 % from a mean at which about as many open as in the p-median.",
    "maximal_backup_covering": "A second cover counts half.",
}
NAMES = {"siting": "this program", "highspy": "HiGHS, arrays", "linopy": "linopy", "pyomo": "Pyomo", "spopt": "spopt"}


def make(kind: str, n: int, m: int, p: int) -> tuple[Any, str]:
    """The instance and its model."""
    from siting.impedance import ImpedanceMatrix
    from siting.instance import Instance

    rng = np.random.default_rng(7)
    centre = rng.uniform(0, 60, (max(5, n // 200), 2))  # km
    k = int(n * 0.7)
    here = np.vstack([centre[rng.integers(0, len(centre), k)] + rng.normal(0, 2, (k, 2)),
                      rng.uniform(0, 60, (n - k, 2))])  # fmt: skip
    chosen = np.arange(n) if m == n else rng.choice(n, m, replace=False)
    there = here[chosen]
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
        weight = 0.5 if "backup" in kind else None
        return Instance.from_arrays(matrix, demand, standard=1e9, p=p or None, backup_weight=weight), kind
    minutes = np.round(np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]) * 2, 2)
    if kind == "fixed_charge":
        mean = 1140 * n * p**-1.5  # what one more site of p saves, points spread evenly
        return Instance.from_arrays(minutes, demand, fixed_cost=np.rint(mean * rng.uniform(0.7, 1.3, m))), kind
    if kind == "contiguous_p_median":
        return _districts(minutes, here, demand, chosen, p), kind
    capacity = float(np.ceil(demand.sum() / p * 1.15)) if "capacitated" in kind or "single" in kind else None
    return Instance.from_arrays(minutes, demand, p=p, capacity=capacity), kind


def _districts(minutes: np.ndarray, here: np.ndarray, demand: np.ndarray, chosen: np.ndarray, p: int) -> Any:
    from scipy.spatial import Delaunay

    from siting.instance import Instance
    from siting.instance.adjacency import Adjacency

    corner = Delaunay(here).simplices
    a, b = corner[:, [0, 1, 2]].ravel(), corner[:, [1, 2, 0]].ravel()
    pairs = np.unique(np.column_stack([np.minimum(a, b), np.maximum(a, b)]).astype(np.int64), axis=0)
    return Instance.from_arrays(
        minutes,
        demand,
        p=p,
        capacity=float(np.ceil(demand.sum() / p * 1.5)),
        site_unit=chosen,
        adjacency=Adjacency.from_pairs(pairs[:, 0], pairs[:, 1], len(here)),
    )


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
    small = make(kind, *KINDS[kind][1][0])[0]
    with contextlib.suppress(SitingError):
        solve(small, model, SolverOptions(time_limit_s=5))  # reads what is compiled
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
    if kind in ("p_median", "fixed_charge"):
        points = pd.RangeIndex(n, name="i")
        x = model.add_variables(lower=0, upper=1, coords=[points, sites], name="x")
        model.add_constraints(x.sum("j") == 1, name="everybody")
        model.add_constraints(x - y <= 0, name="open")
        cost = xr.DataArray(instance.demand[:, None] * matrix.dense(), coords=[points, sites])
        total = (cost * x).sum()
        if kind == "fixed_charge":
            total = total + (xr.DataArray(instance.fixed_cost, coords=[sites]) * y).sum()
        model.add_objective(total)
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
    if kind not in ("set_covering", "fixed_charge"):
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
    parser.add_argument("--only", default=",".join([*KINDS, "travel_times", "hand_over"]))
    parser.add_argument("--programs", default=",".join(RUNS), help="of the location models")
    parser.add_argument("--least", type=int, default=0, help="smallest number of demand points")
    parser.add_argument("--most", type=int, default=1_000_000, help="largest number of demand points")
    words = parser.parse_args()
    programs = [who for who in words.programs.split(",") if who in ("siting", "pyomo") or find_spec(who)]
    for kind in words.only.split(","):
        if kind == "travel_times":
            travel_growth.measure()
        elif kind == "hand_over":
            hand_over.measure()
        else:
            measure(kind, programs, words.seconds, words.least, words.most)


def measure(kind: str, programs: list[str], seconds: float, least: int, most: int) -> None:
    _, sizes, known = KINDS[kind]
    print(f"\n{kind}, {seconds:g} s at most, synthetic\n")
    print("| who | points x sites, p | s | gap | objective | peak MB |")
    print("|---|---|---|---|---|---|")
    marks: list[Mark] = []
    for who in (who for who in known if who in programs):
        for size in (size for size in sizes if least <= size[0] <= most):
            n, m, p = size
            given = {"kind": kind, "n": n, "m": m, "p": p, "seconds": seconds}
            mark = _mark(kind, who, size, apart(f"growth:run_{who}", given, seconds=seconds))
            marks.append(mark)
            print(_line(mark), flush=True)
            if mark.failed or (who != "siting" and not mark.filled):
                break
    _compare(marks)
    record(picture(kind, seconds), marks, packages())


def picture(kind: str, seconds: float) -> Picture:
    """What the picture of a kind shows."""
    return Picture(
        name=kind,
        title=f"{KINDS[kind][0]} ({kind})",
        axis="demand points x sites",
        size="points x sites" + ("" if kind in ("set_covering", "fixed_charge") else ", p"),
        command=f"python benchmarks/growth.py --only {kind} --seconds {seconds:g}",
        filled="proven optimal",
        hollow="stopped at the limit, with the gap left where below 99 %",
        note=NOTES.get(kind, ""),
        limit=seconds,
    )


def packages() -> str:
    """With what is measured."""
    return versions("siting", "highspy", "pyomo", "linopy", "spopt", "PuLP", "numba", "numpy")


def _mark(kind: str, who: str, size: Size, measured: Measured) -> Mark:
    n, m, p = size
    words = f"{n:,} x {m:,}" + ("" if kind in ("set_covering", "fixed_charge") else f", {p}")
    if measured.failed:
        return Mark(NAMES[who], n * m, words, None, None, filled=False, failed=measured.failed)
    gap, value = measured.result["gap"], measured.result["objective"]
    proven = gap is not None and gap <= PROVEN
    return Mark(NAMES[who], n * m, words, measured.seconds, measured.memory_mb, proven, gap, value=value)


def _line(mark: Mark) -> str:
    if mark.failed:
        return f"| {mark.who} | {mark.size} | - | {mark.failed} | - | - |"
    words = "proven" if mark.filled else "no bound" if mark.gap is None else f"{100 * mark.gap:.2f} %"
    value = "none" if mark.value is None else f"{mark.value:,.2f}"
    return f"| {mark.who} | {mark.size} | {mark.seconds:.2f} | {words} | {value} | {mark.memory_mb:,.0f} |"


def _compare(marks: list[Mark]) -> None:
    """Say where two programs claim to have proven different values."""
    proven: dict[str, Mark] = {}
    for mark in (mark for mark in marks if mark.filled):
        first = proven.setdefault(mark.size, mark)
        if first.value is None or mark.value is None or not math.isclose(first.value, mark.value, rel_tol=1e-4):
            print(f"DIFFERENT at {mark.size}: {first.who} {first.value}, {mark.who} {mark.value}")


if __name__ == "__main__":
    main()
