"""Small problems on bare arrays, and their transportation problem by scipy."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linprog

from siting.impedance import BoolArray, FloatArray
from siting.search.capacitated import CapacitatedProblem, Choice
from siting.search.sites import SiteRules


def rules_of(columns: int) -> SiteRules:
    """Any columns may be open."""
    none = np.zeros(0)
    return SiteRules(
        must=np.zeros(columns, dtype=bool),
        may=np.ones(columns, dtype=bool),
        matrix=np.zeros((0, columns)),
        least=none,
        most=none,
        side=np.zeros(0, dtype=bool),
        groups=(),
    )


def random_problem(seed: int) -> tuple[CapacitatedProblem, FloatArray]:
    """A problem of few points, and its costs as a dense array, +inf where there is no pair."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(2, 7))
    cost = rng.integers(0, 20, (n, m)).astype(float) if seed % 2 else rng.random((n, m)) * 10
    cost[rng.random((n, m)) < 0.15] = np.inf
    load = rng.integers(1, 10, n).astype(float) if seed % 3 else rng.random(n) + 0.1
    cost = cost * load[:, None]
    load[rng.random(n) < 0.1] = 0.0
    capacity = load.sum() / m * rng.uniform(0.8, 2.5, m)
    capacity[rng.random(m) < 0.15] = np.inf
    minimum = np.where(rng.random(m) < (0.3 if seed % 4 == 0 else 0.0), load.sum() / m * 0.5, 0.0)
    i, j = np.nonzero(np.isfinite(cost))
    problem = CapacitatedProblem.of(
        i,
        j,
        cost[i, j],
        load=load,
        capacity=capacity,
        minimum=np.minimum(minimum, capacity),
        fixed=rng.uniform(0, 30, m),
        unserved=np.where(rng.random(n) < 0.5, 10 * cost[np.isfinite(cost)].max(), np.inf) if seed % 5 == 0 else None,
        choice=Choice.of(rules_of(m)),
    )
    return problem, cost


def least_cost(problem: CapacitatedProblem, cost: FloatArray, opened: BoolArray) -> float:
    """By scipy, with the open columns' fixed costs; +inf where there is no plan."""
    pairs, (n, m) = problem.pairs, cost.shape
    i, j = np.nonzero(np.isfinite(cost) & opened)
    away = np.flatnonzero(np.isfinite(pairs.most))
    size = i.size + away.size
    everybody, used = np.zeros((n, size)), np.zeros((m, size))
    everybody[i, np.arange(i.size)] = 1
    everybody[away, i.size + np.arange(away.size)] = 1
    used[j, np.arange(i.size)] = pairs.load[i]
    limited = opened & np.isfinite(pairs.capacity)
    if not size:
        return math.inf
    found = linprog(
        np.concatenate([cost[i, j], pairs.most[away]]),
        A_ub=np.vstack([used[limited], -used[opened]]),
        b_ub=np.concatenate([pairs.capacity[limited], -pairs.minimum[opened]]),
        A_eq=everybody,
        b_eq=np.ones(n),
        method="highs",
    )
    return float(found.fun) + float(problem.fixed[opened].sum()) if found.success else math.inf
