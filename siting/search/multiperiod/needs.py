"""Rows that every plan keeps: who can be served by few sites only needs room at these."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from siting.impedance import FloatArray, IntArray
from siting.search.multiperiod.problem import NOT_IN_USE, MultiPeriodProblem

MOST_SETS = 1500  # distinct sets of sites looked at in one period, the smallest first


def needs(problem: MultiPeriodProblem, initial: IntArray) -> tuple[csr_array, FloatArray]:
    """Rows (R', A) and least values (R',): matrix u >= least in every plan that serves all who must be served.

    For the set N of sites that a point can reach: the states in use in N hold all points that reach no site outside
    N, and one site of N at least is in use. Rows that hold whatever is chosen are left out.

    Source: cover conditions of capacitated location; Leung and Magnanti (1989), Mathematical Programming 44.
    """
    states = _possible(problem, initial)
    parts, least = [], []
    for t in range(problem.periods):
        matrix, right = _of_period(problem, t, states[t])
        parts.append(matrix)
        least.append(right)
    return csr_array(vstack(parts)), np.concatenate(least)


def with_needs(problem: MultiPeriodProblem, initial: IntArray) -> MultiPeriodProblem:
    """The problem with these rows besides its own."""
    matrix, least = needs(problem, initial)
    return replace(
        problem,
        matrix=csr_array(vstack([problem.matrix, matrix])),
        least=np.r_[problem.least, least],
        most=np.r_[problem.most, np.full(least.size, np.inf)],
    )


def _possible(problem: MultiPeriodProblem, initial: IntArray) -> list[list[set[int]]]:
    """Of each period and site, the states that some path reaches."""
    changes, periods = problem.changes, problem.periods
    found: list[list[set[int]]] = []
    for t in range(periods):
        now = []
        for j in range(problem.sites):
            before = {int(initial[j])} if t == 0 else found[t - 1][j]
            part = slice(int(changes.starts[j * periods + t]), int(changes.starts[j * periods + t + 1]))
            pairs = zip(changes.tail[part].tolist(), changes.head[part].tolist(), strict=True)
            now.append({head for tail, head in pairs if tail in before})
        found.append(now)
    return found


def _of_period(problem: MultiPeriodProblem, t: int, states: list[set[int]]) -> tuple[csr_array, FloatArray]:
    pairs, first, size = problem.pairs, problem.changes.first, problem.changes.cost.size
    points = np.flatnonzero((problem.period == t) & np.isinf(pairs.most))
    site_of_column = np.repeat(np.arange(problem.sites), np.diff(first))
    capacity = pairs.capacity.reshape(problem.periods, -1)[t]
    row = np.repeat(np.arange(problem.points), np.diff(pairs.starts))
    place = np.full(problem.points, -1)
    place[points] = np.arange(points.size)
    inside = place[row] >= 0
    reach = np.zeros((points.size, problem.sites), dtype=bool)
    reach[place[row[inside]], site_of_column[pairs.owner[pairs.cell[inside]]]] = True
    sets, which = np.unique(reach, axis=0, return_inverse=True)
    load = np.bincount(which.ravel(), weights=pairs.load[points], minlength=len(sets))
    order = np.argsort(sets.sum(axis=1), kind="stable")
    small = order[:MOST_SETS]
    outside = sets.astype(np.float32) @ (~sets[small]).T.astype(np.float32)  # (all, small): sites beyond
    within = np.where(outside == 0, load[:, None], 0.0).sum(axis=0)
    sure = np.array([0.0 if NOT_IN_USE in s or not s else min(capacity[first[j] + k - 1] for k in s)
                     for j, s in enumerate(states)])  # fmt: skip
    always = np.array([NOT_IN_USE not in s and bool(s) for s in states])
    chosen = sets[small]
    short = chosen @ sure < within * (1 - 1e-9)
    absent = ~(chosen & always).any(axis=1)
    cell = problem.cell_of_change
    used = np.flatnonzero((cell >= 0) & (problem.period_of_change == t))
    site = problem.site_of_change[used]
    room = pairs.capacity[cell[used]]
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    least: list[float] = []
    for members, need, capped, counted in zip(chosen, within.tolist(), short.tolist(), absent.tolist(), strict=True):
        there = members[site]
        for wanted, coefficient, right in (
            (capped, np.minimum(room[there], need), need * (1 - 1e-9)),
            (counted, np.ones(int(there.sum())), 1.0),
        ):
            if wanted:
                rows.append(np.full(int(there.sum()), len(least)))
                columns.append(used[there])
                values.append(coefficient)
                least.append(right)
    if not least:
        return csr_array((0, size)), np.zeros(0)
    data = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_array(coo_array(data, shape=(len(least), size))), np.array(least)
