"""What becomes of each facility over the whole plan, in planners' words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.layout.places import Place, chosen
from siting.layout.tables.facts import Facts
from siting.layout.tables.flows import NOWHERE

STATUS = {
    "kept": ("保留", "kept"),
    "expanded": ("扩建", "expanded"),
    "reduced": ("缩减", "reduced"),
    "moved": ("迁建", "moved"),
    "new": ("新建", "new"),
    "converted": ("改建", "converted"),
    "merged": ("撤并", "merged"),
    "closed": ("关闭", "closed"),
}
LEAVING = ("moved", "merged", "closed")


@dataclass(frozen=True)
class Fate:
    """What becomes of a place.

    Attributes:
        status: key of `STATUS`.
        state: the last while in use, counted within the place.
        years: of its changes; empty where it stays as it is.
        affected: persons who were there in the period before it closed; 0 for others.
        receiver: place that takes most of them, -1 for none.
    """

    place: int
    status: str
    state: int
    years: tuple[int, ...]
    yuan: float
    affected: float = 0.0
    receiver: int = -1


def fates_of(facts: Facts) -> tuple[Fate, ...]:
    """Of every place that is in use today or in the plan, but for those of higher tiers that are only counted."""
    course, years = facts.plan.after, facts.years
    taken = facts.changes.groupby("place").indices
    found = []
    for p, place in enumerate(facts.places):
        if not facts.real[p] or (place.initial < 0 and not (course.state[p] >= 0).any()):
            continue
        changes = facts.changes.iloc[taken[p]] if p in taken else None
        last = int(course.state[p, -1])
        kinds = [] if changes is None else changes["kind"].tolist()
        periods = [] if changes is None else changes["period"].tolist()
        then, yuan = tuple(years[t] for t in periods), 0.0 if changes is None else float(changes["yuan"].sum())
        if "close" in kinds:
            t = periods[kinds.index("close")]
            affected, receiver = received(facts, p, t)
            moved = _may_move(facts, place) and _opens_there(facts, p, t)
            status = "moved" if moved else "merged" if receiver >= 0 else "closed"
            state = int(course.state[p, t - 1]) if t > 0 else place.initial
            found.append(Fate(p, status, state, then, yuan, affected, receiver))
            continue
        if place.initial < 0:
            status = "converted" if place.origin in ("within", "reuse") else "new"
        else:
            held = [place.states[k].persons for k in (place.initial, last)]
            status = "expanded" if held[1] > held[0] else "reduced" if held[1] < held[0] else "kept"
        found.append(Fate(p, status, last, then, yuan))
    return tuple(found)


def received(facts: Facts, p: int, t: int) -> tuple[float, int]:
    """People who were at a place in the period before t, and the place that takes most of them (-1: none)."""
    load = facts.plan.after.load[p, t - 1] if t > 0 else facts.plan.before.load[p, 0]
    flow = flow_from(facts, p, t)
    flow = flow[flow["dest"] != NOWHERE]
    takes = np.bincount(flow["dest"], weights=flow["was"], minlength=1)
    return float(load), int(takes.argmax()) if takes.any() else NOWHERE


def flow_from(facts: Facts, p: int, t: int) -> pd.DataFrame:
    """The flows of period t that leave a place."""
    flows = facts.flows
    period = facts.plan.posed.demand["period"].to_numpy()
    mine: pd.DataFrame = flows[(flows["origin"] == p).to_numpy() & (period[flows["row"]] == t)]
    return mine


def _may_move(facts: Facts, place: Place) -> bool:
    plan = next(part.plan for part in facts.plan.posed.parts if part.service.id == place.service)
    return bool(chosen(plan.move, pd.Series([place.id]))[0])


def _opens_there(facts: Facts, p: int, t: int) -> bool:
    """Whether a plot opens for the same service in the same township and period."""
    changes, here = facts.changes, facts.units.of_places[2]
    opening = changes[
        (changes["kind"] == "open") & (changes["period"] == t) & (changes["service"] == facts.service_of_place[p])
    ]
    return any(facts.places[q].origin == "candidate" and here[q] == here[p] for q in opening["place"])
