"""From values to scores: linear value functions, a weighted sum, ranks.

Weighted sum of single-criterion value functions: Keeney & Raiffa (1976), Decisions with Multiple Objectives;
Malczewski (1999), GIS and Multicriteria Decision Analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.ranking.criteria import Criterion

FULL = 100.0  # points of a site that is best in everything
TIE = 1e-9  # smaller differences of values and scores (from 0 to 1) are rounding


@dataclass(frozen=True)
class Scale:
    """The value function of one criterion: 0 at `worst`, 1 at `best`, straight between, flat beyond.

    Attributes:
        best, worst: in the criterion's unit; NaN where no site has a value.
        best_given, worst_given: whether the scenario says it; otherwise it is that of the best or worst site.
        low_is_better: whether less is better.
    """

    best: float
    worst: float
    best_given: bool
    worst_given: bool
    low_is_better: bool

    def values(self, raw: FloatArray) -> FloatArray:
        """(n,) values from 0 to 1; 0 where nothing is known.

        Where `worst` is no worse than `best` (all sites are alike, or all are better than `best` or worse than
        `worst` asks), a site has 1 that is as good as `best`, or better than a `worst` that alone is given.
        """
        sign = -1.0 if self.low_is_better else 1.0
        good, best, worst = sign * raw, sign * self.best, sign * self.worst
        if best - worst > TIE:
            value = np.clip((good - worst) / (best - worst), 0.0, 1.0)
        elif self.worst_given and not self.best_given:
            value = (good > worst + TIE).astype(np.float64)
        else:
            value = (good >= best - TIE).astype(np.float64)
        return np.where(np.isnan(raw), 0.0, value)


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of S sites by K criteria.

    Attributes:
        values: (S, K) from 0 to 1.
        weights: (K,) adding up to 1.
        score: (S,) 0 to 1.
        rank: (S,) from 1; equal scores have the same rank, and the next follows after all of them.
        order: (S,) rows by falling score, the first of the table first where scores are equal.
    """

    values: FloatArray
    weights: FloatArray
    score: FloatArray
    rank: IntArray
    order: IntArray

    @property
    def leader(self) -> int:
        """Row of the first."""
        return int(self.order[0])


def scales_of(criteria: Sequence[Criterion], raw: FloatArray) -> tuple[Scale, ...]:
    """The value function of each criterion.

    Args:
        criteria: K criteria.
        raw: (S, K) values of the sites that are ranked; the site really chosen is not among them.
    """
    return tuple(_scale(criterion, raw[:, k]) for k, criterion in enumerate(criteria))


def _scale(criterion: Criterion, raw: FloatArray) -> Scale:
    known = raw[~np.isnan(raw)]
    least, most = (float(known.min()), float(known.max())) if known.size else (float("nan"), float("nan"))
    low = criterion.low_is_better
    best, worst = (least, most) if low else (most, least)
    return Scale(
        best=best if criterion.best is None else criterion.best,
        worst=worst if criterion.worst is None else criterion.worst,
        best_given=criterion.best is not None,
        worst_given=criterion.worst is not None,
        low_is_better=low,
    )


def values_of(scales: Sequence[Scale], raw: FloatArray) -> FloatArray:
    """(S, K) values from 0 to 1."""
    return np.stack([scale.values(raw[:, k]) for k, scale in enumerate(scales)], axis=1)


def weights_of(criteria: Sequence[Criterion]) -> FloatArray:
    """(K,) weights that add up to 1."""
    weights = np.array([criterion.weight for criterion in criteria], dtype=np.float64)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def score(values: FloatArray, weights: FloatArray) -> Scores:
    """Scores and ranks: score_s = sum over k of weight_k value_sk."""
    total = values @ weights
    rank = 1 + (total[None] > total[:, None] + TIE).sum(axis=1)
    order = np.lexsort((np.arange(len(total)), rank))
    return Scores(values, weights, total, rank.astype(np.int64), order.astype(np.int64))
