"""Streets of the urban zones, the towns and the villages: main streets as drawn, the rest grown into the blocks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import names
from siting.cases.shengzhou.curves import (
    chaikin,
    lines_of,
    polygons_of,
    raised,
    rounded,
    smooth,
    tidy,
    union,
)
from siting.cases.shengzhou.roads import Road
from siting.cases.shengzhou.settlements import Areas, Hamlet
from siting.cases.shengzhou.terrain import Terrain, noise
from siting.cases.shengzhou.town_plan import FOOT_BRIDGE, OLD_TOWN, PARKS, PEDESTRIAN_STREET, STREETS, km
from siting.impedance import FloatArray


def main_streets(terrain: Terrain) -> tuple[list[Road], list[LineString]]:
    """The drawn streets as roads (dual carriageways as two one-way lines, bridges cut out) and their centre lines."""
    barrier = terrain.barrier
    roads: list[Road] = []
    centres: list[LineString] = []
    for street in (*STREETS, PEDESTRIAN_STREET, FOOT_BRIDGE):
        points = smooth(km(street.points), step_m=38)
        tags = {"highway": street.highway, "name": street.name, "name:en": street.name_en}
        if street.ref:
            tags["ref"] = street.ref
        if street.maxspeed:
            tags["maxspeed"] = street.maxspeed
        if street.highway != "footway":
            centres.append(LineString(points))
        if street.dual:
            sides = [
                (_shifted(points, 8.0), {"oneway": "yes", "lanes": "3"}),
                (_shifted(points[::-1], 8.0), {"oneway": "yes", "lanes": "3"}),
            ]
        else:
            sides = [(points, {})]
        for side, (line, more) in enumerate(sides):
            roads += _over_water(LineString(line), tags | more, street.bridge, barrier, reverse=side == 1)
    return roads, centres


def _shifted(points: FloatArray, offset_m: float) -> FloatArray:
    """A line moved to its right, tapering to nothing at both ends."""
    ahead = np.gradient(points, axis=0)
    ahead /= np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    taper = np.clip(np.minimum(along, along[-1] - along) / 70, 0, 1)
    return tidy(points + np.column_stack([ahead[:, 1], -ahead[:, 0]]) * (offset_m * taper)[:, None])


def _over_water(
    line: LineString, tags: dict[str, str], bridge: str, barrier: BaseGeometry, *, reverse: bool
) -> list[Road]:
    if not bridge:
        return [Road(part, dict(tags)) for part in lines_of(line.difference(barrier.buffer(16)))]
    roads = []
    spans = bridge.split(";")[:: -1 if reverse else 1]
    seen = 0
    for part, above in raised(line, barrier, margin_m=14):
        if above:
            name = spans[min(seen, len(spans) - 1)]
            roads.append(Road(part, tags | {"bridge": "yes", "layer": "1", "bridge:name": name}, grade="bridge"))
            seen += 1
        else:
            roads.append(Road(part, dict(tags)))
    return roads


def lattice(
    area: BaseGeometry,
    rng: np.random.Generator,
    *,
    spacing_m: tuple[float, float],
    angle: float,
    drop: float,
    bend_m: float,
) -> list[tuple[int, int, LineString]]:
    """A bent, gappy grid clipped to an area: (direction 0 or 1, number of the street, line)."""
    if area.is_empty:
        return []
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = shapely.get_coordinates(area.centroid)[0]
    local = (shapely.get_coordinates(area) - middle) @ turn
    low, high = local.min(axis=0), local.max(axis=0)
    stops = []
    for axis in (0, 1):
        count = max(1, round((high[axis] - low[axis]) / spacing_m[axis]))
        at = low[axis] + (np.arange(count + 1) + rng.uniform(-0.22, 0.22, count + 1)) * (high[axis] - low[axis]) / count
        stops.append(np.concatenate([[low[axis] - spacing_m[axis]], at[1:-1], [high[axis] + spacing_m[axis]]]))
    rows, columns = len(stops[1]), len(stops[0])
    knot = np.stack(np.meshgrid(stops[0], stops[1]), axis=-1) + rng.normal(0, bend_m, (rows, columns, 2))
    knot = rounded((knot.reshape(-1, 2) @ turn.T) + middle).reshape(rows, columns, 2)
    shapely.prepare(area)
    result = []
    for direction, count, length in ((0, rows, columns), (1, columns, rows)):
        for k in range(1, count - 1):
            row = knot[k] if direction == 0 else knot[:, k]
            keep = rng.random(length - 1) >= drop
            start = 0
            while start < length - 1:
                if not keep[start]:
                    start += 1
                    continue
                stop = start
                while stop < length - 1 and keep[stop]:
                    stop += 1
                line = LineString(row[start : stop + 1])
                result += [(direction, k, part) for part in lines_of(line.intersection(area)) if part.length > 25]
                start = stop
    return result


def gaps(terrain: Terrain, built: Areas, rng: np.random.Generator) -> BaseGeometry:
    """Unbuilt land in the urban zones: pockets inside, more of it towards their edges, none in the old town."""
    grid = terrain.grid
    cells = np.flatnonzero(grid.inside(built.urban))
    field = noise(rng, grid, waves_m=(900, 480))[cells]
    place = shapely.points(grid.centre(cells))
    edge = shapely.distance(place, built.urban.boundary)
    old = shapely.distance(place, Point(km((OLD_TOWN,))[0]))
    bare = cells[np.round(field + 0.5 * np.exp(-edge / 330) - 0.5 * np.exp(-((old / 1500) ** 2)), 5) > 0.965]
    boxes = shapely.box(*(grid.centre(bare) - 66).T, *(grid.centre(bare) + 66).T)
    return shapely.union_all(boxes).buffer(40).buffer(-40)


def fabric(blob: BaseGeometry, lines: shapely.STRtree, barrier: BaseGeometry) -> BaseGeometry:
    """The built-up part of a drawn zone: the land near its streets, without holes below 25 ha and crumbs."""
    near = shapely.intersection(lines.geometries[np.sort(lines.query(blob, predicate="intersects"))], blob)
    wide = union([*shapely.buffer(near, 172, quad_segs=2), barrier.intersection(blob)])
    area = wide.buffer(-207, quad_segs=2).buffer(70, quad_segs=2).intersection(blob).simplify(12).buffer(0)
    parts = []
    for part in polygons_of(area):
        if part.area > 60_000:
            holes = [ring for ring in part.interiors if Polygon(ring).area > 250_000]
            parts.append(Polygon(part.exterior, holes))
    return union(parts)


def park_areas(terrain: Terrain) -> dict[str, Polygon]:
    """Irregular areas of the parks by name."""
    rng = np.random.default_rng(7)
    dry = terrain.barrier.buffer(16)
    areas = {}
    for name, _, where, radius in PARKS:
        turn = np.linspace(0, 2 * np.pi, 10)[:-1]
        reach = radius * 1000 * rng.uniform(0.62, 1.2, 9)
        ring = km((where,))[0] + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
        blob = Polygon(chaikin(np.vstack([ring, ring[:1]]), 2)).buffer(0).difference(dry)
        areas[name] = max(polygons_of(blob), key=lambda p: p.area)
    return areas


def longest_side(area: BaseGeometry) -> float:
    """Direction of a block's minimum rectangle, radians."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    side = box[1] - box[0]
    return float(np.round(np.arctan2(side[1], side[0]), 5))


def urban(
    terrain: Terrain, built: Areas, centres: list[LineString], clear: BaseGeometry, rng: np.random.Generator
) -> list[Road]:
    """All minor streets of the three urban zones; `clear` is land without streets (railway, motorways)."""
    barrier = terrain.barrier
    zones = {"urban_core": built.core, "development_zone": built.development, "hsr_new_town": built.new_town}
    green = union([area.buffer(6) for area in park_areas(terrain).values()])
    closed = union([barrier.buffer(24), green, clear, gaps(terrain, built, rng)])
    roads = _riverside(barrier, built, green, clear)
    fabric = union([*centres, *(r.line for r in roads), *(z.boundary for z in zones.values()), barrier.boundary])
    blocks = sorted(polygons_of(shapely.polygonize(lines_of(fabric))), key=lambda b: tuple(np.round(b.bounds)))
    old_town = Point(km((OLD_TOWN,))[0]).buffer(1150)
    namer = names.Streets(rng)
    for block in blocks:
        spot = block.representative_point()
        zone = next((name for name, area in zones.items() if area.contains(spot)), None)
        if zone is None or block.area < 8000 or barrier.contains(spot):
            continue
        in_old = old_town.contains(spot)
        if zone == "urban_core":
            spacing = (135.0, 112.0) if in_old else (205.0, 165.0)
            drop, bend = (0.15, 13.0) if in_old else (0.13, 10.0)
        elif zone == "development_zone":
            spacing, drop, bend = (330.0, 245.0), 0.16, 7.0
        else:
            spacing, drop, bend = (270.0, 230.0), 0.14, 4.0
        area = block.buffer(1.6).difference(closed)
        for part in polygons_of(area):
            if part.area > 6000:
                angle = longest_side(block) + float(rng.normal(0, 0.03))
                grid = lattice(part, rng, spacing_m=spacing, angle=angle, drop=drop, bend_m=bend)
                roads += _dressed(grid, namer, zone, rng)
    return roads


def _dressed(
    grid: list[tuple[int, int, LineString]], namer: names.Streets, zone: str, rng: np.random.Generator
) -> list[Road]:
    """Classes, names, limits and one-way pairs for a block's streets."""
    tags_of: dict[tuple[int, int], dict[str, str]] = {}
    for key in sorted({(direction, number) for direction, number, _ in grid}):
        draw = rng.random()
        kind = (
            "residential"
            if draw < 0.66
            else "living_street"
            if draw < 0.8
            else "tertiary"
            if draw > 0.93
            else "unclassified"
        )
        if zone == "development_zone" and kind == "living_street":
            kind = "unclassified"
        tags = {"highway": kind}
        if rng.random() < 0.55 and kind != "living_street":
            tags["name"], tags["name:en"] = namer.pick(zone)
        if rng.random() < 0.3:
            tags["maxspeed"] = str(rng.choice(["30", "40", "40", "50", "CN:urban", "20"]))
        tags_of[key] = tags
    pairs = [key for key in tags_of if (key[0], key[1] + 1) in tags_of and zone == "urban_core"]
    one_way: dict[tuple[int, int], str] = {}
    for key in pairs:
        partner = (key[0], key[1] + 1)
        if key not in one_way and partner not in one_way and rng.random() < 0.17:
            one_way[key], one_way[partner] = "yes", "-1"
    roads = []
    for direction, number, line in grid:
        tags = dict(tags_of[direction, number])
        if (direction, number) in one_way:
            tags["oneway"] = one_way[direction, number]
        roads.append(Road(line, tags))
    return roads


def _riverside(barrier: BaseGeometry, built: Areas, parks: BaseGeometry, clear: BaseGeometry) -> list[Road]:
    """A street and a promenade along the banks."""
    roads = []
    core = union([built.core, built.development.buffer(-150)])
    keep = core.difference(union([parks, clear]))
    for line in lines_of(shapely.line_merge(barrier.buffer(48, quad_segs=3).simplify(6).boundary.intersection(keep))):
        if line.length > 250:
            roads.append(
                Road(
                    LineString(tidy(shapely.get_coordinates(line))),
                    {"highway": "tertiary", "name": "江滨路", "name:en": "Jiangbin Road", "maxspeed": "40"},
                )
            )
    walk = built.core.difference(clear)
    for line in lines_of(shapely.line_merge(barrier.buffer(21, quad_segs=3).simplify(4).boundary.intersection(walk))):
        if line.length > 200:
            roads.append(
                Road(
                    LineString(tidy(shapely.get_coordinates(line))),
                    {"highway": "footway", "name": "江滨绿道", "name:en": "Riverside Greenway"},
                )
            )
    return roads


def parks(terrain: Terrain, rng: np.random.Generator) -> list[Road]:
    """Winding footways, paths and steps in the parks, joined to the streets around."""
    roads = []
    dry = terrain.barrier.buffer(12)
    for area in park_areas(terrain).values():
        middle = shapely.get_coordinates(area.representative_point())[0]
        lines = [
            (shapely.get_coordinates(part.exterior.simplify(8)), "footway") for part in polygons_of(area.buffer(-28))
        ]
        edge = area.exterior
        start = float(rng.random())
        for k in range(5):
            gate = shapely.get_coordinates(
                shapely.line_interpolate_point(edge, (start + k / 5 + rng.uniform(0, 0.08)) % 1, normalized=True)
            )[0]
            out = (gate - middle) / np.hypot(*(gate - middle))
            side = np.array([-out[1], out[0]]) * rng.uniform(-0.35, 0.35) * np.hypot(*(gate - middle))
            bends = np.array(
                [
                    middle,
                    middle * 0.6 + gate * 0.4 + side,
                    middle * 0.25 + gate * 0.75 - side * 0.6,
                    gate,
                    gate + out * 230,
                ]
            )
            lines.append((smooth(bends, step_m=28), ("footway", "path", "steps", "footway", "path")[k]))
        for points, kind in lines:
            roads += [Road(part, {"highway": kind}) for part in lines_of(LineString(tidy(points)).difference(dry))]
    return roads


def compounds(roads: Iterable[Road], within: BaseGeometry, rng: np.random.Generator) -> list[Road]:
    """Inner roads of housing compounds and works, many of them private."""
    ground = union([r.line for r in roads if r.grade == "ground" and r.rank >= 5])
    faces = sorted(polygons_of(shapely.polygonize(lines_of(ground))), key=lambda b: tuple(np.round(b.bounds)))
    result = []
    shapely.prepare(within)
    for face in faces:
        if not 9_000 < face.area < 120_000 or not within.contains(face) or rng.random() > 0.62:
            continue
        draw = rng.random()
        tags = {"highway": "service"}
        if draw < 0.45:
            tags["access"] = "private"
        elif draw < 0.7:
            tags = {"highway": "living_street"}
        angle = longest_side(face)
        along = np.array([np.cos(angle), np.sin(angle)])
        middle = shapely.get_coordinates(face.representative_point())[0]
        reach = np.sqrt(face.area)
        gate = shapely.shortest_line(Point(middle), face.boundary)
        entry = shapely.get_coordinates(gate)[1]
        result.append(
            Road(LineString(tidy([middle, entry + (entry - middle) / np.hypot(*(entry - middle)) * 1.5])), tags)
        )
        bar = LineString([middle - along * reach * 0.5, middle + along * reach * 0.5]).intersection(face.buffer(-14))
        result += [
            Road(line, dict(tags)) for line in lines_of(bar) if line.length > 40 and line.distance(Point(middle)) < 1
        ]
    return result


def town(area: BaseGeometry, keep_off: BaseGeometry, axis: float, rng: np.random.Generator) -> list[Road]:
    """Streets of a township seat."""
    namer = names.Streets(rng)
    grid = lattice(area.difference(keep_off), rng, spacing_m=(165.0, 125.0), angle=axis, drop=0.2, bend_m=15.0)
    roads = []
    for road in _dressed(grid, namer, "towns", rng):
        tags = dict(road.tags)
        if tags["highway"] in {"tertiary", "unclassified"}:
            tags["highway"] = "residential"
        roads.append(Road(road.line, tags))
    return roads


def hamlet(
    place: Hamlet, persons: float, road: LineString | None, keep_off: BaseGeometry, rng: np.random.Generator
) -> tuple[list[Road], Polygon]:
    """Lanes of a hamlet along its road, and its built-up blob; larger with more people, longer in valleys."""
    radius = float(np.clip(6.3 * np.sqrt(max(persons, 40)), 70, 330))
    angle = direction(road, place.xy) if road is not None else float(rng.uniform(0, np.pi))
    stretch = 1.0 + 0.9 * min(place.relief * 2, 1)
    turn = np.linspace(0, 2 * np.pi, 11)[:-1]
    reach = radius * rng.uniform(0.75, 1.2, 10)
    ring = np.column_stack([np.cos(turn) * reach * stretch, np.sin(turn) * reach / stretch])
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    blob = Polygon(chaikin(np.vstack([ring, ring[:1]]) @ spin + np.asarray(place.xy), 1)).buffer(0)
    blob = max(polygons_of(blob.difference(keep_off)) or [Point(place.xy).buffer(20)], key=lambda p: p.area)
    lanes = lattice(blob, rng, spacing_m=(112.0, 84.0), angle=angle + float(rng.normal(0, 0.1)), drop=0.3, bend_m=13.0)
    roads = [Road(line, {"highway": "residential" if rng.random() < 0.6 else "living_street"}) for _, _, line in lanes]
    return roads, blob


def direction(road: LineString, xy: tuple[float, float]) -> float:
    """Direction of a road near a place, radians."""
    at = road.project(Point(xy))
    a, b = (np.asarray(road.interpolate(max(0.0, at + d)).coords[0]) for d in (-30.0, 30.0))
    return float(np.round(np.arctan2(b[1] - a[1], b[0] - a[0]), 4))
