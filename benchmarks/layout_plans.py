"""Layout plans over several periods: the shipped scenarios, this program and HiGHS.

    python benchmarks/layout_plans.py [--seconds 60] [--only core_schools,county_plan]

HiGHS is handed the whole formulation as arrays, so that no modelling layer counts. Each run is a process of its own;
this program uses the cores that there are, HiGHS its own default. Seconds are those of the solve with the making of its
programme, without the reading of the case; what is compiled on first use is compiled before. The case is synthetic.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from apart import apart, versions
from capacitated import row

SCENARIOS = (
    "mountain_schools", "core_schools", "new_areas_schools", "senior_highs", "health_tiers", "childcare",
    "elderly_tiers", "county_plan",
)  # fmt: skip
Result = dict[str, Any]


def _posed(name: str) -> tuple[Any, Any]:
    from siting.layout.pose import pose_layout
    from siting.layout.settled import model_of
    from siting.prepare import Settings
    from siting.scenario import find_scenario

    posed = pose_layout(find_scenario(f"shengzhou/{name}"), Settings())
    return posed.instance, model_of(posed.scenario)


def _answer(seconds: float, outcome: Any) -> Result:
    return {"seconds": seconds, "objective": outcome.objective, "bound": outcome.bound}


def run_siting(name: str, seconds: float) -> Result:
    from siting.solving.optimise import solve
    from siting.solving.solver import SolverOptions

    instance, model = _posed(name)
    begin = time.perf_counter()
    outcome = solve(instance, model, SolverOptions(time_limit_s=seconds, gap=1e-4)).outcome
    return _answer(time.perf_counter() - begin, outcome)


def run_highs(name: str, seconds: float) -> Result:
    from siting.formulation.arrays import build_program
    from siting.solving.solver import SolverOptions, solve_program

    instance, model = _posed(name)
    begin = time.perf_counter()
    built = build_program(model, instance)
    assert built is not None
    left = max(seconds - (time.perf_counter() - begin), 1.0)
    outcome = solve_program(built.program, SolverOptions(time_limit_s=left, gap=1e-4)).outcome
    return _answer(time.perf_counter() - begin, outcome)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--only", default=",".join(SCENARIOS))
    options = arguments.parse_args()
    print(versions("siting", "highspy", "numba", "numpy"))
    print(f"{'scenario':22}{'':14}{'seconds':>9}{'objective':>16}{'bound':>16}{'gap %':>9}{'MB':>7}")
    for name in options.only.split(","):
        words = {"name": name, "seconds": options.seconds}
        for who, function in (("this program", "run_siting"), ("HiGHS", "run_highs")):
            measured = apart(f"layout_plans:{function}", words, seconds=options.seconds + 120)
            print(row(name, who, measured), flush=True)


if __name__ == "__main__":
    main()
