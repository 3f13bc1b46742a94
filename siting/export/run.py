"""What is exported of a run, and where to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from siting.errors import Faults, nearest_word
from siting.export.geojson import write_geojson
from siting.files.run_folder import find_run, writing
from siting.render.answer_folder import write_answer_tables
from siting.render.geopackage import write_geopackage
from siting.render.told_file import read_told
from siting.render.views import Told

SYSTEMS = {
    "EPSG:4490": "CGCS2000 经纬度 degrees",
    "EPSG:4549": "CGCS2000 三度带投影，中央经线 120° metres, 3-degree zone around 120 degrees east",
    "EPSG:4326": "WGS84 经纬度 degrees",
}
FORMATS = ("gpkg", "geojson", "csv", "xlsx")


@dataclass(frozen=True)
class Wanted:
    """What to export.

    Attributes:
        run: a run folder, or its name in `out`.
        to: the new folder; None: `<run>_export` in `out`.
        crs: of the GeoPackage, one of `SYSTEMS`; None: degrees, in the system of the case.
        formats: of `FORMATS`.
    """

    run: str
    out: Path
    to: Path | None = None
    crs: str | None = None
    formats: Sequence[str] = FORMATS


def export(wanted: Wanted) -> dict[str, Path]:
    """Write the folder, which takes the place of an older export when it is whole.

    GeoJSON is in WGS84 whatever is asked for, as RFC 7946 demands.

    Returns:
        The path of each output by its name.

    Raises:
        InputError: for a folder with no answer, a format or a coordinate system that is not offered, a folder that is
            no older export, or one that cannot be written.
    """
    folder = find_run(wanted.run, wanted.out)
    to = wanted.to or wanted.out / f"{folder.resolve().name}_export"
    _check(wanted, to)
    told = read_told(folder)
    writers: dict[str, Callable[[Path], None]] = {
        "gpkg": lambda place: write_geopackage(told, place / "plan.gpkg", crs=wanted.crs),
        "geojson": lambda place: _geojson(told, place / "geojson"),
        "csv": lambda place: write_answer_tables(told, place, book=None),
        "xlsx": lambda place: write_answer_tables(told, place, csv=False),
    }
    with writing(to) as temporary:
        for name in dict.fromkeys(wanted.formats):
            writers[name](temporary)
    return {path.name: path for path in sorted(to.iterdir())}


def _geojson(told: Told, folder: Path) -> None:
    folder.mkdir()
    write_geojson(told, folder)


def _check(wanted: Wanted, to: Path) -> None:
    faults = Faults()
    for name in wanted.formats:
        if name not in FORMATS:
            close = nearest_word(name, FORMATS)
            faults.add(
                "没有这种格式", "there is no such format", column="--format", value=name,
                remedy_zh=(f"是否想写“{close}”？" if close else "") + f"可选：{'、'.join(FORMATS)}",
                remedy_en=(f"did you mean {close!r}? " if close else "") + f"choose from {', '.join(FORMATS)}",
            )  # fmt: skip
    if not wanted.formats:
        faults.add("没有给出格式", "no format is named", column="--format", remedy_zh=f"可选：{'、'.join(FORMATS)}")
    if wanted.crs is not None and wanted.crs not in SYSTEMS:
        faults.add(
            "不提供这种坐标系", "this coordinate system is not offered", column="--crs", value=wanted.crs,
            remedy_zh="可选：" + "；".join(f"{name} {words}" for name, words in SYSTEMS.items()),
            remedy_en="choose from " + ", ".join(SYSTEMS),
        )  # fmt: skip
    exported = {"plan.gpkg", "geojson", "tables", "tables.xlsx"}
    if to.exists() and (not to.is_dir() or {path.name for path in to.iterdir()} - exported):
        faults.add(
            "这个文件夹里有别的文件，导出会覆盖它们", "the folder holds other files, which the export would replace",
            file=str(to), remedy_zh="请用 --to 指定一个新的文件夹", remedy_en="name a new folder with --to",
        )  # fmt: skip
    faults.raise_if_any()
