"""A case folder in full: tables, `case.toml`, outlines, origin of the data, and a scenario to start from."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from siting.case import Guess, Source

OSM_ATTRIBUTION_ZH = "© OpenStreetMap 贡献者"
OSM_ATTRIBUTION = "© OpenStreetMap contributors"
OSM_LICENCE = "ODbL 1.0"
# Nobody is assigned farther by the starter scenario's p-median. A shorter limit, though above any standard, would
# force new schools to where a handful of people live.
LONGEST_MINUTES = 120


@dataclass(frozen=True)
class CaseHead:
    """What `case.toml` states."""

    id: str
    name_zh: str
    name_en: str
    projected_crs: str
    roads: str
    notice_zh: str
    notice_en: str
    data_date: str
    population_total: float
    guesses: tuple[Guess, ...]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table in UTF-8 with a byte-order mark, which Excel needs for Chinese; same bytes everywhere."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_head(path: Path, head: CaseHead) -> None:
    """Write `case.toml`."""
    lines = [
        "schema = 1",
        f"id = {quote(head.id)}",
        f"name_zh = {quote(head.name_zh)}",
        f"name_en = {quote(head.name_en)}",
        'crs = "EPSG:4326"',
        f"projected_crs = {quote(head.projected_crs)}",
        f"roads = {quote(head.roads)}",
        "synthetic = false",
        f"notice_zh = {quote(head.notice_zh)}",
        f"notice_en = {quote(head.notice_en)}",
        f"data_date = {quote(head.data_date)}",
        f"population_total = {head.population_total!r}",
        "",
        "# 建立案例时的假设，请逐条核对 What was assumed in making the case: check each.",
    ]
    for guess in head.guesses:
        lines += ["[[guesses]]", f"zh = {quote(guess.zh)}", f"en = {quote(guess.en)}", ""]
    _write(path, "\n".join(lines))


def write_shapes(path: Path, shapes: Mapping[str, BaseGeometry]) -> None:
    """Write polygons (degrees, WGS84) as GeoJSON with the property `id`, to 6 decimals (about 0.1 m)."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": name},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-6))),
        }
        for name, shape in shapes.items()
    ]
    _write(path, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n")


def write_sources(path: Path, sources: Iterable[Source]) -> None:
    """Write `sources.csv`."""
    names = list(Source.model_fields)
    write_table(path, names, ([getattr(source, name) for name in names] for source in sources))


def write_scenario(path: Path, head: CaseHead, *, new: Mapping[str, int], schools_reach_all: bool) -> None:
    """Write a scenario that runs at once: three services, no capacity needed, remote places listed.

    Capacities are seldom known in OSM, so the models are those without. p-median assigns everybody and has no
    answer where the existing and the few new schools leave some beyond reach; schools then ask for coverage too.

    Args:
        path: the file.
        head: the case.
        new: number of new facilities by service.
        schools_reach_all: whether every place reaches an existing school.
    """
    lines = [
        "# 起步方案：请按本地情况修改新建数量、模型与标准。"
        "A scenario to start from: change numbers, models, standards.",
        "schema = 1",
        f"id = {quote(f'{head.id[:48]}_three_services')}",
        f"title_zh = {quote(f'{head.name_zh}小学、卫生服务站、养老服务站布局')}",
        f"title_en = {quote(f'Primary schools, community clinics and elderly-care stations in {head.name_en}')}",
        'case = ".."',
        "",
        "[solver]",
        "time_limit_s = 60",
    ]
    models = {
        "primary_school": ("p_median", "总出行时间最短 least travel in all")
        if schools_reach_all
        else (
            "maximal_covering",
            "标准时间内覆盖学生最多（现有学校不足以让人人可达，p 中位无解） most pupils within the standard",
        ),
        "health_station": ("maximal_covering", "标准时间内覆盖人数最多 most people within the standard"),
        "elderly_care_station": ("maximal_covering", "标准时间内覆盖老人最多 most elderly within the standard"),
    }
    for service, (model, why) in models.items():
        lines += [
            "",
            f"# {why}",
            "[[services]]",
            f"service = {quote(service)}",
            f"formulation = {quote(model)}",
            f"new = {new[service]}",
            'out_of_reach = "list"',
        ]
        if model == "p_median":
            lines.append(f"max_travel_minutes = {LONGEST_MINUTES}")
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, "\n".join(lines) + "\n")


def quote(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def case_id(text: str) -> str:
    """An id that `case.toml` allows, from any name; `case` when nothing of it can be used."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", text.split(".")[0]).strip("_").lower()
    return plain[:64] or "case"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
