"""An elastic programme: columns that let rows be broken, and the least of them that makes it possible.

HiGHS names no irreducible conflict of a model with whole numbers, so the conditions are made elastic instead.
Source: Chinneck (2008), Feasibility and Infeasibility in Optimization; Brown and Graves (1975), elastic programming.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import block_array, csr_array

from siting.doctor.flow import Flow
from siting.doctor.twin import Twin
from siting.formulation.program import Program
from siting.impedance import FloatArray
from siting.machine.interrupt import out_of_time
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

TOO_FEW = 1e-6  # people, against those concerned, that the arithmetic may lose


@dataclass(frozen=True)
class Slot:
    """One column by which a condition gives.

    Attributes:
        what: zone, site, demand point of the small model, plan or target; 0 where there is only one.
        scale: what the condition asks for in all, against which giving is measured.
        unit: how much 1 of the column is.
    """

    column: int
    what: int
    scale: float
    unit: float = 1.0


@dataclass
class Builder:
    """A programme to which columns and rows are added; nothing but these costs anything."""

    base: Program
    columns: list[tuple[list[int], list[float], float, bool, float]] = field(default_factory=list)
    rows: list[tuple[list[int], list[float], float]] = field(default_factory=list)
    made_free: set[int] = field(default_factory=set)
    flow: Flow | None = None
    opens: dict[int, int] = field(default_factory=dict)
    seats: dict[int, int] = field(default_factory=dict)
    aside: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, twin: Twin) -> Builder:
        """The small model, nothing added to it yet."""
        assert twin.program is not None
        return cls(twin.program, flow=twin.flow, opens=twin.columns.get("y", {}))

    def add_cuts(self, values: FloatArray) -> bool:
        """Rows for demand points that have too few places within reach at these values; whether there were any."""
        flow = self.flow
        if flow is None:
            return False
        n, m = flow.matrix.shape
        opened, seats, aside = np.zeros(m, dtype=bool), np.zeros(m), np.zeros(n)
        opened[list(self.opens)] = values[list(self.opens.values())] > 0.5
        seats[list(self.seats)] = values[list(self.seats.values())]
        aside[list(self.aside)] = values[list(self.aside.values())]
        added = False
        for points, sites in flow.short(opened, seats, np.clip(aside, 0.0, 1.0)):
            need = float(flow.weight[points].sum())
            room = flow.capacity[sites] @ opened[sites] + seats[sites].sum() + flow.weight[points] @ aside[points]
            if need - room > TOO_FEW * max(1.0, need):
                some = [j for j in sites.tolist() if j in self.opens]
                left = [i for i in points.tolist() if i in self.aside]
                more = [j for j in some if j in self.seats]
                columns = [self.opens[j] for j in some] + [self.seats[j] for j in more] + [self.aside[i] for i in left]
                places = [*flow.capacity[some], *[1.0] * len(more), *flow.weight[left]]
                self.row(columns, [-float(v) for v in places], -need)
                added = True
        return added

    def column(
        self, rows: Iterable[int], sign: float = 0.0, *, most: float = math.inf, whole: bool = True, cost: float = 1.0
    ) -> int:
        """A column from 0 to `most` that adds `sign` to each of these rows, 0: what loosens it; its number."""
        into = list(rows)
        self.columns.append((into, [sign or self.helps(row) for row in into], most, whole, cost))
        return self.base.cost.size + len(self.columns) - 1

    def row(self, columns: list[int], values: list[float], most: float) -> None:
        """A further row: the sum is at most `most`."""
        self.rows.append((columns, values, most))

    def helps(self, row: int) -> float:
        """The sign that loosens a row with one side; of an equation, +1."""
        return 1.0 if math.isfinite(self.base.row_lower[row]) else -1.0

    def holding(self, columns: Iterable[int]) -> Builder:
        """The same with these added columns held at 0."""
        held = {column - self.base.cost.size for column in columns}
        return replace(self, columns=[(*c[:2], 0.0, *c[3:]) if k in held else c for k, c in enumerate(self.columns)])

    def program(self) -> Program:
        """The elastic programme."""
        base, n = self.base, self.base.cost.size
        m, k, extra = base.row_lower.size, len(self.columns), len(self.rows)
        i = [r for rows, *_ in self.columns for r in rows]
        j = [c for c, (rows, *_) in enumerate(self.columns) for _ in rows]
        v = [value for _, values, *_ in self.columns for value in values]
        side = csr_array((v, (i, j)), shape=(m, k))
        below = csr_array(
            (
                [value for _, values, _ in self.rows for value in values],
                (
                    [r for r, (columns, *_) in enumerate(self.rows) for _ in columns],
                    [c for columns, *_ in self.rows for c in columns],
                ),
            ),
            shape=(extra, n + k),
        )
        whole = base.whole.copy()
        whole[list(self.made_free)] = False
        top = block_array([[base.matrix, side]], format="csr")
        return replace(
            base,
            cost=np.r_[np.zeros(n), [c for *_, c in self.columns]],
            offset=0.0,
            maximise=False,
            lower=np.r_[base.lower, np.zeros(k)],
            upper=np.r_[base.upper, [most for _, _, most, _, _ in self.columns]],
            whole=np.r_[whole, np.array([w for *_, w, _ in self.columns], dtype=bool)],
            matrix=csr_array(block_array([[top], [below]], format="csr")) if extra else csr_array(top),
            row_lower=np.r_[base.row_lower, np.full(extra, -math.inf)],
            row_upper=np.r_[base.row_upper, [most for *_, most in self.rows]],
        )


@dataclass(frozen=True, eq=False)
class Given:
    """By how little the conditions have to give: the values of all added columns, and whether that is proven."""

    values: FloatArray
    proven: bool

    def at(self, builder: Builder, column: int) -> float:
        """The value of an added column."""
        return float(self.values[column - builder.base.cost.size])


def give_least(builder: Builder, seconds: float) -> Given | Status | None:
    """The least that must give; None where giving does not help, NO_SOLUTION where the clock decided nothing."""
    end = time.perf_counter() + seconds
    while True:
        if out_of_time(end):
            return Status.NO_SOLUTION
        answer = solve_program(builder.program(), SolverOptions(time_limit_s=max(end - time.perf_counter(), 1e-3)))
        if answer.outcome.status is Status.INFEASIBLE:
            return None
        if answer.values is None:
            return Status.NO_SOLUTION
        proven = answer.outcome.status is Status.OPTIMAL
        if not builder.add_cuts(answer.values):
            break
    values = answer.values[builder.base.cost.size :]
    return Given(np.where(values > 1e-6, values, 0.0), proven)
