"""Every published instance that is at hand: value, optimum or best known value, gap, bound and seconds.

    python benchmarks/published.py [--seconds 300] [--only p_center,holmberg] [--instances gya5,gyb3]

The instances lie in an optional folder beside the checkout; without it there is nothing to run. A gap of "proven" means
proven optimal by this program; otherwise the gap is its own, between its plan and its bound.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the readers lie among the tests

from siting.formulation.compose import load_formulation
from siting.instance import Instance
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import verify
from tests.benchmark_capacitated import published, read_holmberg, read_pmedcap
from tests.benchmark_files import best_known_gongyi, read_gongyi, read_orlib
from tests.shared_data import SHARED

Case = tuple[str, Instance, float]


def p_median() -> Iterator[Case]:
    for number in range(1, 40, 2):
        instance, optima = read_orlib(number)
        yield f"pmed{number}", instance, optima["p_median"]


def p_center() -> Iterator[Case]:
    for number in range(1, 40, 2):
        instance, optima = read_orlib(number)
        yield f"pmed{number}", instance, optima["p_center"]


def pmedcap() -> Iterator[Case]:
    for path in sorted((SHARED / "data/benchmarks/pmedcap").glob("*.txt")):
        instance, best = read_pmedcap(path)
        yield path.stem, instance, float(best)


def holmberg() -> Iterator[Case]:
    folder = SHARED / "data/benchmarks/sscflp"
    optima = published(folder / "optima.csv")
    for name in sorted(optima, key=lambda n: int(n.split("_p")[1])):
        yield name, read_holmberg(folder / f"{name}.txt"), float(optima[name])


def gongyi() -> Iterator[Case]:
    for name, best in best_known_gongyi().items():
        yield name, read_gongyi(name), best


SETS = {
    "p_median": (p_median, "p_median"),
    "p_center": (p_center, "p_center"),
    "pmedcap": (pmedcap, "single_source_p_median"),
    "holmberg": (holmberg, "single_source_fixed_charge"),
    "gongyi": (gongyi, "contiguous_fixed_charge"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--instances", help="of the chosen sets; all when left out")
    words = parser.parse_args()
    wanted = None if words.instances is None else set(words.instances.split(","))
    if not SHARED.is_dir():
        print("the folder of published instances is not on this machine")
        return
    for name in words.only.split(","):
        cases, model = SETS[name]
        formulation = load_formulation(model)
        print(f"\n{name}: {model}, {words.seconds:g} s each")
        print("| instance | points x sites | value | published | over it | bound | gap | s | nodes | checks |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        begin = time.perf_counter()
        for case, instance, known in cases():
            if wanted is not None and case not in wanted:
                continue
            start = time.perf_counter()
            plan = solve(instance, formulation, SolverOptions(time_limit_s=words.seconds))
            seconds = time.perf_counter() - start
            outcome, checks = plan.outcome, verify(instance, formulation, plan).checks
            value, bound = outcome.objective or 0.0, outcome.bound
            gap = "proven" if outcome.proven else "?" if outcome.gap is None else f"{100 * outcome.gap:.2f} %"
            size = f"{instance.demand_count} x {instance.site_count}"
            over = "equal" if abs(value - known) <= 1e-6 * known else f"{100 * (value / known - 1):+.2f} %"
            limit = "?" if bound is None else f"{bound:,.1f}"
            print(
                f"| {case} | {size} | {value:,.1f} | {known:,.0f} | {over} | {limit} | {gap} | {seconds:.1f} "
                f"| {outcome.nodes} | {sum(c.passed for c in checks)}/{len(checks)} |",
                flush=True,
            )
        print(f"together {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
