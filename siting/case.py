"""A case: one place with its data, read from a folder and checked as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from siting.case_checks import WGS84, check_degrees, check_inside, check_people, check_services, check_zones
from siting.case_ledger import FACILITY_LEDGER, PLOT_LEDGER, SCHOOL_RESOURCES, check_ledger, check_resources
from siting.errors import Faults, InputError, fail, nearest_word
from siting.files import resources
from siting.files.tables import Column, read_rows, read_table
from siting.files.toml import Frozen, load_toml
from siting.standards import ZONE_KINDS, age_range

Read = TypeVar("Read")


class Guess(Frozen):
    """Something that was assumed in making the case."""

    zh: str
    en: str


class CaseFile(Frozen):
    """`case.toml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    name_zh: str
    name_en: str
    crs: str = Field(WGS84, description="coordinate system of the tables")
    projected_crs: str = Field(description="a projected system in metres, for areas and exports")
    roads: str = Field("roads.osm.pbf", description="the road file in this folder")
    synthetic: bool = False
    notice_zh: str = ""
    notice_en: str = ""
    data_date: str = ""
    population_total: float | None = Field(None, ge=0)
    guesses: tuple[Guess, ...] = ()

    @model_validator(mode="after")
    def _synthetic_says_so(self) -> CaseFile:
        if self.synthetic and not (self.notice_zh and self.notice_en):
            raise ValueError("合成数据必须写 notice_zh 与 notice_en | synthetic data need notice_zh and notice_en")
        return self


class Source(Frozen):
    """Origin and licence of one file from outside."""

    file: str
    title: str
    origin: str
    licence: str
    attribution_zh: str = ""
    attribution: str = ""
    retrieved: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One place.

    Attributes:
        demand: one row a demand point: id, name, lon, lat (WGS84), zone, township, village, age columns.
        facilities: id, name, service, lon, lat, zone, township, capacity (NaN: unknown), attraction (NaN: not given),
            and the columns of `case_ledger.FACILITY_LEDGER`, NaN or '' where they are not known.
        candidates: id, name, lon, lat, zone, township, land, services, attraction, and the columns of
            `case_ledger.PLOT_LEDGER`.
        zones: id, name_zh, name_en, kind; indexed by id.
        zone_shapes: polygons with column id, or None. WGS84.
        outline: the place's outline, or None. WGS84.
        school_resources: id of a facility and `case_ledger.RESOURCES`, one row a school, or None.
    """

    folder: Path
    info: CaseFile
    demand: pd.DataFrame
    facilities: pd.DataFrame
    candidates: pd.DataFrame
    zones: pd.DataFrame
    zone_shapes: gpd.GeoDataFrame | None
    outline: gpd.GeoDataFrame | None
    sources: tuple[Source, ...]
    school_resources: pd.DataFrame | None = None

    @property
    def roads(self) -> Path:
        """The road file."""
        return self.folder / self.info.roads

    @property
    def age_columns(self) -> list[str]:
        """The age columns of the demand table, youngest first."""
        names = [name for name in self.demand.columns if age_range(name) is not None]
        return sorted(names, key=lambda name: age_range(name) or (0, 0))

    @property
    def population(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """(I,) persons of all ages."""
        return np.asarray(self.demand[self.age_columns].sum(axis=1), dtype=np.float64)

    @property
    def input_files(self) -> list[Path]:
        """Every file that the case is made of."""
        return case_files(self.folder, self.info)


POINT = (
    Column("id", "id"),
    Column("name", optional_value=True),
    Column("zone"),
    Column("township", required=False, optional_value=True),
)
ATTRACTION = Column("attraction", "number", required=False, optional_value=True, minimum=0)
TABLES: dict[str, tuple[Column, ...]] = {
    "demand": (*POINT, Column("village", required=False, optional_value=True)),
    "facilities": (
        *POINT,
        Column("service"),
        Column("capacity", "number", optional_value=True, minimum=0),
        ATTRACTION,
        *FACILITY_LEDGER,
    ),
    "candidates": (
        *POINT,
        Column("land", required=False, optional_value=True),
        Column("services", required=False, optional_value=True),
        ATTRACTION,
        *PLOT_LEDGER,
    ),
}
RESOURCES_FILE = "school_resources.csv"
ZONES = (Column("id", "id"), Column("name_zh"), Column("name_en"), Column("kind", choices=tuple(ZONE_KINDS)))


def case_files(folder: Path, info: CaseFile) -> list[Path]:
    """Every file that a case is made of."""
    names = ["case.toml", info.roads, *(f"{n}.csv" for n in ("demand", "facilities", "candidates", "zones"))]
    names += ["zones.geojson", "outline.geojson", "adjacency.csv", "people.toml", RESOURCES_FILE]
    return [folder / name for name in names if (folder / name).is_file()]


def list_cases() -> dict[str, Path]:
    """The shipped cases."""
    return {path.parent.name: path.parent for path in sorted(resources.data().glob("*/case.toml"))}


def find_case(name: str, base: Path | None = None) -> Path:
    """A case's folder by the name of a shipped case or by path (relative to `base`, then to here).

    Raises:
        InputError: when there is none.
    """
    for folder in [*([base / name] if base is not None else []), Path(name)]:
        if (folder / "case.toml").is_file():
            return folder
    known = list_cases()
    if name in known:
        return known[name]
    close = nearest_word(name, known)
    fail(
        "找不到案例（文件夹里应有 case.toml）",
        "there is no such case (a folder with a case.toml)",
        remedy_zh=(f"是否想写“{close}”？" if close else "") + f"自带案例：{'、'.join(known)}",
        remedy_en=(f"did you mean {close!r}? " if close else "") + f"shipped: {', '.join(known)}",
        value=name,
    )


def load_case(folder: Path) -> Case:
    """Read and check a case.

    Raises:
        InputError: with all faults of all tables.
    """
    folder = folder.resolve()  # a scenario says `case = ".."`; the registry of sources goes by the folder's name
    info = load_toml(folder / "case.toml", CaseFile)
    crs = _crs(info.crs, folder / "case.toml", "crs")
    if not _crs(info.projected_crs, folder / "case.toml", "projected_crs").is_projected:
        fail(
            "应为以米为单位的投影坐标系",
            "must be a projected system in metres",
            file=folder / "case.toml",
            column="projected_crs",
            value=info.projected_crs,
        )
    faults: list[Faults] = []
    zones = _gather(faults, lambda: read_table(folder / "zones.csv", ZONES))
    outline = _gather(faults, lambda: _shapes(folder / "outline.geojson"))
    zone_shapes = _gather(faults, lambda: _shapes(folder / "zones.geojson"))
    frames: dict[str, pd.DataFrame] = {}
    for name, contract in TABLES.items():
        frame = _gather(faults, partial(read_points, folder / f"{name}.csv", contract, crs))
        if frame is not None:
            frames[name] = frame
            check_inside(frame, folder / f"{name}.csv", outline, faults)
            if zones is not None:
                check_zones(frame, folder / f"{name}.csv", zones, faults)
    if "facilities" in frames:
        check_services(frames["facilities"], folder / "facilities.csv", faults)
        check_ledger(frames["facilities"], folder / "facilities.csv", faults)
    resources = None
    if (folder / RESOURCES_FILE).is_file():
        resources = _gather(faults, lambda: read_table(folder / RESOURCES_FILE, SCHOOL_RESOURCES))
    if resources is not None and "facilities" in frames:
        check_resources(resources, folder / RESOURCES_FILE, frames["facilities"], faults)
    if "candidates" in frames:
        check_services(frames["candidates"], folder / "candidates.csv", faults, column="services")
    if "demand" in frames:
        check_people(frames["demand"], folder / "demand.csv", info.population_total, faults)
    gathered = Faults()
    for part in faults:
        gathered.extend(part)
    gathered.raise_if_any()
    assert zones is not None
    return Case(
        folder=folder,
        info=info,
        zones=zones.set_index("id", drop=False),
        zone_shapes=zone_shapes,
        outline=outline,
        sources=load_sources(folder),
        school_resources=resources,
        **frames,
    )


def load_sources(folder: Path) -> tuple[Source, ...]:
    """Rows of the case's own `sources.csv`, or of `data/sources.csv` that lie in the case's folder."""
    own, registry = folder / "sources.csv", folder.parent / "sources.csv"
    path, prefix = (own, "") if own.is_file() else (registry, f"{folder.name}/")
    if not path.is_file():
        return ()
    header, rows = read_rows(path)
    faults = Faults(path)
    found = []
    for k, row in enumerate(rows, start=2):
        record = dict(zip(header, row, strict=True))
        if not record.get("file", "").startswith(prefix):
            continue
        try:
            found.append(Source(**{key: record.get(key, "") for key in Source.model_fields}))
        except ValueError as error:
            faults.add(f"来源登记有误（{error}）", f"a source's row is wrong ({error})", row=k)
    faults.raise_if_any()
    return tuple(found)


def _gather(faults: list[Faults], read: Callable[[], Read]) -> Read | None:
    """What `read` gives; when it raises, its faults are kept and the next table is read."""
    try:
        return read()
    except InputError as error:
        part = Faults()
        part.items.extend(error.faults)
        faults.append(part)
        return None


def _crs(text: str, file: Path, key: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError:
        fail(
            "不认识的坐标系",
            "unknown coordinate reference system",
            remedy_zh="经纬度请写 EPSG:4326(WGS84)或 EPSG:4490(CGCS2000)；东经 120° 三度带写 EPSG:4549",
            remedy_en="write EPSG:4326 or EPSG:4490 for degrees, EPSG:4549 for metres around 120 degrees east",
            file=file,
            column=key,
            value=text,
        )


def _shapes(path: Path) -> gpd.GeoDataFrame | None:
    if not path.is_file():
        return None
    try:
        shapes = gpd.read_file(path)
    except Exception as error:
        fail(f"无法读取 GeoJSON（{error}）", f"the GeoJSON cannot be read ({error})", file=path)
    if shapes.empty or shapes.crs is None:
        fail("没有图形或没有坐标系", "there are no shapes, or they have no coordinate system", file=path)
    return shapes.to_crs(WGS84)


def read_points(
    path: Path, contract: tuple[Column, ...], crs: CRS | str, *, extra_numbers: str = "age_"
) -> pd.DataFrame:
    """A table of points with `lon`, `lat` in WGS84, whatever system it was written in.

    Raises:
        InputError: as `siting.files.tables.read_table`, or for coordinates that cannot be degrees.
    """
    crs = CRS.from_user_input(crs)
    x, y = ("x", "y") if crs.is_projected else ("lon", "lat")
    frame = read_table(path, (*contract, Column(x, "number"), Column(y, "number")), extra_numbers=extra_numbers)
    if not crs.is_projected:
        check_degrees(frame, path)
    if crs != CRS.from_user_input(WGS84):
        lon, lat = Transformer.from_crs(crs, WGS84, always_xy=True).transform(frame[x], frame[y])
        frame = frame.assign(lon=lon, lat=lat)
    return frame
