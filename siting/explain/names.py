"""Finding a place or a site by what somebody calls it: id, name, village or township, whole or in part."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.case import Case
from siting.errors import Faults, fail
from siting.impedance import IntArray
from siting.plan import display_name

SHOWN = 10  # as many as an error shows of one kind


@dataclass(frozen=True, eq=False)
class Place:
    """Demand points that go by one name; `rows` index the case's demand."""

    name: str
    rows: IntArray


def find_place(case: Case, text: str) -> Place:
    """A demand point by id or name, a village or a township by name; part of a name will do where it is clear.

    Raises:
        InputError: nothing is called so (the nearest names are given), or several places are (they are listed).
    """
    demand, wanted = case.demand, _plain(text)
    township, village = demand["township"].fillna(""), demand["village"].fillna("")
    own = demand["name"].fillna("")
    if not wanted:
        _nothing(text, [], "--place")
    by_id = _where(demand["id"], wanted)
    if by_id.size:
        return Place(display_name(case, int(by_id[0])), by_id[:1])
    rows = _where(township, wanted)
    if rows.size:
        return Place(str(township.iloc[rows[0]]), rows)
    keys = (township + " " + village).str.strip()
    for column in (village, keys, own, (township + " " + own).str.strip()):
        rows = _where(column, wanted)
        if rows.size:
            return _single(case, text, rows, keys)
    whole = (township + village + own).map(_plain)
    rows = np.flatnonzero(whole.str.contains(wanted, regex=False))
    if not rows.size:
        _nothing(text, [*demand["id"], *own, *village, *township], "--place")
    return _single(case, text, rows, keys)


def _single(case: Case, text: str, rows: IntArray, keys: pd.Series) -> Place:
    """One village or one point; several are listed."""
    if rows.size == 1:
        return Place(display_name(case, int(rows[0])), rows)
    villages = case.demand["village"].fillna("").iloc[rows]
    groups = list(dict.fromkeys(keys.iloc[rows]))
    if len(groups) == 1 and (villages != "").all():
        return Place(groups[0], rows)
    ids = case.demand["id"]
    faults = Faults()
    for group in groups[:SHOWN] if (villages != "").all() else []:
        members = rows[(keys.iloc[rows] == group).to_numpy()]
        _list(faults, "--place", f"{group}（{members.size}）", str(ids.iloc[members[0]]), text)
    if not faults:
        for row in rows[:SHOWN]:
            _list(faults, "--place", display_name(case, int(row)), str(ids.iloc[row]), text)
    count = len(groups) if (villages != "").all() else rows.size
    _more(faults, count - len(faults.items), "--place")
    faults.raise_if_any()
    raise AssertionError


def find_site(problems: Sequence[Problem], text: str) -> str:
    """Id of a candidate or facility by its id or name; part of a name will do where it is clear.

    Raises:
        InputError: nothing is called so (the nearest names are given), or several sites are (they are listed).
    """
    sites = pd.concat([problem.sites[["id", "name", "township"]] for problem in problems]).drop_duplicates("id")
    wanted, name = _plain(text), sites["name"].fillna("")
    if not wanted:
        _nothing(text, [], "--site")
    for column in (sites["id"], name):
        rows = _where(column, wanted)
        if rows.size:
            break
    else:
        rows = np.flatnonzero((sites["township"].fillna("") + name).map(_plain).str.contains(wanted, regex=False))
    if not rows.size:
        _nothing(text, [*sites["id"], *name], "--site")
    found = sites.iloc[rows]
    if len(found) == 1:
        return str(found["id"].iloc[0])
    faults = Faults()
    for row in found.head(SHOWN).itertuples():
        _list(faults, "--site", f"{row.township} {row.name}".strip(), str(row.id), text)
    _more(faults, len(found) - SHOWN, "--site")
    faults.raise_if_any()
    raise AssertionError


def nearest_names(text: str, names: Iterable[str], most: int = 5) -> list[str]:
    """The names most like what was written."""
    plain = {_plain(name): name for name in names if name}
    return [plain[key] for key in difflib.get_close_matches(_plain(text), list(plain), n=most, cutoff=0.4)]


def _plain(text: str) -> str:
    return "".join(str(text).split()).casefold()


def _where(column: pd.Series, wanted: str) -> IntArray:
    return np.flatnonzero(column.map(_plain).to_numpy() == wanted)


def _list(faults: Faults, option: str, name: str, key: str, text: str) -> None:
    faults.add(
        f"叫“{text}”的不止一处：请用更完整的名称，或用编号",
        f"{text!r} is the name of more than one: write more of the name, or an id",
        column=option,
        value=f"{key} {name}",
    )


def _more(faults: Faults, more: int, option: str) -> None:
    if more > 0:
        faults.add(f"……另有 {more} 处", f"... and {more} more", column=option)


def _nothing(text: str, names: Iterable[str], option: str) -> None:
    close = nearest_names(text, dict.fromkeys(str(name) for name in names))
    fail(
        "没有叫这个名字或编号的地点",
        "nothing has this name or id",
        remedy_zh=f"是否想写：{'、'.join(close)}？" if close else "请核对案例的 demand.csv 与 candidates.csv",
        remedy_en=f"did you mean {', '.join(close)}?"
        if close
        else "look into the case's demand.csv and candidates.csv",
        column=option,
        value=text,
    )
