"""What the cheapest choice of sites costs with each site, and without it."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.laminar import cheapest
from siting.search.single_source.arrays import Sites


@compiled
def forced(
    sites: Sites, must: BoolArray, may: BoolArray, value: FloatArray, with_it: FloatArray, without: FloatArray
) -> None:
    """Fill (J,) the least sums of `value` over the sets with each site, less its own value, and over those without."""
    chosen = np.zeros(value.size, dtype=np.bool_)
    base = cheapest(value, must, may, sites.sets, chosen)
    first = chosen.copy()
    for j in range(value.size):
        if not may[j]:
            with_it[j], without[j] = np.inf, base
        elif must[j]:
            with_it[j], without[j] = base - value[j], np.inf
        elif first[j]:
            with_it[j] = base - value[j]
            may[j] = False
            without[j] = cheapest(value, must, may, sites.sets, chosen)
            may[j] = True
        else:
            without[j] = base
            must[j] = True
            with_it[j] = cheapest(value, must, may, sites.sets, chosen) - value[j]
            must[j] = False
