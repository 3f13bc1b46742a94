"""`siting publish`: the public consultation pack, after a review."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson, Font, Quiet
from siting.screen import say, say_json


def publish_command(
    run: Annotated[str, typer.Argument(help="成果文件夹，或 runs/ 里的名称 folder of a run, or its name in --out")],
    notice: Annotated[
        Path | None, typer.Option("--notice", help="填好的公示说明，默认用成果文件夹旁的 the notice that was filled in")
    ] = None,
    release: Annotated[
        str, typer.Option("--release", help="审阅页上的发布码 the code in the review, to write the pack")
    ] = "",
    with_costs: Annotated[bool, typer.Option("--with-costs", help="也公开费用 costs too")] = False,
    with_candidates: Annotated[
        bool, typer.Option("--with-candidates", help="也公开内部比选的候选地点 internal candidates too")
    ] = False,
    out: Annotated[Path, typer.Option("--out", help="成果文件夹所在的文件夹 where the run folders lie")] = OUT,
    font: Font = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """公示材料：公示地图、说明、图纸、设施表、意见表；先审阅，后写出。The public consultation pack, after a review."""
    from siting.publish.run import Done, Request, publish  # slow imports, needed here only

    listener = terminal.listener_for(quiet=quiet, as_json=as_json)
    request = Request(run, out, notice, release, with_costs, with_candidates, font=font)

    def show(done: Done) -> None:
        if as_json:
            record = {
                "event": "result",
                "step": done.step,
                "outputs": {name: str(path.resolve()) for name, path in done.outputs.items()},
                "code": done.code,
            }
            say_json(record)
        elif quiet:
            say(str(next(reversed(done.outputs.values())).resolve()))
        else:
            lines = [(text, style) for zh, en in done.said for text, style in ((zh, ""), (en, "dim"))]
            terminal.print_lines(lines, done.outputs)

    done = publish(request, listener)
    show(done)
    if done.step == "review" and not as_json and not quiet and sys.stdin.isatty():
        code = typer.prompt("看过审阅页后输入发布码，直接回车则停止 release code, or enter to stop", default="")
        if code:
            show(publish(replace(request, release=code), listener))
