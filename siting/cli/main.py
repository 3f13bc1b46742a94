"""The command line: parses words, calls the pipeline, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import siting
from siting.cli import explore, terminal
from siting.cli.compare import compare_command
from siting.cli.explain import explain_command
from siting.cli.export import export_command
from siting.cli.failures import INTERRUPTED, guarded
from siting.cli.new_case import fetch_command, new_case_command
from siting.cli.opinions import opinions_command
from siting.cli.options import OUT, AsJson, NoCache, Out, Quiet
from siting.cli.people import people_command
from siting.cli.publish import publish_command
from siting.cli.report import report_command
from siting.cli.solve import solve_command
from siting.cli.sweep import sweep_command
from siting.files.run_folder import check_writable
from siting.screen import say, say_json

if TYPE_CHECKING:
    from siting.prepare import Settings
    from siting.results import RunResult

DEFAULT_SCENARIO = "shengzhou/three_services"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    invoke_without_command=True,
)

NoAreas = Annotated[bool, typer.Option("--no-areas", help="不画服务范围（更快） draw no service areas (faster)")]


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="版本 the version", is_eager=True)] = False,
) -> None:
    """公共服务设施选址：学校、诊所、养老站建在哪里。

    Where new schools, clinics and elderly-care stations go.
    """
    if version:
        say(f"siting {siting.__version__}")
        raise typer.Exit


@app.command("run")
def run_command(
    scenario: Annotated[
        str, typer.Argument(help="方案名称或 .toml 文件 scenario: a name, or a .toml file")
    ] = DEFAULT_SCENARIO,
    out: Out = OUT,
    quiet: Quiet = False,
    as_json: AsJson = False,
    no_cache: NoCache = False,
    no_areas: NoAreas = False,
) -> None:
    """求解一个方案，写出地图、报告与表格。Answer a scenario: plan, map, report, tables."""
    check_writable(out)
    from siting.kinds import answer_of, kind_of  # slow imports, needed here only
    from siting.pipeline import run_scenario, write_outputs
    from siting.scenario import find_scenario

    settings = _settings(out, quiet=quiet, as_json=as_json, no_cache=no_cache, no_areas=no_areas)
    path = find_scenario(scenario)
    kind = kind_of(path)
    if kind is not None:
        answer = answer_of(kind)(path, settings)
        terminal.print_answer(answer, answer.write(out / answer.id, settings), quiet=quiet, as_json=as_json)
        return
    result = run_scenario(path, settings)
    assert result.scenario is not None
    outputs = write_outputs(result, out / result.scenario.id, settings)
    _show(result, outputs, quiet=quiet, as_json=as_json)


@app.command("gaps")
def gaps_command(
    case: Annotated[str, typer.Argument(help="案例名称或文件夹 case: a name, or a folder")] = "shengzhou",
    service: Annotated[
        list[str] | None, typer.Option("--service", "-s", help="只评估这些服务 only these services")
    ] = None,
    out: Out = OUT,
    quiet: Quiet = False,
    as_json: AsJson = False,
    no_cache: NoCache = False,
    no_areas: NoAreas = False,
) -> None:
    """评估现状：谁在标准时间之外（不做优化）。Evaluate as it stands: who lies beyond each standard."""
    from siting.case import find_case  # slow imports, needed here only
    from siting.pipeline import evaluate_case, write_outputs

    settings = _settings(out, quiet=quiet, as_json=as_json, no_cache=no_cache, no_areas=no_areas)
    folder = find_case(case)
    check_writable(out)
    result = evaluate_case(folder, settings, services=service or None)
    outputs = write_outputs(result, out / f"{result.case.info.id}_gaps", settings)
    if not as_json and not quiet:
        terminal.print_gaps(result)
    _show(result, outputs, quiet=quiet, as_json=as_json)


# In the order in which they are listed.
app.command("new-case")(new_case_command)
app.command("fetch")(fetch_command)
app.command("solve")(solve_command)


@app.command("list")
def list_command() -> None:
    """列出自带的案例、方案与模型。List the shipped cases, scenarios and models."""
    from siting.bare.ask import list_questions  # slow imports, needed here only
    from siting.case import list_cases
    from siting.scenario import list_scenarios

    say("案例 cases:")
    for name, folder in list_cases().items():
        say(f"  {name}  {folder}")
    say("方案 scenarios:")
    for name, path in list_scenarios().items():
        say(f"  {name}  {path}")
    say("模型 models:")
    for name, (name_zh, _, question_zh, question_en) in list_questions().items():
        say(f"  {name}  {name_zh}：{question_zh} {question_en}")


@app.command("export-roads")
def export_roads_command(
    case: Annotated[str, typer.Argument(help="案例名称或文件夹 case: a name, or a folder")],
    out: Annotated[Path, typer.Option("--out", help=".graphml 文件 file")],
) -> None:
    """导出路网（GraphML，可用 osmnx、networkx 打开）。Export the road graph for osmnx and networkx."""
    from siting.case import find_case  # slow imports, needed here only
    from siting.pipeline import export_roads

    notice = export_roads(find_case(case), out)
    say(f"路网 roads: {out.resolve()}")
    if notice:
        say(f"! {notice}")


# In the order in which they are listed: after the run, what is asked of its plan.
app.command("explain")(explain_command)
app.command("people")(people_command)
app.command("compare")(compare_command)
app.command("publish")(publish_command)
app.command("opinions")(opinions_command)
app.command("export")(export_command)
app.command("report")(report_command)
app.command("sweep")(sweep_command)
explore.register(app)


def _settings(out: Path, *, quiet: bool, as_json: bool, no_cache: bool, no_areas: bool) -> Settings:
    from siting.prepare import Settings  # slow imports, needed by few commands

    return Settings(
        cache=None if no_cache else out / ".cache",
        listener=terminal.listener_for(quiet=quiet, as_json=as_json),
        service_areas=not no_areas,
    )


def _show(result: RunResult, outputs: dict[str, Path], *, quiet: bool, as_json: bool) -> None:
    if as_json:
        record = {
            "event": "result",
            "outputs": {name: str(path.resolve()) for name, path in outputs.items()},
            "services": result.provenance["services"],
            "notices": [{"zh": zh, "en": en} for zh, en in result.notices],
        }
        say_json(record)
    elif quiet:
        say(str(outputs["map.html"].resolve()))
    else:
        terminal.print_run(result, outputs)


def main(arguments: list[str] | None = None) -> None:
    """Entry of the `siting` command."""
    terminal.use_utf8()
    words = sys.argv[1:] if arguments is None else arguments
    code = 0

    def call() -> None:
        nonlocal code
        result = app(words, standalone_mode=False)
        if result == INTERRUPTED:  # typer turns Ctrl-C into this code
            raise KeyboardInterrupt
        code = result if isinstance(result, int) else 0

    sys.exit(guarded(call, as_json="--json" in words) or code)
