"""The graph as one mode of travel sees it: minutes along each edge in each direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network.access import Mode
from siting.network.graph import ComponentReport, RoadGraph

WALK_SPEED_KMH = 4.8
METRES_PER_MINUTE_PER_KMH = 1000.0 / 60.0


@dataclass(frozen=True, eq=False)
class ModeGraph:
    """V vertices and the graph's E edges for one mode.

    The vertices are the graph's nodes, then one for each edge end at a barrier that the mode does not pass.

    Attributes:
        vertex_node: (V,) graph node of each vertex.
        u, v: (E,) vertices of each edge's ends.
        forward_min, backward_min: (E,) minutes from u to v and from v to u; +inf where that is not allowed.
    """

    mode: Mode
    vertex_node: IntArray
    u: IntArray
    v: IntArray
    forward_min: FloatArray
    backward_min: FloatArray

    @property
    def vertex_count(self) -> int:
        """V."""
        return int(self.vertex_node.size)

    @property
    def usable(self) -> BoolArray:
        """(E,) edges open in at least one direction."""
        return np.isfinite(self.forward_min) | np.isfinite(self.backward_min)

    def arcs(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Tail, head and minutes of every allowed arc, without loops."""
        forward = np.isfinite(self.forward_min) & (self.u != self.v)
        backward = np.isfinite(self.backward_min) & (self.u != self.v)
        tail = np.concatenate([self.u[forward], self.v[backward]])
        head = np.concatenate([self.v[forward], self.u[backward]])
        return tail, head, np.concatenate([self.forward_min[forward], self.backward_min[backward]])


def mode_graph(graph: RoadGraph, mode: Mode, *, walk_speed_kmh: float = WALK_SPEED_KMH) -> ModeGraph:
    """The graph for one mode; walkers take every walkable edge in both directions at one speed.

    Raises:
        ValueError: for a walking speed that is not above 0.
    """
    if not walk_speed_kmh > 0:
        raise ValueError(f"the walking speed must be above 0 km/h, got {walk_speed_kmh}")
    if mode == "walk":
        minutes = graph.length_m / (walk_speed_kmh * METRES_PER_MINUTE_PER_KMH)
        forward = backward = np.where(graph.walk, minutes, np.inf)
    else:
        forward = _minutes(graph.length_m, graph.speed_forward_kmh, graph.drive_forward)
        backward = _minutes(graph.length_m, graph.speed_backward_kmh, graph.drive_backward)
    ends = np.stack([graph.edge_u, graph.edge_v])
    cut = graph.node_blocks(mode)[ends] & graph.usable(mode)
    nodes_at_cuts = ends[cut]
    ends[cut] = graph.node_count + np.arange(nodes_at_cuts.size)
    vertex_node = np.concatenate([np.arange(graph.node_count, dtype=np.int64), nodes_at_cuts])
    return ModeGraph(mode, vertex_node, ends[0], ends[1], forward, backward)


def _minutes(length_m: FloatArray, speed_kmh: FloatArray, allowed: BoolArray) -> FloatArray:
    minutes = np.full(length_m.size, np.inf)
    minutes[allowed] = length_m[allowed] / (speed_kmh[allowed] * METRES_PER_MINUTE_PER_KMH)
    return minutes


def sparse_minutes(tail: IntArray, head: IntArray, minutes: FloatArray, vertex_count: int) -> csr_array:
    """Arcs as a matrix; of parallel arcs the quickest counts, and arcs of zero minutes are kept.

    (scipy would add parallel arcs up; `csgraph` takes stored zeros as arcs.)
    """
    order = np.lexsort((minutes, head, tail))
    tail, head, minutes = tail[order], head[order], minutes[order]
    first = np.ones(tail.size, dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    indptr = np.zeros(vertex_count + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail[first], minlength=vertex_count), out=indptr[1:])
    return csr_array((minutes[first], head[first].astype(np.int32), indptr), shape=(vertex_count, vertex_count))


def main_component(graph: RoadGraph, mode: Mode) -> tuple[BoolArray, ComponentReport]:
    """Which edges lie in the largest component (by nodes) of the mode, and what lies outside it."""
    seen = mode_graph(graph, mode)
    usable = seen.usable
    matrix = sparse_minutes(*seen.arcs(), seen.vertex_count)
    _, label = connected_components(matrix, directed=True, connection="strong" if mode == "drive" else "weak")
    touched = np.zeros(seen.vertex_count, dtype=bool)
    touched[seen.u[usable]] = touched[seen.v[usable]] = True
    sizes = np.bincount(label[touched], minlength=1)
    best = int(sizes.argmax())
    inside = usable & (label[seen.u] == best) & (label[seen.v] == best)
    outside = usable & ~inside
    return inside, ComponentReport(
        components=int(np.count_nonzero(sizes)),
        nodes=int(sizes[best]),
        edges=int(inside.sum()),
        km=float(graph.length_m[inside].sum() / 1000),
        left_nodes=int(sizes.sum() - sizes[best]),
        left_edges=int(outside.sum()),
        left_km=float(graph.length_m[outside].sum() / 1000),
    )
