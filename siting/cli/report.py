"""`siting report`: a report that staff edit, and its twin for the screen."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson, Font, Quiet
from siting.files.run_folder import check_writable, find_run
from siting.screen import say, say_json


class Shown(StrEnum):
    """Languages of a report."""

    zh = "zh"
    en = "en"
    both = "both"


def report_command(
    run: Annotated[str, typer.Argument(help="成果文件夹，或 runs/ 里的名称 folder of a run, or its name in runs/")],
    out: Annotated[Path, typer.Option("--out", help="运行结果与报告所在的文件夹 where runs and reports lie")] = OUT,
    name: Annotated[
        str | None, typer.Option("--name", help="报告文件夹的名称 name of the report's folder; RUN_report or RUN_brief")
    ] = None,
    language: Annotated[
        Shown,
        typer.Option("--language", help="zh：中文，标题附英文；en；both：逐句中英对照 zh: Chinese with English titles"),
    ] = Shown.zh,
    rows: Annotated[
        int, typer.Option("--rows", min=0, help="附录中完整列出的表最多几行 longest table in the appendix")
    ] = 100,
    brief: Annotated[
        bool, typer.Option("--brief", help="两页摘要，供领导决策 two pages for the leadership, in RUN_brief")
    ] = False,
    no_maps: Annotated[bool, typer.Option("--no-maps", help="不附地图 without maps")] = False,
    font: Font = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """写成报告：可修改的 Word 文档，及同样内容的网页。Write the report: a docx to edit, and the same as HTML."""
    check_writable(out)
    from siting.report.output import Wanted, write_report  # slow imports, needed here only
    from siting.report.read import read_run

    folder = find_run(run, out)
    wanted = Wanted(language.value, maps=not no_maps, appendix_rows=rows, font=font, brief=brief)
    target = out / (name or f"{folder.resolve().name}_{'brief' if brief else 'report'}")
    outputs = write_report(read_run(folder), target, wanted, terminal.listener_for(quiet=quiet, as_json=as_json))
    if as_json:
        record = {"event": "result", "outputs": {key: str(path.resolve()) for key, path in outputs.items()}}
        say_json(record)
    elif quiet:
        say(str(next(path for key, path in outputs.items() if key.endswith(".docx")).resolve()))
    else:
        terminal.print_lines([], outputs)
