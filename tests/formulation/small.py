"""Small instances, and every plan of them tried one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.impedance import BoolArray
from siting.instance import Instance

MODELS = ("p_median", "p_center", "set_covering", "maximal_covering", "capacitated_p_median")
WITH_RESOURCE = ("p_median", "p_center", "maximal_covering", "capacitated_p_median")


def six_points(**numbers: Any) -> Instance:
    """Six villages on a line at 0, 1, 2, 10, 11, 12 minutes, a site in each, people 1, 2, 3, 3, 2, 1."""
    place = np.array([0.0, 1, 2, 10, 11, 12])
    return Instance.from_arrays(np.abs(place[:, None] - place[None]), [1, 2, 3, 3, 2, 1], **numbers)


def random_instance(
    seed: int,
    *,
    points: int = 9,
    sites: int = 7,
    budget: bool = False,
    plain: bool = False,
    standard: float = 4.0,
    capacity: bool = False,
    p: int | None = 2,
) -> Instance:
    """Points and sites in a square of 10 minutes, some pairs unreachable; existing, required, forbidden sites
    and zone minima unless `plain`.
    """
    rng = np.random.default_rng(seed)
    here, there = rng.random((points, 2)) * 10, rng.random((sites, 2)) * 10
    t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 1)  # rounded: ties occur
    t[rng.random(t.shape) < 0.1] = np.inf
    demand = rng.integers(0, 20, points).astype(float)
    facts: dict[str, Any] = {}
    zones = [str(rng.choice(["north", "south"])) for _ in range(sites)]
    if not plain:
        role = rng.permutation(sites)
        existing, forbidden = np.zeros(sites, bool), np.zeros(sites, bool)
        existing[role[: rng.integers(0, 3)]] = True
        forbidden[role[3 : 3 + rng.integers(0, 2)]] = True
        required = np.zeros(sites, bool)
        required[role[4 : 4 + rng.integers(0, 2)]] = True
        facts = {"existing": existing, "required": required, "forbidden": forbidden & ~required}
        facts["zone_minimum"] = {"north": int(rng.integers(0, 2)), "south": 0}
    cost = rng.integers(1, 6, sites).astype(float)
    if "existing" in facts:
        cost[facts["existing"]] = 0
    return Instance.from_arrays(
        t,
        demand,
        p=None if budget else p,
        budget=float(rng.integers(4, 11)) if budget else None,
        fixed_cost=cost,
        standard=np.full(points, standard),
        capacity=rng.uniform(0.2, 0.8, sites) * demand.sum() if capacity else None,
        site_zone=zones,
        **facts,
    )


def plans(instance: Instance) -> list[BoolArray]:
    """Every choice of sites that the instance's conditions on sites allow."""
    candidates = np.flatnonzero(instance.candidate)
    found = []
    for size in range(candidates.size + 1):
        for chosen in combinations(candidates, size):
            new = np.zeros(instance.site_count, dtype=bool)
            new[list(chosen)] = True
            if allowed(instance, new):
                found.append(new | instance.existing)
    return found


def allowed(instance: Instance, new: BoolArray) -> bool:
    """Whether these new sites meet p or the budget, the required sites and the zone minima."""
    if instance.p is not None and new.sum() != instance.p:
        return False
    if instance.budget is not None:
        assert instance.fixed_cost is not None
        if instance.fixed_cost[new].sum() > instance.budget:
            return False
    if (instance.required & ~new).any():
        return False
    counts = [(new & (instance.site_zone == k)).sum() for k in range(len(instance.zone_ids))]
    return all(count >= least for count, least in zip(counts, instance.zone_minimum, strict=True))


def value(model: str, instance: Instance, open_sites: BoolArray, *, whole: bool = False) -> float | None:
    """Objective of a choice of sites with the best assignment; None where it serves not everybody."""
    t = np.where(open_sites, instance.impedance.dense(), np.inf)
    best = t.min(axis=1, initial=np.inf)
    within = best <= instance.standard if instance.standard is not None else np.zeros(best.size, bool)
    if model == "maximal_covering":
        return float(instance.demand[within].sum())
    if model == "set_covering":
        return float((open_sites & ~instance.existing).sum()) if within.all() else None
    if not np.isfinite(best).all():
        return None
    if model == "p_median":
        return float((instance.demand * best).sum())
    if model == "p_center":
        return float(best.max())
    return transport(instance, open_sites, whole=whole)


def transport(instance: Instance, open_sites: BoolArray, *, whole: bool = False) -> float | None:
    """Least total impedance with capacities, by scipy."""
    t = instance.impedance.dense()
    i, j = np.nonzero(np.isfinite(t) & open_sites)
    n, m = t.shape
    assert instance.capacity is not None
    everyone, load = np.zeros((n, i.size)), np.zeros((m, i.size))
    everyone[i, np.arange(i.size)] = 1
    load[j, np.arange(i.size)] = instance.demand[i]
    room = np.where(np.isfinite(instance.capacity), instance.capacity, instance.demand.sum())
    if not i.size:
        return None
    result = milp(
        instance.demand[i] * t[i, j],
        constraints=[LinearConstraint(everyone, 1, 1), LinearConstraint(load, -np.inf, room)],
        bounds=Bounds(0, 1),
        integrality=np.full(i.size, int(whole)),
    )
    return float(result.fun) if result.success else None


def best_value(model: str, instance: Instance, *, whole: bool = False) -> float | None:
    """The optimum by trying every plan; None when there is none."""
    values = [v for v in (value(model, instance, y, whole=whole) for y in plans(instance)) if v is not None]
    if not values:
        return None
    return max(values) if model == "maximal_covering" else min(values)


def prepared(model: str, instance: Instance) -> Instance:
    """The instance as the model wants it: set covering takes no p."""
    return replace(instance, p=None) if model == "set_covering" else instance
