"""Whole demand points to one site each: this program's search against HiGHS on the full model.

    python benchmarks/single_source.py [--seconds 300] [--only holmberg,pmedcap,schools]

Every solve runs in a process of its own, one thread, and tells its seconds and its peak memory. The full model has
all links x_ij <= y_j and is handed over as arrays. A solve that the time limit ends counts at that limit. The
instances lie in an optional folder beside the checkout; without it there is nothing to run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

import highspy
import numpy as np
import scipy.sparse as sp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the readers lie among the tests

from siting.instance import Instance
from siting.search.single_source import search_single_source
from tests.benchmark_capacitated import read_holmberg, read_pmedcap
from tests.shared_data import SHARED

FOLDER = SHARED / "data/benchmarks"
SCHOOLS = "schools_2000x100_p20"
PROVEN = 1e-6  # relative gap


def names(kind: str) -> list[str]:
    if kind == "schools":
        return [SCHOOLS]
    files = (FOLDER / {"holmberg": "sscflp", "pmedcap": "pmedcap"}[kind]).glob("*.txt")
    return sorted((file.stem for file in files), key=lambda name: int("".join(filter(str.isdigit, name))))


def read(name: str) -> tuple[Instance, bool]:
    """The instance, and whether fixed costs count."""
    if name == SCHOOLS:
        place = importlib.util.spec_from_file_location("make_instances", FOLDER / "make_instances.py")
        assert place is not None
        assert place.loader is not None
        made = importlib.util.module_from_spec(place)
        place.loader.exec_module(made)
        impedance, demand, capacity, p = made.capacitated()
        return Instance.from_arrays(impedance, demand, capacity=float(capacity), p=p), False
    if name.startswith("holmberg"):
        return read_holmberg(FOLDER / "sscflp" / f"{name}.txt"), True
    return read_pmedcap(FOLDER / "pmedcap" / f"{name}.txt")[0], False


def ours(instance: Instance, fixed_cost: bool, seconds: float) -> tuple[float, float]:
    found = search_single_source(instance, fixed_cost=fixed_cost, time_limit_s=seconds)
    assert found is not None
    return found.objective, found.bound


def plain(instance: Instance, fixed_cost: bool, seconds: float) -> tuple[float, float]:
    """HiGHS on the model with all pairs and links."""
    n, m = instance.impedance.shape
    k, one = np.arange(n * m), np.ones(n * m)
    i, j = np.divmod(k, m)
    assert instance.capacity is not None
    none = sp.coo_array((n, m))
    everybody = sp.hstack([sp.coo_array((one, (i, k))), none])
    loads = sp.hstack([sp.coo_array((instance.weight[i], (j, k))), -sp.diags_array(instance.capacity)])
    links = sp.hstack([sp.eye_array(n * m), sp.coo_array((-one, (k, j)))])
    number = sp.coo_array(np.r_[np.zeros(n * m), np.ones(m)][None])
    matrix = sp.csr_array(sp.vstack([everybody, loads, links, number]))
    count = (0.0, float(m)) if instance.p is None else (float(instance.p), float(instance.p))
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = matrix.shape[1], matrix.shape[0]
    travel = (instance.demand[:, None] * instance.impedance.dense()).ravel()
    problem.col_cost_ = np.r_[travel, instance.fixed_cost if fixed_cost else np.zeros(m)]
    problem.col_lower_, problem.col_upper_ = np.zeros(n * m + m), np.ones(n * m + m)
    problem.row_lower_ = np.r_[np.ones(n), np.full(m + n * m, -np.inf), count[0]]
    problem.row_upper_ = np.r_[np.ones(n), np.zeros(m + n * m), count[1]]
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_, problem.a_matrix_.index_ = matrix.indptr, matrix.indices
    problem.a_matrix_.value_ = matrix.data
    problem.integrality_ = [highspy.HighsVarType.kInteger] * (n * m + m)
    highs = highspy.Highs()
    for key, value in {"output_flag": False, "threads": 1, "time_limit": seconds, "mip_rel_gap": 0.0}.items():
        highs.setOptionValue(key, value)
    highs.passModel(problem)
    highs.run()
    info = highs.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return float(info.objective_function_value) if found else math.inf, float(info.mip_dual_bound)


WAYS = {"ours": ours, "plain": plain}


def alone(way: str, name: str, seconds: float) -> None:
    """One solve, told as a line of JSON. The compiled loops are called once before, so that they are there."""
    if way == "ours":
        ours(Instance.from_arrays(np.ones((3, 2)), [1.0, 2.0, 2.0], capacity=3.0, p=2, fixed_cost=1.0), True, 5.0)
    instance, fixed_cost = read(name)
    begin = time.perf_counter()
    objective, bound = WAYS[way](instance, fixed_cost, seconds)
    passed = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"objective": objective, "bound": bound, "seconds": passed, "peak_mb": peak}))


def told(way: str, name: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, __file__, "--alone", way, "--only", name, "--seconds", str(seconds)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    answer: dict[str, float] = json.loads(lines[-1])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--only", default="holmberg,pmedcap,schools")
    parser.add_argument("--alone", choices=list(WAYS))
    words = parser.parse_args()
    if not SHARED.is_dir():
        print("the folder of published instances is not on this machine")
        return
    if words.alone:
        alone(words.alone, words.only, words.seconds)
        return
    for kind in words.only.split(","):
        print(f"\n{kind}, {words.seconds:g} s each\n")
        print("| instance | value | gap | s | MB | HiGHS: value | gap | s | MB | ratio |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        ratios = []
        for name in names(kind):
            cells = []
            answers = [told(way, name, words.seconds) for way in WAYS]
            for answer in answers:
                gap = (answer["objective"] - answer["bound"]) / max(abs(answer["objective"]), 1e-9)
                shown = "proven" if gap <= PROVEN else f"{100 * gap:.2f} %"
                cells += [f"{answer['objective']:,.0f}", shown, f"{answer['seconds']:.2f}", f"{answer['peak_mb']:.0f}"]
            ratios.append(answers[1]["seconds"] / answers[0]["seconds"])
            print(f"| {name} | {' | '.join(cells)} | {ratios[-1]:.1f} |", flush=True)
        print(f"\ngeometric mean of the ratios: {math.exp(float(np.mean(np.log(ratios)))):.1f}")


if __name__ == "__main__":
    main()
