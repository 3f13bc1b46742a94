"""Small random coverage problems with whatever may be said of sites, and all their plans."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from siting.formulation.compose import active_constraints, load_formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.instance.coverage import Sets
from siting.search.covering import CoverageProblem
from siting.search.sites import SiteRules

SITES = 8


def random_sets(rng: np.random.Generator, size: int, count: int, share: float) -> Sets:
    flags = rng.random((size, count)) < share
    indptr = np.concatenate([[0], np.cumsum(flags.sum(axis=1))]).astype(np.int64)
    return Sets(indptr, np.nonzero(flags)[1].astype(np.int32), count)


def random_rules(seed: int, count: int = SITES) -> SiteRules:
    """Of an instance with p or a budget, zones, closings, moves and excluded plans."""
    rng = np.random.default_rng(seed)
    existing = rng.random(count) < 0.3
    facts: dict[str, Any] = {"existing": existing, "forbidden": ~existing & (rng.random(count) < 0.1)}
    kind = rng.integers(0, 3, count)
    if rng.random() < 0.5:
        facts |= {"closable": existing & (kind == 0), "relocatable": existing & (kind == 1)}
        facts["closing_cost"] = np.where(existing, 1.0, 0.0)
    if rng.random() < 0.4:
        facts |= {"zone_minimum": {"1": 1}, "zone_maximum": {"2": 1}}
    if rng.random() < 0.6:
        facts["p"] = int(rng.integers(1, 4))
    else:
        cost = rng.integers(1, 5, count) if rng.random() < 0.6 else np.full(count, 2)
        facts |= {"fixed_cost": np.where(existing, 0.0, cost), "budget": float(rng.integers(2, 9))}
    if rng.random() < 0.3:
        facts["excluded"] = (rng.random(count) < 0.5,)
    zones = [str(z) if z else None for z in rng.integers(0, 3, count)]
    instance = Instance.from_arrays(np.ones((1, count)), site_zone=zones, standard=1.0, **facts)
    return SiteRules.of(instance, active_constraints(load_formulation("maximal_covering"), instance))


def random_problem(
    seed: int, *, classes: int = 15, hard: float = 0.0, priced: bool = False, whole: bool = True, twice: bool = True
) -> CoverageProblem:
    rng = np.random.default_rng(seed)
    sets = random_sets(rng, classes, SITES, 0.35)
    must = rng.random(classes) < hard
    weight = rng.integers(1, 20, classes) + (0.0 if whole else rng.random(classes))
    price = rng.integers(0, 6, SITES).astype(float) if priced else np.zeros(SITES)
    weight = np.where(must, 1.0 + 40 * classes + price.sum(), weight)
    target = rng.integers(1, 3, classes) if twice else np.ones(classes, dtype=np.int64)
    return CoverageProblem(sets, target.astype(np.int64), weight, must, price, -50.0, random_rules(seed))


def plans(problem: CoverageProblem) -> list[BoolArray]:
    """All that the rules allow."""
    found = (np.array(flags) for flags in product([False, True], repeat=problem.price.size))
    return [opened for opened in found if problem.rules.allows(opened)]


def least(problem: CoverageProblem) -> float | None:
    """The best value of a plan that meets every hard class; None where there is none."""
    return min((problem.value(opened) for opened in plans(problem) if problem.meets(opened)), default=None)
