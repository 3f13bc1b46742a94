r"""The programme over changes alone, with cuts in the place of who goes where: what prices tell of every plan.

By any prices mu the transport of a block (a part in a period) costs no less than

    theta_b >= sum_i mu_i + sum_a v_a(mu) u_a,

v_a the continuous knapsack of the state that change a leads to, as in `siting.search.multiperiod.bound`: the cut is
the Lagrangian with the changes left open. At the prices of a plan's own transport it is exact for that plan. Unlike the
Lagrangian the programme keeps all rows and gives each place one way; where the places that matter are few, it is soon
solved, and a few plans' prices prove the best of them. Cuts do not depend on the rows or their bounds.

Source: Benders (1962), Numerische Mathematik 4; Magnanti and Wong (1981), Operations Research 29(3), on cuts that are
strong for what is not in use.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray
from siting.instance.changes import Changes
from siting.search.capacitated.knapsack import pack, packing
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.parts import Parts
from siting.solving.solver import SolverOptions, solve_program

UNIT = 1e-6  # of what everything costs: one in the programme, so that the solver's tolerances fit any objective


class Cut(NamedTuple):
    """What prices tell of every block's transport: `constant` (B,) and `value` (A,), +inf where a state has no use."""

    prices: FloatArray
    constant: FloatArray
    value: FloatArray


class Cheapest(NamedTuple):
    """No plan costs less than `bound`; `taken` (A,) are the changes of a plan that may cost no more, None without."""

    bound: float
    taken: BoolArray | None


class Cuts:
    """The programme and its cuts."""

    def __init__(self, posed: Posed, changes: Changes, parts: Parts) -> None:
        self._posed, self._changes = posed, changes
        self._block_of_point, self._blocks = parts.block, parts.count * changes.periods
        self._block = parts.of_change * changes.periods + changes.period
        self._packed = packing(posed.problem.pairs)
        self._cell = posed.problem.cell_of_change
        self._cuts: list[Cut] = []
        self._ways, self._right = self._rows_of_ways()

    @property
    def prices(self) -> list[FloatArray]:
        """(I,) of each cut."""
        return [cut.prices for cut in self._cuts]

    def add(self, prices: FloatArray) -> None:
        """A cut at prices (I,)."""
        pack(self._posed.problem.pairs, prices, self._packed)
        of_cell = np.where(self._cell >= 0, self._packed.value[np.maximum(self._cell, 0)], 0.0)
        value = np.bincount(self._posed.change, weights=of_cell, minlength=self._changes.count).astype(np.float64)
        constant = np.bincount(self._block_of_point, weights=prices, minlength=self._blocks).astype(np.float64)
        self._cuts.append(Cut(prices, constant, value))

    def cheapest(self, *, seconds: float, gap: float, start: BoolArray | None) -> Cheapest | None:
        """The plan that costs least as far as the cuts tell; None where no plan keeps the rows, or time is over.

        Args:
            gap: relative gap at which the solver may stop.
            start: (A,) changes of a plan to begin with.
        """
        program, unit = self._program()
        first = None
        if start is not None:
            first = np.r_[start.astype(np.float64), np.full(self._blocks, np.nan)]
        answer = solve_program(program, SolverOptions(time_limit_s=seconds, gap=gap), start=first)
        if answer.outcome.bound is None:
            return None
        values = answer.values
        return Cheapest(unit * answer.outcome.bound, None if values is None else values[: self._changes.count] > 0.5)

    def _program(self) -> tuple[Program, float]:
        """The programme, and what one in it stands for."""
        changes, blocks, count = self._changes, self._blocks, self._changes.count
        unit = UNIT * max(float(np.abs(self._cuts[-1].constant).sum()), float(np.abs(changes.cost).max(initial=0.0)))
        unit = unit or 1.0
        useless = np.any([np.isposinf(cut.value) for cut in self._cuts], axis=0)
        right = self._right
        ways, rows = self._ways.tocoo(), changes.rows.tocoo()
        first = right.size + changes.least.size  # row of the first cut
        number = np.arange(len(self._cuts))[:, None] * blocks + first
        value = np.where(useless, 0.0, np.array([cut.value for cut in self._cuts])) / unit
        wide = np.broadcast_to(np.arange(count), value.shape)
        own = np.broadcast_to(count + np.arange(blocks), (len(self._cuts), blocks))
        row = np.r_[ways.row, right.size + rows.row, (number + self._block).ravel(), (own - count + number).ravel()]
        column = np.r_[ways.col, rows.col, wide.ravel(), own.ravel()]
        data = np.r_[ways.data, rows.data, -value.ravel(), np.ones(own.size)]
        shape = (first + len(self._cuts) * blocks, count + blocks)
        matrix = csr_array(coo_array((data, (row, column)), shape=shape))
        told = np.concatenate([cut.constant for cut in self._cuts]) / unit
        program = Program(
            cost=np.r_[changes.cost / unit, np.ones(blocks)],
            offset=0.0,
            maximise=False,
            lower=np.r_[np.zeros(count), np.full(blocks, -np.inf)],
            upper=np.r_[np.where(useless, 0.0, 1.0), np.full(blocks, np.inf)],
            whole=np.r_[np.ones(count, dtype=bool), np.zeros(blocks, dtype=bool)],
            matrix=matrix,
            row_lower=np.r_[right, changes.least, told],
            row_upper=np.r_[right, changes.most, np.full(told.size, np.inf)],
        )
        return program, unit

    def _rows_of_ways(self) -> tuple[csr_array, FloatArray]:
        """Each place passes from its state of today through one state a period: rows and their right side."""
        changes = self._changes
        leave, enter, _ = changes.nodes
        on = np.flatnonzero(changes.period < changes.periods - 1)
        every = np.arange(changes.count)
        row, column = np.r_[leave, enter[on]], np.r_[every, on]
        value = np.r_[np.ones(every.size), -np.ones(on.size)]
        touched, number = np.unique(row, return_inverse=True)
        matrix = csr_array(coo_array((value, (number, column)), shape=(touched.size, changes.count)))
        return matrix, (touched < changes.places).astype(np.float64)
