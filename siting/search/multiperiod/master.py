"""The master of a Benders decomposition: paths of all sites under all rows, with cuts for what serving people costs."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.multiperiod.problem import MultiPeriodProblem
from siting.solving.solver import Answer, SolverOptions, solve_program


class Master:
    """Binary columns u_a of the changes, one column theta_t a period, and rows: paths, the problem's, cuts."""

    def __init__(self, problem: MultiPeriodProblem, initial: IntArray) -> None:
        self.problem = problem
        self._cell = problem.cell_of_change
        matrix, right = paths_rows(problem, initial)
        room, need = _room(problem)
        width = problem.changes.cost.size + problem.periods
        self._rows = [matrix, _widen(problem.matrix, width), room]
        slack = 1e-9 * np.maximum(np.abs(np.where(np.isfinite(problem.most), problem.most, 0.0)), 1.0)
        self._lower = [right, problem.least, need]
        self._upper = [right, problem.most + slack, np.full(need.size, np.inf)]
        self._upper_bound = np.r_[np.ones(problem.changes.cost.size), np.full(problem.periods, np.inf)]
        tail = problem.changes.tail
        wrong = (problem.period_of_change == 0) & (tail != initial[problem.site_of_change])
        self._upper_bound[: wrong.size][wrong] = 0.0
        self.floor = np.full(problem.periods, -np.inf)

    def add_cut(self, constant: FloatArray, coefficients: FloatArray) -> None:
        """theta_t >= constant_t + coefficients w_t for every period; cells of infinite coefficient may not be used."""
        self._add(constant, coefficients, 1.0, np.arange(self.problem.periods))

    def add_reach_cut(self, constant: FloatArray, coefficients: FloatArray, periods: IntArray) -> None:
        """0 >= constant_t + coefficients w_t in these periods: whoever would be left out needs other states."""
        self._add(constant, coefficients, 0.0, periods)

    def _add(self, constant: FloatArray, coefficients: FloatArray, theta: float, periods: IntArray) -> None:
        problem = self.problem
        size = problem.changes.cost.size
        used = self._cell >= 0
        value = np.zeros(size)
        value[used] = coefficients[self._cell[used]]
        never = np.isposinf(value)
        self._upper_bound[:size][never] = 0.0
        value[never] = 0.0
        period = problem.period_of_change
        place = np.full(problem.periods, -1)
        place[periods] = np.arange(periods.size)
        there = np.flatnonzero((value != 0) & (place[period] >= 0))
        rows = np.r_[place[period[there]], np.arange(periods.size)]
        columns = np.r_[there, size + periods]
        data = np.r_[-value[there], np.full(periods.size, theta)]
        shape = (periods.size, size + problem.periods)
        self._rows.append(csr_array(coo_array((data, (rows, columns)), shape=shape)))
        self._lower.append(constant[periods])
        self._upper.append(np.full(periods.size, np.inf))

    def solve(self, options: SolverOptions, start: BoolArray | None = None) -> Answer:
        """Least cost of changes and theta; `start` (A,) a choice to begin with."""
        problem = self.problem
        size, periods = problem.changes.cost.size, problem.periods
        first = None
        if start is not None:
            first = np.r_[start.astype(np.float64), np.full(periods, np.nan)]
        program = Program(
            cost=np.r_[problem.changes.cost, np.ones(periods)],
            offset=0.0,
            maximise=False,
            lower=np.r_[np.zeros(size), self.floor],
            upper=self._upper_bound,
            whole=np.r_[np.ones(size, dtype=bool), np.zeros(periods, dtype=bool)],
            matrix=csr_array(vstack(self._rows)),
            row_lower=np.concatenate(self._lower),
            row_upper=np.concatenate(self._upper),
        )
        return solve_program(program, options, start=first)


def _widen(matrix: csr_array, width: int) -> csr_array:
    return csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))


def paths_rows(problem: MultiPeriodProblem, initial: IntArray) -> tuple[csr_array, FloatArray]:
    """matrix u = right: one change a site in the first period, and what enters a state leaves it in the next."""
    changes = problem.changes
    size, periods, sites = changes.cost.size, problem.periods, problem.sites
    states = np.diff(changes.first) + 1
    before = np.r_[0, np.cumsum(states)]
    total = int(before[-1])
    site, period = problem.site_of_change, problem.period_of_change
    number = np.arange(size)
    enter = period < periods - 1  # rows (site, state, period) of passing on
    leave = period > 0
    row_in = sites + period[enter] * total + before[site[enter]] + changes.head[enter]
    row_out = sites + (period[leave] - 1) * total + before[site[leave]] + changes.tail[leave]
    first = period == 0
    rows = np.r_[site[first], row_in, row_out]
    columns = np.r_[number[first], number[enter], number[leave]]
    data = np.r_[np.ones(int(first.sum())), np.ones(row_in.size), -np.ones(row_out.size)]
    count = sites + (periods - 1) * total
    matrix = csr_array(coo_array((data, (rows, columns)), shape=(count, size + periods)))
    right = np.r_[np.ones(sites), np.zeros(count - sites)]
    return matrix, right


def _room(problem: MultiPeriodProblem) -> tuple[csr_array, FloatArray]:
    """Room for all who must be served, in every period: implied, but it spares the cuts the saying."""
    size, periods = problem.changes.cost.size, problem.periods
    cell = problem.cell_of_change
    used = np.flatnonzero(cell >= 0)
    must = np.isinf(problem.pairs.most)
    need = np.bincount(problem.period[must], weights=problem.pairs.load[must], minlength=periods).astype(np.float64)
    room = np.minimum(problem.pairs.capacity[cell[used]], max(float(need.max(initial=0.0)), 1.0))
    data = (room, (problem.period_of_change[used], used))
    return csr_array(coo_array(data, shape=(periods, size + periods))), need * (1 - 1e-9)
