"""Who goes where in every period for given states, at least cost."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.transport import Part
from siting.search.multiperiod.problem import MultiPeriodProblem


class PeriodTransport:
    """The transportation problem of each period, kept optimal while states change.

    Whoever must be served and cannot be is served at a unit cost that no saving elsewhere makes up for.
    """

    def __init__(self, problem: MultiPeriodProblem) -> None:
        self.problem = problem
        whole = CapacitatedProblem(
            pairs=problem.pairs,
            future=problem.period,
            origin=np.arange(problem.pairs.cost.size),
            given=problem.pairs.cost.size,
            fixed=np.zeros(problem.columns),
            choice=cast(Any, None),  # which columns may be open is no matter of the transport
        )
        self._parts = [Part(whole, np.flatnonzero(problem.period == t), t) for t in range(problem.periods)]
        self._open = np.zeros((problem.periods, problem.columns), dtype=bool)

    def to(self, in_use: BoolArray) -> float:
        """Move on to these cells (T, C); cost of all periods, +inf where a minimum is out of reach."""
        for part, before, after in zip(self._parts, self._open, in_use, strict=True):
            part.to(before, after)
        self._open = in_use.copy()
        return sum(self.costs)

    @property
    def costs(self) -> list[float]:
        """Of each period."""
        return [part.cost for part in self._parts]

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        return all(part.serves and math.isfinite(part.cost) for part in self._parts)

    def prices(self) -> FloatArray:
        """(I,) what each point costs at the margin."""
        mu = np.zeros(self.problem.points)
        for part in self._parts:
            mu[part.points] = part.prices()
        return np.minimum(mu, self.problem.pairs.most)

    def shares(self) -> FloatArray:
        """(nnz,) share of its point that each pair takes."""
        share = np.zeros(self.problem.pairs.cost.size)
        for part in self._parts:
            numbers, values = part.shares()
            share[numbers] = values
        return share
