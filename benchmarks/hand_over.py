"""Seconds and memory from the numbers of a p-median to a model in HiGHS's hands, nothing solved.

    python benchmarks/hand_over.py [--pairs 10000,40000,160000,400000,1000000] [--repeats 3] [--seconds 120]

The whole formulation, with a row x_ij <= y_j for each pair: by this program's arrays, by its Pyomo model (handed over
in three ways), and by other modelling packages. Each run is a process of its own; imports and the making of the
instance do not count. Prints a table and draws it (`curves.py`). A way that has taken
more than 15 s, or all of --seconds, is not asked for more pairs; a package that is not installed
is left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from importlib.util import find_spec
from typing import Any

import numpy as np
from apart import apart, versions
from curves import Mark, Picture, record

SITES, P = 200, 20
Result = dict[str, Any]


def make(pairs: int) -> Any:
    """Points and sites drawn evenly in a square, every pair admissible."""
    from siting.instance import Instance

    rng = np.random.default_rng(1)
    here, there = rng.random((pairs // SITES, 2)) * 60, rng.random((SITES, 2)) * 60
    minutes = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    return Instance.from_arrays(minutes, rng.integers(1, 99, len(here)).astype(float), p=P)


def _told(seconds: float, highs: Any) -> Result:
    return {"seconds": seconds, "columns": highs.getNumCol(), "rows": highs.getNumRow(), "entries": highs.getNumNz()}


def by_arrays(pairs: int) -> Result:
    from siting.formulation.arrays import build_program
    from siting.formulation.compose import load_formulation
    from siting.solving.solver import QuietHighs, hand_over

    instance, formulation, highs = make(pairs), load_formulation("p_median"), QuietHighs()
    begin = time.perf_counter()
    hand_over(highs, build_program(formulation, instance).program, relaxed=False)
    return _told(time.perf_counter() - begin, highs)


def by_pyomo_standard_form(pairs: int) -> Result:
    from siting.formulation.compose import build_model, load_formulation
    from siting.formulation.program import compile_model
    from siting.solving.solver import QuietHighs, hand_over

    instance, formulation, highs = make(pairs), load_formulation("p_median"), QuietHighs()
    begin = time.perf_counter()
    compiled = compile_model(build_model(formulation, instance))
    assert compiled is not None
    hand_over(highs, compiled.program, relaxed=False)
    return _told(time.perf_counter() - begin, highs)


def by_pyomo_solver(pairs: int) -> Result:
    import pyomo.environ  # noqa: F401  (registers the solvers)
    from pyomo.contrib.solver.common.factory import SolverFactory

    return _by_pyomo(pairs, SolverFactory("highs"))


def by_pyomo_appsi(pairs: int) -> Result:
    from pyomo.contrib.appsi.solvers import Highs

    return _by_pyomo(pairs, Highs())


def _by_pyomo(pairs: int, solver: Any) -> Result:
    from siting.formulation.compose import build_model, load_formulation

    instance, formulation = make(pairs), load_formulation("p_median")
    begin = time.perf_counter()
    solver.set_instance(build_model(formulation, instance))
    return _told(time.perf_counter() - begin, solver._solver_model)


def by_linopy(pairs: int) -> Result:
    import linopy
    import pandas as pd
    import xarray as xr

    instance = make(pairs)
    t = instance.impedance.dense()
    begin = time.perf_counter()
    model = linopy.Model()
    points, sites = pd.RangeIndex(t.shape[0], name="i"), pd.RangeIndex(SITES, name="j")
    y = model.add_variables(binary=True, coords=[sites], name="y")
    x = model.add_variables(lower=0, upper=1, coords=[points, sites], name="x")
    model.add_constraints(x.sum("j") == 1, name="everybody")
    model.add_constraints(x - y <= 0, name="open")
    model.add_constraints(y.sum() == P, name="number")
    model.add_objective((xr.DataArray(instance.demand[:, None] * t, coords=[points, sites]) * x).sum())
    highs = model.to_highspy()
    return _told(time.perf_counter() - begin, highs)


def _by_pulp(begin: float, problem: Any) -> Result:
    import pulp

    solver = pulp.HiGHS(msg=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    return _told(time.perf_counter() - begin, problem.solverModel)


def by_pulp(pairs: int) -> Result:
    import pulp

    instance = make(pairs)
    t, a = instance.impedance.dense().tolist(), instance.demand.tolist()
    begin = time.perf_counter()
    model = pulp.LpProblem("p_median", pulp.LpMinimize)
    points, sites = range(len(a)), range(SITES)
    y = [pulp.LpVariable(f"y{j}", cat="Binary") for j in sites]
    x = [[pulp.LpVariable(f"x{i}_{j}", 0, 1) for j in sites] for i in points]
    model += pulp.LpAffineExpression((x[i][j], a[i] * t[i][j]) for i in points for j in sites)
    for i in points:
        model += pulp.lpSum(x[i]) == 1
        for j in sites:
            model += x[i][j] <= y[j]
    model += pulp.lpSum(y) == P
    return _by_pulp(begin, model)


def by_spopt(pairs: int) -> Result:
    from spopt.locate import PMedian

    instance = make(pairs)
    t = instance.impedance.dense()
    begin = time.perf_counter()
    model = PMedian.from_cost_matrix(t, instance.demand, p_facilities=P).problem
    return _by_pulp(begin, model)


WAYS = {  # function -> name, packages it needs
    "by_arrays": ("this program", ()),
    "by_linopy": ("linopy", ("linopy",)),
    "by_pyomo_standard_form": ("Pyomo, standard form", ()),
    "by_pyomo_solver": ("Pyomo", ()),
    "by_pyomo_appsi": ("Pyomo, appsi_highs", ()),
    "by_pulp": ("PuLP", ("pulp",)),
    "by_spopt": ("spopt", ("spopt", "pulp")),
}
PAIRS = "10000,40000,160000,400000,1000000,2000000,10000000"
PICTURE = Picture(
    name="hand_over",
    title="From numbers to a p-median in HiGHS's hands",
    axis="pairs",
    size="pairs",
    command="python benchmarks/hand_over.py",
    filled="",
    hollow="",
    note="A row x_ij <= y_j for each pair, 200 sites, synthetic; nothing is solved. Every way ends with the same "
    "numbers of columns and rows. A way that took more than 15 s is not asked for more pairs.",
)


def measure(pairs: str = PAIRS, repeats: int = 3, limit: float = 120.0, only: str = ",".join(WAYS)) -> None:
    """Print the table, and draw it."""
    packages = versions("siting", "highspy", "pyomo", "linopy", "PuLP", "spopt", "numpy", "scipy")
    print(packages)
    print("\n| pairs | way | s | times ours | peak MB | columns | rows |")
    print("|---|---|---|---|---|---|---|")
    marks: list[Mark] = []
    out_of_time: set[str] = set()
    for count in (int(text) for text in pairs.split(",")):
        ours = float("nan")
        for function in only.split(","):
            name, needed = WAYS[function]
            missing = [package for package in needed if find_spec(package) is None]
            if missing or function in out_of_time:
                told = ", ".join(missing) + " absent" if missing else "not asked"
                print(f"| {count:,} | {name} | - | {told} | | | |")
                continue
            runs = []
            while len(runs) < repeats and not (runs and runs[-1].seconds > 10):
                runs.append(apart(f"hand_over:{function}", {"pairs": count}, seconds=limit))
                if runs[-1].failed:
                    break
            last = runs[-1]
            if last.failed:
                out_of_time.add(function)
                print(f"| {count:,} | {name} | - | {last.failed} | | | |", flush=True)
                continue
            seconds = statistics.median(run.seconds for run in runs)
            ours = seconds if function == "by_arrays" else ours
            memory = statistics.median(run.memory_mb for run in runs)
            if seconds > 15:
                out_of_time.add(function)
            marks.append(Mark(name, count, f"{count:,}", seconds, memory))
            size = f"{last.result['columns']:,} | {last.result['rows']:,}"
            print(f"| {count:,} | {name} | {seconds:.2f} | {seconds / ours:.1f} | {memory:,.0f} | {size} |", flush=True)
    record(PICTURE, marks, packages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--repeats", type=int, default=3, help="the median counts; above 10 s a single run does")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--only", default=",".join(WAYS))
    words = parser.parse_args()
    measure(words.pairs, words.repeats, words.seconds, words.only)


if __name__ == "__main__":
    main()
