"""Sites that lie near each other, as a laminar family of clusters: the sets whose counts a search branches on."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.laminar import Laminar, classes, laminar
from siting.search.sites import Group

NEAR = 20  # sites of a demand point that are compared
MOST_SITES = 3000  # beyond, only groups and zones are counted


def clustered(groups: tuple[Group, ...], starts: IntArray, site: IntArray, unit: FloatArray, size: int) -> Laminar:
    """The counts of groups and zones of `size` sites, and clusters within them by average linkage.

    Two sites are as far from each other as the least way between them by a demand point that both are near to.

    Args:
        starts, site, unit: (I + 1,), (nnz,), (nnz,) pairs by demand point, ascending by the cost of a unit of load.
    """
    if size < 2 or size > MOST_SITES or not unit.any():
        return laminar(groups, size)
    apart = np.full((size, size), np.inf)
    compare(starts, site, unit, NEAR, apart)
    known = np.isfinite(apart)
    far = 2.0 * float(apart[known].max(initial=1.0)) + 1.0
    apart[~known] = far
    group, zone = classes(groups, size)
    apart += far * 2.0 * (zone[:, None] != zone[None, :]) + far * 8.0 * (group[:, None] != group[None, :])
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), "average")
    members = [[j] for j in range(size)]
    for left, right in tree[:, :2].astype(np.int64).tolist():
        members.append(members[left] + members[right])
    order = np.array(members[-1], dtype=np.int64)
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    runs = [(place[sites[0]], place[sites[0]] + len(sites)) for sites in members[size:-1]]
    return laminar(groups, size, order, np.array(runs, dtype=np.int64).reshape(-1, 2))


@compiled
def compare(starts: IntArray, site: IntArray, unit: FloatArray, near: int, apart: FloatArray) -> None:
    """Into `apart` (J, J): the least way between two sites by a demand point of whose `near` nearest both are."""
    for i in range(starts.size - 1):
        end = min(starts[i + 1], starts[i] + near)
        for a in range(starts[i], end):
            for b in range(starts[i], a):
                j, k, way = site[a], site[b], unit[a] + unit[b]
                if j != k and way < apart[j, k]:
                    apart[j, k] = way
                    apart[k, j] = way
