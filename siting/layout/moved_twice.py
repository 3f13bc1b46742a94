"""Who is really moved by closures, and how often: held against the rule that nobody is moved twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.layout.result import Course, LayoutPlan

NOWHERE = -1
TINY = 1e-9
NOBODY = 0.01  # persons: what the rounding of shares leaves
COLUMNS = ("service", "period", "place", "times", "persons")
Spread = dict[int, dict[int, float]]  # by place the share of a point's people by how often a closure moved them


def moved_by_closures(plan: LayoutPlan) -> pd.DataFrame:
    """Everybody whose place closes, with how many closures have moved them then, this one included.

    People of a point and group are followed from period to period, from today's places on: as many as can stay where
    they are; where a point's people part, those who go are spread in proportion over where more of them are than were,
    however often they were moved. It follows who lives at a point, not pupils by name, who leave school meanwhile.

    Returns:
        service, period, place (that closes; numbers), times, persons (as many as lived there in the period before; in
        the first, in that one), summed over points and groups.
    """
    course, demand = plan.after, plan.posed.demand
    used = np.c_[[place.initial >= 0 for place in plan.posed.places], course.state >= 0]
    closes = used[:, :-1] & ~used[:, 1:]
    rows = demand[["service", "group", "point", "period"]].assign(row=np.arange(len(demand)))
    today, planned = _by_row(plan.before), _by_row(course)
    there = set(np.flatnonzero(closes.any(axis=1)).tolist())
    concerned = {row for given in (today, planned) for row, shares in given.items() if there & shares.keys()}
    persons, found = demand["persons"].to_numpy(), list[tuple[int, int, int, int, float]]()
    key = rows.groupby(["service", "group", "point"], sort=False).ngroup()
    rows = rows[key.isin(key[sorted(concerned)])]
    for _, part in rows.groupby(["service", "group", "point"], sort=False):
        people = _People({}, -2, 0.0)
        for t, row in sorted(zip(part["period"].tolist(), part["row"].tolist(), strict=True)):
            new = t == 0 or people.period != t - 1  # nobody was here in the period before
            if new:
                known = today.get(row, {}) if t == 0 else planned.get(row, {})
                people = _People({p: {0: share} for p, share in _whole(known).items()}, t, float(persons[row]))
            if new and t > 0:
                continue
            for p, classes in people.spread.items():
                if p != NOWHERE and closes[p, t]:
                    service = int(part["service"].iloc[0])
                    found += [(service, t, p, n + 1, share * people.persons) for n, share in classes.items()]
            closed = {p for p in people.spread if p != NOWHERE and closes[p, t]}
            people = _People(_step(people.spread, _whole(planned.get(row, {})), closed), t, float(persons[row]))
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    return pd.DataFrame(frame.groupby(["service", "period", "place", "times"], as_index=False)[["persons"]].sum())


def moved_again(moved: pd.DataFrame, service: int) -> float:
    """Persons of a service whom a second closure moves, a third one too."""
    return float(moved.loc[(moved["service"] == service) & (moved["times"] > 1), "persons"].sum())


@dataclass(frozen=True)
class _People:
    """Where those of one point and group are after a period, and how many they are."""

    spread: Spread
    period: int
    persons: float


def _by_row(course: Course) -> dict[int, dict[int, float]]:
    """Shares by place of each demand row."""
    found: dict[int, dict[int, float]] = {}
    given = zip(
        course.solution.assignment.demand_index.tolist(), course.assigned["place"].tolist(),
        course.solution.assignment.share.tolist(), strict=True,
    )  # fmt: skip
    for row, place, share in given:
        found.setdefault(row, {})[place] = share
    return found


def _whole(shares: dict[int, float]) -> dict[int, float]:
    """With those who go nowhere."""
    left = 1.0 - sum(shares.values())
    return {**shares, NOWHERE: left} if left > TINY else dict(shares)


def _step(spread: Spread, after: dict[int, float], closed: set[int]) -> Spread:
    """Where everybody is after a period."""
    found: Spread = {}
    leaving: dict[int, float] = {}
    for p, classes in spread.items():
        was = sum(classes.values())
        stay = min(was, after.get(p, 0.0)) / was if was > TINY else 0.0
        for n, share in classes.items():
            if stay * share > TINY:
                found.setdefault(p, {})[n] = stay * share
            if (1 - stay) * share > TINY:
                times = n + (p in closed)
                leaving[times] = leaving.get(times, 0.0) + (1 - stay) * share
    gains = {p: share - sum(found.get(p, {}).values()) for p, share in after.items()}
    gains = {p: share for p, share in gains.items() if share > TINY}
    total = sum(gains.values())
    for p, gain in gains.items():
        here = found.setdefault(p, {})
        for n, share in leaving.items():
            here[n] = here.get(n, 0.0) + share * gain / total
    return found
