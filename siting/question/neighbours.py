"""Which demand points of a case touch: from its `adjacency.csv`, else by a rule that stands in for village borders."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyproj import Transformer
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from siting.case import Case
from siting.case_checks import WGS84
from siting.errors import Faults, nearest_word
from siting.files.tables import Column, read_table
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance.adjacency import Adjacency

LONGEST = 4.0  # an edge may be so many times the second shortest edge at either end
DETOUR, DETOUR_MIN = 3.0, 5.0  # a walk by road may take so many times the straight walk, and so many minutes more
STRAIGHT_M_PER_MIN = 80.0  # 4.8 km/h
FILE = "adjacency.csv"


def demand_adjacency(case: Case, rows: BoolArray, walk: ImpedanceMatrix) -> Adjacency:
    """The neighbours among the demand points `rows` (I,), made to hang together.

    The rule: Delaunay neighbours, cut where the edge is longer than four times the second shortest edge at both of its
    ends, or where the walk by road takes over three times the straight walk and five minutes more (a river, a ridge).
    Parts that are then left apart are joined by the shortest edges.

    Args:
        case: the place; its `adjacency.csv`, where there is one, is used in place of the rule.
        rows: the demand points of the instance.
        walk: minutes on foot between these demand points, a missing pair being too far.

    Raises:
        InputError: with every fault of `adjacency.csv`.
    """
    demand = case.demand[rows]
    place = np.column_stack(
        Transformer.from_crs(WGS84, case.info.projected_crs, always_xy=True).transform(
            demand["lon"].to_numpy(), demand["lat"].to_numpy()
        )
    )
    first, second = touching(place)
    if (case.folder / FILE).is_file():
        chosen = _from_file(case, rows)
    else:
        kept = near_enough(place, first, second, walk)
        chosen = (first[kept], second[kept])
    return joined(place, *chosen, first, second)


def touching(place: FloatArray) -> tuple[IntArray, IntArray]:
    """Delaunay neighbours of points (n, 2); of points that lie in one line, or are few, each with the next."""
    count = len(place)
    try:
        mesh = Delaunay(place - place.mean(axis=0)) if count > 3 else None
    except QhullError:
        mesh = None
    if mesh is None:
        spread = place - place.mean(axis=0) if count else place
        along = spread @ np.linalg.svd(spread, full_matrices=False)[2][0] if count else np.zeros(0)
        order = np.argsort(along, kind="stable").astype(np.int64)
        return order[:-1], order[1:]
    starts, ends = mesh.vertex_neighbor_vertices
    first = np.repeat(np.arange(count, dtype=np.int64), np.diff(starts))
    second = ends.astype(np.int64)
    twins = mesh.coplanar  # points that coincide with another: (point, facet, nearest vertex)
    return np.r_[first[first < second], twins[:, 0]], np.r_[second[first < second], twins[:, 2]]


def near_enough(place: FloatArray, first: IntArray, second: IntArray, walk: ImpedanceMatrix) -> BoolArray:
    """Which edges are neither long beside those around them nor far by road."""
    length: FloatArray = np.hypot(*(place[first] - place[second]).T)
    ends, both = np.r_[first, second], np.r_[length, length]
    order = np.lexsort((both, ends))
    count = np.bincount(ends, minlength=len(place))
    second_place = np.cumsum(count) - count + np.minimum(count, 2) - 1
    usual = both[order][second_place[count > 0]]
    scale = np.zeros(len(place))
    scale[count > 0] = usual  # of each point its second shortest edge: the longer ones may lead anywhere
    near: BoolArray = length <= LONGEST * np.maximum(scale[first], scale[second])
    straight = length / STRAIGHT_M_PER_MIN
    minutes = np.minimum(_pairs(walk, first, second), _pairs(walk, second, first))
    passable: BoolArray = minutes <= DETOUR * straight + DETOUR_MIN
    return near & passable


def joined(place: FloatArray, first: IntArray, second: IntArray, more: IntArray, other: IntArray) -> Adjacency:
    """The edges, and of the edges (more, other) the shortest that join the parts which are left apart."""
    count = len(place)
    chosen = Adjacency.from_pairs(first, second, count)
    part = chosen.parts(np.ones(count, dtype=bool))
    across = part[more] != part[other]
    if not across.any():
        return chosen
    a, b = more[across], other[across]
    length = np.maximum(np.hypot(*(place[a] - place[b]).T), 1e-3)
    order = np.argsort(length, kind="stable")
    low, high = np.minimum(part[a], part[b])[order], np.maximum(part[a], part[b])[order]
    _, nearest = np.unique(low * count + high, return_index=True)  # of each two parts their shortest edge
    size = int(part.max()) + 1
    between: Any = csr_array((length[order][nearest], (low[nearest], high[nearest])), shape=(size, size))
    tree = minimum_spanning_tree(between).tocoo()
    used = np.isin(low[nearest] * count + high[nearest], tree.row.astype(np.int64) * count + tree.col)
    assert connected_components(between, directed=False)[0] == 1
    links = order[nearest[used]]
    return Adjacency.from_pairs(np.r_[first, a[links]], np.r_[second, b[links]], count)


def _pairs(matrix: ImpedanceMatrix, i: IntArray, j: IntArray) -> FloatArray:
    """The stored values of the pairs (i, j), +inf where there is none."""
    width = matrix.shape[1]
    stored, wanted = matrix.rows * width + matrix.indices, i * width + j
    place = np.minimum(np.searchsorted(stored, wanted), max(stored.size - 1, 0))
    if not stored.size:
        return np.full(wanted.size, np.inf)
    found: FloatArray = np.where(stored[place] == wanted, matrix.values[place], np.inf)
    return found


def _from_file(case: Case, rows: BoolArray) -> tuple[IntArray, IntArray]:
    """The pairs of `adjacency.csv` between the demand points `rows`, as positions among them."""
    path = case.folder / FILE
    frame = read_table(path, (Column("from_id"), Column("to_id")))
    ids = {str(key): k for k, key in enumerate(case.demand["id"])}
    faults = Faults(path)
    for column in ("from_id", "to_id"):
        for k, key in enumerate(frame[column]):
            if key not in ids:
                close = nearest_word(key, ids)
                faults.add(
                    "demand.csv 中没有这个编号",
                    "demand.csv has no such id",
                    remedy_zh=f"是否想写“{close}”？" if close else "",
                    remedy_en=f"did you mean {close!r}?" if close else "",
                    row=k + 2,
                    column=column,
                    value=key,
                )
    for k in np.flatnonzero((frame["from_id"] == frame["to_id"]).to_numpy()).tolist():
        faults.add(
            "需求点与自己相邻", "a demand point touches itself", row=k + 2, column="to_id",
            value=frame["to_id"][k],
        )  # fmt: skip
    faults.raise_if_any()
    number = np.full(len(rows), -1, dtype=np.int64)
    number[np.flatnonzero(rows)] = np.arange(int(rows.sum()))
    first = number[frame["from_id"].map(ids).to_numpy(dtype=np.int64)]
    second = number[frame["to_id"].map(ids).to_numpy(dtype=np.int64)]
    there = (first >= 0) & (second >= 0)
    return first[there], second[there]
