"""How many tasks a sweep answers in a minute: on one process, on two, and on a local dask cluster of two workers.

    python benchmarks/sweep_throughput.py [--counties 8] [--demand 1000]

Every round starts with empty folders; the time counts from the command to the summary, so that the start of the
workers (loading libraries) is in it. *At work* is the sum of the seconds that the tasks took on their workers.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from synthetic_county import write_county

from siting.sweep.run import How, Sweep, sweep_amounts, sweep_scenarios


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--counties", type=int, default=8)
    arguments.add_argument("--demand", type=int, default=1000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        files = [
            write_county(place / f"c{k}", demand=options.demand, seed=k, name=f"c{k}", schools="p_median")
            for k in range(options.counties)
        ]
        print(f"{options.counties} counties of {options.demand:,} points, three services each; and p = 1 ... 24")
        print(f"{'':30}{'s':>8}{'tasks/min':>11}{'at work s':>11}{'peak MB':>9}")
        for workers in (1, 2):
            how = How(place / f"processes{workers}", workers=workers)
            row(f"{workers} processes", files, how)
        from distributed import LocalCluster

        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            row("dask, 2 workers", files, How(place / "dask", scheduler=cluster.scheduler_address))


def row(name: str, files: list[Path], how: How) -> None:
    begin = time.perf_counter()
    found = sweep_scenarios(files, how)
    seconds = time.perf_counter() - begin
    assert found.count("done") == len(files), found.rows
    at_work, peak = of_tasks(found)
    print(f"{name + ', whole runs':30}{seconds:8.1f}{60 * len(files) / seconds:11.1f}{at_work:11.1f}{peak:9.0f}")
    begin = time.perf_counter()
    amounts = sweep_amounts(files[0], "health_station", how, p=range(1, 25))
    seconds = time.perf_counter() - begin
    assert not amounts.missing
    print(f"{name + ', amounts':30}{seconds:8.1f}{60 * 24 / seconds:11.1f}")


def of_tasks(found: Sweep) -> tuple[float, float]:
    """Seconds of all tasks together, and the most memory of any."""
    results = [entry.result for entry in found.entries if entry.result is not None]
    return sum(result.seconds for result in results), max(result.peak_mb for result in results)


if __name__ == "__main__":
    main()
