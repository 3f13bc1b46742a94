"""By how little each condition must give, found by trying every plan of a small question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.impedance import BoolArray
from siting.instance import NO_LIMIT, Instance
from tests.formulation.every_model import SITES, choices, optimum, question, worth

Try = tuple[float, Instance]  # amount, instance with the change made


def least(model: str, tries: Iterator[Try], served: set[bytes] | None = None) -> float | None:
    """The first amount with which there is a plan; `served` saves looking into each choice of sites again."""
    for amount, changed in tries:
        if served is None:
            possible = optimum(model, changed) is not None
        else:
            possible = any(opened.tobytes() in served for opened in choices(changed))
        if possible:
            return amount
    return None


def choices_that_serve(model: str, instance: Instance) -> set[bytes] | None:
    """Choices of sites that are enough for the people, conditions on sites apart; None where a budget buys sizes."""
    if instance.size_cost is not None:
        return None

    def may(opened: BoolArray) -> bool:
        return bool(opened.any()) or instance.competitor is None

    every = (np.array(flags) for flags in product([False, True], repeat=instance.site_count))
    return {opened.tobytes() for opened in every if may(opened) and worth(model, instance, opened) is not None}


def more_new(instance: Instance) -> Iterator[Try]:
    if instance.p is not None:
        for p in range(instance.p + 1, instance.site_count + 1):
            yield p - instance.p, replace(instance, p=p)


def fewer_new(instance: Instance) -> Iterator[Try]:
    for p in range((instance.p or 0) - 1, -1, -1):
        yield (instance.p or 0) - p, replace(instance, p=p)


def budget(instance: Instance) -> Iterator[Try]:
    if instance.budget is not None:
        for more in range(1, 120):
            yield more, replace(instance, budget=instance.budget + more)


def zone(field: str, sign: int) -> Callable[[Instance], Iterator[tuple[str, Iterator[Try]]]]:
    def tries(instance: Instance, k: int) -> Iterator[Try]:
        bound = getattr(instance, field)
        for by in range(1, int(bound[k]) + 1 if sign < 0 else 7):
            changed = bound.copy()
            changed[k] += sign * by
            yield by, replace(instance, **{field: changed})

    def zones(instance: Instance) -> Iterator[tuple[str, Iterator[Try]]]:
        bound = getattr(instance, field)
        for k, key in enumerate(instance.zone_ids):
            if bound is not None and (bound[k] < NO_LIMIT if sign > 0 else bound[k] > 0):
                yield key, tries(instance, k)

    return zones


def flags(field: str) -> Callable[[Instance], Iterator[Try]]:
    def tries(instance: Instance) -> Iterator[Try]:
        marked = np.flatnonzero(getattr(instance, field))
        for size in range(1, marked.size + 1):
            for chosen in combinations(marked, size):
                left = getattr(instance, field).copy()
                left[list(chosen)] = False
                yield size, replace(instance, **{field: left})

    return tries


def unkeep(instance: Instance) -> Iterator[Try]:
    rival = np.zeros(instance.site_count, bool) if instance.competitor is None else instance.competitor
    kept = np.flatnonzero(instance.kept & ~rival)
    for size in range(1, kept.size + 1):
        for chosen in combinations(kept, size):
            mask = np.zeros(instance.site_count, bool) if instance.closable is None else instance.closable.copy()
            mask[list(chosen)] = True
            more = None if instance.closures is None else instance.closures + size
            yield size, replace(instance, closable=mask, closures=more)


def closures(sign: int) -> Callable[[Instance], Iterator[Try]]:
    def tries(instance: Instance) -> Iterator[Try]:
        if instance.closures is not None:
            for by in range(1, 7 if sign > 0 else instance.closures + 1):
                yield by, replace(instance, closures=instance.closures + sign * by)

    return tries


def standard(instance: Instance) -> Iterator[Try]:
    if instance.standard is not None:
        for tenths in range(1, 160):
            yield tenths / 10, replace(instance, standard=np.round(instance.standard + tenths / 10, 9))


def size_seats(instance: Instance) -> Iterator[Try]:
    if instance.size_capacity is not None:
        for by in range(1, 120):
            yield by, replace(instance, size_capacity=instance.size_capacity + by)


def spread(instance: Instance) -> Iterator[Try]:
    for tenths in range(1, 120):
        yield tenths / 10, replace(instance, zone_spread=round((instance.zone_spread or 0) + tenths / 10, 9))


def share(instance: Instance) -> Iterator[Try]:
    for steps in range(1, 1001):
        left = np.floor(round((instance.cover_share or 0) * 1000, 6)) / 1000 - (steps - 1) / 1000
        if left < (instance.cover_share or 0) and left >= 0:
            amount = round(100 * ((instance.cover_share or 0) - left), 1)
            yield amount, replace(instance, cover_share=round(left, 9))


def servers(instance: Instance) -> Iterator[Try]:
    for by in range(1, 5):
        yield by, replace(instance, servers=(instance.servers or 0) + by)


def set_aside(instance: Instance) -> Iterator[Try]:
    """Whole demand points, in the order of their people."""
    every = [c for size in range(1, instance.demand_count) for c in combinations(range(instance.demand_count), size)]
    for gone in sorted(every, key=lambda c: float(instance.demand[list(c)].sum())):
        left = np.setdiff1d(np.arange(instance.demand_count), gone)
        yield float(instance.demand[list(gone)].sum()), instance.take_rows(left)


def short_of_seats(instance: Instance, *, whole: bool) -> float | None:
    """The fewest places by which the capacities of any choice of sites fall short."""
    t = instance.impedance.dense()
    fewest: float | None = None
    for opened in choices(instance):
        i, j = np.nonzero(np.isfinite(t) & opened)
        if not i.size:
            continue
        n, m = t.shape
        everyone, load = np.zeros((n, i.size + m)), np.zeros((m, i.size + m))
        everyone[i, np.arange(i.size)] = 1
        load[j, np.arange(i.size)] = instance.weight[i]
        load[:, i.size :] = -np.eye(m)
        assert instance.capacity is not None
        result = milp(
            np.r_[np.zeros(i.size), np.ones(m)],
            constraints=[LinearConstraint(everyone, 1, 1), LinearConstraint(load, -np.inf, instance.capacity)],
            bounds=Bounds(0, np.r_[np.ones(i.size), np.full(m, np.inf)]),
            integrality=np.r_[np.full(i.size, int(whole)), np.ones(m)],
        )
        if result.success and (fewest is None or result.fun < fewest):
            fewest = float(round(result.fun))
    return fewest


SINGLE: dict[str, Callable[[Instance], Iterator[Try]]] = {
    "more_new": more_new,
    "fewer_new": fewer_new,
    "budget": budget,
    "unrequire": flags("required"),
    "unforbid": flags("forbidden"),
    "unkeep": unkeep,
    "more_closures": closures(1),
    "fewer_closures": closures(-1),
}
BY_ZONE = {"zone_minimum": zone("zone_minimum", -1), "zone_maximum": zone("zone_maximum", 1)}


def harder(model: str, seed: int) -> Instance:
    """A random question with conditions that often contradict each other."""
    rng = np.random.default_rng(1000 + seed)
    instance = question(model, seed, conditions=True)
    changes: dict[str, Any] = {}
    kind = rng.integers(0, 6)
    if instance.p is None:
        changes["budget"] = float(rng.integers(0, 25)) if rng.random() < 0.6 else None
    elif kind in (1, 2):
        changes |= {"p": None, "budget": float(rng.integers(0, 25))}
    else:
        changes["p"] = int(rng.integers(0, 6 if kind == 0 else 3))
    if rng.random() < 0.4:
        changes["required"] = np.isin(np.arange(SITES), rng.integers(2, 5, 2))
    if rng.random() < 0.5:
        changes["zone_minimum"] = rng.integers(0, 4, len(instance.zone_ids))
    if rng.random() < 0.3:
        changes["zone_maximum"] = rng.integers(0, 3, len(instance.zone_ids))
    if instance.capacity is not None and rng.random() < 0.5:
        changes["capacity"] = np.round(instance.capacity * 0.4)
    if instance.standard is not None and rng.random() < 0.6:
        changes["standard"] = np.full(instance.demand_count, float(rng.choice([1.0, 2.0, 3.0])))
    if instance.cover_share is not None:
        changes["cover_share"] = float(rng.choice([0.8, 0.9, 1.0]))
    if instance.closures is not None:
        changes["closures"] = int(rng.integers(0, 3))
    if instance.servers is not None:
        changes["servers"] = int(rng.integers(1, 4))
    if instance.zone_spread is not None:
        changes["zone_spread"] = float(rng.choice([0.5, 1.0, 2.0]))
    if model == "sized_p_median":
        changes |= {"p": None, "budget": float(rng.integers(5, 60))}
    return replace(instance, **changes)
