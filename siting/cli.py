"""The command line: parses words, calls the pipeline, prints."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import siting
from siting import cli_explore, terminal
from siting.case import find_case, list_cases
from siting.cli_explain import explain_command
from siting.cli_people import people_command
from siting.cli_solve import solve_command
from siting.cli_sweep import sweep_command
from siting.errors import Fault, InputError, InternalError, SitingError, fail
from siting.pipeline import evaluate_case, export_roads, run_scenario, write_outputs
from siting.prepare import Settings
from siting.results import RunResult
from siting.run_folder import check_writable
from siting.scenario import find_scenario, list_scenarios

DEFAULT_SCENARIO = "shengzhou/three_services"
OUT = Path("runs")
LOG = "siting-error.log"
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="公共服务设施选址：学校、诊所、养老站建在哪里。\n\nWhere new schools, clinics and elderly-care stations go.",
)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度 no progress")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 行输出进度与结果 progress and result as JSON lines")]
Out = Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹 where the result folders go")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="不用缓存，全部重算 compute everything anew")]
NoAreas = Annotated[bool, typer.Option("--no-areas", help="不画服务范围（更快） draw no service areas (faster)")]


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
    settings = _settings(out, quiet=quiet, as_json=as_json, no_cache=no_cache, no_areas=no_areas)
    check_writable(out)
    result = run_scenario(find_scenario(scenario), settings)
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
    settings = _settings(out, quiet=quiet, as_json=as_json, no_cache=no_cache, no_areas=no_areas)
    folder = find_case(case)
    check_writable(out)
    result = evaluate_case(folder, settings, services=service or None)
    outputs = write_outputs(result, out / f"{result.case.info.id}_gaps", settings)
    if not as_json and not quiet:
        terminal.print_gaps(result)
    _show(result, outputs, quiet=quiet, as_json=as_json)


@app.command("new-case")
def new_case_command(
    pbf: Annotated[Path, typer.Option("--pbf", help="OSM 提取文件 OSM extract (.osm.pbf, .osm)")],
    out: Annotated[Path, typer.Option("--out", help="新案例的文件夹 folder of the new case")],
    outline: Annotated[Path | None, typer.Option("--outline", help="范围线 outline (GeoJSON, GeoPackage ...)")] = None,
    population: Annotated[float | None, typer.Option("--population", help="总人口 people in all")] = None,
    name_zh: Annotated[str | None, typer.Option("--name-zh", help="中文名 Chinese name")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", help="英文名 English name")] = None,
    spacing_m: Annotated[
        float | None, typer.Option("--spacing", help="候选地点最小间距（米） least metres between sites")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有案例 replace an existing case")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """由任意 OSM 提取文件建立案例。Make a case from any OSM extract."""
    from siting.cases.from_osm import make_case  # slow imports, needed here only

    listener = terminal.listener_for(quiet=quiet, as_json=as_json)
    summary = make_case(
        pbf,
        out,
        outline=outline,
        population=population,
        name_zh=name_zh,
        name_en=name_en,
        spacing_m=spacing_m,
        force=force,
        listener=listener,
    )
    terminal.print_case(summary, quiet=quiet, as_json=as_json)


@app.command("fetch")
def fetch_command(
    out: Annotated[Path, typer.Option("--out", help="新案例的文件夹 folder of the new case")],
    place: Annotated[str | None, typer.Option("--place", help="地名，如“嵊州市” a place's name")] = None,
    outline: Annotated[Path | None, typer.Option("--outline", help="范围线 outline instead of a name")] = None,
    bbox: Annotated[str | None, typer.Option("--bbox", help="西,南,东,北 west,south,east,north")] = None,
    population: Annotated[float | None, typer.Option("--population", help="总人口 people in all")] = None,
    name_zh: Annotated[str | None, typer.Option("--name-zh", help="中文名 Chinese name")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", help="英文名 English name")] = None,
    overpass_url: Annotated[str | None, typer.Option("--overpass-url", help="Overpass 服务地址 server")] = None,
    nominatim_url: Annotated[str | None, typer.Option("--nominatim-url", help="Nominatim 服务地址 server")] = None,
    download_cache: Annotated[Path, typer.Option("--download-cache", help="下载缓存 cache of downloads")] = OUT
    / ".downloads",
    timeout_s: Annotated[float, typer.Option("--timeout", help="每次请求的秒数 seconds for each request")] = 180,
    spacing_m: Annotated[
        float | None, typer.Option("--spacing", help="候选地点最小间距（米） least metres between sites")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有案例 replace an existing case")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """从 OpenStreetMap 下载一个地方并建立案例（需联网）。Download a place and make a case of it."""
    from siting.cases.overpass import fetch_case  # slow imports, needed here only
    from siting.cases.overpass_session import Endpoint

    endpoint = Endpoint(cache=download_cache, timeout_s=timeout_s)
    if overpass_url is not None:
        endpoint = replace(endpoint, overpass_url=overpass_url)
    if nominatim_url is not None:
        endpoint = replace(endpoint, nominatim_url=nominatim_url)
    summary = fetch_case(
        out,
        place=place,
        outline=outline,
        bbox=_bbox(bbox) if bbox is not None else None,
        population=population,
        name_zh=name_zh,
        name_en=name_en,
        spacing_m=spacing_m,
        endpoint=endpoint,
        force=force,
        listener=terminal.listener_for(quiet=quiet, as_json=as_json),
    )
    terminal.print_case(summary, quiet=quiet, as_json=as_json)


app.command("solve")(solve_command)


@app.command("list")
def list_command() -> None:
    """列出自带的案例、方案与模型。List the shipped cases, scenarios and models."""
    from siting.bare.ask import list_questions  # slow imports, needed here only

    typer.echo("案例 cases:")
    for name, folder in list_cases().items():
        typer.echo(f"  {name}  {folder}")
    typer.echo("方案 scenarios:")
    for name, path in list_scenarios().items():
        typer.echo(f"  {name}  {path}")
    typer.echo("模型 models:")
    for name, (name_zh, _, question_zh, question_en) in list_questions().items():
        typer.echo(f"  {name}  {name_zh}：{question_zh} {question_en}")


@app.command("export-roads")
def export_roads_command(
    case: Annotated[str, typer.Argument(help="案例名称或文件夹 case: a name, or a folder")],
    out: Annotated[Path, typer.Option("--out", help=".graphml 文件 file")],
) -> None:
    """导出路网（GraphML，可用 osmnx、networkx 打开）。Export the road graph for osmnx and networkx."""
    notice = export_roads(find_case(case), out)
    typer.echo(f"路网 roads: {out.resolve()}")
    if notice:
        typer.echo(f"! {notice}")


# In the order in which they are listed: after the run, what is asked of its plan.
app.command("explain")(explain_command)
app.command("people")(people_command)
app.command("sweep")(sweep_command)
cli_explore.register(app)


def _bbox(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        fail(
            "范围框应为四个数：西,南,东,北",
            "the box must be four numbers: west,south,east,north",
            remedy_zh="例如 120.6,29.4,121.0,29.8",
            remedy_en="such as 120.6,29.4,121.0,29.8",
            column="--bbox",
            value=text,
        )
    return west, south, east, north


def _settings(out: Path, *, quiet: bool, as_json: bool, no_cache: bool, no_areas: bool) -> Settings:
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
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    elif quiet:
        typer.echo(str(outputs["map.html"].resolve()))
    else:
        terminal.print_run(result, outputs)


def _keep(text: str) -> Path:
    """Write an error's details here, or among the temporary files where this folder cannot be written."""
    try:
        path = Path(LOG).resolve()
        path.write_text(text, encoding="utf-8")
    except OSError:
        path = Path(tempfile.gettempdir()) / LOG
        path.write_text(text, encoding="utf-8")
    return path


def _usage_fault(error: Exception) -> Fault:
    """A word on the command line that makes no sense, as a fault."""
    tell = getattr(error, "format_message", None)
    message = str(error) if tell is None else str(tell())
    return Fault(
        f"命令行写法有误（{message}）",
        f"something is wrong with the command line: {message}",
        "可用 --help 查看用法",
        "--help tells the usage",
    )


def guarded(action: Callable[[], object], *, as_json: bool) -> int:
    """Run `action`; every failure becomes one clear message and an exit code, never a traceback."""
    try:
        action()
    except SitingError as error:
        terminal.print_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        typer.echo("已中断，未写入任何结果。Interrupted; nothing was written.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the interpreter's last flush
        return 0
    except Exception as error:
        show = getattr(error, "show", None)  # a word on the command line that makes no sense
        if show is not None and hasattr(error, "exit_code"):
            if as_json:
                terminal.print_error(InputError(_usage_fault(error)), as_json=True)
            typer.echo("命令行写法有误，可用 --help 查看用法。Something is wrong with the command line:", err=True)
            show()
            return int(error.exit_code)
        log = _keep(f"siting {siting.__version__}\n{traceback.format_exc()}")
        if as_json:
            fault = Fault(f"程序内部错误：{error}", f"internal error: {error}", f"请提交 {log}", f"please send {log}")
            terminal.print_error(InternalError(fault), as_json=True)
        typer.echo(
            f"程序内部错误：{error}\n详情已写入 {log}，请随问题一并提交。\n"
            f"Internal error: {error}. Details are in {log}; please send them with your report.",
            err=True,
        )
        return 1
    return 0


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
