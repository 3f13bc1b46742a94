"""Commands that compare several plans of one question: `siting tradeoff`, `siting alternatives`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from siting.cli import terminal
from siting.cli.options import OUT, Quiet, Service
from siting.events import Listener
from siting.files.run_folder import check_writable
from siting.screen import Screen, say, say_json

if TYPE_CHECKING:
    from siting.explore.of_scenario import Comparison
    from siting.prepare import Asked

WIDTH = 100  # columns that a table needs at least

Scenario = Annotated[str, typer.Argument(help="方案名称或 .toml 文件 scenario: a name, or a .toml file")]
Out = Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹 where the table goes")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 as JSON")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("tradeoff")(tradeoff_command)
    app.command("alternatives")(alternatives_command)


def tradeoff_command(
    scenario: Scenario,
    second: Annotated[str, typer.Option("--second", help="第二个目标（模块名） the other objective, a block's name")],
    service: Service = None,
    points: Annotated[int, typer.Option("--points", help="几个方案 how many plans")] = 8,
    out: Out = OUT,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """两个目标之间的取舍。Plans between two objectives, none better in one without being worse in the other."""
    from siting.explore.of_scenario import compare_objectives  # slow imports, needed here only

    asked, listener = _ask(scenario, out, quiet=quiet, as_json=as_json)
    table = compare_objectives(asked, service, second, points=points, listener=listener)
    show_comparison(table, out / f"{asked.scenario.id}_tradeoff.csv", quiet=quiet, as_json=as_json)


def alternatives_command(
    scenario: Scenario,
    service: Service = None,
    count: Annotated[int, typer.Option("--count", help="几个方案 how many plans")] = 5,
    least_difference: Annotated[
        int, typer.Option("--difference", help="至少差几处地点（换一处算两处） sites that differ at least; a swap is 2")
    ] = 2,
    out: Out = OUT,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """最好的几个方案。The best plans one after another."""
    from siting.explore.of_scenario import compare_best  # slow imports, needed here only

    asked, listener = _ask(scenario, out, quiet=quiet, as_json=as_json)
    table = compare_best(asked, service, count, least_difference=least_difference, listener=listener)
    show_comparison(table, out / f"{asked.scenario.id}_alternatives.csv", quiet=quiet, as_json=as_json)


def _ask(scenario: str, out: Path, *, quiet: bool, as_json: bool) -> tuple[Asked, Listener]:
    from siting.prepare import Settings, ask_scenario  # slow imports, needed here only
    from siting.scenario import find_scenario

    check_writable(out)
    listener = terminal.listener_for(quiet=quiet or as_json, as_json=False)
    return ask_scenario(find_scenario(scenario), Settings(cache=out / ".cache", listener=listener)), listener


def show_comparison(table: Comparison, path: Path, *, quiet: bool, as_json: bool) -> None:
    """Write the table as CSV and print it in the way that is asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.write_csv(path)
    if as_json:
        record = {
            "event": "result",
            "title_zh": table.title_zh,
            "title_en": table.title_en,
            "rows": [dict(row) for row in table.rows],
            "notices": [{"zh": zh, "en": en} for zh, en in table.notices],
            "csv": str(path.resolve()),
        }
        say_json(record)
        return
    if quiet:
        say(str(path.resolve()))
        return
    console = Screen()
    console.width = max(console.width, WIDTH)
    console.print(Text(f"\n{table.title_zh}  {table.title_en}", style="bold"), soft_wrap=True)
    figures = {key: (short, kind) for key, (_, short, kind) in table.columns.items() if kind != "text"}
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for short, _ in figures.values():
        drawn.add_column(short, justify="right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*(_cell(row.get(key), kind) for key, (_, kind) in figures.items()))
    console.print(drawn)
    for key in ("objective", "second"):
        if key in table.columns:
            console.print(Text(f"  {table.columns[key][0]}"), soft_wrap=True)
    first = next(iter(table.columns))
    for row in table.rows:
        name = _cell(row.get(first), table.columns[first][2])
        console.print(Text(f"  {name}: {row.get('changed') or ''} {row.get('label') or ''}"), soft_wrap=True)
    for zh, en in table.notices:
        console.print(Text(f"! {zh}", style="yellow"), soft_wrap=True)
        console.print(Text(f"  {en}", style="dim"), soft_wrap=True)
    console.print(Text(f"表格 table: {path.resolve()}"), soft_wrap=True)


def _cell(value: object, kind: str) -> str:
    if value is None or value != value:
        return "—"
    if not isinstance(value, (int, float)):
        return str(value)
    forms = {"count": ",.0f", "yuan": ",.0f", "share": ".1%", "minutes": ".1f"}
    return format(value, forms.get(kind, ",.4g" if abs(value) < 1000 else ",.0f"))
