"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OUT = Path("runs")

Service = Annotated[str | None, typer.Option("--service", "-s", help="哪项服务 which service")]
Out = Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹 where the result folders go")]
Font = Annotated[
    Path | None,
    typer.Option("--font", help="绘图用的中文字体文件 font file with Chinese characters for maps; or SITING_FONT"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度 no progress")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 行输出进度与结果 progress and result as JSON lines")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="不用缓存，全部重算 compute everything anew")]
