"""Small questions of several periods, and the whole programme of each for HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import block_array, coo_array, csr_array, diags_array, eye_array

from siting.formulation.program import Program
from siting.impedance import FloatArray, IntArray
from siting.search.multiperiod import Changes, MultiPeriodProblem
from siting.solving.solver import Answer, SolverOptions, solve_program


def question(seed: int) -> tuple[MultiPeriodProblem, IntArray]:
    """A problem and the states of today: three sizes at most, old sites that may close, new ones that may not."""
    rng = np.random.default_rng(seed)
    n, sites, periods, sizes = (int(rng.integers(*part)) for part in ((4, 11), (3, 6), (1, 4), (1, 4)))
    old = int(rng.integers(0, 3))
    points, places = rng.uniform(0, 20, (n, 2)), rng.uniform(0, 20, (sites, 2))
    far = np.hypot(*(points[:, None] - places[None]).transpose(2, 0, 1))
    people = rng.integers(5, 60, n).astype(float)
    room = people.sum() * rng.uniform(0.7, 1.5) / (max(old, 1) + sites / 4)
    size = room * np.array([1.0, 1.5, 2.0])[:sizes]
    changes, money = _changes(rng, sites, periods, size, old)
    near = far < 14
    rows, columns, cost, load, period = [], [], [], [], []
    for t in range(periods):
        now = people * rng.uniform(0.7, 1.3, n) * (1 + 0.15 * t)
        i, j = np.nonzero(near)
        rows.append(i + t * n)
        columns.append(j)
        cost.append(now[i] * far[i, j])
        load.append(now)
        period.append(np.full(n, t))
    facts: dict[str, Any] = {}
    if seed % 3 == 1:  # a budget for each period
        when = np.repeat(np.arange(sites * periods), np.diff(changes.starts)) % periods
        shape = (periods, money.size)
        facts["matrix"] = csr_array(coo_array((money, (when, np.arange(money.size))), shape=shape))
        facts["least"] = np.full(periods, -np.inf)
        facts["most"] = np.full(periods, float(rng.uniform(1.5, 5)) * room)
    if seed % 4 == 2:  # people may stay away
        facts["unserved"] = np.concatenate(load) * float(rng.uniform(5, 40))
    smallest = np.full(sites * sizes, 0.3 * room if seed % 5 == 3 else 0.0)
    problem = MultiPeriodProblem.of(
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(cost),
        load=np.concatenate(load),
        period=np.concatenate(period),
        capacity=np.tile(size, sites),
        minimum=smallest,
        changes=changes,
        **facts,
    )
    return problem, (np.arange(sites) < old).astype(np.int64)


def _changes(
    rng: np.random.Generator, sites: int, periods: int, size: FloatArray, old: int
) -> tuple[Changes, FloatArray]:
    """Changes of all sites and what each takes of the budget."""
    starts, tail, head, cost, money = [0], [], [], [], []
    for j in range(sites):
        dear = float(rng.uniform(0.5, 2))
        for t in range(periods):
            for k in range(size.size + 1):
                for to in range(size.size + 1):
                    closes, shrinks = to == 0 and k > 0, 0 < to < k
                    if (t == 0 and k != int(j < old)) or (closes and j >= old) or shrinks:
                        continue
                    before = size[k - 1] if k else 0.0
                    build = dear * (size[to - 1] - before + (size[0] if not k else 0.0)) if to > k else 0.3 * closes
                    tail.append(k)
                    head.append(to)
                    money.append(build)
                    cost.append(2 * build + (0.2 * size[to - 1] if to else 0.0))
            starts.append(len(tail))
    first = np.arange(sites + 1) * size.size
    return Changes(np.array(starts), np.array(tail), np.array(head), np.array(cost), first), np.array(money)


def by_the_whole_programme(problem: MultiPeriodProblem, initial: IntArray) -> Answer:
    """The optimum of changes and assignment together, from HiGHS."""
    pairs, size = problem.pairs, problem.changes.cost.size
    row = np.repeat(np.arange(problem.points), np.diff(pairs.starts))
    cells, count = pairs.capacity.size, row.size
    path, right = _paths_rows(problem, initial)
    used = np.flatnonzero(problem.cell_of_change >= 0)
    in_use = csr_array(coo_array((np.ones(used.size), (problem.cell_of_change[used], used)), shape=(cells, size)))
    number = np.arange(count)
    everybody = csr_array(coo_array((np.ones(count), (row, number)), shape=(problem.points, count)))
    came = csr_array(coo_array((pairs.load[row], (pairs.cell, number)), shape=(cells, count)))
    away = np.isfinite(pairs.most)
    stay = np.flatnonzero(away)
    left = csr_array(coo_array((np.ones(stay.size), (stay, np.arange(stay.size))), shape=(problem.points, stay.size)))
    room = diags_array(np.where(np.isfinite(pairs.capacity), pairs.capacity, pairs.load.sum())) @ in_use
    matrix = block_array(
        [
            [path, None, None],
            [problem.matrix, None, None],
            [None, everybody, left],
            [-room, came, None],
            [-(diags_array(pairs.minimum) @ in_use), came, None],
            [-in_use[pairs.cell], eye_array(count), None],
        ],
        format="csr",
    )
    wrong = (problem.period_of_change == 0) & (problem.changes.tail != initial[problem.site_of_change])
    program = Program(
        cost=np.r_[problem.changes.cost, pairs.cost, pairs.most[stay]],
        offset=0.0,
        maximise=False,
        lower=np.zeros(size + count + stay.size),
        upper=np.r_[np.where(wrong, 0.0, 1.0), np.ones(count + stay.size)],
        whole=np.r_[np.ones(size, dtype=bool), np.zeros(count + stay.size, dtype=bool)],
        matrix=csr_array(matrix),
        row_lower=np.r_[right, problem.least, np.ones(problem.points), np.full(cells, -np.inf), np.zeros(cells),
                        np.full(count, -np.inf)],
        row_upper=np.r_[right, problem.most, np.ones(problem.points), np.zeros(cells), np.full(cells, np.inf),
                        np.zeros(count)],
    )  # fmt: skip
    return solve_program(program, SolverOptions(time_limit_s=300))


def _paths_rows(problem: MultiPeriodProblem, initial: IntArray) -> tuple[csr_array, FloatArray]:
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
    matrix = csr_array(coo_array((data, (rows, columns)), shape=(count, size)))
    right = np.r_[np.ones(sites), np.zeros(count - sites)]
    return matrix, right
