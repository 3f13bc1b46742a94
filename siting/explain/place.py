"""A named place under a plan: who serves it, how long that takes, and what would bring it within the standard."""

from __future__ import annotations

import numpy as np

from siting.case import Case
from siting.explain.answers import Leg, PlaceAnswer, PointAnswer, Remedy, Site, Text
from siting.explain.desk import Desk
from siting.explain.names import Place
from siting.explain.questions import Say, with_site
from siting.impedance import BoolArray
from siting.plan import Posed, display_name
from siting.prepare import ServiceAsked

REMEDIES_TRIED = 3
OFF: Text = ("附近没有道路，不在方案之内", "no road near: takes no part in the plan")
OUT: Text = ("任何现有或候选地点都到不了，单独列出", "no site can serve it; listed apart")
NOBODY: Text = ("没有人需要这项服务", "nobody here needs the service")


def place_answer(case: Case, asked: ServiceAsked, posed: Posed, desk: Desk, place: Place, say: Say) -> PlaceAnswer:
    """What the plan does for a place, and what choosing a nearer site for it would do to others."""
    problem, times = asked.problem, asked.times
    sites = [Site(str(r.id), str(r.name), str(r.township)) for r in problem.sites.itertuples()]
    existing = (problem.sites["origin"] == "existing").to_numpy(dtype=bool)
    closing = problem.sites["closing"].to_numpy(dtype=bool)
    opened = np.zeros(len(sites), dtype=bool)
    opened[posed.columns[desk.plan.open]] = True
    spare = np.zeros(len(sites), dtype=bool)
    spare[posed.columns[~desk.plan.open & ~desk.instance.existing]] = True
    assignment = desk.plan.solution.assignment
    instance_row = np.full(len(case.demand), -1, dtype=np.int64)
    instance_row[posed.rows] = np.arange(posed.rows.size)

    def nearest(row: int, allowed: BoolArray) -> Leg | None:
        columns, values = times.impedance.row(row)
        use = allowed[columns]
        if not use.any():
            return None
        k = int(np.argmin(values[use]))
        return Leg(sites[int(columns[use][k])], float(values[use][k]))

    def point(row: int) -> PointAnswer:
        columns, values = times.impedance.row(row)
        minutes = dict(zip(columns.tolist(), values.tolist(), strict=True))
        mine = assignment.demand_index == instance_row[row] if instance_row[row] >= 0 else np.zeros(0, dtype=bool)
        pairs = np.flatnonzero(mine)
        legs = [
            Leg(sites[j], minutes[j], float(share))
            for j, share in zip(
                posed.columns[assignment.site_index[pairs]].tolist(), assignment.share[pairs], strict=True
            )
        ]
        standard = float(problem.standard_min[row])
        here = nearest(row, opened)
        trouble: Text = ("", "")
        if problem.demand_persons[row] <= 0:
            trouble = NOBODY
        elif times.off_network[row]:
            trouble = OFF
        elif posed.out_of_reach[row]:
            trouble = OUT
        return PointAnswer(
            id=str(case.demand["id"].iloc[row]),
            name=display_name(case, row),
            persons=float(problem.demand_persons[row]),
            mode=problem.mode[row],
            standard_min=standard,
            covered=here is not None and here.minutes <= standard,
            assigned=tuple(sorted(legs, key=lambda leg: -leg.share)),
            nearest=here,
            before=nearest(row, existing),
            candidate=nearest(row, spare),
            best=nearest(row, existing & ~closing | spare | opened),
            trouble=trouble,
        )

    points = tuple(point(int(row)) for row in place.rows)
    needy = np.array(
        [row for row, p in zip(place.rows.tolist(), points, strict=True) if p.persons > 0 and not p.covered]
    )
    within = _reached(asked, needy, spare)
    column_of = {int(column): k for k, column in enumerate(posed.columns)}
    remedies = []
    ordered = (
        sorted(within, key=lambda c: (-within[c][0], within[c][1]))
        if len(needy) > 1
        else sorted(within, key=lambda c: within[c][1])
    )
    for number, column in enumerate(ordered[: 1 if desk.slow else REMEDIES_TRIED]):
        say(f"试用可使其达标的候选地点 {number + 1}", f"trying candidate {number + 1} that would bring it within")
        persons, minutes = within[column]
        remedies.append(Remedy(with_site(desk, column_of[column]), persons, minutes))
    return PlaceAnswer(place.name, points, len(within), tuple(remedies))


def _reached(asked: ServiceAsked, rows: np.ndarray, spare: BoolArray) -> dict[int, tuple[float, float]]:
    """Of each spare site that brings some of these demand points within the standard: persons, least minutes."""
    found: dict[int, tuple[float, float]] = {}
    for row in rows.tolist():
        columns, values = asked.times.impedance.row(int(row))
        use = spare[columns] & (values <= asked.problem.standard_min[row])
        for column, minutes in zip(columns[use].tolist(), values[use].tolist(), strict=True):
            persons, least = found.get(column, (0.0, np.inf))
            found[column] = (persons + float(asked.problem.demand_persons[row]), min(least, minutes))
    return found
