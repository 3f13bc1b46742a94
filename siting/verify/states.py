"""Checks of a plan over several periods: its states are reached by changes that there are, and all rows are kept."""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.instance.changes import NOT_IN_USE, Changes
from siting.verify.plan import RELATIVE_TOLERANCE, LaidOut, Result, listed


def changes_taken(plan: LaidOut) -> IntArray | None:
    """(P T,) number of the change of each place in each period; None where the states allow none."""
    changes, states = plan.instance.changes, plan.solution.sizes
    if changes is None or states is None:
        return None
    taken = np.full(changes.site_place.size, -1, dtype=np.int64)
    before = np.where(
        changes.site_period == 0,
        changes.initial[changes.site_place],
        states[changes.site_of[changes.site_place, np.maximum(changes.site_period - 1, 0)]],
    )
    site = changes.site
    fits = (changes.tail == before[site]) & (changes.head == states[site])
    taken[site[fits]] = np.flatnonzero(fits)
    return taken if (taken >= 0).all() else None


def path_of_changes(plan: LaidOut) -> Result:
    """Every place passes from state to state by changes that there are."""
    if changes_taken(plan) is not None:
        return True, ""
    return False, "no such changes"


def open_in_use(plan: LaidOut) -> Result:
    """A site is open if and only if its place is in use."""
    states = plan.solution.sizes
    if states is None:
        return False, "sizes: None"
    wrong = np.flatnonzero((states != NOT_IN_USE) != plan.open)
    return not wrong.size, plan.sites(wrong)


def within_states(plan: LaidOut) -> Result:
    """No site holds more than its state does."""
    changes, states = plan.instance.changes, plan.solution.sizes
    if changes is None or states is None:
        return False, "sizes: None"
    room = _of_state(states, changes.capacity)
    over = np.flatnonzero(plan.load > room + RELATIVE_TOLERANCE * np.maximum(1.0, plan.load))
    return not over.size, listed([f"{plan.instance.site_ids[j]}: {plan.load[j]:.6f} > {room[j]:.6f}" for j in over])


def used_enough(plan: LaidOut) -> Result:
    """Every site is used as much as its state asks for."""
    changes, states = plan.instance.changes, plan.solution.sizes
    if changes is None or states is None:
        return False, "sizes: None"
    least = _of_state(states, changes.minimum)
    under = np.flatnonzero(plan.load < least - RELATIVE_TOLERANCE * np.maximum(1.0, least))
    return not under.size, listed([f"{plan.instance.site_ids[j]}: {plan.load[j]:.6f} < {least[j]:.6f}" for j in under])


def within_kinds(plan: LaidOut) -> Result:
    """No site holds more of a kind than its state does."""
    instance, states = plan.instance, plan.solution.sizes
    changes, kind = instance.changes, instance.demand_kind
    if changes is None or states is None or kind is None or changes.kind_capacity is None:
        return False, "demand_kind: None"
    faults = []
    for g in range(changes.kind_capacity.shape[1]):
        mine = kind[plan.i] == g
        load = np.bincount(
            plan.j[mine], weights=(instance.weight[plan.i] * plan.share)[mine], minlength=instance.site_count
        )
        room = _of_state(states, changes.kind_capacity[:, g])
        over = np.flatnonzero(load > room + RELATIVE_TOLERANCE * np.maximum(1.0, load))
        faults += [f"{instance.site_ids[j]} ({g}): {load[j]:.6f} > {room[j]:.6f}" for j in over]
    return not faults, listed(faults)


def rows_kept(plan: LaidOut) -> Result:
    """All rows over the changes hold."""
    changes, taken = plan.instance.changes, changes_taken(plan)
    if changes is None or taken is None:
        return False, "no such changes"
    value = row_values(changes, taken)
    scale = np.maximum(1.0, np.maximum(_size(changes.least), _size(changes.most)))
    broken = np.flatnonzero(
        (value < changes.least - RELATIVE_TOLERANCE * scale) | (value > changes.most + RELATIVE_TOLERANCE * scale)
    )
    names = changes.row_ids or tuple(str(r) for r in range(value.size))
    return not broken.size, listed([f"{names[r]}: {value[r]:.6f}" for r in broken])


def row_values(changes: Changes, taken: IntArray) -> FloatArray:
    """(R,) what each row comes to when these changes are taken."""
    flags = np.zeros(changes.count)
    flags[taken] = 1.0
    value: FloatArray = changes.rows @ flags
    return value


def _of_state(states: IntArray, values: FloatArray) -> FloatArray:
    """(J,) the value of each site's state; 0 where it is not in use."""
    padded = np.append(values, 0.0)  # for what is not in use, and for states that there are not
    return padded[np.where((states >= 0) & (states < values.size), states, values.size)]


def _size(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), np.abs(values), 0.0)
