"""What the compiled loops are handed: the admissible pairs by site, and the rules on sites, as named arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.laminar import Laminar


class Pairs(NamedTuple):
    """Admissible pairs, site by site.

    Attributes:
        start: (J+1,) the pairs of site j are start[j]..start[j+1].
        point: (nnz,) demand point.
        cost: (nnz,) of the whole demand point.
    """

    start: IntArray
    point: IntArray
    cost: FloatArray


class Sites(NamedTuple):
    """Sites and the rules on which of them open.

    Attributes:
        room: (J,) capacity.
        cost: (J,) of opening.
        must, may: (J,) open in every plan; in some plan at most.
        counted: (J,) sites of the first group, the new ones and those that move.
        sets: how many sites of each group, zone and cluster open.
        rows: (R, J) side rows: least <= rows y <= most.
        least, most: (R,).
    """

    room: FloatArray
    cost: FloatArray
    must: BoolArray
    may: BoolArray
    counted: BoolArray
    sets: Laminar
    rows: FloatArray
    least: FloatArray
    most: FloatArray


def subset(pairs: Pairs, keep: BoolArray) -> Pairs:
    """Only the pairs `keep` (nnz,)."""
    before = np.zeros(keep.size + 1, dtype=np.int64)
    np.cumsum(keep, out=before[1:])
    return Pairs(before[pairs.start], pairs.point[keep], pairs.cost[keep])


def site_of(pairs: Pairs) -> IntArray:
    """(nnz,) site of each pair."""
    return np.repeat(np.arange(pairs.start.size - 1), np.diff(pairs.start))
