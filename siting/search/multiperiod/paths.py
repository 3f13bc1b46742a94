"""The cheapest path of changes of every site, by dynamic programming over its states."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.multiperiod.problem import Changes


@compiled
def cheapest_paths(
    changes: Changes,
    price: FloatArray,
    cell_value: FloatArray,
    allowed: BoolArray,
    initial: IntArray,
    total: FloatArray,
    chosen: IntArray,
    kinds: int = 1,
) -> bool:
    """Least total of each site into `total` (J,), its changes into `chosen` (J, T); False where a site has no path.

    Sites j G, ..., j G + G - 1 are one place seen by G `kinds` of demand: they take the same path, whose total stands
    with the first of them.

    Args:
        price: (A,) of each change.
        cell_value: (T C,) added for each cell in use.
        allowed: (A,) changes that may be used.
        initial: (J,) state of today.
    """
    sites, periods = chosen.shape
    columns = changes.first[-1]
    for j in range(0, sites, kinds):
        states = changes.first[j + 1] - changes.first[j] + 1
        value = np.full(states, np.inf)
        value[initial[j]] = 0.0
        back = np.full((periods, states), -1, dtype=np.int64)
        for t in range(periods):
            now = np.full(states, np.inf)
            for a in range(changes.starts[j * periods + t], changes.starts[j * periods + t + 1]):
                if not allowed[a]:
                    continue
                v, k = value[changes.tail[a]], changes.head[a]
                for g in range(kinds):
                    own = a - changes.starts[j * periods + t] + changes.starts[(j + g) * periods + t]
                    v += price[own]
                    if k > 0:
                        v += cell_value[t * columns + changes.first[j + g] + k - 1]
                if v < now[k]:
                    now[k] = v
                    back[t, k] = a
            value = now
        k = int(np.argmin(value))
        total[j] = value[k]
        total[j + 1 : j + kinds] = 0.0
        if not value[k] < np.inf:
            return False
        for t in range(periods - 1, -1, -1):
            a = back[t, k]
            for g in range(kinds):
                chosen[j + g, t] = a - changes.starts[j * periods + t] + changes.starts[(j + g) * periods + t]
            k = changes.tail[a]
    return True
