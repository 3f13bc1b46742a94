"""`siting new-case`: a case from any OpenStreetMap extract, with everything that was guessed written down."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from shapely.geometry.base import BaseGeometry

from siting.case import Guess, Source, load_case
from siting.cases.case_guesses import (
    guess_ages,
    guess_candidates,
    guess_distribution,
    guess_extent,
    guess_facilities,
    guess_people,
    guess_zones,
)
from siting.cases.osm_ages import DEFAULT_AGES, check_ages, people_by_age
from siting.cases.osm_candidates import find_candidates
from siting.cases.osm_demand import spread_people
from siting.cases.osm_dwellings import find_dwellings
from siting.cases.osm_facilities import facility_keys, find_facilities
from siting.cases.osm_objects import (
    choose_projected_crs,
    data_date,
    metres_to_lonlat,
    middle_of,
    read_objects,
    to_metres,
)
from siting.cases.osm_outline import cut_extract, read_outline
from siting.cases.osm_places import find_places
from siting.cases.osm_tables import Found, write_tables
from siting.cases.summary import CaseSummary
from siting.cases.write_case import (
    LONGEST_MINUTES,
    OSM_ATTRIBUTION,
    OSM_ATTRIBUTION_ZH,
    OSM_LICENCE,
    CaseHead,
    case_id,
    write_head,
    write_scenario,
    write_sources,
)
from siting.errors import Faults, fail
from siting.events import Listener, silent, stage
from siting.files.cache import hash_file
from siting.files.run_folder import writing
from siting.impedance import FloatArray
from siting.network import PlacedPoints, RoadGraph, read_roads, travel_times
from siting.network.osm_file import OsmFile
from siting.standards import Service, services_on_osm

NOTICE_ZH = "人口分布由 OSM 建筑、街道与地名估计，设施与候选地址取自 OSM 标签，均未经核实"
NOTICE_EN = (
    "where people live is estimated from OSM buildings, streets and places; "
    "facilities and candidate sites are OSM tags, unchecked"
)
SCENARIO = "three_services.toml"
PEOPLE_PER_NEW = 15_000  # the starter scenario opens one of each service for as many people


def make_case(
    pbf: Path,
    out: Path,
    *,
    outline: Path | None = None,
    population: float | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    spacing_m: float | None = None,
    ages: Mapping[str, float] | None = None,
    source: Source | None = None,
    more_guesses: Sequence[Guess] = (),
    force: bool = False,
    listener: Listener = silent,
) -> CaseSummary:
    """Write a complete case folder that the main job can run on at once.

    Args:
        pbf: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`; may cover far more than the place when `outline` is given.
        out: the new folder; written aside and renamed when whole.
        outline: polygons of the place in any coordinate system; roads are cut to it with a margin of 5 km, points
            outside it are left out.
        population: people in all; else estimated from floor area or place nodes.
        name_zh, name_en: else the name of the greatest place in the file.
        spacing_m: least distance between candidate sites; else sought for about 200 sites.
        ages: share of the people by age column (`age_6_11` ...), adding up to 1; else the census of China, 2020.
        source: origin of the file for `sources.csv`; else "OpenStreetMap extract" with its checksum.
        more_guesses: what the caller assumed besides.
        force: replace `out` when it is a case; its scenarios are kept.
        listener: is told the progress.

    Raises:
        InputError: for a file that is missing, damaged or without roads, an outline that is no polygon, has no
            coordinate system or does not overlap, a number that makes no sense, or a folder that is in the way.
    """
    check_request(out, population=population, spacing_m=spacing_m, force=force)
    shares = check_ages(ages) if ages is not None else dict(DEFAULT_AGES)
    area = read_outline(outline) if outline is not None else None
    with writing(out) as folder:
        with stage(listener, "extract", "读取 OSM 文件", "reading the OpenStreetMap file") as say:
            if area is not None:
                say("裁剪到范围线（省级文件约需一分钟）", "cutting to the outline (about a minute for a province)")
            roads, crs, date, cut = _take_roads(Path(pbf), area, folder)
        graph = read_roads(folder / roads, listener=listener)
        found = _find(folder / roads, graph, area, crs, population, spacing_m, listener)
        with stage(listener, "case", "写出案例", "writing the case"):
            people = people_by_age(found.demand.people, shares)
            guesses = (
                *guess_people(found.demand, stated=population is not None, total=float(people.sum())),
                *guess_distribution(found.demand, found.dwellings),
                *guess_ages(shares, default=ages is None),
                *guess_facilities(found.facilities, found.services, outside=found.outside),
                *guess_candidates(found.candidates),
                *guess_zones(found.places),
                *guess_extent(cut=cut),
                *more_guesses,
            )
            greatest = found.places.greatest()
            head = CaseHead(
                id=case_id(out.name),
                name_zh=name_zh or (found.places.name_zh[greatest] if greatest is not None else out.name),
                name_en=name_en or (found.places.name_en[greatest] if greatest is not None else out.name),
                projected_crs=crs,
                roads=roads,
                notice_zh=NOTICE_ZH,
                notice_en=NOTICE_EN,
                data_date=date,
                population_total=population if population is not None else round(float(people.sum()), 3),
                guesses=guesses,
            )
            write_tables(folder, found, people, list(shares), area)
            write_head(folder / "case.toml", head)
            write_sources(folder / "sources.csv", [source or _source(Path(pbf), folder / roads, date, cut=cut)])
            _write_scenarios(folder, out, head, found, graph)
            load_case(folder)  # what is written must be a case: a fault is raised before the rename
    return CaseSummary(
        folder=out,
        scenario=out / "scenarios" / SCENARIO,
        counts=_counts(found, graph, float(people.sum())),
        guesses=tuple((guess.zh, guess.en) for guess in guesses),
    )


def _take_roads(pbf: Path, outline: BaseGeometry | None, folder: Path) -> tuple[str, str, str, bool]:
    """Copy or cut the file into `folder`; its name there, the projected system, its date, whether it was cut."""
    file = OsmFile.open(pbf)
    centre = outline.centroid.coords[0] if outline is not None else middle_of(file)
    crs = choose_projected_crs(*centre)
    if outline is not None and cut_extract(file, outline, crs=crs, out=folder / "roads.osm.pbf"):
        return "roads.osm.pbf", crs, data_date(file), True
    name = f"roads.{'osm.pbf' if file.kind == 'pbf' else file.kind}"
    (folder / name).write_bytes(file.content)
    return name, crs, data_date(file), False


def _find(
    roads: Path,
    graph: RoadGraph,
    outline: BaseGeometry | None,
    crs: str,
    population: float | None,
    spacing_m: float | None,
    listener: Listener,
) -> Found:
    services = tuple(services_on_osm())
    border = to_metres(np.array([outline], dtype=object), crs)[0] if outline is not None else None
    with stage(listener, "objects", "读取建筑、设施与地名", "reading buildings, facilities and places") as say:
        objects = read_objects(OsmFile.open(roads), crs, keys=facility_keys(services))
        places = find_places(objects)
        say(f"{len(objects):,} 个对象", f"{len(objects):,} objects", 0.5)
        facilities, outside = find_facilities(objects, services).within(border)
    with stage(listener, "demand", "估计人口分布", "estimating where people live"):
        dwellings = find_dwellings(objects)
        demand = spread_people(
            dwellings, places, graph, crs=crs, outline=border, population=population, file=roads.name
        )
    with stage(listener, "candidates", "选取候选地址", "choosing candidate sites"):
        candidates = find_candidates(
            objects,
            graph,
            crs=crs,
            people_xy=demand.xy,
            people=demand.people,
            outline=border,
            spacing_m=spacing_m,
            file=roads.name,
        )
    return Found(services, places, dwellings, demand, facilities, outside, candidates, crs)


def _counts(found: Found, graph: RoadGraph, people: float) -> dict[str, float]:
    counts: dict[str, float] = {"人口 people": round(people), "需求点 demand points": len(found.demand.people)}
    for service in found.services:
        known = int((found.facilities.table["service"] == service.id).sum())
        counts[f"现有{service.facility_zh} existing: {service.facility_en}"] = known
    counts["候选地址 candidate sites"] = len(found.candidates.land)
    counts["道路公里 km of roads"] = round(float(graph.length_m.sum()) / 1000)
    return counts


def _write_scenarios(folder: Path, out: Path, head: CaseHead, found: Found, graph: RoadGraph) -> None:
    """The starter scenario, and those of a case that is replaced."""
    old = out / "scenarios"
    if old.is_dir():
        shutil.copytree(old, folder / "scenarios")
    if not (folder / "scenarios" / SCENARIO).exists():
        write_scenario(
            folder / "scenarios" / SCENARIO,
            head,
            new={service.id: _new_facilities(found, service) for service in found.services},
            schools_reach_all=_schools_reach_all(found, graph),
        )


def _new_facilities(found: Found, service: Service) -> int:
    """How many the starter scenario opens: 2 to 8 by population; where none is known, one for each township to 12."""
    count = min(max(round(float(found.demand.people.sum()) / PEOPLE_PER_NEW), 2), 8)
    if not (found.facilities.table["service"] == service.id).any():
        count = max(count, min(len(set(found.places.townships(found.demand.xy))), 12))
    return min(count, len(found.candidates.land))


def _schools_reach_all(found: Found, graph: RoadGraph) -> bool:
    """Whether everybody on the network reaches a school within the longest travel time: p-median then has an answer."""
    school = next((service for service in found.services if service.id == "primary_school"), None)
    if school is None:
        return False
    mine = (found.facilities.table["service"] == school.id).to_numpy(dtype=bool)
    kinds = found.places.zone_kinds(found.demand.xy)
    modes = np.array([school.threshold[kind].mode for kind in kinds])
    schools = _placed(found.facilities.xy[mine], found.crs)
    for mode in ("walk", "drive"):
        people = _placed(found.demand.xy[modes == mode], found.crs)
        times = travel_times(graph, people, schools, mode=mode, cutoff_min=LONGEST_MINUTES)
        if (times.origins.ok & (np.diff(times.impedance.indptr) == 0)).any():
            return False
    return True


def _placed(xy: FloatArray, crs: str) -> PlacedPoints:
    return PlacedPoints.of([str(k) for k in range(len(xy))], *metres_to_lonlat(xy, crs))


def _source(pbf: Path, roads: Path, date: str, *, cut: bool) -> Source:
    return Source(
        file=roads.name,
        title=f"OpenStreetMap extract {pbf.name}" + (f", data of {date}" if date else ""),
        origin="https://www.openstreetmap.org/",
        licence=OSM_LICENCE,
        attribution_zh=OSM_ATTRIBUTION_ZH,
        attribution=OSM_ATTRIBUTION,
        sha256=hash_file(roads),
        note="cut to the outline; all tables are derived from it" if cut else "all tables are derived from it",
    )


def check_request(out: Path, *, population: float | None, spacing_m: float | None, force: bool) -> None:
    """Refuse what cannot be done before anything is read.

    Raises:
        InputError: for numbers that make no sense, or a folder that is in the way.
    """
    faults = Faults()
    if population is not None and not (np.isfinite(population) and population > 0):
        faults.add(
            "总人口必须大于 0",
            "the population must be above 0",
            remedy_zh="请给出常住人口数，或省略此项由程序估计",
            remedy_en="give the number of residents, or leave it out to have it estimated",
            column="--population",
            value=population,
        )
    if spacing_m is not None and not (np.isfinite(spacing_m) and spacing_m > 0):
        faults.add(
            "候选地址间距必须大于 0 米",
            "the spacing of candidate sites must be above 0 metres",
            column="--spacing",
            value=spacing_m,
        )
    faults.raise_if_any()
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / "case.toml").is_file():
        fail(
            "目标已存在，但不是案例文件夹，不会覆盖",
            "this is there already and is no case folder: it is never replaced",
            remedy_zh="请用 --out 指定一个新文件夹",
            remedy_en="name a new folder with --out",
            file=out,
        )
    if not force:
        fail(
            "案例文件夹已存在",
            "the case folder is there already",
            remedy_zh="请换一个名称，或加 --force 覆盖（scenarios 中的方案会保留，表格会重建）",
            remedy_en="take another name, or add --force to replace it (its scenarios are kept, its tables are not)",
            file=out,
        )
