"""`siting export`: layers and tables of a run, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.options import OUT, AsJson, Out
from siting.screen import say, say_json


def export_command(
    run: Annotated[str, typer.Argument(help="成果文件夹，或 runs/ 里的名称 folder of a run, or its name in runs/")],
    to: Annotated[Path | None, typer.Option("--to", help="导出到哪个文件夹 the new folder")] = None,
    crs: Annotated[
        str | None,
        typer.Option("--crs", help="GeoPackage 的坐标系 its system: EPSG:4490, EPSG:4549, EPSG:4326"),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", help="逗号分隔的格式 formats, by commas: gpkg,geojson,csv,xlsx")
    ] = "gpkg,geojson,csv,xlsx",
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """导出一次运行的图层与表格（QGIS、GeoJSON、CSV、Excel）。Export the layers and tables of a run."""
    from siting.export.run import Wanted, export  # slow imports, needed here only

    names = tuple(name.strip().lower() for name in formats.split(",") if name.strip())
    system = crs if crs is None or not crs.isdigit() else f"EPSG:{crs}"
    outputs = export(Wanted(run, out, to, None if system is None else system.upper(), names))
    if as_json:
        record = {"event": "result", "outputs": {key: str(path.resolve()) for key, path in outputs.items()}}
        say_json(record)
        return
    for name, path in outputs.items():
        say(f"{name:14} {path.resolve()}")
