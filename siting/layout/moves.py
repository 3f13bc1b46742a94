"""Who goes elsewhere in a plan than they would if nothing were done."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from siting.layout.result import Course, LayoutPlan

When = Literal["before", "after"]
WHEN: tuple[When, ...] = ("before", "after")
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


def points_of(moves: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the people of each demand point.

    Args:
        moves: those of one service and period, as `moves_of` gives them.

    Returns:
        Index: row of the case's demand table. Columns: need, within_before, within_after, without_before,
        without_after (persons), minutes_before, minutes_after (mean of those who have a place), place_before,
        place_after (where most of them go; -1 nowhere).
    """
    found = pd.DataFrame({"need": moves.groupby("point")["persons"].sum()})
    for when in WHEN:
        persons, nowhere = moves["persons"], moves[when] == NOWHERE
        columns = pd.DataFrame(
            {
                "point": moves["point"],
                f"within_{when}": persons * moves[f"within_{when}"],
                f"without_{when}": persons * nowhere,
                "minutes": (persons * moves[f"minutes_{when}"]).fillna(0.0),
                "placed": persons * ~nowhere,
            }
        )
        total = columns.groupby("point").sum()
        found[[f"within_{when}", f"without_{when}"]] = total[[f"within_{when}", f"without_{when}"]]
        mean = np.divide(total["minutes"], total["placed"], out=np.full(len(total), np.nan), where=total["placed"] > 0)
        found[f"minutes_{when}"] = mean
        each = moves.groupby(["point", when])["persons"].sum().reset_index()
        most = each.sort_values("persons", kind="stable").drop_duplicates("point", keep="last")
        found[f"place_{when}"] = most.set_index("point")[when]
    return found


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
