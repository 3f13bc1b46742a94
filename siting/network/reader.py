"""Reads roads from an OpenStreetMap file into a `RoadGraph`.

The ways with a `highway` tag and the places of their nodes come as arrays, each combination of tags is judged once, and
all else is done on whole arrays.
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
from siting.network.osm_file import OsmFile, on_earth
from siting.network.pbf import TaggedWays
from siting.network.speeds import SpeedTable, parse_maxspeed_kmh

# The tags that decide how a way is used and how fast, and those that may name it, the first that says something.
JUDGED = (*KEYS, "maxspeed", "maxspeed:forward", "maxspeed:backward")
NAMES = ("name", "name:zh", "ref")


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
            found, *places = source.ways("highway", (*JUDGED, *NAMES))
            ways = _scan_ways(found, table)
            nodes = _locate(source, ways, *places)
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
    """Columns of the W ways that are kept, and their node references in one row."""

    read: int
    way_id: IntArray
    refs: IntArray
    ref_count: IntArray
    use: BoolArray  # (W, 4) forward, backward, walk, kerbside
    speed_kmh: FloatArray  # (W, 2) forward, backward
    highway: IntArray  # codes of texts
    name: IntArray
    texts: tuple[str, ...]
    counts: _Counts


@dataclass
class _Counts:
    """What is told about the ways."""

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


def _scan_ways(found: TaggedWays, table: SpeedTable) -> _Ways:
    """Judge each combination of tags once, and keep the ways that are roads."""
    counts = _Counts()
    first = np.sort(np.unique(found.way_id, return_index=True)[1])  # a way that is there twice counts once
    value = found.value[first]
    combinations, of, size = np.unique(value[:, : len(JUDGED)], axis=0, return_inverse=True, return_counts=True)
    use, speed = np.zeros((size.size, 4), dtype=bool), np.zeros((size.size, 2))
    for k, codes in enumerate(combinations.tolist()):
        tags = {key: found.texts[code] for key, code in zip(JUDGED, codes, strict=True) if code >= 0}
        its = road_use(tags, table.class_kmh)
        if isinstance(its, str):
            counts.dropped[its] += int(size[k])
            continue
        use[k] = its.drive_forward, its.drive_backward, its.walk, its.kerbside
        speed[k] = _speeds(tags, its, table, int(size[k]), counts)
    of = of.reshape(-1)
    kept = use[of, :3].any(axis=1)
    way, of = first[kept], of[kept]
    name = np.full(way.size, -1, dtype=np.int64)
    empty = found.texts.index("") if "" in found.texts else -1
    for column in value[kept][:, len(JUDGED) :].T[::-1]:  # the last is the least wanted
        name = np.where((column >= 0) & (column != empty), column, name)
    ref_count = np.diff(found.ref_start)[way]
    begin = np.cumsum(ref_count) - ref_count
    at = np.arange(ref_count.sum()) + np.repeat(found.ref_start[way] - begin, ref_count)
    highway = value[kept][:, JUDGED.index("highway")]
    return _Ways(
        int(first.size), found.way_id[way], found.refs[at], ref_count, use[of], speed[of], highway, name,
        found.texts, counts,
    )  # fmt: skip


def _speeds(
    tags: Mapping[str, str], use: RoadUse, table: SpeedTable, ways: int, counts: _Counts
) -> tuple[float, float]:
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
            counts.limits["unparsed"] += ways
            counts.odd_limits[tags[key][:40]] += ways
        elif not table.limit_is_plausible(limit, highway):
            counts.limits["implausible"] += ways
            counts.odd_limits[f"{highway} {tags[key][:40]}"] += ways
        else:
            counts.limits["used"] += ways
            found[key] = limit * table.limit_factor
    both = found.get("maxspeed", table.class_kmh[highway])
    forward = found.get("maxspeed:forward", both) if use.drive_forward else 0.0
    backward = found.get("maxspeed:backward", both) if use.drive_backward else 0.0
    return forward, backward


def _locate(source: OsmFile, ways: _Ways, node_id: IntArray, x: IntArray, y: IntArray) -> _Nodes:
    """Places of the nodes that the ways use, as far as the file has them, and the barriers among them."""
    there = on_earth(x, y)
    there &= np.isin(node_id, ways.refs)
    node_id, x, y = node_id[there], x[there], y[there]
    blocks = np.zeros((2, node_id.size), dtype=bool)
    for node in source.nodes("barrier"):
        at = int(np.searchsorted(node_id, node.id))
        if at < node_id.size and node_id[at] == node.id:
            blocks[:, at] = node_blocks(dict(node.tags))
    return _Nodes(node_id, x / 1e7, y / 1e7, blocks[0], blocks[1])


def _sorted_texts(code: IntArray, texts: tuple[str, ...]) -> tuple[list[str], IntArray]:
    """The texts in use, ascending, and each code as its place among them; -1 stays."""
    used = np.unique(code[code >= 0])
    used = used[sorted(range(used.size), key=lambda k: texts[used[k]])]
    place = np.full(len(texts) + 1, -1, dtype=np.int64)
    place[used] = np.arange(used.size)
    return [texts[k] for k in used.tolist()], place[code]


def _assemble(file: str, ways: _Ways, nodes: _Nodes) -> RoadGraph:
    """Cut the ways at missing nodes, split them at shared nodes, number what is left."""
    refs = ways.refs
    way = np.repeat(np.arange(ways.way_id.size, dtype=np.int64), ways.ref_count)
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
    without = ways.way_id.size - np.unique(of).size
    dropped = dict(sorted(ways.counts.dropped.items())) | ({"no_geometry": without} if without else {})
    class_names, class_code = _sorted_texts(ways.highway, ways.texts)
    names, name_code = _sorted_texts(ways.name, ways.texts)
    use, speed = ways.use[of], ways.speed_kmh[of]
    report = ReadReport(
        file=file,
        ways_read=ways.read,
        ways_dropped=dropped,
        ways_cut=ways_cut,
        nodes_missing=nodes_missing,
        maxspeed_used=ways.counts.limits["used"],
        maxspeed_implausible=ways.counts.limits["implausible"],
        maxspeed_unparsed=ways.counts.limits["unparsed"],
        maxspeed_odd=tuple(sorted(ways.counts.odd_limits.items(), key=lambda item: (-item[1], item[0]))[:20]),
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
        class_code=class_code[of],
        name_code=name_code[of],
        way_id=ways.way_id[of],
        point_offset=offset,
        point_lon=lon[flat],
        point_lat=lat[flat],
        class_names=tuple(class_names),
        names=tuple(names),
        report=report,
    )
