"""Checks of a case's tables, beyond the contract of their columns."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.errors import Faults, nearest_word
from siting.standards import age_range, list_services

WGS84 = "EPSG:4326"
OUTLINE_SLACK_M = 500.0  # outlines are drawn coarsely; a point this near still counts as inside


@dataclass(frozen=True)
class Misplaced:
    """What is wrong with a pair of coordinates, and what to do about it."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


SWAPPED = Misplaced(
    "经度与纬度写反了",
    "longitude and latitude are swapped",
    "请把 lon 与 lat 两列对调",
    "exchange the columns lon and lat",
)
METRES = Misplaced(
    "不是经纬度（像是以米为单位的坐标）",
    "not degrees (it looks like metres)",
    "请在 case.toml 的 crs 写明投影坐标系，并把列名改为 x、y",
    "name the projected system in case.toml's crs and call the columns x and y",
)
OUTSIDE = Misplaced(
    "这一点在案例范围之外",
    "the point lies outside the case's outline",
    "请核对坐标与坐标系；若确应包含，请扩大 outline.geojson",
    "check the coordinates and their system; if it belongs, widen outline.geojson",
)


def note_place(
    faults: Faults, index: int, lon: float, lat: float, problem: Misplaced, *, file: str | None = None
) -> None:
    """Note that the point of row `index` (from 0) has wrong coordinates."""
    faults.add(
        problem.zh,
        problem.en,
        remedy_zh=problem.remedy_zh,
        remedy_en=problem.remedy_en,
        row=index + 2,
        column="lon, lat",
        value=f"{lon}, {lat}",
        file=file,
    )


def check_degrees(frame: pd.DataFrame, path: Path) -> None:
    """Refuse coordinates that cannot be degrees.

    Raises:
        InputError: naming each row, and whether longitude and latitude are swapped.
    """
    faults = Faults(path)
    lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
    swapped = (np.abs(lat) > 90) & (np.abs(lon) <= 90)
    for k in np.flatnonzero(swapped):
        note_place(faults, int(k), lon[k], lat[k], SWAPPED)
    for k in np.flatnonzero(~swapped & ((np.abs(lat) > 90) | (np.abs(lon) > 180))):
        note_place(faults, int(k), lon[k], lat[k], METRES)
    for k in np.flatnonzero((lon == 0) & (lat == 0)):
        faults.add(
            "坐标为 (0, 0)",
            "the coordinates are (0, 0)",
            remedy_zh="请补上真实坐标",
            remedy_en="fill in the real ones",
            row=int(k) + 2,
            column="lon, lat",
            value="0, 0",
        )
    faults.raise_if_any()


def check_inside(frame: pd.DataFrame, path: Path, outline: gpd.GeoDataFrame | None, faults: list[Faults]) -> None:
    """Points off the map: outside the outline, with the swap of coordinates recognised."""
    if outline is None or frame.empty:
        return
    metres = outline.estimate_utm_crs()
    area = outline.to_crs(metres).union_all().buffer(OUTLINE_SLACK_M)
    points = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=WGS84).to_crs(metres)
    outside = ~points.within(area).to_numpy()
    if not outside.any():
        return
    turned = gpd.GeoSeries.from_xy(frame["lat"], frame["lon"], crs=WGS84)
    swapped = turned.within(outline.union_all()).to_numpy() & outside
    part = Faults(path)
    for k in np.flatnonzero(outside):
        note_place(part, int(k), frame["lon"].iloc[k], frame["lat"].iloc[k], SWAPPED if swapped[k] else OUTSIDE)
    faults.append(part)


def check_zones(frame: pd.DataFrame, path: Path, zones: pd.DataFrame, faults: list[Faults]) -> None:
    """Note rows that name a zone which `zones.csv` does not have."""
    known = list(zones["id"])
    part = Faults(path)
    for k in np.flatnonzero(~frame["zone"].isin(known).to_numpy()):
        part.add(
            "zones.csv 里没有这个分区",
            "zones.csv has no such zone",
            row=int(k) + 2,
            column="zone",
            remedy_zh=f"可用：{'、'.join(known)}",
            remedy_en=f"available: {', '.join(known)}",
            value=frame["zone"].iloc[k],
        )
    faults.append(part)


def services_in(text: str) -> list[str]:
    """The service ids of a cell, separated by `;` or by the marks that a Chinese keyboard gives for it."""
    return [word.strip() for word in re.split("[;；,，、]", text) if word.strip()]


def check_services(frame: pd.DataFrame, path: Path, faults: list[Faults], *, column: str = "service") -> None:
    """Note rows that name a service which has no standard; the column `services` may hold several, or none."""
    known = list_services()
    part = Faults(path)
    for k, text in enumerate(frame[column].astype(str)):
        for value in services_in(text) if column == "services" else [text]:
            if value in known:
                continue
            close = nearest_word(value, known)
            part.add(
                "没有这种服务",
                "there is no such service",
                row=k + 2,
                column=column,
                value=value,
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
                remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(known)}",
            )
    faults.append(part)


def check_people(frame: pd.DataFrame, path: Path, population_total: float | None, faults: list[Faults]) -> None:
    """Note age columns that cannot be used, and totals that do not add up."""
    part = Faults(path)
    columns = sorted((age_range(n) or (0, 0), n) for n in frame.columns if n.startswith("age_"))
    for (_, _), name in columns:
        if age_range(name) is None:
            part.add(
                "年龄列名应如 age_6_11 或 age_80_plus",
                "an age column is named like age_6_11 or age_80_plus",
                column=name,
            )
    if not columns:
        part.add("缺少年龄列（如 age_6_11）", "there is no age column such as age_6_11", row=1)
    for ((_, last), left), ((first, _), right) in itertools.pairwise(columns):
        if first <= last:
            part.add("两个年龄列重叠", "two age columns overlap", column=f"{left}, {right}")
    if frame.empty:
        part.add("没有一个需求点", "there is not one demand point")
    total = float(frame[[n for _, n in columns]].to_numpy(dtype=float).sum()) if columns else 0.0
    if columns and len(frame) and total == 0:
        part.add("总人口为零", "there are no people at all")
    if population_total is not None and not part and abs(total - population_total) > 0.5:
        part.add(
            f"人口合计与 case.toml 的 population_total={population_total:.0f} 不符",
            f"the people do not add up to population_total={population_total:.0f} of case.toml",
            value=f"{total:.0f}",
        )
    faults.append(part)
