"""A plan as the blocks see it: what is decided, so that all other variables can be set to their best values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance


@dataclass(frozen=True, eq=False)
class Decided:
    """Open sites and assignment, and what follows from them.

    Attributes:
        open: (J,) open sites.
        share: (nnz,) share x_ij of each admissible pair; empty where everybody goes to the nearest open site and
            nobody asks for it by pair.
        servers: (J,) servers at each site; None where the model places none.
    """

    instance: Instance
    open: BoolArray
    share: FloatArray
    servers: IntArray | None = None

    @cached_property
    def nearest(self) -> FloatArray:
        """(I,) impedance of the nearest open site, +inf where none is reachable."""
        return self.instance.impedance.nearest(self.open)[1]

    @cached_property
    def travel(self) -> FloatArray:
        """(I,) mean impedance over each demand point's shares; 0 where nobody is assigned."""
        matrix = self.instance.impedance
        total: FloatArray = np.bincount(
            matrix.rows, weights=self.share * matrix.values, minlength=matrix.shape[0]
        ).astype(np.float64)
        return total

    def within(self, limit: FloatArray | float, counts: FloatArray | None = None) -> FloatArray:
        """(I,) how many open sites (or how much of `counts` (J,)) lie within `limit` (scalar or (I,))."""
        matrix = self.instance.impedance
        far = np.broadcast_to(np.asarray(limit, dtype=np.float64), (matrix.shape[0],))
        near = matrix.values <= far[matrix.rows]
        weight = self.open.astype(np.float64) if counts is None else counts.astype(np.float64)
        total: FloatArray = np.bincount(
            matrix.rows[near], weights=weight[matrix.indices[near]], minlength=matrix.shape[0]
        ).astype(np.float64)
        return total


def value_at_risk(travel: FloatArray, persons: FloatArray, share: float) -> float:
    """The least impedance that at most the share `share` of the people exceed.

    Source: Rockafellar and Uryasev (2000), Journal of Risk 2(3).
    """
    order = np.argsort(travel, kind="stable")
    people = np.cumsum(persons[order])
    if not people.size or people[-1] <= 0:
        return 0.0
    place = int(np.searchsorted(people, (1 - share) * people[-1] * (1 - 1e-12), side="left"))
    return float(travel[order][min(place, travel.size - 1)])
