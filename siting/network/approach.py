"""How snapped points join the road: minutes between each point and the two ends of its edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.network.modes import ModeGraph
from siting.network.snap import Snap

_END = 1e-9  # of an edge: nearer to its end is at the end


@dataclass(frozen=True, eq=False)
class Approach:
    """k points that are on the network.

    Attributes:
        point: (k,) their indices among the points that were snapped.
        u, v: (k,) vertices at the ends of their edges.
        u_min, v_min: (k,) minutes between point and vertex, walk to the road included; +inf where one-way.
    """

    point: IntArray
    u: IntArray
    v: IntArray
    u_min: FloatArray
    v_min: FloatArray

    @property
    def count(self) -> int:
        """k."""
        return int(self.point.size)

    @classmethod
    def leaving(cls, seen: ModeGraph, snap: Snap, walk_m_per_min: float) -> Approach:
        """From the points to the vertices."""
        return cls._of(seen, snap, walk_m_per_min, seen.backward_min, seen.forward_min)

    @classmethod
    def arriving(cls, seen: ModeGraph, snap: Snap, walk_m_per_min: float) -> Approach:
        """From the vertices to the points."""
        return cls._of(seen, snap, walk_m_per_min, seen.forward_min, seen.backward_min)

    @classmethod
    def _of(
        cls, seen: ModeGraph, snap: Snap, walk_m_per_min: float, u_side: FloatArray, v_side: FloatArray
    ) -> Approach:
        point = np.flatnonzero(snap.ok)
        edge, fraction = snap.edge[point], snap.fraction[point]
        with np.errstate(invalid="ignore"):  # 0 x inf, set right below
            u_min, v_min = fraction * u_side[edge], (1.0 - fraction) * v_side[edge]
        # At the very end of an edge the point is at the vertex, whatever the edge's direction.
        u_min[fraction <= _END] = 0.0
        v_min[fraction >= 1.0 - _END] = 0.0
        walk_min = snap.distance_m[point] / walk_m_per_min
        return cls(point, seen.u[edge], seen.v[edge], walk_min + u_min, walk_min + v_min)
