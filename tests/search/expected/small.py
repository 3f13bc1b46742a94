"""Small random questions of stations and vehicles, and all their plans."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from siting.formulation.compose import active_constraints, load_formulation
from siting.impedance import IntArray
from siting.instance import Instance
from siting.search.covering.models import near_sets
from siting.search.expected import ExpectedProblem
from siting.search.sites import SiteRules
from tests.formulation.every_model import choices

MODEL = "maximal_expected_covering"


def random_question(seed: int) -> Instance:
    """Existing stations that stay, close or move; a number, a budget or neither; zones; few vehicles or many."""
    rng = np.random.default_rng(seed)
    points, sites = int(rng.integers(5, 16)), int(rng.integers(4, 8))
    here, there = rng.random((points, 2)) * 10, rng.random((sites, 2)) * 10
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    t[rng.random(t.shape) < 0.05] = np.inf
    existing = rng.random(sites) < 0.35
    facts: dict[str, Any] = {
        "existing": existing,
        "required": ~existing & (rng.random(sites) < 0.08),
        "standard": rng.uniform(2.0, 6.0, points) if rng.random() < 0.5 else float(rng.uniform(2, 6)),
        "servers": int(rng.integers(1, 8)),
        "busy_fraction": float(rng.choice([0.05, 0.3, 0.5, 0.8])),
        "site_zone": [str(z) for z in rng.integers(0, 2, sites)],
    }
    if rng.random() < 0.4:
        kind = rng.integers(0, 3, sites)
        facts |= {"closable": existing & (kind == 0), "relocatable": existing & (kind == 1)}
        if facts["closable"].any() and rng.random() < 0.5:
            facts["closures"] = 1
    what = rng.random()
    if what < 0.5:
        facts["p"] = int(rng.integers(0, 4))
    elif what < 0.75:
        facts |= {
            "fixed_cost": np.where(existing, 0.0, rng.integers(1, 6, sites)),
            "budget": float(rng.integers(2, 12)),
        }
    if rng.random() < 0.4:
        facts["zone_minimum"] = {"0": 1}
    if rng.random() < 0.3:
        facts["zone_maximum"] = {"1": 1}
    demand = np.where(rng.random(points) < 0.15, 0.0, rng.integers(1, 30, points))
    return Instance.from_arrays(t, demand, **facts)


def vehicle_plans(instance: Instance) -> Iterator[IntArray]:
    """(J,) every way to place the vehicles: one at each open site, and all of them."""
    total = instance.servers or 0
    for opened in choices(instance):
        sites = np.flatnonzero(opened)
        if not sites.size:
            if total == 0:
                yield np.zeros(opened.size, dtype=np.int64)
            continue
        for cut in combinations(range(1, total), sites.size - 1):
            vehicles = np.zeros(opened.size, dtype=np.int64)
            vehicles[sites] = np.diff([0, *cut, total])
            yield vehicles


def expected_people(instance: Instance, vehicles: IntArray) -> float:
    """People whom a free vehicle reaches within the standard, as an expectation."""
    assert instance.standard is not None
    reach = (instance.impedance.dense() <= instance.standard[:, None]) @ vehicles
    return float(instance.demand @ (1 - (instance.busy_fraction or 0.0) ** reach))


def most_expected(instance: Instance) -> float | None:
    """Of all plans; None where there is none."""
    return max((expected_people(instance, vehicles) for vehicles in vehicle_plans(instance)), default=None)


def bare(instance: Instance) -> ExpectedProblem | None:
    rules = SiteRules.of(instance, active_constraints(load_formulation(MODEL), instance))
    assert instance.servers is not None
    return ExpectedProblem.of(
        near_sets(instance), instance.demand, instance.busy_fraction or 0.0, instance.servers, rules
    )
