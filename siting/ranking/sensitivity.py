"""How far the ranking depends on the weights.

- One weight at a time: the others keep their proportions; scores are straight lines in that weight, so the interval in
  which the leader leads is exact.
- Random weights, all alike: rank acceptability of SMAA-2 (Lahdelma & Salminen 2001, Operations Research 49: 444-454).
- Which sites can be first at all, and with how little change of the weights: linear programmes, solved by HiGHS.
- Which sites are dominated: another is at least as good in every criterion and better in one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from siting.impedance import FloatArray
from siting.ranking.score import TIE

TOP = 3
BLOCK = 2_000_000  # scores held at a time
NO_LEAD = 1e-7  # what the solver's tolerance leaves of a lead of 0
CLEAR = 0.001  # a lead of a tenth of a point: first, and not only level with others


@dataclass(frozen=True)
class Lead:
    """The weights of one criterion (0 to 1) for which a site leads, the others in proportion.

    Attributes:
        low, high: ends of the interval, 0 and 1 included.
        below, above: rows that lead beyond the ends; None where there is no beyond.
    """

    low: float
    high: float
    below: int | None
    above: int | None


@dataclass(frozen=True, eq=False)
class Acceptability:
    """Of random weights, the share for which each site is first, or among the first `TOP`.

    Sites of equal score share the first place: each counts a part of it.
    """

    first: FloatArray
    top: FloatArray


def weights_with(weights: FloatArray, k: int, weight: float) -> FloatArray:
    """(K,) the weights with `weight` for criterion k and the rest in proportion, alike where they are all 0."""
    others = np.delete(weights, k)
    share = others / others.sum() if others.sum() > 0 else np.full(others.size, 1 / max(others.size, 1))
    return np.insert((1 - weight) * share, k, weight)


def lead_of(values: FloatArray, weights: FloatArray, k: int, leader: int) -> Lead:
    """For which weights of criterion k the leader stays first.

    score_s(t) = t value_sk + (1 - t) rest_s, so that the leader's lead over s is a straight line in t.

    Args:
        values: (S, K), from 0 to 1; at least two criteria.
        weights: (K,) for which `leader` is first.
    """
    rest = values @ weights_with(weights, k, 0.0)
    at_0, at_1 = rest[leader] - rest, values[leader, k] - values[:, k]  # the lead at t = 0 and t = 1
    slope = at_1 - at_0
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = np.where(np.abs(slope) > TIE, -at_0 / slope, np.nan)
    rising, falling = slope > TIE, slope < -TIE
    starts = np.where(rising & (at_0 < -TIE), zero, -np.inf)
    ends = np.where(falling & (at_1 < -TIE), zero, np.inf)
    now = float(weights[k])
    low, high = min(max(0.0, float(starts.max())), now), max(min(1.0, float(ends.min())), now)
    below = int(np.argmax(starts)) if np.isfinite(starts).any() else None
    above = int(np.argmin(ends)) if np.isfinite(ends).any() else None
    return Lead(low, high, below, above)


def acceptability(values: FloatArray, *, draws: int, seed: int) -> Acceptability:
    """Rank acceptability over weights drawn evenly from all that add up to 1 (Dirichlet with ones)."""
    S, K = values.shape
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(K), size=draws)
    first, top = np.zeros(S), np.zeros(S)
    step = max(1, BLOCK // S)
    for begin in range(0, draws, step):
        scores = weights[begin : begin + step] @ values.T
        best = scores >= scores.max(axis=1, keepdims=True) - TIE
        first += (best / best.sum(axis=1, keepdims=True)).sum(axis=0)
        at = min(TOP, S)
        last = -np.partition(-scores, at - 1, axis=1)[:, at - 1 : at]
        top += (scores >= last - TIE).sum(axis=0)
    return Acceptability(first / draws, top / draws)


def dominators(values: FloatArray) -> list[list[int]]:
    """For each site the rows of those that are at least as good in every criterion and better in one."""
    better = (values[None] > values[:, None] + TIE).any(axis=2)
    as_good = (values[None] >= values[:, None] - TIE).all(axis=2)
    return [np.flatnonzero(row).tolist() for row in np.atleast_2d(better & as_good)]


def largest_lead(values: FloatArray, site: int) -> float:
    """The largest lead over all others, 0 to 1, that any weights give the site; 0 or less: none puts it first alone.

    Largest d with sum_k w_k (value_sitek - value_jk) >= d for every other j, over weights that add up to 1.
    A site that is like it in every criterion does not count as another; 1 where there is no other.
    """
    ahead = _ahead(values, site)
    J, K = ahead.shape
    if J == 0:
        return 1.0
    found = linprog(
        np.append(np.zeros(K), -1.0),
        A_ub=np.hstack([-ahead, np.ones((J, 1))]),
        b_ub=np.zeros(J),
        A_eq=np.append(np.ones(K), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, 1)] * K + [(-1, 1)],
        method="highs",
    )
    return -float(found.fun or 0.0)


def nearest_weights(values: FloatArray, weights: FloatArray, site: int, lead: float = CLEAR) -> FloatArray | None:
    """The weights nearest to `weights` that put the site first by at least `lead`; None where there are none.

    Least half sum_k |w_k - weights_k|: the share of the weight that must be moved from some criteria to others.
    """
    ahead = _ahead(values, site)
    J, K = ahead.shape
    eye = np.eye(K)
    found = linprog(
        np.concatenate([np.zeros(K), np.full(K, 0.5)]),
        A_ub=np.block([[-ahead, np.zeros((J, K))], [eye, -eye], [-eye, -eye]]),
        b_ub=np.concatenate([np.full(J, -lead), weights, -weights]),
        A_eq=np.concatenate([np.ones(K), np.zeros(K)])[None],
        b_eq=[1.0],
        bounds=[(0, 1)] * K + [(0, None)] * K,
        method="highs",
    )
    return None if found.x is None else np.clip(np.asarray(found.x, dtype=np.float64)[:K], 0.0, 1.0)


def _ahead(values: FloatArray, site: int) -> FloatArray:
    """(J, K) by how much the site's values are above those of the others, its twins left out."""
    ahead = values[site] - values
    return np.asarray(ahead[(np.abs(ahead) > TIE).any(axis=1)], dtype=np.float64)


def moved(weights: FloatArray, others: FloatArray) -> float:
    """Share of the weight that differs, 0 to 1."""
    return float(np.abs(weights - others).sum() / 2)
