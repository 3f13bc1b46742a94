"""`siting explain`: why, why not and what if, of a plan that was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson
from siting.screen import say, say_json


def explain_command(
    run: Annotated[str, typer.Argument(help="运行文件夹，或方案名称、文件 run folder, or a scenario's name or file")],
    place: Annotated[
        str | None, typer.Option("--place", help="只问一个地方：村、乡镇或需求点 ask of one place: name or id")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", help="只问一个地点：为什么（不）选它 ask of one site: name or id")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", "-s", help="只问这些服务 only these services")
    ] = None,
    time_limit_s: Annotated[
        float, typer.Option("--time-limit", min=1, help="全部问题共用的秒数 seconds for all questions together")
    ] = 120,
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="方案文件，记录中找不到时用 the scenario's file, if it moved")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="运行结果所在的文件夹 where the run folders lie")] = OUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="只显示说明的位置 print only where the page is")] = False,
    as_json: AsJson = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="不用缓存 compute everything anew")] = False,
) -> None:
    """解释一个方案：为什么选、为什么不选、换掉会怎样。Explain a plan: why, why not, what if."""
    from siting.explain.output import write_explanation  # slow imports, needed here only
    from siting.explain.run import Request, explain
    from siting.explain.show import print_explanation
    from siting.explain.tables import plain
    from siting.prepare import Settings

    settings = Settings(
        cache=None if no_cache else out / ".cache",
        listener=terminal.listener_for(quiet=quiet, as_json=as_json),
        service_areas=False,
    )
    request = Request(run, place, site, tuple(service or ()), time_limit_s=time_limit_s, out=out, scenario=scenario)
    explanation = explain(request, settings)
    outputs = write_explanation(explanation)
    if as_json:
        record = {
            "event": "result",
            "outputs": {name: str(path.resolve()) for name, path in outputs.items()},
            "explanation": plain(explanation),
        }
        say_json(record)
    elif quiet:
        say(str(outputs["explain.html"].resolve()))
    else:
        print_explanation(explanation, outputs)
