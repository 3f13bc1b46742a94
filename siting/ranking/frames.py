"""Sites of a ranking as rows and columns, for tables and map alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.ranking.criteria import Criterion
from siting.ranking.rank import Ranking
from siting.ranking.score import FULL, Scores
from siting.ranking.sensitivity import Acceptability
from siting.ranking.sentences import chosen_name
from siting.ranking.words import UNIT
from siting.render.columns import Column
from siting.render.wording import both, zone_names

RANK = Column("rank", "名次", "Rank", "count", 8)
ID = Column("id", "编号", "Id", width=9)
NAME = Column("name", "地块", "Site", width=28)
WHICH = Column("which", "地块", "Site", width=36)  # id and name in one
SCORE = Column("score", "得分（0-100）", "Score, 0-100", "score")
SITE = (
    RANK,
    ID,
    NAME,
    Column("zone", "分区", "Zone", width=18),
    Column("township", "乡镇街道", "Township"),
    Column("land", "用地", "Land use", width=20),
    Column("site_m2", "用地面积（平方米）", "Area, m2", "count"),
    SCORE,
)
SHARES = (
    Column("first", "随机权重中排第一", "First for random weights", "share"),
    Column("top", "随机权重中进前三", "Among the first three", "share"),
)
REASONS = Column("reasons", "排除的原因", "Why", width=80)


def ranked(ranking: Ranking) -> pd.DataFrame:
    """The ranked sites by falling score.

    Columns: `alternatives.COLUMNS` with the zone in words; which; rank, score (0-100), first and top (shares of random
    weights); `raw_` and `value_` (0 to 1) of each criterion.
    """
    order = ranking.scores.order
    frame = _with(ranking, ranking.sites, ranking.raw, ranking.scores, ranking.sensitivity.accepted)
    return frame.iloc[order].reset_index(drop=True)


def chosen_row(ranking: Ranking) -> pd.DataFrame:
    """The site really chosen, as in `ranked`; its rank and shares are among the ranked sites and itself."""
    chosen = ranking.chosen
    assert chosen is not None
    sites = pd.concat([ranking.sites, chosen.site.assign(name=both(chosen_name(ranking)))], ignore_index=True)
    raw = np.vstack([ranking.raw, chosen.raw])
    frame = _with(ranking, sites, raw, chosen.scores, chosen.sensitivity.accepted)
    return frame.iloc[[chosen.row]].reset_index(drop=True)


def together(ranking: Ranking) -> pd.DataFrame:
    """The ranked sites by falling score, then the site really chosen where there is one."""
    parts = [ranked(ranking), *([chosen_row(ranking)] if ranking.chosen is not None else [])]
    return pd.concat(parts, ignore_index=True)


def _with(
    ranking: Ranking, sites: pd.DataFrame, raw: FloatArray, scores: Scores, accepted: Acceptability
) -> pd.DataFrame:
    more: dict[str, FloatArray | pd.Series] = {
        "which": sites["id"] + " " + sites["name"],
        "rank": scores.rank.astype(np.float64),
        "score": FULL * scores.score,
        "first": accepted.first,
        "top": accepted.top,
    }
    for k, criterion in enumerate(ranking.scenario.criteria):
        more[f"raw_{criterion.id}"] = raw[:, k]
        more[f"value_{criterion.id}"] = scores.values[:, k]
    return _zone_in_words(ranking, sites).assign(**more)


def _zone_in_words(ranking: Ranking, frame: pd.DataFrame) -> pd.DataFrame:
    names = {zone: both(name) for zone, name in zone_names(ranking.case).items()}
    return frame.assign(zone=frame["zone"].map(names), township=frame["township"].fillna(""))


def raw_columns(criteria: Sequence[Criterion]) -> list[Column]:
    """A column for the value of each criterion."""
    found = []
    for criterion in criteria:
        zh, en = UNIT[criterion.number_kind]
        head_zh = f"{criterion.name_zh}（{zh}）" if zh else criterion.name_zh
        head_en = f"{criterion.name_en}, {en}" if en else criterion.name_en
        found.append(Column(f"raw_{criterion.id}", head_zh, head_en, criterion.number_kind, 14))
    return found


def excluded_frame(ranking: Ranking) -> pd.DataFrame:
    """The candidates that are excluded: `alternatives.COLUMNS` with zone in words, and `reasons`."""
    reasons: dict[int, list[str]] = {}
    for rule in ranking.excluded:
        for row, zh, en in rule.sites:
            reasons.setdefault(row, []).append(both((zh, en)))
    rows = sorted(reasons)
    frame = _zone_in_words(ranking, ranking.candidates.iloc[rows])
    return frame.assign(reasons=["；".join(reasons[row]) for row in rows]).reset_index(drop=True)
