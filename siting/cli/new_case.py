"""Commands that make a case: `siting new-case` from an OSM extract, `siting fetch` from OpenStreetMap's servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson, Quiet
from siting.errors import fail


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
