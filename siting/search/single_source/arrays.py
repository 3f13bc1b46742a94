"""What the compiled loops are handed: the admissible pairs by site, and the rules on sites, as named arrays."""

from __future__ import annotations

from typing import NamedTuple

from siting.impedance import BoolArray, FloatArray, IntArray


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
        group: (J,) number of the group it counts in, -1 for none.
        group_least, group_most: (G,) how many of a group open.
        zone: (J,) zone within the group, -1 for none.
        zone_least, zone_most: (Z,) how many of a zone open.
        rows: (R, J) side rows: least <= rows y <= most.
        least, most: (R,).
    """

    room: FloatArray
    cost: FloatArray
    must: BoolArray
    may: BoolArray
    group: IntArray
    group_least: IntArray
    group_most: IntArray
    zone: IntArray
    zone_least: IntArray
    zone_most: IntArray
    rows: FloatArray
    least: FloatArray
    most: FloatArray
