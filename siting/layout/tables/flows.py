"""Who goes elsewhere than in the period before, and who gains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray

TINY = 1e-9
NOWHERE = -1


def entries_of(pairs: pd.DataFrame) -> pd.DataFrame:
    """row, place, share, minutes of an assignment."""
    return pairs[["row", "place", "share", "minutes"]]


def rows_before(demand: pd.DataFrame) -> IntArray:
    """(N,) the row of the same service, group and point in the period before; -1 where nobody was there."""
    keys = ["service", "group", "point"]
    here = pd.MultiIndex.from_frame(demand[[*keys, "period"]])
    wanted = pd.MultiIndex.from_frame(demand[keys].assign(period=demand["period"] - 1))
    return np.asarray(here.get_indexer(wanted), dtype=np.int64)


def flows_between(demand: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, places: int) -> pd.DataFrame:
    """Where the people of each demand row go who do not stay at the place of the period before.

    The first period is held against `before` (today's facilities), every other against the plan in the period before
    it. Of those who are at a place in both, as many as can stay; the others are spread in proportion.

    Args:
        demand: `posed.demand`.
        before, after: `entries_of`.
        places: P.

    Returns:
        row, origin, dest (-1: no place), share (of the row), was, now (persons of the period before and of this one),
        minutes_was, minutes_now (NaN without a place); one row a demand row, origin and destination.
    """
    period = demand["period"].to_numpy()
    back = rows_before(demand)
    following = np.full(len(demand), NOWHERE, dtype=np.int64)
    following[back[back >= 0]] = np.flatnonzero(back >= 0)
    first = before[period[before["row"]] == 0]
    later = after[following[after["row"]] >= 0]
    was = pd.concat([first, later.assign(row=following[later["row"]])], ignore_index=True)
    known = (period == 0) | (back >= 0)
    was, now = (_with_nowhere(part, known) for part in (was, after[known[after["row"]]]))
    leave, arrive = _less(was, now, places), _less(now, was, places)
    total = np.bincount(arrive["row"], weights=arrive["share"], minlength=len(demand))
    found = leave.merge(arrive, on="row", suffixes=("_was", "_now"))
    row = found["row"].to_numpy()
    persons = demand["persons"].to_numpy()
    share = found["share_was"] * found["share_now"] / np.maximum(total[row], TINY)
    return pd.DataFrame(
        {
            "row": row,
            "origin": found["place_was"],
            "dest": found["place_now"],
            "share": share,
            "was": share * np.where(period == 0, persons, persons[back])[row],
            "now": share * persons[row],
            "minutes_was": found["minutes_was"],
            "minutes_now": found["minutes_now"],
        }
    )


def _with_nowhere(entries: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
    """The entries, and one without a place for what is left of each row."""
    left = 1.0 - np.bincount(entries["row"], weights=entries["share"], minlength=known.size)
    rows = np.flatnonzero(known & (left > TINY))
    rest = pd.DataFrame({"row": rows, "place": NOWHERE, "share": left[rows], "minutes": np.nan})
    return pd.concat([entries, rest], ignore_index=True)


def _less(one: pd.DataFrame, other: pd.DataFrame, places: int) -> pd.DataFrame:
    """What each entry has more than the other's of the same row and place."""
    share = one["share"] - _share_there(one, other, places)
    return one.assign(share=share)[share > TINY]


def _share_there(one: pd.DataFrame, other: pd.DataFrame, places: int) -> FloatArray:
    """For each entry of `one` the share that `other` sends from its row to its place."""
    keys = [
        (part["row"].to_numpy(dtype=np.int64) * (places + 1) + part["place"].to_numpy() + 1) for part in (one, other)
    ]
    order = np.argsort(keys[1], kind="stable")
    place = np.minimum(np.searchsorted(keys[1][order], keys[0]), max(order.size - 1, 0))
    if not order.size:
        return np.zeros(len(one))
    same = keys[1][order][place] == keys[0]
    return np.where(same, other["share"].to_numpy()[order][place], 0.0)


def gained_by_place(
    demand: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, shape: tuple[int, int]
) -> FloatArray:
    """(P, T) people of each place who are within their standard and were not, in the same year, had nothing been done.

    What a demand row has more within its standard counts once, spread over the places that take more of it.
    """
    count = len(demand)
    old, new = before[before["within"]], after[after["within"]]
    more = new["share"].to_numpy() - np.minimum(new["share"].to_numpy(), _share_there(new, old, shape[0]))
    row = new["row"].to_numpy()
    was, now = (np.bincount(part["row"], weights=part["share"], minlength=count) for part in (old, new))
    rise = np.maximum(now - was, 0.0) * demand["persons"].to_numpy()
    total = np.bincount(row, weights=more, minlength=count)
    each = np.divide(more * rise[row], total[row], out=np.zeros(row.size), where=total[row] > TINY)
    cell = new["place"].to_numpy() * shape[1] + new["period"].to_numpy()
    found = np.bincount(cell, weights=each, minlength=shape[0] * shape[1])
    return np.asarray(found, dtype=np.float64).reshape(shape)
