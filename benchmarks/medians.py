"""Uncapacitated location to proof: this program's own search against HiGHS on the whole formulation.

    python benchmarks/medians.py [--seconds 60] [--highs-seconds 60] [--only orlib,planar,large,fixed,kin]
    python benchmarks/medians.py --only pmed5,20000x500x25

--only takes sets and single instances. Each run is a process of its own, with its own peak of memory; compiled code
is warm (but for the largest, run once). The OR-Library graphs lie in an optional folder beside the checkout; without
it they are left out. All other instances are synthetic: clustered points on a plane, whole impedances with a detour
factor of 1.3, 1 to 99 people in each. In `fixed`, costs of sites, drawn evenly from 20,000 to 40,000, take the place
of p. `kin` are other models of the search on such planes: cover falls from 50 to 200 of impedance, a share exp(-t /
100) attends, envy begins at 100, the worst-off are a tenth; in the last one 20,000 points share 2,000 places.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np
from apart import Measured, apart, versions

PROVEN = 1e-6
Result = dict[str, Any]
ORLIB = tuple(range(1, 40, 2))
PLANAR = ((1000, 1000, 20), (2000, 2000, 20), (2000, 2000, 100), (5000, 500, 25), (10000, 200, 20))
LARGE = ((20000, 500, 25), (100000, 1000, 50))
FIXED = tuple((n, m, 0, "fixed_charge") for n, m in ((500, 500), (1000, 1000), (2000, 2000), (10000, 500)))
KIN = (
    *(
        (*size, model)
        for size in ((2000, 200, 20), (20000, 500, 25))
        for model in ("gradual_covering", "maximum_attendance", "minimum_envy")
    ),
    (2000, 200, 20, "worst_share_mean"),
    (20000, 500, 25, "p_median", 2000),
)
FACTS: dict[str, dict[str, Any]] = {
    "gradual_covering": {"standard": 50.0, "outer_standard": 200.0},
    "maximum_attendance": {"decay": ("exponential", 0.01)},
    "minimum_envy": {"standard": 100.0, "envy_weight": 2.0},
    "worst_share_mean": {"worst_share": 0.1},
}


def make(case: Any) -> Any:
    """The instance: a number of the OR-Library, or points, sites and p on a plane, then a model beside `p_median`
    and at how many places the points lie.
    """
    from siting.impedance import ImpedanceMatrix
    from siting.instance import Instance
    from siting.instance.decay import Decay

    if isinstance(case, int):
        from tests.benchmark_files import read_orlib

        return read_orlib(case)[0]
    n, m, p = case[:3]
    rng = np.random.default_rng(0)
    count = max(5, n // 100)
    centre = rng.uniform(0, 10000, (count, 2))
    k = int(n * 0.7)
    near = centre[rng.integers(0, count, k)] + rng.normal(0, 400, (k, 2))
    points = np.vstack([near, rng.uniform(0, 10000, (n - k, 2))])
    sites = points if m == n else points[rng.choice(n, m, replace=False)]
    points = points[rng.integers(0, case[4], n)] if len(case) > 4 else points
    value = np.empty((n, m), np.float32)
    for i in range(0, n, 1000):
        block = points[i : i + 1000]
        value[i : i + 1000] = np.rint(
            0.13 * np.hypot(block[:, None, 0] - sites[None, :, 0], block[:, None, 1] - sites[None, :, 1])
        )
    indices = np.tile(np.arange(m, dtype=np.int32), n)
    matrix = ImpedanceMatrix(np.arange(n + 1) * m, indices, value.ravel(), (n, m))  # type: ignore[arg-type]
    facts = dict(FACTS.get(_model(case), {}))
    if "outer_standard" in facts:
        matrix = matrix.keep(matrix.values < facts["outer_standard"])
    if "decay" in facts:
        facts["decay"] = Decay(*facts["decay"])
    demand = rng.integers(1, 100, n).astype(float)
    if _model(case) == "fixed_charge":
        facts["fixed_cost"] = rng.integers(20_000, 40_001, m).astype(float)
    return Instance.from_arrays(matrix, demand, p=p or None, **facts)


def _model(case: Any) -> str:
    return "p_median" if isinstance(case, int) or len(case) == 3 else str(case[3])


def _answer(begin: float, outcome: Any) -> Result:
    gap = math.inf if outcome.gap is None else outcome.gap
    return {"seconds": time.perf_counter() - begin, "objective": outcome.objective, "gap": gap, "nodes": outcome.nodes}


def run_siting(case: Any, seconds: float) -> Result:
    from siting.solving.optimise import solve
    from siting.solving.solver import SolverOptions

    instance = make(case)
    begin = time.perf_counter()
    return _answer(begin, solve(instance, _model(case), SolverOptions(time_limit_s=seconds)).outcome)


def run_highs(case: Any, seconds: float) -> Result:
    """The whole formulation as arrays, without any reduction or search."""
    from siting.formulation.arrays import build_program
    from siting.formulation.compose import load_formulation
    from siting.solving.solver import SolverOptions, solve_program

    instance = make(case)
    begin = time.perf_counter()
    program = build_program(load_formulation(_model(case)), instance).program
    return _answer(begin, solve_program(program, SolverOptions(time_limit_s=seconds)).outcome)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="orlib,planar,large,fixed,kin", help="sets or single instances")
    parser.add_argument("--most", type=int, default=5_000_000, help="pairs above which HiGHS is not asked")
    parser.add_argument("--highs-seconds", type=float, default=60.0)
    words = parser.parse_args()
    from tests.shared_data import SHARED

    orlib = ORLIB if SHARED.is_dir() else ()
    sets: dict[str, tuple[Any, ...]] = {
        "orlib": orlib, "planar": PLANAR, "large": LARGE, "fixed": FIXED, "kin": KIN,
    }  # fmt: skip
    named: dict[str, tuple[Any, ...]] = {_name(case): (case,) for cases in sets.values() for case in cases}
    print(versions("highspy", "numba", "numpy"))
    print("| instance | value | gap | nodes | s | MB | HiGHS s | HiGHS gap | HiGHS MB | times |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    ratios, total = [], 0.0
    for name in words.only.split(","):
        for case in sets[name] if name in sets else named[name]:
            ask = {"case": case, "seconds": words.seconds}
            large = not isinstance(case, int) and case[0] >= 20_000
            ours = apart("medians:run_siting", ask, seconds=words.seconds, warm=not large)
            theirs = None
            if words.highs_seconds and (isinstance(case, int) or case[0] * case[1] <= words.most):
                limit = {"case": case, "seconds": words.highs_seconds}
                theirs = apart("medians:run_highs", limit, seconds=words.highs_seconds)
            total += ours.seconds
            ratio = _ratio(ours, theirs)
            ratios += [] if ratio is None else [ratio]
            times = "-" if ratio is None else f"{ratio:,.0f}"
            print(f"| {_label(case)} | {_told(ours)} | {_rival(theirs)} | {times} |", flush=True)
    print(f"together {total:.1f} s")
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"HiGHS takes {mean:,.0f} times as long in the geometric mean of the {len(ratios)} that both prove")


def _name(case: Any) -> str:
    """As it is asked for by --only."""
    return f"pmed{case}" if isinstance(case, int) else "x".join(str(number) for number in case if number)


def _label(case: Any) -> str:
    if isinstance(case, int):
        return _name(case)
    n, m, p, *more = case
    label = f"{n:,} x {m:,}" + (f", p = {p}" if p else "")
    label += "" if _model(case) == "p_median" else f", `{_model(case)}`"
    return label + (f", {more[1]:,} places" if len(more) > 1 else "")


def _ratio(ours: Measured, theirs: Measured | None) -> float | None:
    if theirs is None or theirs.failed or ours.failed or max(ours.result["gap"], theirs.result["gap"]) > PROVEN:
        return None
    return theirs.seconds / ours.seconds


def _gap(gap: float) -> str:
    return "proven" if gap <= PROVEN else "no bound" if not math.isfinite(gap) else f"{100 * gap:.3f} %"


def _told(ours: Measured) -> str:
    if ours.failed:
        return f"{ours.failed} | | | |"
    found = ours.result
    value, gap = f"{found['objective']:,.0f}", _gap(found["gap"])
    return f"{value} | {gap} | {found['nodes']} | {ours.seconds:.2f} | {ours.memory_mb:,.0f}"


def _rival(theirs: Measured | None) -> str:
    if theirs is None:
        return "- | - | -"
    if theirs.failed:
        return f"{theirs.failed} | - | -"
    return f"{theirs.seconds:.1f} | {_gap(theirs.result['gap'])} | {theirs.memory_mb:,.0f}"


if __name__ == "__main__":
    main()
