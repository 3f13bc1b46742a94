"""The independent check: every score again from the raw values, one number at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from siting.errors import VerificationError, fail
from siting.impedance import FloatArray
from siting.ranking.criteria import Criterion
from siting.ranking.score import Scores

CLOSE = 1e-7


def recomputed_score(criteria: Sequence[Criterion], raw: FloatArray, site: int, ranked: int) -> float:
    """The score of one site, 0 to 1.

    Args:
        criteria: as the scenario has them.
        raw: (S, K) values; the first `ranked` rows are those from which missing ends of a scale are taken.
        site: row.
        ranked: how many.
    """
    total = sum(criterion.weight for criterion in criteria)
    score = 0.0
    for k, criterion in enumerate(criteria):
        value = float(raw[site, k])
        if math.isnan(value):
            continue
        known = [float(raw[s, k]) for s in range(ranked) if not math.isnan(raw[s, k])]
        turn = -1 if criterion.low_is_better else 1
        best = max((turn * x for x in known), default=math.nan) if criterion.best is None else turn * criterion.best
        worst = min((turn * x for x in known), default=math.nan) if criterion.worst is None else turn * criterion.worst
        if best > worst:
            share = min(1.0, max(0.0, (turn * value - worst) / (best - worst)))
        elif criterion.best is None and criterion.worst is not None:
            share = 1.0 if turn * value > worst else 0.0
        else:
            share = 1.0 if turn * value >= best else 0.0
        score += criterion.weight / total * share
    return score


def check_scores(criteria: Sequence[Criterion], raw: FloatArray, scores: Scores, ranked: int) -> None:
    """Hold scores and ranks against those recomputed.

    Args:
        criteria: K criteria.
        raw: (S, K) values.
        scores: of the same S sites, `ranked` of which set the scales.
        ranked: how many.

    Raises:
        VerificationError: naming the first site whose score or rank differs.
    """
    again = [recomputed_score(criteria, raw, site, ranked) for site in range(len(raw))]
    for site, value in enumerate(again):
        better = sum(other > value + CLOSE for other in again)
        as_good = sum(abs(other - value) <= CLOSE for other in again)
        wrong_rank = not better + 1 <= scores.rank[site] <= better + as_good
        if abs(value - scores.score[site]) > CLOSE or wrong_rank:
            fail(
                f"独立检验未通过：第 {site + 1} 块地重算得分 {100 * value:.6f}，原为 {100 * scores.score[site]:.6f}",
                f"the independent check failed: site {site + 1} scores {100 * value:.6f} when recomputed, "
                f"not {100 * scores.score[site]:.6f}",
                kind=VerificationError,
            )
