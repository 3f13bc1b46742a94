"""The parts of the search one by one, for a coordinating problem that calls them with prices and fixings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.median.interchange import copy_state, improve, shake, state_of
from siting.search.median.lists import Lists
from siting.search.median.problem import MedianProblem
from siting.search.median.relaxation import Steps
from siting.search.median.tree import bounded

BOUND = Steps(300, 1.0, 0.9, 30, 0.7)
LONG = 1 << 60


@dataclass(frozen=True, eq=False)
class LagrangianBound:
    """A lower bound on every plan, with what gave it.

    Attributes:
        bound: +inf where it turns out that no plan keeps the rules.
        mu: (I,) and pi: (S,) multipliers, to begin the next bound with.
        reduced_cost: (J,) of opening each site; bound = constant + sum over `chosen`.
        chosen: (J,) sites that the relaxation opens.
    """

    bound: float
    mu: FloatArray
    pi: FloatArray
    reduced_cost: FloatArray
    chosen: BoolArray


def interchange(
    problem: MedianProblem, opened: BoolArray | None = None, *, shakes: int = 0, seed: int = 0
) -> tuple[BoolArray, float] | None:
    """A plan (J,) that no opening, closing or swap improves, and its objective: +inf where somebody who must be is
    not served.

    None where no set of sites keeps the rules.

    Args:
        opened: (J,) an allowed plan to begin with; the cheapest by the first look otherwise.
        shakes: how often the best plan is shaken and improved again.
        seed: of the shakes.
    """
    ground = problem.ground(problem.near, problem.rules.must)
    if opened is None:
        nothing = state_of(ground, problem.rules.must)
        opened = problem.rules.best(problem.price - nothing.gain)
        if opened is None:
            return None
    best = state_of(ground, opened)
    improve(ground, best, LONG)
    state = state_of(ground, best.opened)
    for number in range(shakes):
        copy_state(best, state)
        shake(ground, state, 2 + number % 3, seed * 1_000_003 + number)
        improve(ground, state, LONG)
        if state.total[0] < best.total[0]:
            copy_state(state, best)
    return best.opened, problem.served_total(best)


def lagrangian_bound(
    problem: MedianProblem,
    *,
    must: BoolArray | None = None,
    may: BoolArray | None = None,
    mu: FloatArray | None = None,
    pi: FloatArray | None = None,
    upper: float | None = None,
    steps: Steps = BOUND,
) -> LagrangianBound:
    """The best bound that the steps reach, over the plans that open `must` and nothing outside `may`.

    Args:
        must, may: (J,) fixings beside the rules.
        mu, pi: multipliers to begin with, of an earlier bound.
        upper: objective of a known plan, or a guess of one, towards which the steps go.
    """
    rules, lists = problem.rules, problem.near.lists
    must = rules.must if must is None else rules.must | must
    may = rules.may if may is None else rules.may & may
    if mu is None:
        mu = fractional_costs(lists, rules.may * min(1.0, 2.0 * max(rules.must.sum(), 1) / max(rules.may.sum(), 1)))
    if upper is None:
        upper = 1.5 * float(mu.sum()) + float(np.abs(problem.price).sum())
    pi = np.zeros(problem.choice.side_least.size) if pi is None else pi
    node = bounded(problem, problem.near, must, may, mu, pi, upper=upper, target=np.inf, steps=steps)
    return LagrangianBound(node.bound, node.mu.astype(np.float64), node.pi, node.value, node.chosen)


def benders_cut(problem: MedianProblem, opened: FloatArray) -> tuple[float, FloatArray]:
    r"""The optimality cut at `opened` (J,) in 0..1, whole or not: assignment costs at least constant + coefficients . y
    for every y, and just that at `opened` where that serves everybody (the lists reach far enough).

    Formula: \theta \ge \sum_i \Big( \mu_i - \sum_j \max(0, \mu_i - c_{ij})\, y_j \Big), where \mu_i is the cost at
    which the opened shares, taken in order of cost, add up to 1.

    Source: Duran-Mateluna, Ales and Elloumi (2023), European Journal of Operational Research 309(1).
    """
    lists = problem.near.lists
    mu = fractional_costs(lists, np.asarray(opened, dtype=np.float64))
    coefficients = np.zeros(problem.site_count)
    _slopes(lists, mu, coefficients)
    return float(mu.sum()), coefficients


def fractional_costs(lists: Lists, opened: FloatArray) -> FloatArray:
    """(I,) cost at which the opened shares (J,), in order of cost, add up to 1: multipliers for a bound or a cut."""
    mu = np.empty(lists.cap.size)
    _reach(lists, opened, mu)
    return mu


@compiled
def _reach(lists: Lists, opened: FloatArray, mu: FloatArray) -> None:
    for i in range(mu.size):
        share, last = 0.0, 0.0
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            last = lists.cost[k]
            share += opened[lists.site[k]]
            if share >= 1.0 - 1e-9:
                break
        else:
            if lists.cap[i] < np.inf:
                last = lists.cap[i]
        mu[i] = last


@compiled
def _slopes(lists: Lists, mu: FloatArray, coefficients: FloatArray) -> None:
    for i in range(mu.size):
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            if lists.cost[k] >= mu[i]:
                break
            coefficients[lists.site[k]] -= mu[i] - lists.cost[k]
