"""Better plans by closing, opening and swapping columns, each move judged by a bound before it is tried."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.search.capacitated.knapsack import pack, packing
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.transport import Transport

BETTER = 1e-9  # relative
TRIALS = 2  # columns opened for one that closes, in the order of what they promise


def assignment_cut(problem: CapacitatedProblem, mu: FloatArray) -> tuple[float, FloatArray]:
    """(constant, (C,) coefficients) of: assigning everybody costs at least constant + coefficients y.

    Valid for every set y of open columns, at any prices mu (I,) not above what leaving a point unserved costs; at
    `Transport.prices` it holds with equality for the columns that are open there. A column whose minimum is out of
    reach has +inf: it must stay closed.

    Source: Fischetti, Ljubic and Sinnl (2016), European Journal of Operational Research 253(3), generalised Benders
    cuts of capacitated facility location.
    """
    packed = packing(problem.pairs)
    pack(problem.pairs, mu, packed)
    coefficients: FloatArray = packed.value.reshape(problem.futures, -1).sum(axis=0)
    return float(mu.sum()), coefficients


def improve(
    problem: CapacitatedProblem,
    transport: Transport,
    opened: BoolArray,
    *,
    may: BoolArray | None = None,
    stopped: Callable[[], bool] = bool,
) -> tuple[BoolArray, float]:
    """A plan (C,) that no single opening, closing or swap that was tried improves, and its cost.

    A cost counts whoever cannot be served at a price that no saving makes up for, so that plans become possible
    where they are not.

    Args:
        transport: of the problem; ends at the plan.
        opened: (C,) allowed columns to begin with.
        may: (C,) columns that may open; None: as the choice says.
    """
    choice = problem.choice
    may = choice.may if may is None else may & choice.may
    opened = opened.copy()
    cost = transport.to(opened)
    movable = ~choice.must
    while True:
        before = cost
        for out in [-1, *np.flatnonzero(opened & movable).tolist()]:
            if stopped():
                return opened, cost
            allowed = may & choice.moves(opened, out)
            plan = opened.copy()
            if out >= 0:
                if not opened[out]:
                    continue
                plan[out] = False
                alone = choice.allows(plan)
                if not alone and not allowed.any():
                    continue
                left = transport.close(out)
            else:
                alone, left = False, cost
            target, column = cost - BETTER * abs(cost), -2
            if alone and left < target:
                target, column = left, -1
            if math.isfinite(left) and allowed.any():
                _, value = assignment_cut(problem, transport.prices())
                promise = np.where(allowed, left + value + problem.fixed, np.inf)
                for c in np.argsort(promise, kind="stable")[:TRIALS].tolist():
                    if not promise[c] < target:
                        break
                    now = transport.open(c)
                    if now < target:
                        target, column = now, c
                    transport.close(c)
            if column == -2:
                if out >= 0:
                    transport.to(opened)
                continue
            if column >= 0:
                plan[column] = True
            opened, cost = plan, transport.to(plan)
        if not cost < before - BETTER * abs(before):
            return opened, cost
