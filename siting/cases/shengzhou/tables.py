"""Writes the tables, the zones and `case.toml` of the case folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.case_ledger import RESOURCES
from siting.cases.shengzhou.curves import polygons_of
from siting.cases.shengzhou.facilities import Site
from siting.cases.shengzhou.facts import POPULATION, PROJECTED_CRS, degrees
from siting.cases.shengzhou.ledger import FACILITY_COLUMNS, PLOT_COLUMNS, Row
from siting.cases.shengzhou.people import AGES, DemandPoint, lonlat
from siting.cases.shengzhou.plots import OCCUPANCY_YEARS, Plot
from siting.impedance import IntArray

ZONES = (
    ("urban_core", "主城区", "Urban core", "urban"),
    ("development_zone", "开发区", "Development zone", "urban"),
    ("hsr_new_town", "高铁新城", "High-speed-rail new town", "urban"),
    ("towns", "乡镇镇区", "Town centres", "town"),
    ("villages", "乡村", "Villages", "rural"),
)
NOTICE_ZH = (
    "合成演示数据：道路、河道走向、村庄位置、人口的空间与年龄分布、现有设施和候选用地均由程序虚构，不是测绘或统计成果，"
    "不得用于实际决策。真实的只有：县域轮廓、乡镇和村社区名称与代码、2020 年人口普查全市总数。"
)
NOTICE_EN = (
    "Synthetic demonstration data: roads, river courses, village positions, the distribution of people by place and "
    "age, existing facilities and candidate sites are invented by a program; they are not survey or statistical data "
    "and must not be used for real decisions. Real are only: the county outline, the names and codes of townships, "
    "villages and communities, and the county totals of the 2020 census."
)
GUESSES = (
    (
        "县域轮廓按 WGS84 使用，但来源未注明基准，也可能是 GCJ-02（偏移约 500 米）。",
        "The county outline is used as WGS84; its source names no datum, it may be GCJ-02 (shifted by about 500 m).",
    ),
    (
        "道路、桥梁、立交、限速和路名是虚构的，仅主要走向和乡镇间里程参照公开介绍。",
        "Roads, bridges, junctions, speed limits and street names are invented; only the main courses and "
        "the distances between towns follow published descriptions.",
    ),
    (
        "乡镇驻地坐标除三界和嵊州新昌站外来自记忆，误差 2 至 4 公里；村庄和自然村位置是虚构的。",
        "Seats of the townships, except Sanjie and the railway station, are from memory, within 2 to 4 km; "
        "positions of villages and hamlets are invented.",
    ),
    (
        "谷来镇驻地坐标落在县域轮廓之外约 320 米（两者来源不同），已移入轮廓内 420 米处。",
        "The seat of Gulai lies about 320 m outside the county outline (their sources differ); it was moved to 420 m "
        "inside.",
    ),
    (
        "各乡镇常住人口是合成的先验值，合计等于普查总数；村和网格人口由此虚构分配。",
        "Residents of each township are a synthetic prior that adds up to the census total; villages and cells share "
        "it by an invented rule.",
    ),
    (
        "0 至 14 岁拆分为 0-2 岁 16.5%、3-5 岁 20.0%、6-11 岁 41.5%、12-14 岁 22.0%（假定近年出生数下降）。",
        "Ages 0 to 14 are split into 0-2 16.5%, 3-5 20.0%, 6-11 41.5%, 12-14 22.0% (assumes that births have been "
        "falling).",
    ),
    (
        "65 岁及以上人口中 80 岁及以上按 18.8% 计（假定与全国相近）；60-64 岁为普查 60 岁以上与 65 岁以上之差。",
        "Of people aged 65 and over 18.8% are taken to be 80 and over (assumed near the national share); 60-64 is the "
        "census difference of 60+ and 65+.",
    ),
    (
        "主城区、开发区、高铁新城和镇区的边界是示意画定的。",
        "The boundaries of the urban core, the development zone, the new town and the town centres are drawn by eye.",
    ),
    (
        "现有学校、卫生站和养老照料中心的数量、名称、位置、规模是虚构的；卫生站和照料中心的规模未知，留空。",
        "Number, names, positions and sizes of existing schools, health stations and care stations are invented; sizes "
        "of health and care stations are unknown and left empty.",
    ),
    (
        "幼儿园、托育、初中、高中、卫生院、医院、急救站（及车辆）、可转换病区、养老机构、助餐点的数量、位置、规模和台账均为虚构；只有少数名称"
        "（嵊州中学、马寅初中学、市人民医院、市妇幼保健院等）以及妇幼保健院与疾控中心同在开发区艇湖取自公开资料。",
        "Kindergartens, nurseries, junior and senior schools, health centres, hospitals, ambulance stations "
        "(and vehicles), convertible wards, care "
        "homes and meal points are invented in number, place, size and ledger; real are only some names (Shengzhou "
        "High School, Ma Yinchu High School, the People's Hospital, the maternity hospital ...) and that the maternity "
        "hospital and the disease control centre stand together at Tinghu.",
    ),
    (
        "在校生、教职工、用房、设备（school_resources.csv）以及候选用地的面积和可用年份是虚构的。",
        "Pupils, staff, rooms and equipment (school_resources.csv) and the area and first year of the sites are "
        "invented.",
    ),
    (
        "AED 点、残疾人之家、开放的体育场地、老年学校的数量、名称、位置和规模是虚构的。",
        "AED points, day care for disabled people, open sports fields and schools for the old are invented in number, "
        "name, place and size.",
    ),
)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A UTF-8 table with a byte-order mark, so that spreadsheets show Chinese, and plain line feeds."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _place(xy: Iterable[tuple[float, float]]) -> list[tuple[str, str]]:
    return [(f"{lon:.6f}", f"{lat:.6f}") for lon, lat in lonlat(np.array(list(xy)))]


def write_demand(path: Path, demand: list[DemandPoint], ages: IntArray) -> None:
    """`demand.csv`."""
    place = _place(p.xy for p in demand)
    write_csv(
        path,
        ("id", "name", "lon", "lat", "zone", "township", "village", *AGES),
        (
            (f"d{k + 1:04d}", p.name, *at, p.zone, p.township.name, p.village.name, *map(int, row))
            for k, (p, at, row) in enumerate(zip(demand, place, ages, strict=True))
        ),
    )


def write_facilities(path: Path, sites: list[Site], ledger: list[Row]) -> None:
    """`facilities.csv`."""
    place = _place(s.xy for s in sites)
    write_csv(
        path,
        ("id", "name", "service", "lon", "lat", "zone", "township", "capacity", *FACILITY_COLUMNS),
        (
            (facility_id(k), s.name, s.service, *at, s.zone, s.township, s.detail, *_cells(row, FACILITY_COLUMNS))
            for k, (s, at, row) in enumerate(zip(sites, place, ledger, strict=True))
        ),
    )


def facility_id(number: int) -> str:
    """The id of the facility of that number, counted from 0."""
    return f"f{number + 1:03d}"


def write_resources(path: Path, resources: list[tuple[int, dict[str, int]]]) -> None:
    """`school_resources.csv`, of the facilities of those numbers."""
    rows = ((facility_id(k), *(amounts[name] for name in RESOURCES)) for k, amounts in resources)
    write_csv(path, ("id", *RESOURCES), rows)


def write_candidates(path: Path, sites: list[Site], plots: list[Row]) -> None:
    """`candidates.csv`."""
    place = _place(s.xy for s in sites)
    write_csv(
        path,
        ("id", "name", "lon", "lat", "zone", "township", "land", "services", *PLOT_COLUMNS),
        (
            (f"c{k + 1:03d}", s.name, *at, s.zone, s.township, s.detail, s.service, *_cells(row, PLOT_COLUMNS))
            for k, (s, at, row) in enumerate(zip(sites, place, plots, strict=True))
        ),
    )


def write_plots(path: Path, plots: list[Plot]) -> None:
    """`plots.csv`."""
    place = _place(p.xy for p in plots)
    header = (
        *("id", "name", "lon", "lat", "zone", "township", "floor_m2", "m2_per_dwelling", "persons_per_dwelling"),
        *("delivery_year", *(f"occupancy_{k + 1}" for k in range(OCCUPANCY_YEARS))),
        *("from_inside", "from_outside", "age_profile"),
    )
    rows = (
        (
            *(f"h{k + 1:03d}", p.name, *at, p.zone, p.township, p.floor_m2, p.m2_per_dwelling, p.persons_per_dwelling),
            *(p.delivery_year, *p.occupancy, p.from_inside, round(1 - p.from_inside, 2), p.age_profile),
        )
        for k, (p, at) in enumerate(zip(plots, place, strict=True))
    )
    write_csv(path, header, rows)


def _cells(row: Row, columns: Sequence[str]) -> list[str | int]:
    return [row.get(name, "") for name in columns]


def write_zones(folder: Path, zones: dict[str, BaseGeometry]) -> None:
    """`zones.csv` and `zones.geojson`."""
    write_csv(folder / "zones.csv", ("id", "name_zh", "name_en", "kind"), ZONES)
    features = []
    for zone, name_zh, name_en, kind in ZONES:
        parts = [
            [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
            for polygon in polygons_of(shapely.set_precision(shapely.transform(zones[zone], degrees), 1e-6))
        ]
        features.append(
            {
                "type": "Feature",
                "properties": {"id": zone, "name_zh": name_zh, "name_en": name_en, "kind": kind},
                "geometry": {"type": "MultiPolygon", "coordinates": parts},
            }
        )
    text = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    (folder / "zones.geojson").write_text(
        '{"type":"FeatureCollection","features":[\n' + text + "\n]}\n", encoding="utf-8", newline="\n"
    )


def _ring(ring: BaseGeometry) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in np.round(shapely.get_coordinates(ring), 6)]


def write_case(path: Path) -> None:
    """`case.toml`."""
    head = (
        'schema = 1\nid = "shengzhou"\nname_zh = "嵊州市（合成演示）"\n'
        'name_en = "Shengzhou (synthetic demonstration)"\n'
        f'crs = "EPSG:4326"\nprojected_crs = "{PROJECTED_CRS}"\nroads = "roads.osm.pbf"\nsynthetic = true\n'
        f'notice_zh = "{NOTICE_ZH}"\nnotice_en = "{NOTICE_EN}"\n'
        f'data_date = "2020-11-01"\npopulation_total = {POPULATION}\n'
    )
    guesses = "".join(f'\n[[guesses]]\nzh = "{zh}"\nen = "{en}"\n' for zh, en in GUESSES)
    path.write_text(head + guesses, encoding="utf-8", newline="\n")
