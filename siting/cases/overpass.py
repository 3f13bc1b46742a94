"""`siting fetch`: a case of any place, downloaded from Overpass through osmnx."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.case import Source
from siting.cases.from_osm import check_request, make_case
from siting.cases.osm_outline import read_outline
from siting.cases.overpass_client import ask_boundary, ask_overpass, refuse_answer
from siting.cases.overpass_query import base_date, build_query, write_answer
from siting.cases.overpass_session import Endpoint, session
from siting.cases.summary import CaseSummary
from siting.cases.write_case import OSM_ATTRIBUTION, OSM_ATTRIBUTION_ZH, OSM_LICENCE, write_shapes
from siting.errors import fail
from siting.events import Listener, silent, stage
from siting.impedance import FloatArray
from siting.standards import services_on_osm

MOST_KM2 = 20_000.0  # a larger area is asked of no public server


def fetch_case(
    out: Path,
    *,
    place: str | None = None,
    outline: Path | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    population: float | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    spacing_m: float | None = None,
    endpoint: Endpoint | None = None,
    force: bool = False,
    listener: Listener = silent,
) -> CaseSummary:
    """Download a place and make a case of it, as `make_case` does of a file.

    Args:
        out: the new folder.
        place: a name that Nominatim knows, such as `嵊州市`; or
        outline: a file of polygons; or
        bbox: west, south, east, north in degrees. One of the three; the last two need no geocoder.
        population, name_zh, name_en, spacing_m, force: as in `make_case`.
        endpoint: where to ask; the public servers when None.
        listener: is told the progress, every wait included.

    Raises:
        NetworkError: without internet, after a time-out, when the server stays busy or answers with an error, with
            nothing, or with something else than OpenStreetMap data.
        InputError: when not one area is named, the place has no boundary, or as `make_case`.
    """
    where = endpoint if endpoint is not None else Endpoint()
    check_request(out, population=population, spacing_m=spacing_m, force=force)
    _one_of(place, outline, bbox)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with stage(listener, "download", "下载 OSM 数据", "downloading from OpenStreetMap") as say, session(where):
            if place is not None:
                area = ask_boundary(place, where, say)
            elif outline is not None:
                area = read_outline(outline)
            else:
                area = _box(bbox)
            _check_size(area)
            query = build_query(area, services_on_osm(), timeout_s=int(where.timeout_s))
            answer = ask_overpass(query, where, say)
            count = _write(answer, folder / "fetched.osm.pbf", where)
            say(f"收到 {count:,} 个对象", f"{count:,} objects received", 1.0)
        write_shapes(folder / "outline.geojson", {"outline": area})
        stamp = base_date(answer)
        return make_case(
            folder / "fetched.osm.pbf",
            out,
            outline=folder / "outline.geojson",
            population=population,
            name_zh=name_zh or (place if place and not place.isascii() else None),
            name_en=name_en or (place if place and place.isascii() else None),
            spacing_m=spacing_m,
            source=Source(
                file="roads.osm.pbf",
                title="OpenStreetMap data by Overpass" + (f", as of {stamp}" if stamp else ""),
                origin=where.overpass_url,
                licence=OSM_LICENCE,
                attribution_zh=OSM_ATTRIBUTION_ZH,
                attribution=OSM_ATTRIBUTION,
                retrieved=stamp[:10],
                note="cut to the outline; all tables are derived from it",
            ),
            force=force,
            listener=listener,
        )


def _one_of(place: str | None, outline: Path | None, bbox: tuple[float, ...] | None) -> None:
    if sum(x is not None for x in (place, outline, bbox)) != 1 or (place is not None and not place.strip()):
        fail(
            "请在 --place、--outline、--bbox 中给出一个",
            "give one of --place, --outline and --bbox",
            remedy_zh='例如 --place "嵊州市" 或 --bbox 120.6,29.4,121.0,29.8',
            remedy_en='such as --place "嵊州市" or --bbox 120.6,29.4,121.0,29.8',
        )


def _box(bbox: tuple[float, float, float, float] | None) -> BaseGeometry:
    assert bbox is not None
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        fail(
            "范围框应为 西,南,东,北（经纬度）",
            "the box must be west,south,east,north in degrees",
            remedy_zh="例如 120.6,29.4,121.0,29.8",
            remedy_en="such as 120.6,29.4,121.0,29.8",
            column="--bbox",
            value=", ".join(f"{x:g}" for x in bbox),
        )
    return shapely.box(west, south, east, north)


def _check_size(area: BaseGeometry) -> None:
    km2 = float(shapely.area(shapely.transform(area, _flat))) if not area.is_empty else 0.0
    if km2 > MOST_KM2:
        fail(
            f"范围约 {km2:,.0f} 平方公里，超出可下载的 {MOST_KM2:,.0f} 平方公里",
            f"the area is about {km2:,.0f} km2; no more than {MOST_KM2:,.0f} km2 can be downloaded",
            remedy_zh="请缩小范围，或下载省级 .osm.pbf 后用 new-case --outline",
            remedy_en="take a smaller one, or download a province's .osm.pbf and use new-case --outline",
        )


def _flat(xy: FloatArray) -> FloatArray:
    """Degrees to km, well enough for a size."""
    return np.column_stack([xy[:, 0] * 111.32 * np.cos(np.radians(xy[:, 1].mean())), xy[:, 1] * 110.57])


def _write(answer: dict[str, Any], out: Path, where: Endpoint) -> int:
    try:
        return write_answer(answer, out)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        refuse_answer(where.overpass_url, f"{type(error).__name__}: {error}")
