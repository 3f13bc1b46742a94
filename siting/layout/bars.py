"""Shares of people in the panel of a plan's map: within the standard by township, and by minutes one way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.facts import Facts
from siting.layout.gains import NOT_NAMED
from siting.layout.moves import NOWHERE
from siting.render.map_style import Style
from siting.render.people_looks import MINUTES, class_names
from siting.render.views import Bars


def bars(facts: Facts, s: int, t: int, style: Style) -> tuple[Bars, ...]:
    """Both charts of one service and year; none where nobody needs it."""
    moves = facts.moves_in(s, t)
    if not moves["persons"].sum() > 0:
        return ()
    return _by_township(facts, moves), _by_minutes(moves, style)


def _by_township(facts: Facts, moves: pd.DataFrame) -> Bars:
    """Share within the standard by township, those of most people first."""
    township = facts.plan.posed.case.demand["township"].fillna("").to_numpy(dtype=object)[moves["point"].to_numpy()]
    named = np.where(township == "", NOT_NAMED, township)
    people = pd.DataFrame(
        {
            "need": moves["persons"],
            "before": moves["persons"] * moves["within_before"],
            "after": moves["persons"] * moves["within_after"],
        }
    )
    total = people.groupby(named).sum().sort_values("need", ascending=False, kind="stable")
    total = total[total["need"] > 0]
    rows = tuple(
        (str(name), str(name), before / need, after / need)
        for name, need, before, after in total[["need", "before", "after"]].itertuples(name=None)
    )
    return Bars("各乡镇标准之内的人", "People within the standard, by township", rows)


def _by_minutes(moves: pd.DataFrame, style: Style) -> Bars:
    """Share of people by class of minutes one way, and of those without a place."""
    breaks, colours = style.travel_time.breaks_min, style.travel_time.colours
    persons, total = moves["persons"].to_numpy(), float(moves["persons"].sum())
    shares = []
    for when in ("before", "after"):
        placed = (moves[when] != NOWHERE).to_numpy()
        minutes = moves[f"minutes_{when}"].to_numpy()[placed]
        own = np.bincount(
            np.searchsorted(np.asarray(breaks), minutes, side="left"), weights=persons[placed], minlength=len(colours)
        )
        shares.append([*(own / total).tolist(), float(persons[~placed].sum()) / total])
    names = [*class_names(breaks, MINUTES), ("没有着落", "no place")]
    looks = (*colours, style.coverage.unreachable)
    rows = [
        (*name, before, after, colour)
        for name, before, after, colour in zip(names, *shares, looks, strict=True)
        if before > 0 or after > 0
    ]
    return Bars(
        "单程时间分布（人数占比）",
        "Minutes one way (share of people)",
        tuple(row[:4] for row in rows),
        tuple(row[4] for row in rows),
    )
