"""The tables of a ranking: ranks, what scores are made of, other weights, the back-test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.ranking.frames import RANK, SCORE, SHARES, SITE, WHICH, ranked, raw_columns, together
from siting.ranking.rank import Ranking, Sensitivity
from siting.ranking.score import FULL
from siting.ranking.sensitivity import moved
from siting.ranking.sentences import chosen_name, differences, name_in, rival_of
from siting.ranking.tables_asked import excluded, rules, weights
from siting.ranking.tables_links import link_times
from siting.ranking.words import cell_value
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both, yes_no

SHOWN_ROWS = 10  # of a long table, in map and report
EMPTY: Text = ("空白的数值：未知或到不了，该项得 0 分。", "An empty value is not known or out of reach, and scores 0.")
CHOSEN: Text = (
    "“实际选址”一行是回测：名次按与备选地一起排计，分值的尺度仍由备选地决定。",
    "The row of the site really chosen is the back-test: ranked among all, by the scales of the candidates.",
)


def sheets_of(ranking: Ranking) -> list[Sheet]:
    """Every table, in reading order."""
    return [
        ranking_sheet(ranking),
        breakdown(ranking),
        robustness(ranking),
        one_weight(ranking),
        *([link_times(ranking)] if ranking.measured.links else []),
        *([backtest(ranking)] if ranking.chosen is not None else []),
        weights(ranking),
        rules(ranking),
        excluded(ranking),
    ]


def ranking_sheet(ranking: Ranking) -> Sheet:
    """Each site with its rank, its score, the value of every criterion and the points (0-100) that it has for it."""
    criteria = ranking.scenario.criteria
    frame = together(ranking)
    frame = frame.assign(**{f"points_{c.id}": FULL * frame[f"value_{c.id}"] for c in criteria})
    columns = [
        *SITE,
        *SHARES,
        *raw_columns(criteria),
        *(Column(f"points_{c.id}", f"{c.name_zh} 分（0-100）", f"{c.name_en}, 0-100", "score") for c in criteria),
        Column("lon", "经度", "Longitude", "degrees"),
        Column("lat", "纬度", "Latitude", "degrees"),
    ]
    notes = [EMPTY, *([CHOSEN] if ranking.chosen is not None else []), *ranking.measured.notes]
    return make_sheet("ranking", ("排序", "Ranking"), columns, frame, notes)


def short_ranking(ranking: Ranking) -> Sheet:
    """Rank, site and score alone."""
    columns = (RANK, WHICH, SCORE, *SHARES)
    return make_sheet("ranking_short", ("名次", "Ranks"), columns, ranked(ranking))


def first_rows(sheet: Sheet) -> Sheet:
    """The first rows of a table for map and report; the workbook has all."""
    rows = len(sheet.frame)
    if rows <= SHOWN_ROWS:
        return sheet
    note = (
        f"只列前 {SHOWN_ROWS} 行，共 {rows} 行，见 tables.xlsx。",
        f"The first {SHOWN_ROWS} of {rows} rows; tables.xlsx has all.",
    )
    return replace(sheet, frame=sheet.frame.head(SHOWN_ROWS), notes=(*sheet.notes, note))


def breakdown(ranking: Ranking) -> Sheet:
    """What of each score each criterion gives."""
    weighted = list(zip(ranking.scenario.criteria, ranking.scores.weights, strict=True))
    frame = together(ranking)
    frame = frame.assign(**{f"part_{c.id}": FULL * w * frame[f"value_{c.id}"] for c, w in weighted})
    columns = [
        RANK,
        WHICH,
        SCORE,
        *(
            Column(
                f"part_{c.id}", f"{c.name_zh}（满分 {FULL * w:.1f}）", f"{c.name_en}, of {FULL * w:.1f}", "score", 14
            )
            for c, w in weighted
        ),
    ]
    note = ("各项相加等于得分；每项 = 权重 × 该项分值。", "The parts add up to the score; each is weight times value.")
    return make_sheet("breakdown", ("得分构成", "Parts of the score"), columns, frame, [note])


def robustness(ranking: Ranking) -> Sheet:
    """How each site fares with other weights."""
    weights = ranking.scores.weights
    rows = [_fares(ranking, ranking.sensitivity, weights, row) for row in ranking.scores.order.tolist()]
    if ranking.chosen is not None:
        rows.append(_fares(ranking, ranking.chosen.sensitivity, weights, ranking.chosen.row))
    frame = pd.concat([together(ranking), pd.DataFrame(rows)], axis=1)
    columns = [
        RANK,
        WHICH,
        SCORE,
        *SHARES,
        Column("can", "有权重使它单独第一", "Some weights put it first alone"),
        Column("moved", "为此至少移动多少权重", "Weight to be moved for that", "share"),
        Column("lead", "最多能领先多少分", "Largest lead that any weights give", "score"),
        Column("worse", "每项都不差于它的地块", "Sites as good or better in everything", width=24),
    ]
    draws, seed = ranking.scenario.draws, ranking.scenario.seed
    note = (
        f"随机权重：{draws:,} 组，均匀取自所有合计为 100% 的权重（Dirichlet，种子 {seed}）；得分相同者平分第一。"
        "方法见 Lahdelma 与 Salminen（2001）。",
        f"Random weights: {draws:,}, drawn evenly from all that add up to 100 % (Dirichlet, seed {seed}); sites of "
        "equal score share the first place. Method: Lahdelma and Salminen (2001), SMAA-2.",
    )
    return make_sheet("robustness", ("权重变化后的名次", "With other weights"), columns, frame, [note])


def _fares(ranking: Ranking, sensitivity: Sensitivity, weights: FloatArray, row: int) -> dict[str, object]:
    nearest = sensitivity.nearest[row]
    return {
        "can": yes_no(nearest is not None),
        "moved": np.nan if nearest is None else moved(weights, nearest),
        "lead": FULL * max(0.0, float(sensitivity.lead[row])),
        "worse": _ids(ranking, sensitivity.dominated_by[row]),
    }


def _ids(ranking: Ranking, rows: Sequence[int]) -> str:
    ranked = len(ranking.sites)
    return "、".join(ranking.sites["id"].iloc[row] if row < ranked else both(chosen_name(ranking)) for row in rows)


def one_weight(ranking: Ranking) -> Sheet:
    """For which weights of each criterion the first stays first, the others in proportion."""
    leads = ranking.sensitivity.leads
    data = pd.DataFrame(
        {
            "criterion": [both((c.name_zh, c.name_en)) for c in ranking.scenario.criteria],
            "weight": ranking.scores.weights,
            "low": [lead.low for lead in leads],
            "high": [lead.high for lead in leads],
            "below": ["" if lead.below is None else name_in(ranking, lead.below)[0] for lead in leads],
            "above": ["" if lead.above is None else name_in(ranking, lead.above)[0] for lead in leads],
        }
    )
    columns = [
        Column("criterion", "指标", "Criterion", width=36),
        Column("weight", "现权重", "Weight now", "share"),
        Column("low", "第一名不变的权重下限", "The first stays first from", "share"),
        Column("high", "第一名不变的权重上限", "to", "share"),
        Column("below", "低于下限时第一", "First below that", width=28),
        Column("above", "高于上限时第一", "First above that", width=28),
    ]
    note = (
        "每次只改一项权重，其余按原比例；得分是该权重的线性函数，因此区间是精确的。",
        "One weight is changed at a time, the others keep their proportions; scores are straight lines in it, so the "
        "intervals are exact.",
    )
    return make_sheet("sensitivity", ("权重区间", "Weight intervals"), columns, data, [note])


def backtest(ranking: Ranking) -> Sheet:
    """The site really chosen beside the best of the others, criterion by criterion."""
    chosen = ranking.chosen
    assert chosen is not None
    assert ranking.scenario.backtest is not None
    rival = rival_of(chosen)
    criteria, scores = ranking.scenario.criteria, chosen.scores
    nearest = chosen.sensitivity.nearest[chosen.row]
    more = differences(ranking, chosen)
    data = pd.DataFrame(
        {
            "criterion": [both((c.name_zh, c.name_en)) for c in criteria],
            "own": [cell_value(float(x), c.number_kind) for c, x in zip(criteria, chosen.raw, strict=True)],
            "other": [cell_value(float(x), c.number_kind) for c, x in zip(criteria, ranking.raw[rival], strict=True)],
            "own_points": FULL * scores.weights * scores.values[chosen.row],
            "other_points": FULL * scores.weights * scores.values[rival],
            "difference": more,
            "speaks": [_speaks(x) for x in more],
            "weight": scores.weights,
            "then": np.full(len(criteria), np.nan) if nearest is None else nearest,
        }
    )
    name, other = chosen_name(ranking), name_in(ranking, rival)[0]
    columns = [
        Column("criterion", "指标", "Criterion", width=36),
        Column("own", "实际选址的数值", "Value, really chosen", width=18),
        Column("other", "对照地块的数值", "Value, compared with", width=18),
        Column("own_points", "实际选址得分", "Points, really chosen", "score"),
        Column("other_points", "对照地块得分", "Points, compared with", "score"),
        Column("difference", "相差（分）", "Difference", "points"),
        Column("speaks", "有利或不利", "For or against", width=16),
        Column("weight", "现权重", "Weight now", "share"),
        Column("then", "使它第一的最近权重", "Nearest weights that put it first", "share"),
    ]
    source = ranking.scenario.backtest.source
    checked = ("已核实", "verified") if ranking.scenario.backtest.verified else ("未核实", "not verified")
    notes = [
        (
            f"实际选址：{name[0]}；对照：{other}（其余中得分最高）。",
            f"{name[1]}, compared with {other}, the best of the others.",
        ),
        (f"依据（{checked[0]}）Source ({checked[1]})：{source}", ""),
    ]
    return make_sheet("backtest", ("回测：实际选址", "Back-test"), columns, data, notes)


def _speaks(difference: float) -> str:
    if abs(difference) < 1e-6:
        return "相同 alike"
    return "有利 for" if difference > 0 else "不利 against"
