"""Who goes elsewhere in a plan than they would if nothing were done."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.result import Course, LayoutPlan

NOWHERE = -1
TINY = 1e-9
KEY = ["service", "group", "period", "point"]


def moves_of(plan: LayoutPlan) -> pd.DataFrame:
    """Everybody who needs a service by where they go without the plan and with it.

    Of the people of one demand row as many stay as can: the smaller of both shares of each place. Of the others as
    many as can are within the standard before and after, or neither time. Within these bounds people are spread over
    places in proportion to what each place gains.

    Returns:
        One row a demand row, place before and place after. Columns: service, group, period, point (numbers, as in
        `Course.assigned`), before, after (places; -1: nowhere), persons, minutes_before, minutes_after (NaN where
        nowhere), within_before, within_after (of the standard).
    """
    before, after = _shares(plan.before), _shares(plan.after)
    matched = []
    for keys in (["row", "place"], ["row", "within"], ["row"]):
        pairs = _matched(before, after, keys)
        before, after = _without(before, pairs, "before"), _without(after, pairs, "after")
        matched.append(pairs)
    first = dict.fromkeys(("minutes_before", "minutes_after", "within_before", "within_after"), "first")
    grouped = pd.concat(matched).groupby(["row", "before", "after"], as_index=False)
    found = pd.DataFrame(grouped.agg({"share": "sum", **first}))
    demand = plan.posed.demand
    own = demand[[*KEY, "persons"]].iloc[found["row"].to_numpy()].reset_index(drop=True)
    found["persons"] = own["persons"] * found["share"]
    return pd.concat([own[KEY], found.drop(columns=["row", "share"])], axis=1)


def _matched(before: pd.DataFrame, after: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """As many people as can of the same key in both, spread in proportion."""
    both = before.assign(before=before["place"]).merge(
        after.assign(after=after["place"]), on=keys, suffixes=("_before", "_after")
    )
    for name in {"place", "within"} & set(keys):
        both[f"{name}_before"] = both[f"{name}_after"] = both[name]
    totals = [part.groupby(keys)["share"].sum().rename(name) for part, name in ((before, "was"), (after, "now"))]
    both = both.join(totals[0], on=keys).join(totals[1], on=keys)
    share = both["share_before"] * both["share_after"] / both[["was", "now"]].max(axis=1)
    columns = ["row", "before", "after", "minutes_before", "minutes_after", "within_before", "within_after"]
    return both.loc[share > TINY, columns].assign(share=share[share > TINY])


def _without(shares: pd.DataFrame, pairs: pd.DataFrame, when: str) -> pd.DataFrame:
    """What is left of the shares of each row and place."""
    taken = pairs.groupby(["row", when])["share"].sum().rename("taken")
    taken.index.names = ["row", "place"]
    left = shares["share"] - shares.join(taken, on=["row", "place"])["taken"].fillna(0.0)
    return shares.assign(share=left)[left > TINY]


def _shares(course: Course) -> pd.DataFrame:
    """row, place, share, minutes, within: where the people of each demand row go, nowhere included."""
    given, assigned = course.solution.assignment, course.assigned
    somewhere = pd.DataFrame(
        {
            "row": given.demand_index, "place": assigned["place"], "share": given.share,
            "minutes": assigned["minutes"], "within": assigned["within"],
        }
    )  # fmt: skip
    left = 1.0 - np.bincount(given.demand_index, weights=given.share, minlength=len(course.posed.demand))
    rows = np.flatnonzero(left > TINY)
    nowhere = pd.DataFrame({"row": rows, "place": NOWHERE, "share": left[rows], "minutes": np.nan, "within": False})
    return pd.concat([somewhere, nowhere], ignore_index=True)
