"""Random questions with whatever may be said of sites, and every plan of them tried one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from siting.formulation.compose import active_constraints, load_formulation
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.instance.decay import Decay
from siting.search.sites import SiteRules


def question(seed: int, *, points: int = 9, sites: int = 8) -> tuple[str, Instance]:
    """A model (`p_median` or `fixed_charge`) and an instance: existing, closable and relocatable facilities, required
    and forbidden sites, zone minima and maxima, p or budgets of equal or unequal cost, closures, excluded plans,
    unreachable pairs, ties, nobody in some demand points.
    """
    rng = np.random.default_rng(seed)
    here, there = rng.random((points, 2)) * 10, rng.random((sites, 2)) * 10
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    if rng.random() < 0.6:
        t = np.round(t, int(rng.integers(0, 2)))
    if rng.random() < 0.4:
        t[rng.random(t.shape) < 0.25] = np.inf
    demand = rng.integers(0, 9, points).astype(float)
    if rng.random() < 0.3:
        demand = rng.random(points)
    existing = (rng.random(sites) < 0.3) if rng.random() < 0.6 else np.zeros(sites, bool)
    facts: dict[str, Any] = {"existing": existing}
    if rng.random() < 0.4:
        facts["required"] = ~existing & (rng.random(sites) < 0.15)
        facts["forbidden"] = ~existing & ~np.asarray(facts["required"]) & (rng.random(sites) < 0.2)
    facts["site_zone"] = [str(z) if z else None for z in rng.integers(0, 3, sites)]
    if rng.random() < 0.3:
        facts["zone_minimum"] = {"1": 1}
    if rng.random() < 0.3:
        facts["zone_maximum"] = {"1": int(rng.integers(0, 3)), "2": 1}
    kind = rng.integers(0, 3, sites)
    if rng.random() < 0.4:
        facts["closable"], facts["relocatable"] = existing & (kind == 0), existing & (kind == 1)
        if facts["closable"].any() and rng.random() < 0.5:
            facts["closures"] = int(rng.integers(0, 1 + int(facts["closable"].sum())))
    model = "p_median" if rng.random() < 0.6 else "fixed_charge"
    cost = rng.integers(1, 9, sites) if rng.random() < 0.7 else np.full(sites, 3)
    facts["fixed_cost"] = np.where(existing, 0.0, cost)
    if "closable" in facts and rng.random() < 0.5:
        facts["closing_cost"] = np.where(existing, 2.0, 0.0)
    if model == "fixed_charge":
        facts["travel_cost"] = float(rng.choice([0.25, 1.0]))
    way = rng.random()
    if way < 0.5:
        facts["p"] = int(rng.integers(1, 4))
    elif model == "p_median" or way < 0.75:
        facts["budget"] = float(rng.integers(3, 16))
    if rng.random() < 0.2:
        facts["excluded"] = tuple(rng.random((2, sites)) < 0.4)
        facts["least_difference"] = int(rng.integers(1, 3))
    return model, Instance.from_arrays(t, demand, **facts)


KIN = ("gradual_covering", "maximum_attendance", "minimum_envy")


def kin_question(seed: int, *, points: int = 9, sites: int = 8) -> tuple[str, Instance]:
    """A model of `KIN` and an instance of `question` with what the model reads besides."""
    _, instance = question(seed, points=points, sites=sites)
    rng = np.random.default_rng([seed, 1])
    if instance.p is None and instance.budget is None:
        instance = replace(instance, p=2)
    standard = rng.integers(0, 4, points).astype(float)
    decays = Decay("exponential", 0.3), Decay("linear", 5.0), Decay("power", 2.0), Decay("gaussian", 4.0)
    return KIN[seed % 3], replace(
        instance,
        travel_cost=None,
        standard=standard,
        outer_standard=standard + rng.integers(0, 5, points),
        envy_weight=float(rng.integers(0, 4)),
        decay=decays[int(rng.integers(4))],
    )


def rules_of(model: str, instance: Instance) -> SiteRules:
    """The rules on sites that hold."""
    return SiteRules.of(instance, active_constraints(load_formulation(model), instance))


def objective(model: str, instance: Instance, opened: BoolArray) -> float:
    """Of a plan, the negative of a maximised one; +inf where somebody reaches no open site and must."""
    best = np.where(opened, instance.impedance.dense(), np.inf).min(axis=1, initial=np.inf)
    if model == "gradual_covering":
        return -sum(_covered(*point) for point in zip(best, *_standards(instance), instance.demand, strict=True))
    if model == "maximum_attendance":
        assert instance.decay is not None
        there = np.isfinite(best)
        return -float(instance.demand[there] @ instance.decay.share(best[there]))
    if not np.isfinite(best).all():
        return float("inf")
    travel = float((instance.demand * best).sum())
    if model == "p_median":
        return travel
    if model == "minimum_envy":
        assert instance.standard is not None
        return travel + (instance.envy_weight or 0.0) * float(instance.demand @ np.maximum(best - instance.standard, 0))
    total = travel * (1.0 if instance.travel_cost is None else instance.travel_cost)
    if instance.fixed_cost is not None:
        total += float(instance.fixed_cost[opened & ~instance.existing].sum())
    if instance.closing_cost is not None:
        total += float(instance.closing_cost[instance.leaving & ~opened].sum())
    return total


def _standards(instance: Instance) -> tuple[FloatArray, FloatArray]:
    assert instance.standard is not None
    assert instance.outer_standard is not None
    return instance.standard, instance.outer_standard


def _covered(impedance: float, inner: float, outer: float, people: float) -> float:
    if impedance <= inner:
        return people
    return people * (outer - impedance) / (outer - inner) if impedance < outer else 0.0


def tried(model: str, instance: Instance) -> tuple[list[BoolArray], FloatArray]:
    """Every set of sites that the rules allow, and its objective."""
    rules = rules_of(model, instance)
    sets = [np.array(c) for c in product([False, True], repeat=instance.site_count)]
    allowed = [opened for opened in sets if rules.allows(opened)]
    return allowed, np.array([objective(model, instance, opened) for opened in allowed])
