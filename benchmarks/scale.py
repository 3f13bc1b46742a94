"""Seconds and memory of every stage of a run, by the size of the county; and what that makes for a province.

    python benchmarks/scale.py measure --demand 1000 4000 10000 20000    # one county after another, each in its process
    python benchmarks/scale.py page                                      # the tables of docs/scale.md from scale.json

`measure` adds to `benchmarks/scale.json` and may be stopped and repeated; `--schools` and `--time-limit` change the
question. The counties are those of `synthetic_county.py`; nothing is taken from a cache.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FIGURES, PAGE = HERE / "scale.json", ROOT / "docs" / "scale.md"
COUNTIES, COUNTY_POINTS = 100, 10_000  # a million demand points
BEGIN, END = "<!-- measured: {} -->", "<!-- end -->"
SERVICES = ("Primary school", "Community clinic (health station)", "Elderly-care station (day care)")
GROUPS = {  # stage of the run -> row of the table
    "read": "读取案例 read the case",
    "roads": "路网 roads",
    "times": "出行时间 travel times",
    "solve: Primary school": "选址：小学 choose sites: schools",
    "solve: Community clinic (health station)": "选址：卫生站 choose sites: clinics",
    "solve: Elderly-care station (day care)": "选址：养老站 choose sites: elderly care",
    "evaluate": "评估与服务范围 evaluate, service areas",
    "outputs": "底图与成果 base map and outputs",
}


def measure(sizes: list[int], schools: str, time_limit_s: float) -> None:
    for demand in sizes:
        with tempfile.TemporaryDirectory() as folder:
            maker = [sys.executable, str(HERE / "synthetic_county.py"), f"{folder}/county", "--demand", str(demand)]
            subprocess.run([*maker, "--schools", schools, "--time-limit", str(time_limit_s)], check=True, cwd=ROOT)
            command = [sys.executable, __file__, "one", folder]
            begin = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
            if done.returncode:
                raise SystemExit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
        found["demand"], found["wall_s"] = demand, round(time.perf_counter() - begin, 2)
        known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.is_file() else []
        known = [one for one in known if (one["demand"], one["schools"]) != (demand, schools)]
        known.append(found)
        known.sort(key=lambda one: (one["schools"], one["demand"]))
        FIGURES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
        print(f"{demand:7,} points: {found['wall_s']:.1f} s, {found['peak_mb']:,.0f} MB, {found['labels']}")


def one(folder: Path) -> None:
    """One county in this process: every stage with its seconds and the most memory while it ran."""
    import siting
    from siting.errors import SitingError
    from siting.events import Event
    from siting.pipeline import run_scenario, write_outputs
    from siting.prepare import Settings
    from siting.scenario import load_scenario
    from siting.sweep.inputs import read_scenario
    from siting.sweep.peak import forget_peak, peak_mb
    from siting.sweep.store import Store
    from siting.sweep.task import Answer, make_job
    from siting.sweep.work import pack_folder

    forget_peak()
    base = peak_mb()
    stages: list[dict[str, Any]] = []
    depth = 0

    def hear(event: Event) -> None:
        nonlocal depth
        if event.kind == "start":
            depth += 1
            if depth == 1:
                forget_peak()
        elif event.kind == "done":
            depth -= 1
            if depth == 0:
                name = f"solve: {event.en.partition(': ')[2]}" if event.stage == "solve" else event.stage
                stages.append({"stage": name, "seconds": round(event.seconds or 0, 3), "mb": round(peak_mb(), 1)})

    scenario = folder / "county" / "scenarios" / "three_services.toml"
    settings = Settings(None, hear)
    asked = load_scenario(scenario)
    record: dict[str, Any] = {}
    try:
        result = run_scenario(scenario, settings)
        write_outputs(result, folder / "run", settings)
        record["labels"] = [service.outcome.label_en for service in result.services if service.outcome]
        begin = time.perf_counter()
        files = pack_folder(folder / "run")
        record |= {"output_mb": round(len(files) / 2**20, 1), "pack_s": round(time.perf_counter() - begin, 2)}
        begin = time.perf_counter()
        job = make_job(read_scenario(scenario))
        size = len(job.inputs.pack())
        said = {"services": result.provenance["services"]}
        Store(folder, "sweep").keep(job.task, Answer(said, files, 0.0, 0.0, ""))
        record |= {"input_mb": round(size / 2**20, 1), "asker_s": round(time.perf_counter() - begin, 2)}
    except SitingError as error:
        record["labels"] = [error.faults[0].en]
        failed = SERVICES[sum("solve" in stage["stage"] for stage in stages)]
        stages.append({"stage": f"solve: {failed}", "seconds": None, "mb": round(peak_mb(), 1)})
    record |= {
        "schools": asked.services[0].formulation,
        "time_limit_s": asked.solver.time_limit_s,
        "program": siting.__version__,
        "commit": commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "base_mb": round(base, 1),
        "peak_mb": max(stage["mb"] for stage in stages),
        "stages": stages,
    }
    print(json.dumps(record, ensure_ascii=False))


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()


def grouped(found: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Seconds (summed) and MB (largest) of each row of the table; NaN of what was not done."""
    rows: dict[str, tuple[float, float]] = {}
    for stage in found["stages"]:
        name = stage["stage"]
        row = name if name in GROUPS else "outputs"
        seconds, mb = rows.get(row, (0.0, 0.0))
        rows[row] = seconds + (math.nan if stage["seconds"] is None else stage["seconds"]), max(mb, stage["mb"])
    return {key: rows.get(key, (math.nan, math.nan)) for key in GROUPS}


def cell(seconds: float, mb: float) -> str:
    if math.isnan(mb):
        return "—"
    return f"限时内无方案 no plan in time, {mb:,.0f} MB" if math.isnan(seconds) else f"{seconds:.1f} s, {mb:,.0f} MB"


def growth(first: float, second: float, ratio: float) -> float:
    """The exponent a of size^a; NaN where one is not known."""
    known = not (math.isnan(first) or math.isnan(second))
    return math.log(max(second, 1e-3) / max(first, 1e-3)) / math.log(ratio) if known else math.nan


def write_page() -> None:
    """Replace the tables of the page by those of the figures at hand."""
    known = json.loads(FIGURES.read_text("utf-8"))
    text = PAGE.read_text("utf-8")
    for name, lines in (("stages", stage_tables(known)), ("province", province(known))):
        begin = BEGIN.format(name)
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(END), re.DOTALL)
        assert pattern.search(text), begin
        new = "\n".join([begin, "", *lines, "", END])
        text = pattern.sub(lambda _, new=new: new, text, count=1)
    PAGE.write_text(text, encoding="utf-8", newline="\n")


def stage_tables(known: list[dict[str, Any]]) -> Iterator[str]:
    for schools in dict.fromkeys(one["schools"] for one in known):
        runs = [one for one in known if one["schools"] == schools]
        parts = [grouped(run) for run in runs]
        program = f"siting {runs[-1]['program']} ({runs[-1]['commit']})"
        limit = f"每项服务至多 at most {runs[-1]['time_limit_s']:g} s a service"
        yield f"小学用 schools by `{schools}`；{limit}；{runs[-1]['machine']}；{program}"
        yield ""
        yield "| 阶段 stage | " + " | ".join(f"{run['demand']:,}" for run in runs) + " | 增长 growth |"
        yield "|---|" + "---|" * (len(runs) + 1)
        for key, name in GROUPS.items():
            cells = [cell(*p[key]) for p in parts]
            ratio = runs[-1]["demand"] / runs[-2]["demand"] if len(runs) > 1 else 2.0
            exponent = growth(parts[-2][key][0], parts[-1][key][0], ratio) if len(runs) > 1 else math.nan
            yield f"| {name} | " + " | ".join(cells) + (" | |" if math.isnan(exponent) else f" | n^{exponent:.1f} |")
        sums = [sum(seconds for seconds, _ in p.values()) for p in parts]
        whole = [
            "—" if math.isnan(s) else f"**{s:.0f} s, {r['peak_mb']:,.0f} MB**" for s, r in zip(sums, runs, strict=True)
        ]
        yield "| **合计 whole run** | " + " | ".join(whole) + " | |"
        yield (
            "| 输入、成果（压缩后） inputs, outputs (packed) | "
            + " | ".join(f"{r['input_mb']} MB, {r['output_mb']} MB" if "output_mb" in r else "—" for r in runs)
            + " | |"
        )
        yield "| 结论 results | " + " | ".join("; ".join(r["labels"]) for r in runs) + " | |"
        yield ""


def province(known: list[dict[str, Any]]) -> Iterator[str]:
    """A hundred counties of ten thousand points, from the run of that size."""
    yield (
        f"| {COUNTIES} 县 counties × {COUNTY_POINTS:,} 点 points | "
        + " | ".join(f"`{s}`" for s in schools_of(known))
        + " |"
    )
    yield "|---|" + "---|" * len(schools_of(known))
    runs = {one["schools"]: one for one in known if one["demand"] == COUNTY_POINTS}
    for key, name in GROUPS.items():
        yield line(f"{name}（单核 one core）", [span(COUNTIES * grouped(run)[key][0]) for run in runs.values()])
    each = [sum(t for t, _ in grouped(run).values()) + run["pack_s"] for run in runs.values()]
    yield line("**合计（单核） in all (one core)**", [f"**{span(COUNTIES * t)}**" for t in each])
    for workers in (2, 8, 25, 100):
        rounds = math.ceil(COUNTIES / workers)
        cells = [
            f"{span(max(rounds * t, COUNTIES * run['asker_s']))}, {workers * run['peak_mb'] / 1024:.1f} GB"
            for t, run in zip(each, runs.values(), strict=True)
        ]
        yield line(f"{workers} 个进程 workers", cells)
    traffic = [
        f"{COUNTIES * r['input_mb'] / 1024:.1f} GB, {COUNTIES * r['output_mb'] / 1024:.1f} GB" for r in runs.values()
    ]
    yield line("往返数据 sent, received", traffic)
    yield line("发出命令的机器 the machine that asks", [span(COUNTIES * run["asker_s"]) for run in runs.values()])


def line(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def span(seconds: float) -> str:
    """Seconds in a unit that reads well."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def schools_of(known: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one["schools"] for one in known if one["demand"] == COUNTY_POINTS))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = arguments.add_subparsers(dest="command", required=True)
    first = commands.add_parser("measure")
    first.add_argument("--demand", type=int, nargs="+", default=[1000, 4000, 10_000, 20_000])
    first.add_argument("--schools", default="capacitated_p_median")
    first.add_argument("--time-limit", type=float, default=60)
    commands.add_parser("page")
    alone = commands.add_parser("one")
    alone.add_argument("folder", type=Path)
    options = arguments.parse_args()
    if options.command == "measure":
        measure(options.demand, options.schools, options.time_limit)
    elif options.command == "page":
        write_page()
    else:
        one(options.folder)


if __name__ == "__main__":
    main()
