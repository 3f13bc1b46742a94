"""Whether open sites hold everybody, by a largest flow, and if not, which people have too few places within reach.

A choice of sites serves all (people may be divided) exactly where for every set S of demand points the sites that S
reaches have room for S; the smallest cut of the network names a set for which they have not.

Source: Gale (1957), Pacific Journal of Mathematics 7; Hoffman (1960); as cuts of a Benders decomposition
(Benders 1962), which keeps the pairs of demand point and site out of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance

LARGEST = 2**30  # the flow is counted in whole numbers of 32 bits
FINEST = 1000.0  # of a person, where numbers allow


@dataclass(frozen=True, eq=False)
class Flow:
    """People, places and who reaches what.

    Attributes:
        weight: (I,) places that a demand point needs.
        capacity: (J,) places of each site, no more than all people together need.
    """

    matrix: ImpedanceMatrix
    weight: FloatArray
    capacity: FloatArray

    @classmethod
    def of(cls, instance: Instance) -> Flow:
        """The network of an instance with capacities."""
        assert instance.capacity is not None
        total = float(instance.weight.sum())
        return cls(instance.impedance, instance.weight, np.minimum(instance.capacity, total))

    def short(self, opened: BoolArray, seats: FloatArray, aside: FloatArray) -> list[tuple[IntArray, IntArray]]:
        """Sets of demand points, with the sites that they reach, that have too few places; none: all are served.

        Args:
            seats: (J,) places added to each site.
            aside: (I,) share of the people who are set aside.
        """
        n, m = self.matrix.shape
        need, room = self.weight * (1 - aside), np.where(opened, self.capacity + seats, 0.0)
        scale = min(FINEST, LARGEST / max(float(need.sum()), float(room.max(initial=1.0)), 1.0) / 2)
        supply = np.floor(need * scale + 1e-6).astype(np.int32)
        places = np.minimum(np.ceil(room * scale - 1e-6), LARGEST).astype(np.int32)
        use = opened[self.matrix.indices]
        rows, columns = self.matrix.rows[use], self.matrix.indices[use]
        source, sink = n + m, n + m + 1
        network: Any = csr_array(
            (
                np.r_[supply, supply[rows], places],
                (
                    np.r_[np.full(n, source), rows, n + np.arange(m)],
                    np.r_[np.arange(n), n + columns, np.full(m, sink)],
                ),
            ),
            shape=(n + m + 2, n + m + 2),
        )
        network.indices, network.indptr = network.indices.astype(np.int32), network.indptr.astype(np.int32)
        result = maximum_flow(network, source, sink)
        if result.flow_value >= int(supply.sum()):
            return []
        left = csr_array(network - result.flow)
        left.data = np.where(left.data > 0, 1, 0)
        left.eliminate_zeros()
        seen = np.zeros(n + m + 2, dtype=bool)
        seen[breadth_first_order(left, source, return_predecessors=False)] = True
        return self._parts(np.flatnonzero(seen[:n] & (supply > 0)))

    def _parts(self, points: IntArray) -> list[tuple[IntArray, IntArray]]:
        """The set of demand points divided where its parts reach no site in common, each with all sites it reaches."""
        n, m = self.matrix.shape
        inside = np.isin(self.matrix.rows, points)
        rows, columns = self.matrix.rows[inside], self.matrix.indices[inside]
        graph: Any = csr_array((np.ones(rows.size), (rows, n + columns)), shape=(n + m, n + m))
        part = connected_components(graph, directed=False)[1]
        return [
            (points[part[points] == k], np.unique(columns[part[rows] == k])) for k in np.unique(part[points]).tolist()
        ]
