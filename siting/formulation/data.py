"""The numbers of an instance as plain Python lists, which Pyomo reads several times faster than arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, IntArray
from siting.instance import Instance


class Data:
    """What the blocks read; each part is made when it is first asked for.

    Symbols: I demand points, J sites, A admissible pairs (i, j), J_i sites admissible for i, I_j demand
    points admissible for j, N_i sites within the standard T_i of i, J_new sites that are not existing
    facilities.
    """

    def __init__(self, instance: Instance, always_open: BoolArray | None = None) -> None:
        """`always_open` (J,): sites that other constraints of the model open in any case."""
        self.instance = instance
        self.always_open = np.zeros(instance.site_count, bool) if always_open is None else always_open

    @cached_property
    def A(self) -> list[tuple[int, int]]:  # noqa: N802
        """The admissible pairs."""
        matrix = self.instance.impedance
        return list(zip(matrix.rows.tolist(), matrix.indices.tolist(), strict=True))

    @cached_property
    def A_linked(self) -> list[tuple[int, int]]:  # noqa: N802
        """The admissible pairs whose site may stay closed."""
        matrix = self.instance.impedance
        mask = ~self.always_open[matrix.indices]
        return list(zip(matrix.rows[mask].tolist(), matrix.indices[mask].tolist(), strict=True))

    @cached_property
    def t(self) -> dict[tuple[int, int], float]:
        """Impedance of each admissible pair."""
        return dict(zip(self.A, self.instance.impedance.values.tolist(), strict=True))

    @cached_property
    def a(self) -> list[float]:
        """Demand of each point."""
        return [float(v) for v in self.instance.demand]

    @cached_property
    def sites_of(self) -> list[list[int]]:
        """J_i."""
        matrix = self.instance.impedance
        return _groups(matrix.rows, matrix.indices, self.instance.demand_count)

    @cached_property
    def points_of(self) -> list[list[int]]:
        """I_j."""
        matrix = self.instance.impedance
        return _groups(matrix.indices, matrix.rows, self.instance.site_count)

    @cached_property
    def near(self) -> list[list[int]]:
        """N_i."""
        instance = self.instance
        assert instance.standard is not None
        matrix = instance.impedance
        rows = matrix.rows
        within = matrix.values <= instance.standard[rows]
        return _groups(rows[within], matrix.indices[within], instance.demand_count)

    @cached_property
    def new(self) -> list[int]:
        """J_new."""
        return [int(j) for j in np.flatnonzero(~self.instance.existing)]

    @cached_property
    def cost(self) -> list[float]:
        """Fixed cost of each site."""
        assert self.instance.fixed_cost is not None
        return [float(v) for v in self.instance.fixed_cost]

    @cached_property
    def capacity(self) -> list[float]:
        """Capacity of each site."""
        assert self.instance.capacity is not None
        return [float(v) for v in self.instance.capacity]

    def sites_where(self, holds: BoolArray | Callable[[Instance], BoolArray]) -> list[int]:
        """Sites of a mask."""
        mask = holds(self.instance) if callable(holds) else holds
        return [int(j) for j in np.flatnonzero(mask)]


def _groups(key: IntArray, value: IntArray, size: int) -> list[list[int]]:
    """`value` grouped by `key` in 0..size-1."""
    order = np.argsort(key, kind="stable")
    ends = np.cumsum(np.bincount(key, minlength=size)).tolist()
    flat = value[order].tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if size else []
