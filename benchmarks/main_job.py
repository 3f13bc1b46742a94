"""Times the main job as a user runs it, stage by stage, cold and with its cache, with the peak of memory.

    python benchmarks/main_job.py [SCENARIO] [--repeats 3]

Each run is a process of its own, with an empty output folder when cold. The second half of the table is the ratio
of the cold run's stages to those of a run that finds its roads and travel times in the cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import siting
from siting.provenance import versions

ROOT = Path(__file__).resolve().parents[1]
PEAK = "import resource,sys;print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,file=sys.stderr)"


@dataclass(frozen=True)
class Run:
    wall_s: float
    peak_mb: float
    stages_s: dict[str, float]
    labels: dict[str, str]


def run(scenario: str, out: Path) -> Run:
    """One run in a new process; memory is read by the process itself at its end."""
    code = f"import atexit; atexit.register(lambda: exec({PEAK!r})); from siting.cli.main import main; main()"
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, "run", scenario, "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    wall = time.perf_counter() - begin
    result = json.loads(done.stdout.splitlines()[-1])
    record = json.loads(Path(result["outputs"]["run.json"]).read_text(encoding="utf-8"))
    labels = {service["service"]: service["label_en"] for service in record["services"]}
    return Run(wall, int(done.stderr.split()[-1]) / 1024, record["seconds"], labels)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("scenario", nargs="?", default="shengzhou/three_services")
    arguments.add_argument("--repeats", type=int, default=3)
    options = arguments.parse_args()
    cold, warm = [], []
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(run(options.scenario, Path(folder)))
            warm.append(run(options.scenario, Path(folder)))
    print(f"siting {siting.__version__}, {options.scenario}, median of {options.repeats}")
    print(", ".join(f"{name} {text}" for name, text in versions().items()))
    for service, label in cold[0].labels.items():
        print(f"{service}: {label}")
    print(f"{'stage':24}{'cold s':>10}{'cached s':>10}{'ratio':>8}")
    for stage in cold[0].stages_s:
        row(stage, [r.stages_s[stage] for r in cold], [r.stages_s[stage] for r in warm])
    row("whole process", [r.wall_s for r in cold], [r.wall_s for r in warm])
    row("peak memory, MB", [r.peak_mb for r in cold], [r.peak_mb for r in warm])


def row(name: str, cold: list[float], warm: list[float]) -> None:
    first, second = statistics.median(cold), statistics.median(warm)
    print(f"{name:24}{first:10.2f}{second:10.2f}{first / second if second else float('nan'):8.2f}")


if __name__ == "__main__":
    main()
