"""The question that has no plan, and the same question with a change made to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from siting.doctor.elastic import Builder, Given, give_least
from siting.doctor.twin import Twin, make_twin, take_points
from siting.formulation.blocks import REGISTER
from siting.formulation.spec import Formulation, Limit
from siting.impedance import FloatArray
from siting.instance import Instance

PERCENT = 1000  # shares are changed in steps of a tenth of a percent
TENTH = 10  # minutes in steps of a tenth


@dataclass(frozen=True, eq=False)
class Asked:
    """A question to `solve`."""

    formulation: Formulation
    instance: Instance
    limits: tuple[Limit, ...] = ()

    def possible(self, seconds: float) -> bool | None:
        """Whether there is a plan; None where the clock decided nothing."""
        twin = make_twin(self.formulation, self.instance, self.limits)
        if twin.unmet or twin.program is None:
            return False
        given = give_least(Builder.of(twin), seconds)
        return True if isinstance(given, Given) else False if given is None else None


Amounts = Mapping[int, float]  # by zone, site, demand point, plan, target, place of a plan over periods or its row
Change = Callable[[Asked, Amounts], Asked]


def people_aside(asked: Asked, twin: Twin, amounts: Amounts) -> Amounts:
    """People of each demand point that are set aside, from shares of the small model's; whole people only."""
    demand, aside = asked.instance.demand, {}
    for row, share in amounts.items():
        members = np.flatnonzero(twin.group == row)
        members = members[np.argsort(-demand[members], kind="stable")]
        left = share * float(demand[members].sum())
        for i in members.tolist():
            if share > 1 - 1e-6:
                aside[i] = float(demand[i])
            elif left > 1e-6:
                aside[i] = min(math.ceil(left - 1e-6), float(demand[i]))
                left -= aside[i]
    return aside | {int(i): float(demand[i]) for i in twin.stranded}


def _set_aside(asked: Asked, amounts: Amounts) -> Asked:
    instance = asked.instance
    demand, load = instance.demand.copy(), None if instance.load is None else instance.load.copy()
    gone = []
    for i, people in amounts.items():
        if people >= demand[i] - 1e-9:
            gone.append(i)
        else:
            if load is not None:
                load[i] *= 1 - people / demand[i]
            demand[i] -= people
    changed = replace(instance, demand=demand, load=load)
    return replace(asked, instance=take_points(changed, np.setdiff1d(np.arange(demand.size), gone)))


def _with(asked: Asked, field: str, value: Any) -> Asked:
    return replace(asked, instance=replace(asked.instance, **{field: value}))


def _number(field: str, sign: int) -> Change:
    """One number of the instance grows (or shrinks) by the amount."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        value = round((getattr(asked.instance, field) or 0) + sign * amounts[0], 9)
        return _with(asked, field, value)

    return change


def _array(field: str, sign: int) -> Change:
    """Numbers along an axis grow (or shrink), to 0 at least."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        array = getattr(asked.instance, field).copy()
        for k, amount in amounts.items():
            array[k] = max(round(array[k] + sign * amount, 9), 0)  # 0.7 + 0.1 is 0.8
        return _with(asked, field, array)

    return change


def _flag(field: str) -> Change:
    """Sites lose a mark."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        flags = getattr(asked.instance, field).copy()
        flags[list(amounts)] = False
        return _with(asked, field, flags)

    return change


def _all(field: str, sign: int) -> Change:
    """All numbers along an axis grow (or shrink) by as much, to 0 at least."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        array: FloatArray = np.maximum(getattr(asked.instance, field) + sign * amounts[0], 0.0)
        return _with(asked, field, array)

    return change


def _unkeep(asked: Asked, amounts: Amounts) -> Asked:
    """Facilities may close; where a number must close, they come on top of it."""
    instance = asked.instance
    closable = np.zeros(instance.site_count, bool) if instance.closable is None else instance.closable.copy()
    closable[list(amounts)] = True
    closures = None if instance.closures is None else instance.closures + len(amounts)
    return replace(asked, instance=replace(instance, closable=closable, closures=closures))


def _excluded(asked: Asked, amounts: Amounts) -> Asked:
    plans = tuple(plan for k, plan in enumerate(asked.instance.excluded or ()) if k not in amounts)
    return replace(asked, instance=replace(asked.instance, excluded=plans or None))


def _share(asked: Asked, amounts: Amounts) -> Asked:
    return replace(asked, instance=replace(asked.instance, cover_share=lower_share(asked, None, amounts[0])))


def lower_share(asked: Asked, k: int | None, people: float) -> float:
    """The share (of target `k`) less so many people, rounded down to a tenth of a percent."""
    instance = asked.instance
    share = instance.cover_share if k is None else (instance.coverage_targets or ())[k][1]
    left = (share or 0.0) - people / max(float(instance.demand.sum()), 1e-9)
    return max(math.floor(left * PERCENT + 1e-6) / PERCENT, 0.0)


def _target(asked: Asked, amounts: Amounts) -> Asked:
    targets = list(asked.instance.coverage_targets or ())
    for k, people in amounts.items():
        targets[k] = (targets[k][0], lower_share(asked, k, people))
    return replace(asked, instance=replace(asked.instance, coverage_targets=tuple(targets)))


def _target_reach(asked: Asked, amounts: Amounts) -> Asked:
    targets = list(asked.instance.coverage_targets or ())
    for k, farther in amounts.items():
        targets[k] = (round(targets[k][0] + farther, 9), targets[k][1])
    return replace(asked, instance=replace(asked.instance, coverage_targets=tuple(targets)))


def _limit(asked: Asked, amounts: Amounts) -> Asked:
    limits = list(asked.limits)
    for k, amount in amounts.items():
        old = limits[k - 1]
        sign = -1 if REGISTER[old.objective].sense == "maximize" else 1
        limits[k - 1] = Limit(old.objective, old.value + sign * amount)
    return replace(asked, limits=tuple(limits))


def _over_periods(field: str, sign: int) -> Change:
    """Bounds of rows over changes grow (or shrink)."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        changes = asked.instance.changes
        assert changes is not None
        bound = getattr(changes, field).copy()
        for r, amount in amounts.items():
            bound[r] += sign * amount
        return _with(asked, "changes", replace(changes, **{field: bound}))

    return change


def _of_places(field: str, sign: int) -> Change:
    """Numbers of all states of places grow (or shrink), to 0 at least."""

    def change(asked: Asked, amounts: Amounts) -> Asked:
        changes = asked.instance.changes
        assert changes is not None
        numbers = getattr(changes, field).copy()
        for p, amount in amounts.items():
            mine = changes.state_place == p
            numbers[mine] = np.maximum(numbers[mine] + sign * amount, 0.0)
        return _with(asked, "changes", replace(changes, **{field: numbers}))

    return change


CHANGES: dict[str, Change] = {
    "more_new": _number("p", 1),
    "fewer_new": _number("p", -1),
    "budget": _number("budget", 1),
    "zone_minimum": _array("zone_minimum", -1),
    "zone_maximum": _array("zone_maximum", 1),
    "unrequire": _flag("required"),
    "unforbid": _flag("forbidden"),
    "unkeep": _unkeep,
    "more_closures": _number("closures", 1),
    "fewer_closures": _number("closures", -1),
    "excluded": _excluded,
    "seats": _array("capacity", 1),
    "size_seats": _all("size_capacity", 1),
    "minimum_load": _all("minimum_load", -1),
    "fewer_points": _all("least_points", -1),
    "more_points": _all("most_points", 1),
    "share": _share,
    "target": _target,
    "target_reach": _target_reach,
    "spread": _number("zone_spread", 1),
    "more_servers": _number("servers", 1),
    "row_most": _over_periods("most", 1),
    "row_least": _over_periods("least", -1),
    "state_minimum": _of_places("minimum", -1),
    "state_seats": _of_places("capacity", 1),
    "limit": _limit,
    "set_aside": _set_aside,
    "standard": _array("standard", 1),
}
# These change the model rather than a number: the solver's proof on the elastic model stands for them.
WITHOUT_CHANGE = {"not_closest", "split", "detached"}


def row_step(asked: Asked, r: int) -> float:
    """In what steps the bound of a row over changes is moved: whole ones of what is counted or is money."""
    changes = asked.instance.changes
    assert changes is not None
    values = changes.rows.data[changes.rows.indptr[r] : changes.rows.indptr[r + 1]]
    return 1.0 if np.abs(values).max(initial=0.0) >= 100 or (values == np.round(values)).all() else 0.001


def in_round_numbers(asked: Asked, twin: Twin, key: str, amounts: Amounts) -> Amounts:
    """The amounts as a planner would write them: whole yuan, seats, facilities and people, tenths of minutes."""
    if key == "set_aside":
        return people_aside(asked, twin, amounts)
    if key == "spread":
        return {k: math.ceil(v * TENTH - 1e-4) / TENTH for k, v in amounts.items()}
    if key in ("share", "target"):
        return dict(amounts)
    if key in ("row_most", "row_least"):
        steps = {r: row_step(asked, r) for r in amounts}
        return {r: round(math.ceil(v / steps[r] * (1 - 1e-9) - 1e-4) * steps[r], 9) for r, v in amounts.items()}
    if key == "limit":
        return {k: v * (1 + 1e-6) + 1e-6 for k, v in amounts.items()}
    if key in WITHOUT_CHANGE:
        rows = {int(g): int(i) for i, g in enumerate(twin.group) if g >= 0}
        return {rows[k]: v for k, v in amounts.items()}
    return {k: math.ceil(v * (1 - 1e-9) - 1e-4) for k, v in amounts.items()}
