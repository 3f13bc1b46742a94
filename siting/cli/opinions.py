"""`siting opinions`: the returned opinion forms as a log, and what became of each opinion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson
from siting.screen import say_json


def opinions_command(
    folder: Annotated[Path, typer.Argument(help="收到的意见表所在的文件夹 the folder with the returned forms")],
    run: Annotated[
        str | None,
        typer.Option("--run", help="公示材料、其中的 opinion.html 或运行 the pack, its opinion.html, or the run"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="汇总表 .xlsx，默认在该文件夹里 the log, by default in that folder")
    ] = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help="另写可公开的表和网页，不含个人信息 also to publish, without personal data",
        ),
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="只写纸质意见的登记表 only write the register of paper forms")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """汇总公示意见，写意见采纳情况表。Collect opinions on a published plan into a log; staff's entries are kept."""
    from siting.opinions.output import write_log  # slow imports, needed here only
    from siting.opinions.paper_rows import new_template
    from siting.opinions.published import find_asked
    from siting.opinions.show import lines_of, record_of

    if template:
        outputs = {path.name: path for path in new_template(folder)}
        if as_json:
            _print({"event": "result", "outputs": {name: str(path.resolve()) for name, path in outputs.items()}})
        else:
            terminal.print_lines([], outputs)
        return
    logged = write_log(folder, None if run is None else find_asked(run, OUT), out=out, public=public)
    if as_json:
        _print(record_of(logged))
    else:
        terminal.print_lines(lines_of(logged), logged.outputs)


def _print(record: dict[str, object]) -> None:
    say_json(record)
