"""The real facts the case is made from, read from `data/shengzhou/facts`."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from siting.files import resources
from siting.impedance import FloatArray

PROJECTED_CRS = "EPSG:4549"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 120 E, metres
CENTRE = (120.8195, 29.5785)  # the old town's middle, north bank; road distances are measured from here
STATION = (120.81569, 29.53004)  # 嵊州新昌站

SEAT_MARGIN_M = 420.0  # least distance of a township's seat from the outline

# The national census of 2020: persons in the whole county by band.
POPULATION = 675_226
UNDER_15, FROM_15_TO_59, FROM_60, FROM_65 = 75_795, 404_151, 195_280, 139_584

_TO_PLANE = Transformer.from_crs("EPSG:4326", PROJECTED_CRS, always_xy=True)
_TO_DEGREES = Transformer.from_crs(PROJECTED_CRS, "EPSG:4326", always_xy=True)


def plane(lonlat: ArrayLike) -> FloatArray:
    """(n, 2) longitude and latitude in degrees to metres."""
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return np.round(np.column_stack(_TO_PLANE.transform(points[:, 0], points[:, 1])), 2)


def degrees(xy: ArrayLike) -> FloatArray:
    """(n, 2) metres to longitude and latitude in degrees."""
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    return np.column_stack(_TO_DEGREES.transform(points[:, 0], points[:, 1]))


@dataclass(frozen=True)
class Township:
    """One of the 15 township-level units; `persons` is the synthetic prior."""

    code: str
    name: str
    xy: tuple[float, float]
    area_km2: float | None
    persons: int

    @property
    def short(self) -> str:
        """The name without 镇, 乡 or 街道."""
        return self.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")


@dataclass(frozen=True)
class Village:
    """One of the 304 village-level units."""

    code: str
    official: str
    township: str

    @property
    def community(self) -> bool:
        """Whether it is a residents' community (社区, 居委会) rather than a village."""
        return self.official.endswith(("社区", "居委会"))

    @property
    def name(self) -> str:
        """The name as people write it: 里坂村, 新北社区, 浦口居委会."""
        name = self.official.removesuffix("委会") if self.official.endswith("村委会") else self.official
        return name.removesuffix("村") if name.endswith("村村") else name


@dataclass(frozen=True)
class Facts:
    """Everything read from the folder of facts."""

    townships: tuple[Township, ...]
    villages: tuple[Village, ...]
    outline_text: str

    @cached_property
    def outline_degrees(self) -> BaseGeometry:
        """The county outline in degrees."""
        return shape(json.loads(self.outline_text)["features"][0]["geometry"])

    @cached_property
    def outline(self) -> BaseGeometry:
        """The county outline in metres."""
        return shapely.transform(self.outline_degrees, plane)


def folder() -> Path:
    """Where the shipped facts lie."""
    return resources.data() / "shengzhou" / "facts"


def read(path: Path | None = None) -> Facts:
    """Read the facts.

    Raises:
        FileNotFoundError: when a file of facts is missing.
    """
    place = path or folder()
    outline_text = (place / "outline.geojson").read_text(encoding="utf-8")
    inner = shapely.transform(shape(json.loads(outline_text)["features"][0]["geometry"]), plane).buffer(-SEAT_MARGIN_M)
    with (place / "townships.csv").open(encoding="utf-8", newline="") as file:
        townships = tuple(_township(row, inner) for row in csv.DictReader(file))
    with (place / "villages.csv").open(encoding="utf-8", newline="") as file:
        villages = tuple(Village(row["code"], row["name"], row["streetCode"]) for row in csv.DictReader(file))
    return Facts(townships, villages, outline_text)


def _township(row: dict[str, str], inner: BaseGeometry) -> Township:
    """A row of `townships.csv`; a seat outside the outline (their sources differ) is moved just inside."""
    seat = shapely.Point(plane([float(row["lon"]), float(row["lat"])])[0])
    xy = shapely.get_coordinates(seat if inner.contains(seat) else shapely.shortest_line(inner, seat))[0]
    return Township(
        code=row["code"],
        name=row["name"],
        xy=(round(float(xy[0]), 2), round(float(xy[1]), 2)),
        area_km2=float(row["area_km2"]) if row["area_km2"] and row["pop_year"] != "pre-merger" else None,
        persons=int(row["pop_SYNTHETIC_prior"]),
    )
