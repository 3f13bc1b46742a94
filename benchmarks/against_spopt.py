"""spopt and this program on the same numbers in one run: where the answers or their labels differ, and the times.

python benchmarks/against_spopt.py
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pulp
import spopt
from spopt.locate import LSCPB, MCLP, PCenter, PMedian

from siting.instance import Instance
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions

SECONDS = 20


def solver(limit: float | None = None) -> pulp.LpSolver:
    return pulp.HiGHS(msg=False, timeLimit=limit)


def san_francisco() -> tuple[np.ndarray, np.ndarray]:
    folder = Path(spopt.__file__).parent / "tests" / "test_locate" / "data"
    pairs = pd.read_csv(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    table = pairs.pivot_table(values="distance", index="DestinationName", columns="name")
    demand = pd.read_csv(folder / "SF_demand_205_centroid_uniform_weight.csv").set_index("NAME")
    return table.to_numpy(), demand.loc[table.index, "POP2000"].to_numpy(dtype=float)


def points_for_people() -> None:
    t, a = san_francisco()
    model = MCLP.from_cost_matrix(t, a, service_radius=5000, p_facilities=4).solve(solver())
    model.facility_client_array()
    model.uncovered_clients()
    model.get_percentage()
    ours = solve(Instance.from_arrays(t, a, p=4, standard=5000.0, unit="m"), "maximal_covering").outcome
    assert ours.objective is not None
    print("1. share covered, San Francisco, p = 4, 5,000 m")
    print(f"   spopt perc_cov {model.perc_cov:.2f} % (of points); of people {100 * ours.objective / a.sum():.2f} %")


def backup_counted_where_there_is_none() -> None:
    rng = np.random.default_rng(1)
    here, there = rng.random((30, 2)) * 10, rng.random((12, 2)) * 10
    t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 2)
    radius = float(t.min(axis=1).max()) + 1.0
    model = LSCPB.from_cost_matrix(t, radius, solver()).solve(solver())
    opened = [k for k, v in enumerate(model.fac_vars) if v.value() > 0.5]
    really = int(((t[:, opened] <= radius).sum(axis=1) >= 2).sum())
    ours = solve(Instance.from_arrays(t, standard=radius), "backup_set_covering").outcome.then[0].objective
    print("2. LSCP-B, 30 points, 12 sites: points with a second site in reach")
    print(f"   spopt says {model.problem.objective.value():g}; with its own sites it is {really}; here {ours:g}")


def a_time_limit_called_optimal() -> None:
    rng = np.random.default_rng(5)
    t, a = rng.random((300, 60)) * 10, rng.integers(1, 9, 300).astype(float)
    begin = time.perf_counter()
    model = PMedian.from_cost_matrix(t, a, p_facilities=8).solve(solver(SECONDS))
    theirs, value = time.perf_counter() - begin, model.problem.objective.value()
    ours = solve(Instance.from_arrays(t, a, p=8), "p_median", SolverOptions(time_limit_s=SECONDS)).outcome
    print(f"3. p-median, random 300 x 60, p = 8, {SECONDS} s")
    print(
        f"   spopt: status {pulp.LpStatus[model.problem.status]}, objective {value:.2f}, {theirs:.1f} s with building"
    )
    print(f"   here: {ours.label_en}, objective {ours.objective:.2f}, bound {ours.bound:.2f}, {ours.seconds:.1f} s")


def silent_about_nan() -> None:
    t, a = np.array([[1.0, np.nan], [2.0, 3.0], [9.0, 1.0]]), np.array([10.0, -20.0, 5.0])
    model = MCLP.from_cost_matrix(t, a, service_radius=2.5, p_facilities=1).solve(solver())
    print("4. an impedance NaN and a demand of -20")
    print(f"   spopt MCLP: status {pulp.LpStatus[model.problem.status]}, objective {model.problem.objective.value():g}")
    try:
        Instance.from_arrays(t, a, p=1, standard=2.5)
    except Exception as error:
        print(f"   here: {type(error).__name__}: {str(error).splitlines()[0]}")


def speed() -> None:
    print("5. seconds with building, spopt / here (ratio)")
    for n, m, p in ((200, 50, 5), (500, 100, 10), (1000, 100, 10)):
        rng = np.random.default_rng(n)
        here, there = rng.random((n, 2)) * 60, rng.random((m, 2)) * 60
        t, a = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), rng.integers(1, 99, n).astype(float)
        for name, build, model in (
            ("p-median", lambda t=t, a=a, p=p: PMedian.from_cost_matrix(t, a, p_facilities=p), "p_median"),
            ("p-center", lambda t=t, p=p: PCenter.from_cost_matrix(t, p_facilities=p), "p_center"),
        ):
            begin = time.perf_counter()
            theirs = build().solve(solver(120))
            seconds = time.perf_counter() - begin
            begin = time.perf_counter()
            ours = solve(Instance.from_arrays(t, a, p=p), model, SolverOptions(time_limit_s=120)).outcome
            mine = time.perf_counter() - begin
            equal = abs(theirs.problem.objective.value() - ours.objective) <= 1e-6 * ours.objective
            same = "equal" if equal else f"{theirs.problem.objective.value():.6g} / {ours.objective:.6g}"
            ratio = f"{seconds:.1f} / {mine:.2f} ({seconds / mine:.0f}x)"
            print(f"   {name} {n} x {m}, p = {p}: {ratio}, {same}, {ours.label_en}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(f"spopt {spopt.__version__}, PuLP {pulp.__version__}")
    points_for_people()
    backup_counted_where_there_is_none()
    a_time_limit_called_optimal()
    silent_about_nan()
    speed()
