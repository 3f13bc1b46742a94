"""How each condition can give: which rows its columns loosen, and what one unit of them is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.doctor.elastic import Builder, Slot
from siting.doctor.twin import Twin
from siting.instance import NO_LIMIT

PARTS = 1000.0  # of what is asked for, in which money is counted: by the yuan it would cost next to nothing
NOBODY = 1e-3  # what a place without people counts, so that it is not set aside for nothing


Add = Callable[[Twin, Builder], list[Slot]]


@dataclass(frozen=True)
class Give:
    """One way in which a condition can give.

    Attributes:
        key: its name, by which `apply` and `words` know it.
        block: the constraint that gives.
        each: whether each of its slots is a remedy of its own.
    """

    key: str
    block: str
    add: Add
    each: bool = False


def _single(block: str, sign: float, scale: Callable[[Twin], float], *, whole: bool = True) -> Add:
    """One column over all rows of a block; `sign` 0: whichever loosens them."""

    def add(twin: Twin, builder: Builder) -> list[Slot]:
        rows = [row for row, _ in twin.rows.get(block, ())]
        if not rows:
            return []
        asked = max(scale(twin), 1e-9)
        unit = 1.0 if whole else max(asked / PARTS, 1.0)
        column = builder.column(rows, unit * (sign or builder.helps(rows[0])), whole=whole)
        return [Slot(column, 0, asked, unit)]

    return add


def _by_index(
    block: str,
    sign: float,
    scale: Callable[[Twin], float],
    most: Callable[[Twin, int], float],
    *,
    whole: bool = True,
    step: Callable[[Twin], float] = lambda twin: 1.0,
) -> Add:
    """A column for each index of a block."""

    def add(twin: Twin, builder: Builder) -> list[Slot]:
        slots = []
        for row, index in twin.rows.get(block, ()):
            limit = most(twin, index)
            if limit > 0:
                factor = (sign or builder.helps(row)) * step(twin)
                slots.append(Slot(builder.column([row], factor, most=limit, whole=whole), index, max(scale(twin), 1)))
        return slots

    return add


def _facilities(sign: float) -> Add:
    """`open_exactly_p` with more (-1) or fewer (+1) new facilities."""

    def add(twin: Twin, builder: Builder) -> list[Slot]:
        rows = twin.rows.get("open_exactly_p", ())
        p = twin.instance.p or 0
        if not rows or (sign > 0 and p == 0):
            return []
        most = math.inf if sign < 0 else float(p)
        return [Slot(builder.column([rows[0][0]], sign, most=most), 0, max(p, 1))]

    return add


def _closures(sign: float) -> Add:
    """`close_exactly`, its row written as the closings' number, with more (-1) or fewer (+1)."""

    def add(twin: Twin, builder: Builder) -> list[Slot]:
        q = twin.instance.closures or 0
        rows = twin.rows.get("close_exactly", ())
        if not rows or (sign > 0 and q == 0):
            return []
        row = rows[0][0]
        first = builder.base.matrix[[row]].data[0]  # of y: -1 where the row counts closings
        return [Slot(builder.column([row], sign if first < 0 else -sign), 0, max(q, 1))]

    return add


def _set_aside(twin: Twin, builder: Builder) -> list[Slot]:
    """Some people, or whole places, are not served. (Means of zones would change with who is in them.)"""
    if "bound_zone_spread" in twin.active:
        return []
    parts = "assign_every_demand_point" in twin.active and not twin.whole
    slots, total = [], max(float(twin.instance.demand.sum()), NOBODY)
    rows: dict[int, list[int]] = {}
    for block in ("assign_every_demand_point", "cover_every_demand_point"):
        for row, i in twin.rows.get(block, ()):
            rows.setdefault(i, []).append(row)
    closest: dict[int, list[int]] = {}
    for row, (i, _) in twin.rows.get("assign_to_closest", ()):
        closest.setdefault(i, []).append(row)
    for i, into in rows.items():
        people = max(float(twin.instance.demand[i]), NOBODY)
        column = builder.column([*into, *closest.get(i, [])], most=1, whole=not parts, cost=people)
        builder.aside[i] = column
        slots.append(Slot(column, i, total / people))
    return slots


def _seats(twin: Twin, builder: Builder) -> list[Slot]:
    """Places at each site with a capacity of its own, only where it is open."""
    by_site: dict[int, list[int]] = {}
    for row, index in twin.rows.get("respect_capacity", ()):
        by_site.setdefault(index[0] if isinstance(index, tuple) else index, []).append(row)
    for row, j in twin.rows.get("respect_size_capacity", ()):
        if twin.instance.existing[j]:
            by_site.setdefault(j, []).append(row)
    if twin.flow is not None and twin.instance.capacity is not None:
        by_site = {j: [] for j in twin.columns.get("y", {}) if np.isfinite(twin.instance.capacity[j])}
    need = math.ceil(float(twin.instance.weight.sum()))
    slots = []
    for j, rows in sorted(by_site.items()):
        column = builder.column(rows, -1.0, most=need)
        builder.row([column, twin.columns["y"][j]], [1.0, -float(need)], 0.0)
        builder.seats[j] = column
        slots.append(Slot(column, j, max(need, 1)))
    return slots


def _size_seats(twin: Twin, builder: Builder) -> list[Slot]:
    """As many places more in every size class."""
    rows = [row for row, j in twin.rows.get("respect_size_capacity", ()) if not twin.instance.existing[j]]
    sizes = twin.instance.size_capacity
    if not rows or sizes is None or not sizes.size:
        return []
    return [Slot(builder.column(rows, -1.0), 0, max(float(sizes.max()), 1))]


def _spread(twin: Twin, builder: Builder) -> list[Slot]:
    rows = [row for row, _ in twin.rows.get("bound_zone_spread", ()) if math.isfinite(builder.base.row_upper[row])]
    if not rows:
        return []
    scale = max(twin.instance.zone_spread or 0.0, 1.0)
    return [Slot(builder.column(rows, -1.0, whole=False), 0, scale)]


def _not_closest(twin: Twin, builder: Builder) -> list[Slot]:
    """Some places go elsewhere than to the nearest."""
    rows: dict[int, list[int]] = {}
    for row, (i, _) in twin.rows.get("assign_to_closest", ()):
        rows.setdefault(i, []).append(row)
    return _places(twin, builder, rows)


def _places(twin: Twin, builder: Builder, rows: dict[int, list[int]]) -> list[Slot]:
    """A column for each place, as many rows as it has, measured in people."""
    total, slots = max(float(twin.instance.demand.sum()), NOBODY), []
    for i, into in rows.items():
        people = max(float(twin.instance.demand[i]), NOBODY)
        slots.append(Slot(builder.column(into, most=1, cost=people), i, total / people))
    return slots


def _split(twin: Twin, builder: Builder) -> list[Slot]:
    """Some places are split between facilities: x may be a share, going to more than one site."""
    if not twin.whole or "carry_catchment_flow" in twin.active or not twin.columns.get("x"):
        return []
    sites: dict[int, list[int]] = {}
    for (i, _), x in twin.columns["x"].items():
        builder.made_free.add(x)
        used = builder.column([], most=1, cost=0.0)
        builder.row([x, used], [1.0, -1.0], 0.0)
        sites.setdefault(i, []).append(used)
    slots = _places(twin, builder, {i: [] for i in sites})
    for slot in slots:
        many = sites[slot.what]
        builder.row([*many, slot.column], [1.0] * len(many) + [-float(len(many) - 1)], 1.0)
    return slots


def _detached(twin: Twin, builder: Builder) -> list[Slot]:
    """Some places need not hang together with the site that serves them."""
    loose: dict[int, list[int]] = {}
    for row, (_, i) in twin.rows.get("carry_catchment_flow", ()):
        loose.setdefault(i, []).append(builder.column([row], most=1, whole=False, cost=0.0))
    slots = _places(twin, builder, {i: [] for i in loose})
    for slot in slots:
        many = loose[slot.what]
        builder.row([*many, slot.column], [1.0] * len(many) + [-1.0], 0.0)
    return slots


def _change_rows(sign: float) -> Add:
    """The upper bound (-1) or the lower bound (+1) of each row over changes."""

    def add(twin: Twin, builder: Builder) -> list[Slot]:
        changes, slots = twin.instance.changes, []
        for row, r in twin.rows.get("keep_change_rows", ()):
            assert changes is not None
            bound = float(changes.most[r] if sign < 0 else changes.least[r])
            if math.isfinite(bound):
                scale = abs(bound) or float(np.abs(builder.base.matrix[[row]].data).max(initial=1.0))
                unit = scale / PARTS
                slots.append(Slot(builder.column([row], sign * unit, whole=False), r, scale, unit))
        return slots

    return add


def _by_place(twin: Twin, block: str) -> list[tuple[int, list[tuple[int, int]]]]:
    """Of each place of a plan over periods the rows of a block, with the site of each."""
    changes, found = twin.instance.changes, dict[int, list[tuple[int, int]]]()
    for row, j in twin.rows.get(block, ()):
        assert changes is not None
        found.setdefault(int(changes.site_place[j]), []).append((row, j))
    return sorted(found.items())


def _state_minimum(twin: Twin, builder: Builder) -> list[Slot]:
    """Fewer people ask for each state of a place, in every period."""
    changes, slots = twin.instance.changes, []
    for p, rows in _by_place(twin, "respect_state_minimum"):
        assert changes is not None
        scale = float(changes.minimum[changes.state_place == p].max(initial=1.0))
        slots.append(Slot(builder.column([row for row, _ in rows], 1.0), p, scale))
    return slots


def _state_seats(twin: Twin, builder: Builder) -> list[Slot]:
    """Places in each state of a place, as many in every period in which it is in use."""
    need = max(float(math.ceil(float(twin.instance.weight.sum()))), 1.0)
    slots = []
    for p, rows in _by_place(twin, "respect_state_capacity"):
        column = builder.column([], most=need)
        for row, j in rows:
            here = builder.column([row], -1.0, most=need, whole=False, cost=0.0)
            builder.row([here, column], [1.0, -1.0], 0.0)
            builder.row([here, twin.columns["y"][j]], [1.0, -need], 0.0)
        slots.append(Slot(column, p, need))
    return slots


def _people(twin: Twin) -> float:
    return float(twin.instance.demand.sum())


def _sites(name: str) -> Callable[[Twin], float]:
    return lambda twin: float(getattr(twin.instance, name).sum())


def _one(twin: Twin) -> float:
    return 1.0


def _budget(twin: Twin) -> float:
    return float(twin.instance.budget or 1.0)


def _minima(twin: Twin) -> float:
    return float(twin.instance.zone_minimum.sum())


def _maxima(twin: Twin) -> float:
    most = twin.instance.zone_maximum
    return 1.0 if most is None else float(most[most < NO_LIMIT].sum())


def _largest_minimum(twin: Twin) -> float:
    least = twin.instance.minimum_load
    return 1.0 if least is None else float(least.max(initial=1.0))


def _mean_points(twin: Twin) -> float:
    return twin.instance.demand_count / max(twin.instance.site_count, 1)


def _plans(twin: Twin) -> float:
    return float(len(twin.instance.excluded or ()))


def _difference(twin: Twin) -> float:
    return float(twin.instance.least_difference or 1)


def _servers(twin: Twin) -> float:
    return float(twin.instance.servers or 1)


def _zone_least(twin: Twin, k: int) -> float:
    return float(twin.instance.zone_minimum[k])


def _once(twin: Twin, index: int) -> float:
    return 1.0


def _own(twin: Twin, j: int) -> float:
    """Facilities of others are not ours to close."""
    rival = twin.instance.competitor
    return 0.0 if rival is not None and rival[j] else 1.0


def _without_end(twin: Twin, index: int) -> float:
    return math.inf


GIVES: tuple[Give, ...] = (
    Give("more_new", "open_exactly_p", _facilities(-1.0)),
    Give("fewer_new", "open_exactly_p", _facilities(1.0)),
    Give("budget", "stay_within_budget", _single("stay_within_budget", -1.0, _budget, whole=False)),
    Give("budget", "stay_within_size_budget", _single("stay_within_size_budget", -1.0, _budget, whole=False)),
    Give("zone_minimum", "zone_minimum", _by_index("zone_minimum", 1.0, _minima, _zone_least), each=True),
    Give("zone_maximum", "zone_maximum", _by_index("zone_maximum", -1.0, _maxima, _without_end), each=True),
    Give("unrequire", "require_sites", _by_index("require_sites", 1.0, _sites("required"), _once)),
    Give("unforbid", "forbid_sites", _by_index("forbid_sites", -1.0, _sites("forbidden"), _once)),
    Give("unkeep", "keep_existing", _by_index("keep_existing", 1.0, _sites("kept"), _own)),
    Give("more_closures", "close_exactly", _closures(-1.0)),
    Give("fewer_closures", "close_exactly", _closures(1.0)),
    Give("excluded", "differ_from_excluded", _by_index("differ_from_excluded", 0.0, _plans, _once, step=_difference)),
    Give("seats", "respect_capacity", _seats),
    Give("seats", "respect_size_capacity", _seats),
    Give("size_seats", "respect_size_capacity", _size_seats),
    Give("minimum_load", "respect_minimum_load", _single("respect_minimum_load", 0.0, _largest_minimum)),
    Give("fewer_points", "respect_least_points", _single("respect_least_points", 0.0, _mean_points)),
    Give("more_points", "respect_most_points", _single("respect_most_points", 0.0, _mean_points)),
    Give("share", "cover_share_of_people", _single("cover_share_of_people", 0.0, _people, whole=False)),
    Give("share", "capture_share_of_people", _single("capture_share_of_people", 0.0, _people, whole=False)),
    Give(
        "target",
        "meet_coverage_targets",
        _by_index("meet_coverage_targets", 0.0, _people, _without_end, whole=False),
        each=True,
    ),
    Give("spread", "bound_zone_spread", _spread),
    Give("more_servers", "place_all_servers", _single("place_all_servers", -1.0, _servers)),
    Give("not_closest", "assign_to_closest", _not_closest),
    Give("split", "assign_every_demand_point", _split),
    Give("detached", "carry_catchment_flow", _detached),
    Give("row_most", "keep_change_rows", _change_rows(-1.0), each=True),
    Give("row_least", "keep_change_rows", _change_rows(1.0), each=True),
    Give("state_minimum", "respect_state_minimum", _state_minimum),
    Give("state_seats", "respect_state_capacity", _state_seats),
    Give("limit", "limits", _by_index("limits", 0.0, _one, _without_end, whole=False), each=True),
    Give("set_aside", "assign_every_demand_point", _set_aside),
    Give("set_aside", "cover_every_demand_point", _set_aside),
)
