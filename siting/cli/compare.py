"""`siting compare`: plans side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson, Font, Out
from siting.files.run_folder import check_writable
from siting.screen import say_json


def compare_command(
    runs: Annotated[
        list[str],
        typer.Argument(help="成果文件夹，或 runs/ 里的名称；第一个是基准 folders of runs, the first is the base"),
    ],
    out: Out = OUT,
    name: Annotated[str, typer.Option("--name", help="成果文件夹的名称 name of the result folder")] = "comparison",
    font: Font = None,
    as_json: AsJson = False,
) -> None:
    """并列比较几个方案：地图、各项指标，谁受益、谁受损。Put plans side by side: maps, figures, winners and losers."""
    from siting.compare.output import write_comparison  # slow imports, needed here only
    from siting.compare.runs import read_runs
    from siting.compare.show import lines_of

    check_writable(out)
    read = read_runs(runs, out)
    outputs = write_comparison(read, out / name, font)
    if as_json:
        record = {"event": "result", "outputs": {key: str(path.resolve()) for key, path in outputs.items()}}
        say_json(record)
        return
    terminal.print_lines(lines_of(read), outputs)
