"""The stages of the case in order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import (
    assemble,
    country_roads,
    county_services,
    facilities,
    facts,
    geography,
    ledger,
    motorways,
    people,
    plots,
    settlements,
    shared_services,
    streets,
    tables,
    terrain,
    town_plan,
    write_osm,
)
from siting.cases.shengzhou.curves import lines_of, polygons_of, smooth, union
from siting.cases.shengzhou.roads import RANK, Road
from siting.events import Listener, silent, stage
from siting.impedance import FloatArray

SEED = 330683


def build(out: Path, *, seed: int = SEED, facts_folder: Path | None = None, listener: Listener = silent) -> None:
    """Make the case folder's files in `out` (created when missing); facts and scenarios are left alone.

    The same seed and facts give the same files.
    """
    out.mkdir(parents=True, exist_ok=True)
    known = facts.read(facts_folder)
    # Every stage draws from its own stream, so that a change in one leaves the others as they were.
    rng = dict(
        zip(
            (
                "terrain",
                "areas",
                "place",
                "raster",
                "streets",
                "villages",
                "people",
                "sites",
                "persons",
                "ages",
                "parks",
                "county services",
                "ledger",
                "land",
                "plots",
                "shared services",
            ),
            np.random.default_rng(seed).spawn(16),
            strict=True,
        )
    )
    with stage(listener, "terrain", "地形与水系", "relief and rivers"):
        land = terrain.build(known, rng["terrain"])
        built = settlements.areas(known, land, rng["areas"])
        land = terrain.without_streams(land, _paved(built))
        territory = settlements.territories(known, land)
    with stage(listener, "roads", "道路", "roads"):
        centres = motorways.centre_lines(known.outline)
        rail = motorways.railway(known.outline)
        lines = union([*centres.values(), rail])
        fast, gates = motorways.build(centres)
        raster = country_roads.prepare(land, built.urban.buffer(-90))
        reachable = country_roads.reachable(raster)
        hamlets = settlements.place(known, land, built, territory, lines, reachable, rng["place"])
        rural = people.village_persons(known, hamlets, rng["persons"])
        country = _country(known, raster, hamlets, gates, rng["raster"])
        hamlets = _onto_roads(hamlets, country)
        roads, blobs = _streets(known, land, built, hamlets, rural, country, fast, lines, rng)
        built = _built_up(built, land, roads)
        water = union([*(s.line for s in land.streams), land.barrier])
        roads = _network(roads, country, fast, land, known.outline, rail, water)
    with stage(listener, "people", "人口", "people"):
        _check_reached(hamlets, roads)
        demand, units = people.points(known, land, built, territory, hamlets, rural, roads, lines, rng["people"])
        ages = people.by_age(demand, known, rng["ages"])
    with stage(listener, "sites", "设施与候选用地", "facilities and candidate sites"):
        zones = zone_areas(known, built)
        places = facilities.Places(demand, ages, roads, zones, union([water, lines.buffer(25)]), rng["sites"])
        existing = facilities.existing(places)
        candidates = facilities.candidates(places)
        existing += county_services.county_services(places.with_stream(rng["county services"]))
        writer = ledger.Ledger(rng["ledger"])
        rows = writer.facilities(existing)
        resources = writer.resources(existing, rows)
        land_rows = ledger.Ledger(rng["land"]).plots(candidates)
        housing = plots.plots(demand, ages, roads, zones, places.water, places.taken, rng["plots"])
        existing += shared_services.shared_services(places.with_stream(rng["shared services"]), existing)
        rows += writer.facilities(existing[len(rows) :])
    with stage(listener, "files", "写文件", "files"):
        write_osm.write(
            out / "roads.osm.pbf", roads, _shapes(land, built, rail, blobs, hamlets), _spots(known, hamlets, units)
        )
        tables.write_demand(out / "demand.csv", demand, ages)
        tables.write_facilities(out / "facilities.csv", existing, rows)
        tables.write_resources(out / "school_resources.csv", resources)
        tables.write_candidates(out / "candidates.csv", candidates, land_rows)
        tables.write_plots(out / "plots.csv", housing)
        tables.write_zones(out, zones)
        tables.write_case(out / "case.toml")
        (out / "outline.geojson").write_text(known.outline_text, encoding="utf-8", newline="\n")


def _paved(built: settlements.Areas) -> BaseGeometry:
    """Where streams run under the streets: the urban zones and along the main streets beyond them."""
    lines = [LineString(smooth(town_plan.km(street.points))).buffer(110) for street in town_plan.STREETS]
    return union([built.urban.buffer(160), *lines])


def zone_areas(known: facts.Facts, built: settlements.Areas) -> dict[str, BaseGeometry]:
    """The zones as disjoint areas in metres; together they are the county."""
    towns = union(built.towns.values())
    return {
        "urban_core": built.core,
        "development_zone": built.development,
        "hsr_new_town": built.new_town,
        "towns": towns,
        "villages": known.outline.difference(union([built.urban, towns])),
    }


def _country(
    known: facts.Facts,
    raster: country_roads.Raster,
    hamlets: list[settlements.Hamlet],
    gates: dict[str, FloatArray],
    rng: np.random.Generator,
) -> list[Road]:
    """Main roads, then toll gates, then every hamlet, then tracks."""
    ends = {}
    for street in town_plan.STREETS:
        points = town_plan.km(street.points)
        for label, end, inner in (("0", points[0], points[1]), ("-1", points[-1], points[-2])):
            ends[f"{street.name}:{label}"] = end, end + (end - inner) / np.hypot(*(end - inner)) * 190
    country_roads.lay_routes(raster, known, ends)
    outer = np.vstack([smooth(town_plan.km(s.points)) for s in town_plan.STREETS])
    on_road = country_roads.join_streets(raster, outer)
    country_roads.lay_gates(raster, gates, on_road)
    country_roads.lay_villages(raster, hamlets, on_road)
    return country_roads.chains(raster) + country_roads.tracks(raster, hamlets, rng)


def _onto_roads(hamlets: list[settlements.Hamlet], country: list[Road]) -> list[settlements.Hamlet]:
    """Hamlets moved onto the road that was made for them."""
    lines = [road.line for road in country if road.rank > 4 and road.grade == "ground"]
    tree = shapely.STRtree(lines)
    spots = shapely.points(np.array([h.xy for h in hamlets]))
    near = tree.nearest(spots)
    foot = shapely.get_coordinates(shapely.shortest_line(np.array(lines)[near], spots))[::2]
    return [settlements.moved(h, xy) for h, xy in zip(hamlets, foot, strict=True)]


def _check_reached(hamlets: list[settlements.Hamlet], roads: list[Road], *, limit_m: float = 150.0) -> None:
    """Every hamlet must have a road of the finished network; another seed could break it, and is then refused."""
    tree = shapely.STRtree([road.line for road in roads if assemble.drivable(road)])
    spots = shapely.points(np.array([h.xy for h in hamlets]))
    far = tree.query_nearest(spots, return_distance=True, all_matches=False)[1] > limit_m
    if far.any():
        names = [f"{hamlets[k].village.name} {hamlets[k].number + 1}" for k in np.flatnonzero(far)]
        raise ValueError(f"no road reaches {', '.join(names)}: choose another seed")


def _streets(
    known: facts.Facts,
    land: terrain.Terrain,
    built: settlements.Areas,
    hamlets: list[settlements.Hamlet],
    rural: dict[str, float],
    country: list[Road],
    fast: list[Road],
    lines: BaseGeometry,
    rng: dict[str, np.random.Generator],
) -> tuple[list[Road], list[Polygon]]:
    """Streets of zones, towns and hamlets, and the built-up areas of the hamlets."""
    main, centre_lines = streets.main_streets(land)
    clear = union([lines.buffer(38), *(r.line.buffer(25) for r in fast if r.tags["highway"] == "motorway_link")])
    minor = streets.urban(land, built, centre_lines, clear, rng["streets"])
    inner = streets.compounds([*main, *minor], built.urban, rng["streets"])
    green = streets.parks(land, rng["parks"])
    keep_off = union([land.barrier.buffer(14), *(s.line.buffer(12) for s in land.streams), clear])
    shapely.prepare(keep_off)
    lanes: list[Road] = []
    for township in known.townships:
        if township.code in built.towns:
            through = min(
                (r for r in country if r.rank > RANK["unclassified"]),
                key=lambda r: r.line.distance(shapely.Point(township.xy)),
            )
            axis = streets.direction(through.line, township.xy)
            lanes += streets.town(built.towns[township.code], keep_off, axis, rng["villages"])
    roads = [r.line for r in country if r.rank > 4 and r.grade == "ground"]
    tree = shapely.STRtree(roads)
    inside = known.outline.buffer(-15)
    blobs: list[Polygon] = []
    for hamlet in hamlets:
        road = roads[int(tree.nearest(shapely.Point(hamlet.xy)))]
        around = keep_off.intersection(
            shapely.box(hamlet.xy[0] - 900, hamlet.xy[1] - 900, hamlet.xy[0] + 900, hamlet.xy[1] + 900)
        )
        grown, blob = streets.hamlet(hamlet, rural[hamlet.village.code] * hamlet.weight, road, around, rng["villages"])
        lanes += assemble.clipped(grown, inside)
        blobs.append(blob)
    return main + minor + inner + green + lanes, blobs


def _built_up(built: settlements.Areas, land: terrain.Terrain, roads: list[Road]) -> settlements.Areas:
    """The zones cut to where their streets are."""
    lines = shapely.STRtree([r.line for r in roads if r.rank > 4 and r.tags.get("access") != "private"])
    towns = {code: streets.fabric(area, lines, land.barrier) for code, area in built.towns.items()}
    core, development, new_town = (
        streets.fabric(area, lines, land.barrier) for area in (built.core, built.development, built.new_town)
    )
    return settlements.Areas(core, development.difference(core), new_town.difference(core), towns)


def _network(
    roads: list[Road],
    country: list[Road],
    fast: list[Road],
    land: terrain.Terrain,
    outline: BaseGeometry,
    rail: LineString,
    water: BaseGeometry,
) -> list[Road]:
    barrier = land.barrier
    ring = barrier.buffer(9)
    country = [assemble.pushed_out(road, barrier, ring) for road in country]
    ground = assemble.over_streams(country + roads, union([s.line for s in land.streams]))
    ground = assemble.roundabouts(assemble.clipped(ground, outline), town_plan.ROUNDABOUTS)
    pieces = assemble.noded(ground + fast)
    pieces = assemble.usable(assemble.connected(pieces))
    ways = assemble.merged(pieces)
    under = shapely.STRtree(
        [*lines_of(water), *polygons_of(water), rail.buffer(8), *(r.line for r in ways if r.grade != "free")]
    )
    result: list[Road] = []
    for road in ways:
        if road.grade == "free":
            result += motorways.elevated(road, under, {"bridge": "yes", "layer": "2"})
        else:
            result.append(road)
    return result


def _shapes(
    land: terrain.Terrain,
    built: settlements.Areas,
    rail: LineString,
    blobs: list[Polygon],
    hamlets: list[settlements.Hamlet],
) -> list[write_osm.Shape]:
    shapes = []
    for water in (*land.rivers, *land.streams):
        names = {"name": water.name, "name:en": water.name_en} if water.name else {}
        shapes.append(write_osm.Shape(water.line, {"waterway": water.kind, **names}))
    for body in land.bodies:
        shapes.append(
            write_osm.Shape(
                body.area, {"natural": "water", "water": body.kind, "name": body.name, "name:en": body.name_en}
            )
        )
    name, name_en = geography.RAILWAY_NAME
    tags = {
        "railway": "rail",
        "highspeed": "yes",
        "usage": "main",
        "electrified": "contact_line",
        "name": name,
        "name:en": name_en,
        "bridge": "yes",
        "layer": "3",
    }
    shapes.append(write_osm.Shape(rail, tags))
    parks = streets.park_areas(land)
    for park, park_en, _, _ in town_plan.PARKS:
        shapes.append(write_osm.Shape(parks[park], {"leisure": "park", "name": park, "name:en": park_en}))
    for area in (built.core, built.development, built.new_town, *built.towns.values(), *blobs):
        for part in polygons_of(area):
            shapes.append(write_osm.Shape(Polygon(part.exterior).simplify(10), {"landuse": "residential"}))
    for wood in terrain.woods(land, np.array([h.xy for h in hamlets])):
        shapes.append(write_osm.Shape(wood, {"natural": "wood"}))
    return shapes


def _spots(known: facts.Facts, hamlets: list[settlements.Hamlet], units: list[people.Unit]) -> list[write_osm.Spot]:
    spots = [
        write_osm.Spot(
            tuple(facts.plane(facts.CENTRE)[0].tolist()),
            {"place": "city", "name": "嵊州市", "name:en": "Shengzhou", "population": str(facts.POPULATION)},
        )
    ]
    for township in known.townships:
        kind = "suburb" if township.name.endswith("街道") else "town"
        spots.append(write_osm.Spot(township.xy, {"place": kind, "name": township.name}))
    for unit in units:
        kind = "neighbourhood" if unit.zone != "towns" else "quarter"
        spots.append(write_osm.Spot(unit.xy, {"place": kind, "name": unit.village.name}))
    for hamlet in hamlets:
        kind = "hamlet" if hamlet.number else "village"
        spots.append(write_osm.Spot(hamlet.xy, {"place": kind, "name": hamlet.label}))
    for name, name_en, where in geography.STATIONS:
        spots.append(
            write_osm.Spot(
                tuple(facts.plane(where)[0].tolist()),
                {"railway": "station", "public_transport": "station", "name": name, "name:en": name_en},
            )
        )
    return spots
