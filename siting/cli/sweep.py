"""`siting sweep`: many scenarios, many places, or many amounts, side by side on processes or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from siting.cli import terminal
from siting.cli.explore import show_comparison
from siting.cli.failures import INTERRUPTED
from siting.cli.options import OUT, AsJson, Out, Quiet, Service
from siting.cli.task_lines import TaskLines
from siting.errors import fail
from siting.events import Listener, silent
from siting.files.run_folder import check_writable
from siting.screen import Screen, say, say_json

if TYPE_CHECKING:
    from siting.sweep.run import How, Sweep

FAILED = 2


def sweep_command(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO",
            help="方案名称、.toml 文件、文件夹、通配符、.csv 清单 names, .toml files, folders, patterns or a .csv list",
        ),
    ],
    service: Service = None,
    p: Annotated[str | None, typer.Option("--p", help="新建数量，如 1-12 或 2,4,8 numbers of new facilities")] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help="预算（元），如 10000000,20000000 budgets in yuan")
    ] = None,
    cases: Annotated[
        list[str] | None,
        typer.Option(
            "--cases", help="对这些案例逐一提出同一方案 ask the one scenario of each of these cases; repeatable"
        ),
    ] = None,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="评估案例现状，不作方案 evaluate cases as they stand; the words are cases")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="并行的进程数，默认为核数 processes; default: the cores")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="dask 调度器地址 a dask scheduler, such as tcp://10.0.0.1:8786")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="结果文件夹的名称 name of the results' folder")] = "sweep",
    out: Out = OUT,
    quiet: Quiet = False,
    as_json: AsJson = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="不用缓存与已有结果，全部重算 compute everything anew")
    ] = False,
    no_areas: Annotated[bool, typer.Option("--no-areas", help="不画服务范围（更快） draw no service areas")] = False,
) -> None:
    """多个方案、多个地方，或逐步增加数量、预算。Many scenarios or places; what each further facility or yuan brings."""
    from siting.scenario import find_scenario  # slow imports, needed here only
    from siting.sweep.run import How

    of_amounts = p is not None or budget is not None
    _refuse_misfits(what, service, cases, gaps=gaps, of_amounts=of_amounts)
    check_writable(out)
    listener: Listener = silent
    lines = TaskLines(Screen(stderr=True))
    if as_json:
        listener = terminal.json_listener(sys.stdout)
    elif not quiet:
        listener = lines
    how = How(out, name, workers=workers, scheduler=scheduler, again=no_cache, areas=not no_areas, listener=listener)
    try:
        if of_amounts:
            code = _amounts(find_scenario(what[0]), service, p, budget, how, quiet=quiet, as_json=as_json)
        else:
            code = _many(what, cases, how, gaps=gaps, quiet=quiet, as_json=as_json)
    finally:
        lines.stop()
    if code:
        sys.exit(code)


def _refuse_misfits(
    what: Sequence[str], service: str | None, cases: Sequence[str] | None, *, gaps: bool, of_amounts: bool
) -> None:
    """Options that do not go together."""
    if of_amounts and (cases or gaps or len(what) > 1):
        fail(
            "--p 与 --budget 只用于一个方案",
            "--p and --budget are for one scenario",
            remedy_zh="请只写一个方案，且不用 --cases 与 --gaps",
            remedy_en="name one scenario, without --cases and --gaps",
            column="--p, --budget",
        )
    if service is not None and not of_amounts:
        fail("--service 只与 --p 或 --budget 同用", "--service goes with --p or --budget", column="--service")
    if cases and gaps:
        fail("--gaps 与 --cases 不能同用：案例直接写在命令后", "--gaps takes the cases as words, without --cases")
    if cases and len(what) > 1:
        fail("--cases 只用于一个方案", "--cases is for one scenario", column="--cases")


def _amounts(
    file: Path, service: str | None, p: str | None, budget: str | None, how: How, *, quiet: bool, as_json: bool
) -> int:
    """What each further facility or yuan brings; the exit code."""
    from siting.kinds import kind_of  # slow imports, needed here only
    from siting.sweep.run import sweep_amounts

    if kind_of(file) == "layout":
        fail(
            "布局规划的预算比较写在方案里",
            "budgets of a layout plan are compared by its scenario",
            remedy_zh="请在方案的 [budget] 中写 sweep = [0.5, 0.75, 1.25, 1.5]（预算的倍数），再用 siting run 运行",
            remedy_en="write sweep = [0.5, 0.75, 1.25, 1.5] (times the budget) under its [budget], then siting run it",
            file=file,
        )
    if p is not None and budget is not None:
        fail("请给出 --p 或 --budget，二者取一", "give --p or --budget, one of the two", column="--p, --budget")
    if p is not None:
        numbers = _numbers(p, "--p")
        if any(n != int(n) for n in numbers):
            fail("新建数量应为整数", "the number of new facilities must be whole", column="--p", value=p)
        found = sweep_amounts(file, service, how, p=[int(n) for n in numbers])
    else:
        found = sweep_amounts(file, service, how, budget=_numbers(budget or "", "--budget"))
    show_comparison(found.table, how.out / f"{found.id}_sweep.csv", quiet=quiet, as_json=as_json)
    if found.interrupted:
        _tell_interrupted(len(found.table.rows) - found.missing, found.missing)
        return INTERRUPTED
    return FAILED if found.missing else 0


def _many(what: Sequence[str], cases: Sequence[str] | None, how: How, *, gaps: bool, quiet: bool, as_json: bool) -> int:
    """Many scenarios, or the cases as they stand; the exit code."""
    from siting.scenario import find_scenario  # slow imports, needed here only
    from siting.sweep.choose import ask_of_cases, find_cases, find_scenarios
    from siting.sweep.run import sweep_cases, sweep_scenarios

    if gaps:
        found = sweep_cases(find_cases(what), how)
    elif cases:
        files = ask_of_cases(find_scenario(what[0]), find_cases(cases), how.out / how.name / "scenarios")
        found = sweep_scenarios(files, how)
    else:
        found = sweep_scenarios(find_scenarios(what), how)
    if as_json:
        _print_json(found)
    elif quiet:
        say(str(found.paths["sweep.csv"].resolve()))
    else:
        _print_sweep(found)
    if found.interrupted:
        _tell_interrupted(found.count("done"), found.count("open") + found.count("stopped"))
        return INTERRUPTED
    return FAILED if found.count("failed") else 0


def _print_json(found: Sweep) -> None:
    record: dict[str, Any] = {
        "event": "result",
        "rows": [{key: None if value != value else value for key, value in row.items()} for row in found.rows],
        "outputs": {name: str(path.resolve()) for name, path in found.paths.items()},
        "done": found.count("done"),
        "failed": found.count("failed"),
        "open": found.count("open") + found.count("stopped"),
    }
    say_json(record)


def _print_sweep(found: Sweep) -> None:
    from siting.sweep.summary import STATES  # slow imports, needed here only

    console = Screen()
    console.print()
    for row in found.rows:
        good = row["state"] == "done"
        figures = [str(row[key]) for key in ("label_zh", "label_en") if row.get(key)]
        if not good:
            figures[:0] = [" ".join(STATES[str(row["state"])])]
        if "covered_before" in row:
            after = row.get("covered_after")
            figures.append(f"达标 covered {_share(row['covered_before'])}" + (f" → {_share(after)}" if after else ""))
        if "new" in row:
            figures.append(f"新建 new {row['new']}")
        name = f"{'■' if good else '✗'} {row['task']} {row.get('service_zh', '')}".rstrip()
        console.print(
            Text(f"{terminal.pad(name, 40)} {'  '.join(figures)}", style="" if good else "yellow"), soft_wrap=True
        )
    done, failed = found.count("done"), found.count("failed")
    words = f"完成 {done} 项，失败 {failed} 项  {done} done, {failed} failed"
    console.print(Text(f"\n{words}", style="bold"))
    notices = dict.fromkeys((row.get("notice_zh"), row.get("notice_en")) for row in found.rows)
    for zh, en in notices:
        if zh or en:
            console.print(Text(f"! {zh}", style="yellow"), soft_wrap=True)
            console.print(Text(f"  {en}", style="dim"), soft_wrap=True)
    for path in found.paths.values():
        console.print(Text(f"  {path.resolve()}", style="cyan"), soft_wrap=True)


def _share(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, int | float) else "—"


def _tell_interrupted(done: int, left: int) -> None:
    say(
        f"已中断：完成 {done} 项，余下 {left} 项；再次运行同一命令即从这里继续。\n"
        f"Interrupted: {done} done, {left} left; the same command goes on from here.",
        error=True,
    )


def _numbers(text: str, option: str) -> list[float]:
    """`1-12` or `2,4,8`, full-width marks as well."""
    found: list[float] = []
    for part in text.replace("，", ",").replace("、", ",").replace("－", "-").split(","):
        first, dash, last = part.strip().partition("-")
        try:
            numbers = [float(first)] if not dash else [float(n) for n in range(int(first), int(last) + 1)]
        except ValueError:
            numbers = []
        if not numbers or min(numbers) < 0:
            fail(
                "应为一列数，如 1-12 或 2,4,8",
                "must be a list of numbers such as 1-12 or 2,4,8",
                column=option,
                value=text,
            )
        found += numbers
    return found
