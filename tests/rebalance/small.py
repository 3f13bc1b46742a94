"""Small redistributions, and every one in whole numbers tried."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from siting.evaluation.accessibility import Level
from siting.impedance import FloatArray, ImpedanceMatrix
from siting.instance.decay import Decay
from siting.rebalance.problem import Problem, gain_of
from siting.rebalance.scenario import Objective


def problem(
    seed: int,
    *,
    places: int = 6,
    sites: tuple[int, int] = (2, 2),
    absolute: bool = False,
    keep_levels: bool = False,
    townships: bool = False,
    more: int = 0,
) -> Problem:
    """Two levels of facilities with catchments and decay of their own, amounts of today and limits."""
    rng = np.random.default_rng(seed)
    here = rng.random((places, 2)) * 40
    levels, level = [], []
    now = rng.integers(2, 8, sum(sites)).astype(float)
    for k, count in enumerate(sites):
        there = rng.random((count, 2)) * 40
        minutes = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
        reach = 45.0 if k == 0 else 30.0
        minutes[minutes > reach] = np.inf
        decay = Decay("gaussian", reach) if seed % 2 else None
        mine = now[len(level) : len(level) + count]
        share = 1.0 if k == 0 else 0.8
        levels.append(Level(f"level{k}", ImpedanceMatrix.from_dense(minutes), mine, reach, decay, share))
        level += [k] * count
    people = rng.integers(0, 50, places).astype(float) * 10
    people[0] = 100
    number = np.array(level, dtype=np.int64)
    least, most = np.floor(now * 0.5), np.ceil(now * 1.5)
    group = number if keep_levels else np.zeros(now.size, dtype=np.int64)
    total = np.bincount(group, weights=now).astype(np.float64)
    total[0] += more
    known = tuple(levels)
    return Problem(
        facilities=pd.DataFrame({"id": [f"f{j}" for j in range(now.size)]}),
        level=number,
        people=people,
        levels=known,
        absolute_decay=absolute,
        gain=gain_of(known, people, absolute_decay=absolute),
        now=now,
        least=least,
        most=most,
        group=group,
        total=total,
        unit=np.arange(places) // 2 if townships else np.arange(places),
    )


def by_definition(p: Problem) -> FloatArray:
    """(I, J) what one unit at each facility gives each place for 1,000 people, pair by pair."""
    found = np.zeros((p.people.size, p.now.size))
    start = 0
    for level in p.levels:
        matrix = level.impedance.dense()
        there = np.isfinite(matrix)
        weight = np.where(there, 1.0, 0.0)
        if isinstance(level.decay, Decay):
            weight = np.where(there, level.decay.share(np.where(there, matrix, 0)), 0.0)
        share = float(np.asarray(level.demand_share))
        for j in range(matrix.shape[1]):
            seekers = sum(share * p.people[k] * weight[k, j] for k in range(p.people.size))
            for i in range(p.people.size):
                if seekers > 0:
                    used = weight[i, j] if p.absolute_decay else 1.0
                    found[i, start + j] = share * 1000 * weight[i, j] * used / seekers
        start += matrix.shape[1]
    return found


def worth(p: Problem, objective: Objective, amount: FloatArray, gain: FloatArray) -> float:
    """The objective at these amounts; `gain` is `by_definition`."""
    found = gain @ amount
    units = np.unique(p.unit)
    people = np.array([p.people[p.unit == u].sum() for u in units])
    mean_of = np.array([p.people[p.unit == u] @ found[p.unit == u] for u in units]) / np.where(people > 0, people, 1)
    share_of = people / people.sum()
    apart = mean_of - share_of @ mean_of
    if objective == "variance":
        return float(share_of @ apart**2)
    if objective == "mean_absolute":
        return float(share_of @ np.abs(apart))
    reached = np.array([bool((p.people[p.unit == u] @ gain[p.unit == u] > 0).any()) for u in units])
    return float(mean_of[reached].min())


def every_sharing(p: Problem) -> list[FloatArray]:
    """Whole amounts within the limits and with the totals."""
    ranges = [np.arange(low, high + 1) for low, high in zip(p.least, p.most, strict=True)]
    found = []
    for amounts in product(*ranges):
        amount = np.array(amounts)
        if np.allclose(np.bincount(p.group, weights=amount), p.total):
            found.append(amount)
    return found
