"""The road graph: plain arrays, each edge with its polyline, its directions and its speeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network.access import Mode
from siting.network.geometry import polylines


@dataclass(frozen=True)
class ComponentReport:
    """What of one mode's network hangs together, and what does not.

    For driving, a component is a set of junctions from each of which every other can be reached (strongly
    connected); for walking, one that hangs together.

    Attributes:
        components: how many there are.
        nodes, edges, km: of the largest.
        left_nodes, left_edges, left_km: in all others together, and on one-way stubs between them.
    """

    components: int
    nodes: int
    edges: int
    km: float
    left_nodes: int
    left_edges: int
    left_km: float


@dataclass(frozen=True)
class ReadReport:
    """What was read, what was left out and why. Counts are of OSM ways unless named otherwise.

    Attributes:
        file: name of the file.
        ways_read: ways with a `highway` tag.
        ways_dropped: by reason: `not_a_road`, `area`, `ferry`, `no_access`, `no_geometry`.
        ways_cut: ways that lead out of the extract, cut where their nodes end.
        nodes_missing: nodes of those ways that the file does not hold.
        maxspeed_used, maxspeed_implausible, maxspeed_unparsed: speed-limit tags, the last two replaced by the
            speed of the class.
        maxspeed_odd: the commonest replaced values with their counts.
        components: by mode.
    """

    file: str
    ways_read: int
    ways_dropped: Mapping[str, int]
    ways_cut: int
    nodes_missing: int
    maxspeed_used: int
    maxspeed_implausible: int
    maxspeed_unparsed: int
    maxspeed_odd: tuple[tuple[str, int], ...] = ()
    components: Mapping[Mode, ComponentReport] = field(default_factory=dict)

    def findings(self) -> list[tuple[str, str]]:
        """(zh, en) of all that a reader of the result should know."""
        found: list[tuple[str, str]] = []
        if self.ways_cut:
            found.append(
                (
                    f"{self.ways_cut} 条道路伸出数据范围，已在边界处截断",
                    f"{self.ways_cut} roads lead out of the extract and are cut at its edge",
                )
            )
        replaced = self.maxspeed_implausible + self.maxspeed_unparsed
        if replaced:
            examples = ", ".join(f"{text!r} x{count}" for text, count in self.maxspeed_odd[:5])
            found.append(
                (
                    f"{replaced} 处限速标签不可用，改用道路等级的车速：{examples}",
                    f"{replaced} speed-limit tags cannot be used and gave way to the speed of the class: {examples}",
                )
            )
        words: dict[Mode, tuple[str, str]] = {"drive": ("车行", "drive"), "walk": ("步行", "walk")}
        for mode, part in self.components.items():
            if part.left_edges:
                zh, en = words[mode]
                found.append(
                    (
                        f"{zh}主路网 {part.km:.0f} 公里；另有 {part.left_edges} 段道路（{part.left_km:.1f} 公里）"
                        "不在其中（孤立路段，或单行的断头路），地点不会接到这些道路上",
                        f"main {en} network {part.km:.0f} km; {part.left_edges} road sections ({part.left_km:.1f} km) "
                        "are not part of it (islands and one-way ends), and no place is joined to them",
                    )
                )
        return found


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """N nodes (junctions, road ends, barriers) and E edges. Forward is from `edge_u` to `edge_v`.

    Attributes:
        node_id: (N,) OSM ids, ascending.
        node_lon, node_lat: (N,) WGS84 degrees.
        node_blocks_drive, node_blocks_walk: (N,) a barrier that this mode does not pass; its edges end there.
        edge_u, edge_v: (E,) node indices; equal on a loop.
        length_m: (E,) geodesic length, at least 0.
        speed_forward_kmh, speed_backward_kmh: (E,) achieved driving speed; 0 where no car may go that way.
        drive_forward, drive_backward: (E,) whether a car may go that way.
        walk: (E,) whether people may walk it (in both directions).
        kerbside: (E,) whether points may be snapped to it (no motorway, bridge or tunnel).
        drive_main, walk_main: (E,) in the largest component of the mode.
        class_code: (E,) index into `class_names`.
        name_code: (E,) index into `names`, -1 without a name.
        way_id: (E,) OSM way.
        point_offset: (E + 1,) where each edge's polyline starts in `point_lon`, `point_lat`.
        point_lon, point_lat: (P,) WGS84 degrees, each polyline from u to v with both ends.
        class_names: OSM `highway` values.
        names: road names.
        report: what was read and left out.
    """

    node_id: IntArray
    node_lon: FloatArray
    node_lat: FloatArray
    node_blocks_drive: BoolArray
    node_blocks_walk: BoolArray
    edge_u: IntArray
    edge_v: IntArray
    length_m: FloatArray
    speed_forward_kmh: FloatArray
    speed_backward_kmh: FloatArray
    drive_forward: BoolArray
    drive_backward: BoolArray
    walk: BoolArray
    kerbside: BoolArray
    drive_main: BoolArray
    walk_main: BoolArray
    class_code: IntArray
    name_code: IntArray
    way_id: IntArray
    point_offset: IntArray
    point_lon: FloatArray
    point_lat: FloatArray
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    report: ReadReport

    @property
    def node_count(self) -> int:
        """N."""
        return int(self.node_id.size)

    @property
    def edge_count(self) -> int:
        """E."""
        return int(self.edge_u.size)

    def usable(self, mode: Mode) -> BoolArray:
        """(E,) edges that the mode may take in at least one direction."""
        return self.walk if mode == "walk" else self.drive_forward | self.drive_backward

    def main(self, mode: Mode) -> BoolArray:
        """(E,) edges in the largest component of the mode."""
        return self.walk_main if mode == "walk" else self.drive_main

    def node_blocks(self, mode: Mode) -> BoolArray:
        """(N,) nodes that the mode cannot pass."""
        return self.node_blocks_walk if mode == "walk" else self.node_blocks_drive

    def points_of(self, edges: IntArray) -> tuple[IntArray, IntArray]:
        """Indices into `point_lon` of the polylines of `edges`, and for each the position within `edges`."""
        counts = np.diff(self.point_offset)[edges]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if edges.size else np.zeros(0, dtype=np.int64)
        owner = np.repeat(np.arange(edges.size, dtype=np.int64), counts)
        index = np.arange(owner.size, dtype=np.int64) + np.repeat(self.point_offset[edges] - starts, counts)
        return index, owner

    def lines(self, edges: IntArray | None = None) -> NDArray[np.object_]:
        """Polylines of the edges (all by default) as shapely LineStrings in WGS84."""
        wanted = np.arange(self.edge_count, dtype=np.int64) if edges is None else edges
        index, owner = self.points_of(wanted)
        return polylines(np.column_stack([self.point_lon[index], self.point_lat[index]]), owner)
