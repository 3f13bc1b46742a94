"""A tiny whole case on a grid of streets, for tests of everything that reads a case folder."""

from __future__ import annotations

from pathlib import Path

STEP = 0.003  # degrees: about 290 m east-west, 333 m north-south
WEST, SOUTH = 120.80, 29.58
SIZE = 5

CASE = """\
schema = 1
id = "tiny"
name_zh = "小镇"
name_en = "Tiny town"
projected_crs = "EPSG:4549"
roads = "roads.osm"
synthetic = true
notice_zh = "示例数据"
notice_en = "synthetic data"
data_date = "2020-11-01"
"""
ZONES = """\
id,name_zh,name_en,kind
core,主城区,Core,urban
rest,乡村,Villages,rural
"""
SCENARIO = """\
schema = 1
id = "tiny_plan"
title_zh = "小镇方案"
title_en = "Plan of the tiny town"
case = ".."

[[services]]
service = "primary_school"
formulation = "p_median"
new = 1

[[services]]
service = "health_station"
formulation = "maximal_covering"
new = 1
zone_minimum = { core = 1 }
"""


def place(column: float, row: float) -> tuple[float, float]:
    """lon, lat of a grid position; 0..SIZE-1 lie on streets' crossings."""
    return round(WEST + column * STEP, 6), round(SOUTH + row * STEP, 6)


def roads_xml() -> str:
    nodes, ways = [], []
    for row in range(SIZE):
        for column in range(SIZE):
            lon, lat = place(column, row)
            nodes.append(f'<node id="{row * SIZE + column + 1}" version="1" lon="{lon}" lat="{lat}"/>')
    lines = [[row * SIZE + column + 1 for column in range(SIZE)] for row in range(SIZE)]
    lines += [[row * SIZE + column + 1 for row in range(SIZE)] for column in range(SIZE)]
    for k, line in enumerate(lines, start=1):
        refs = "".join(f'<nd ref="{node}"/>' for node in line)
        ways.append(
            f'<way id="{k}" version="1">{refs}<tag k="highway" v="residential"/><tag k="name" v="街{k}"/></way>'
        )
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{"".join(nodes + ways)}</osm>'


def demand_csv() -> str:
    rows = ["id,name,lon,lat,zone,township,village,age_0_5,age_6_11,age_12_64,age_65_plus"]
    for k, (column, row) in enumerate([(0, 0), (2, 0), (4, 0), (1, 2), (3, 2), (0, 4), (4, 4)]):
        lon, lat = place(column, row)
        zone = "core" if k < 5 else "rest"
        rows.append(f"d{k},村{k},{lon},{lat},{zone},城关镇,村{k},{5 + k},{10 + k},{100 + k},{30 + k}")
    return "\n".join(rows) + "\n"


def facilities_csv() -> str:
    lon, lat = place(0, 1)
    rows = [
        "id,name,service,lon,lat,zone,township,capacity",
        f"f1,一小,primary_school,{lon},{lat},core,城关镇,60",
        f"f2,一站,health_station,{lon},{lat},core,城关镇,",
    ]
    return "\n".join(rows) + "\n"


def candidates_csv() -> str:
    rows = ["id,name,lon,lat,zone,township,land,services"]
    for k, (column, row) in enumerate([(4, 1), (2, 2), (4, 3)]):
        lon, lat = place(column, row)
        rows.append(f"c{k},地块{k},{lon},{lat},{'core' if k < 2 else 'rest'},城关镇,A33,")
    return "\n".join(rows) + "\n"


def write_case(folder: Path, **files: str | bytes | None) -> Path:
    """Write the case; `files` replaces a file by its stem (`demand="..."`), None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, str | bytes | None] = {
        "case.toml": CASE,
        "roads.osm": roads_xml(),
        "demand.csv": demand_csv(),
        "facilities.csv": facilities_csv(),
        "candidates.csv": candidates_csv(),
        "zones.csv": ZONES,
    }
    for stem, text in files.items():
        name = next((n for n in content if n.split(".")[0] == stem), f"{stem}.geojson")
        content[name] = text
    for name, text in content.items():
        if isinstance(text, bytes):
            (folder / name).write_bytes(text)
        elif text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_scenario(folder: Path, text: str = SCENARIO) -> Path:
    """Write a scenario beside the case's tables."""
    path = folder / "scenarios" / "plan.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
