"""Reads roads from an OpenStreetMap file into a `RoadGraph`.

Two passes over the file, both filtered in C++: the ways with a `highway` tag with the locations of their nodes, then
the nodes with a barrier. All else is done on whole arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from siting.errors import fail
from siting.events import Listener, silent, stage
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network.access import KEYS, MODES, RoadUse, node_blocks, road_use
from siting.network.geometry import segment_lengths_m
from siting.network.graph import ReadReport, RoadGraph
from siting.network.modes import main_component
from siting.network.osm_file import OsmFile
from siting.network.speeds import SpeedTable, parse_maxspeed_kmh


def read_roads(path: str | Path, *, speeds: SpeedTable | None = None, listener: Listener = silent) -> RoadGraph:
    """Read the roads of a `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.

    Ways are split where they meet, at their ends and at barriers. Directions follow `oneway`, roundabouts and
    motorways; ferries, private roads, roads under construction and areas are left out. Turn restrictions and
    hour-bound rules are not modelled. What was left out or replaced is counted in `graph.report`.

    Args:
        path: the file.
        speeds: speeds by class and the achieved share of tagged limits; `SpeedTable.default()` when None.
        listener: is told the progress and every finding of the report.

    Raises:
        InputError: when the file is missing, truncated or no OSM file, or holds no road.
    """
    table = speeds if speeds is not None else SpeedTable.default()
    with stage(listener, "roads", "读取道路", "reading the roads") as say:
        source = OsmFile.open(path)
        with source.faults():
            ways = _scan_ways(source, table)
            nodes = _locate(source, ways)
        graph = _assemble(source.name, ways, nodes)
        if graph.edge_count == 0:
            fail(
                "文件里没有可用的道路，路网为空",
                "empty road graph: the file holds no usable road",
                remedy_zh="请确认下载范围覆盖本地，且包含 highway 道路数据",
                remedy_en="check that the extract covers the place and holds ways tagged highway=*",
                file=source.name,
            )
        say(f"{graph.edge_count} 段道路", f"{graph.edge_count} road sections", 0.8)
        parts = {mode: main_component(graph, mode) for mode in MODES}
        graph = replace(
            graph,
            drive_main=parts["drive"][0],
            walk_main=parts["walk"][0],
            report=replace(graph.report, components={mode: part for mode, (_, part) in parts.items()}),
        )
        for zh, en in graph.report.findings():
            say(zh, en, kind="note")
    return graph


@dataclass
class _Ways:
    """Columns of the ways that are kept, one entry per way, and their node references in one row."""

    read: int = 0
    way_id: list[int] = field(default_factory=list)
    refs: list[int] = field(default_factory=list)
    x: list[int] = field(default_factory=list)  # degrees x 10^7, as osmium holds them
    y: list[int] = field(default_factory=list)
    ref_count: list[int] = field(default_factory=list)
    use: list[RoadUse] = field(default_factory=list)
    highway: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    speed_kmh: list[tuple[float, float]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    odd_limits: Counter[str] = field(default_factory=Counter)


@dataclass
class _Nodes:
    """Columns of the nodes that the ways use, sorted by id."""

    node_id: IntArray
    lon: FloatArray
    lat: FloatArray
    blocks_drive: BoolArray
    blocks_walk: BoolArray


def _scan_ways(source: OsmFile, table: SpeedTable) -> _Ways:
    ways = _Ways()
    seen: set[int] = set()
    uses: dict[tuple[str | None, ...], RoadUse | str] = {}
    for way in source.ways("highway"):
        if way.deleted or way.id in seen:
            continue
        seen.add(way.id)
        ways.read += 1
        tags = dict(way.tags)
        key = tuple(tags.get(k) for k in KEYS)
        use = uses.get(key)
        if use is None:
            use = uses[key] = road_use(tags, table.class_kmh)
        if isinstance(use, str):
            ways.dropped[use] += 1
            continue
        ways.way_id.append(way.id)
        ways.ref_count.append(len(way.nodes))
        for node in way.nodes:
            ways.refs.append(node.ref)
            ways.x.append(node.x)
            ways.y.append(node.y)
        ways.use.append(use)
        ways.highway.append(tags["highway"])
        ways.name.append(tags.get("name") or tags.get("name:zh") or tags.get("ref") or "")
        ways.speed_kmh.append(_speeds(tags, use, table, ways))
    return ways


def _speeds(tags: Mapping[str, str], use: RoadUse, table: SpeedTable, ways: _Ways) -> tuple[float, float]:
    """Achieved speeds forward and backward: of the tag for the direction, else of `maxspeed`, else of the class."""
    if not (use.drive_forward or use.drive_backward):
        return 0.0, 0.0
    highway = tags["highway"]
    found: dict[str, float] = {}
    for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward"):
        if key not in tags:
            continue
        limit = parse_maxspeed_kmh(tags[key])
        if limit is None:
            ways.limits["unparsed"] += 1
            ways.odd_limits[tags[key][:40]] += 1
        elif not table.limit_is_plausible(limit, highway):
            ways.limits["implausible"] += 1
            ways.odd_limits[f"{highway} {tags[key][:40]}"] += 1
        else:
            ways.limits["used"] += 1
            found[key] = limit * table.limit_factor
    both = found.get("maxspeed", table.class_kmh[highway])
    forward = found.get("maxspeed:forward", both) if use.drive_forward else 0.0
    backward = found.get("maxspeed:backward", both) if use.drive_backward else 0.0
    return forward, backward


def _locate(source: OsmFile, ways: _Ways) -> _Nodes:
    """Places of the nodes that the ways use, as far as the file has them, and the barriers among them."""
    node_id, first = np.unique(np.array(ways.refs, dtype=np.int64), return_index=True)
    x, y = np.array(ways.x, dtype=np.int64)[first], np.array(ways.y, dtype=np.int64)[first]
    present = _on_earth(x, y)
    if not present.all() and not source.is_sorted:  # an editor's file: new nodes, nodes behind ways
        wanted = {int(i): k for i, k in zip(node_id[~present], np.flatnonzero(~present), strict=True)}
        for node in source.nodes():
            if (place := wanted.get(node.id)) is not None:
                x[place], y[place] = node.location.x, node.location.y
        present = _on_earth(x, y)
    node_id, x, y = node_id[present], x[present], y[present]
    blocks = np.zeros((2, node_id.size), dtype=bool)
    for node in source.nodes("barrier"):
        at = int(np.searchsorted(node_id, node.id))
        if at < node_id.size and node_id[at] == node.id:
            blocks[:, at] = node_blocks(dict(node.tags))
    return _Nodes(node_id, x / 1e7, y / 1e7, blocks[0], blocks[1])


def _on_earth(x: IntArray, y: IntArray) -> BoolArray:
    return (np.abs(x) <= 1_800_000_000) & (np.abs(y) <= 900_000_000)


def _assemble(file: str, ways: _Ways, nodes: _Nodes) -> RoadGraph:
    """Cut the ways at missing nodes, split them at shared nodes, number what is left."""
    refs = np.array(ways.refs, dtype=np.int64)
    way = np.repeat(np.arange(len(ways.way_id), dtype=np.int64), np.array(ways.ref_count, dtype=np.int64))
    place = np.searchsorted(nodes.node_id, refs)
    place[place == nodes.node_id.size] = 0
    present = nodes.node_id[place] == refs if nodes.node_id.size else np.zeros(refs.size, dtype=bool)
    nodes_missing = np.unique(refs[~present]).size
    ways_cut = np.unique(way[~present]).size

    # A piece is a run of present nodes of one way; a node repeated at once is dropped.
    starts = np.ones(refs.size, dtype=bool)
    starts[1:] = (way[1:] != way[:-1]) | ~present[:-1]
    piece = np.cumsum(starts)[present]
    at, way = place[present], way[present]
    again = np.zeros(at.size, dtype=bool)
    again[1:] = (piece[1:] == piece[:-1]) & (at[1:] == at[:-1])
    at, way, piece = at[~again], way[~again], piece[~again]

    first = np.ones(at.size, dtype=bool)
    first[1:] = piece[1:] != piece[:-1]
    last = np.ones(at.size, dtype=bool)
    last[:-1] = first[1:]
    split = np.bincount(at, minlength=nodes.node_id.size) > 1
    split |= nodes.blocks_drive | nodes.blocks_walk
    split[at[first | last]] = True

    stops = np.flatnonzero(split[at])
    joined = piece[stops[1:]] == piece[stops[:-1]]
    begin, end = stops[:-1][joined], stops[1:][joined]
    used = np.unique(np.concatenate([at[begin], at[end]]))
    number = np.full(nodes.node_id.size, -1, dtype=np.int64)
    number[used] = np.arange(used.size)

    lon, lat = nodes.lon[at], nodes.lat[at]
    along_m = np.concatenate([[0.0], np.cumsum(np.where(first[1:], 0.0, segment_lengths_m(lon, lat)))])
    counts = end - begin + 1
    offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    flat = np.arange(offset[-1], dtype=np.int64) + np.repeat(begin - offset[:-1], counts)

    of = way[begin]
    without = len(ways.way_id) - np.unique(of).size
    dropped = dict(sorted(ways.dropped.items())) | ({"no_geometry": without} if without else {})
    class_names, class_code = np.unique(np.array(ways.highway, dtype=object), return_inverse=True)
    names, name_code = np.unique(np.array(["", *ways.name], dtype=object), return_inverse=True)
    use = np.array([(u.drive_forward, u.drive_backward, u.walk, u.kerbside) for u in ways.use], dtype=bool).reshape(
        -1, 4
    )[of]
    speed = np.array(ways.speed_kmh, dtype=np.float64).reshape(-1, 2)[of]
    report = ReadReport(
        file=file,
        ways_read=ways.read,
        ways_dropped=dropped,
        ways_cut=ways_cut,
        nodes_missing=nodes_missing,
        maxspeed_used=ways.limits["used"],
        maxspeed_implausible=ways.limits["implausible"],
        maxspeed_unparsed=ways.limits["unparsed"],
        maxspeed_odd=tuple(sorted(ways.odd_limits.items(), key=lambda item: (-item[1], item[0]))[:20]),
    )
    return RoadGraph(
        node_id=nodes.node_id[used],
        node_lon=nodes.lon[used],
        node_lat=nodes.lat[used],
        node_blocks_drive=nodes.blocks_drive[used],
        node_blocks_walk=nodes.blocks_walk[used],
        edge_u=number[at[begin]],
        edge_v=number[at[end]],
        length_m=along_m[end] - along_m[begin],
        speed_forward_kmh=speed[:, 0],
        speed_backward_kmh=speed[:, 1],
        drive_forward=use[:, 0],
        drive_backward=use[:, 1],
        walk=use[:, 2],
        kerbside=use[:, 3],
        drive_main=np.zeros(of.size, dtype=bool),
        walk_main=np.zeros(of.size, dtype=bool),
        class_code=class_code[of].astype(np.int64),
        name_code=name_code[1:][of].astype(np.int64) - 1,
        way_id=np.array(ways.way_id, dtype=np.int64)[of],
        point_offset=offset,
        point_lon=lon[flat],
        point_lat=lat[flat],
        class_names=tuple(class_names.tolist()),
        names=tuple(names.tolist()[1:]),
        report=report,
    )
