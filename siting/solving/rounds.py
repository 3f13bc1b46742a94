"""Rows added in rounds, and a first solution by diving: for programmes most of whose rows never matter.

Works on an open solver that is handed in; `siting.solving.solver` stays the only door to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray

BROKEN_IN_RELAXATION = 1e-4  # a row is added to the relaxation when it is broken by more
BROKEN_IN_DIVE = 1e-6  # stricter: the dive's end is to be a solution
FRACTION = 1e-6  # nearer to a whole number than this is whole
ROUNDS = 60
NEARLY_ONE = 0.95


class Relaxation:
    """The linear relaxation of a programme, with those of its rows that have mattered so far."""

    def __init__(
        self,
        program: Program,
        rows: BoolArray,
        highs: Any,
        is_optimal: Callable[[Any], bool],
        enough: Callable[[], bool],
    ) -> None:
        """`rows` (m,) are those that `highs` holds; `enough` says when to stop for lack of time."""
        self.program, self.rows, self.highs = program, rows.copy(), highs
        self.is_optimal, self.enough = is_optimal, enough
        self.bound: float | None = None  # on every solution of the programme
        self.solved, self.diving = False, False

    @property
    def values(self) -> FloatArray:
        """(n,) the columns at the last optimum."""
        return np.asarray(self.highs.getSolution().col_value, dtype=np.float64)

    def solve(self) -> bool:
        """Solve, add the rows that are broken, and so on until none is; whether it came to that."""
        for _ in range(ROUNDS):
            self.highs.run()
            if not self.is_optimal(self.highs):
                return False
            if not self.diving:
                self.bound = float(self.highs.getInfo().objective_function_value)
            least = BROKEN_IN_DIVE if self.diving else BROKEN_IN_RELAXATION
            broken = (self.program.excess(self.values) > least) & ~self.rows
            if not broken.any():
                return True
            self._add(broken)
            if self.enough():
                return False
        return False

    def _add(self, rows: BoolArray) -> None:
        self.rows |= rows
        part = self.program.matrix[rows]
        self.highs.addRows(
            part.shape[0],
            self.program.row_lower[rows],
            self.program.row_upper[rows],
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data,
        )

    def dive(self) -> FloatArray | None:
        """A solution that is whole: fix the binary column nearest to 1 at 1 and solve again, until all are whole.

        The first column that allows no solution at 1 is fixed at 0. None when that fails too, or time is out.
        """
        whole = np.flatnonzero(self.program.whole)
        self.diving = True
        while True:
            values = self.values
            part = values[whole]
            open_ones = whole[(part > FRACTION) & (part < 1 - FRACTION)]
            if not open_ones.size:
                return values
            if self.enough():
                return None
            chosen = open_ones[values[open_ones] >= NEARLY_ONE]
            if not chosen.size:
                chosen = open_ones[[np.argmax(values[open_ones])]]
            self._fix(chosen, 1.0)
            if not self.solve():
                self._fix(chosen, 0.0)
                if not self.solve():
                    return None

    def _fix(self, columns: IntArray, value: float) -> None:
        at = np.full(columns.size, value)
        self.highs.changeColsBounds(columns.size, columns.astype(np.int32), at, at)
