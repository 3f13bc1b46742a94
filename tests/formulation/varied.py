"""Small random questions of every shipped model with all that a model may be given, and all that may be missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation
from siting.impedance import ImpedanceMatrix
from siting.instance import NO_LIMIT, Instance
from siting.instance.adjacency import Adjacency
from tests.formulation.every_model import POINTS, SITES, question


def varied(model: str, seed: int) -> Instance:
    """Unreachable pairs, nobody at some points, ties, futures, loads, missing neighbours, and so on.

    It need not have a plan, nor be one that the model accepts.
    """
    rng = np.random.default_rng([seed, sum(map(ord, model))])
    base = question(model, seed, conditions=bool(rng.integers(2)))
    if rng.random() < 0.1:  # nothing new to open
        base = replace(base, existing=np.ones(SITES, bool), forbidden=np.zeros(SITES, bool))
    blocks = [REGISTER[name] for name in load_formulation(model).blocks]
    wanted = {f for block in blocks for f in (*block.reads, *block.uses, *block.either)}
    facts = {name: value for name, value in _facts(rng, base).items() if name in wanted and rng.random() < 0.5}
    if "excluded" not in facts:
        facts.pop("least_difference", None)
    if "budget" in facts:
        facts["p"] = None
    if "size_capacity" in wanted:
        facts = {name: value for name, value in facts.items() if name not in ("p", "budget")}
    if "future_best" in wanted:
        facts |= {name: value for name, value in _facts(rng, base).items() if name in ("future", "future_best")}
    if base.outer_standard is not None:
        facts.pop("standard", None)
    return replace(base, **_people(rng, base), **facts)


def _people(rng: np.random.Generator, base: Instance) -> dict[str, Any]:
    """Whole minutes, so that ties occur; pairs that cannot be reached; points at which nobody lives."""
    matrix = base.impedance
    matrix = replace(matrix, values=np.round(matrix.values))
    lost = rng.random() < 0.7
    demand = np.where(rng.random(POINTS) < 0.2, 0.0, base.demand)
    return {
        "impedance": matrix.keep(rng.random(matrix.pair_count) > 0.25) if lost else matrix,
        "demand": np.zeros(POINTS) if rng.random() < 0.05 else demand,
    }


def _facts(rng: np.random.Generator, base: Instance) -> dict[str, Any]:
    """A value of each field that a model may read, whether or not the question has it."""
    existing = base.existing
    total = float(base.demand.sum())
    apart = np.where(rng.random((SITES, SITES)) < 0.3, np.inf, rng.integers(0, 6, (SITES, SITES)).astype(float))
    aside = rng.spawn(1)[0]
    rivals = existing & (rng.random(SITES) < 0.7)
    return {
        "required": ~existing & ~base.forbidden & (rng.random(SITES) < 0.2),
        "p": int(rng.integers(0, 4)),
        "budget": float(rng.integers(10, 60)),
        "closing_cost": np.where(existing, rng.integers(0, 5, SITES), 0).astype(float),
        "zone_minimum": rng.integers(0, 2, len(base.zone_ids)),
        "zone_maximum": rng.choice([0, 1, 2, NO_LIMIT], len(base.zone_ids)),
        "standard": rng.choice([0.0, 2.0, 5.0, np.inf], POINTS),
        "load": rng.integers(0, 9, POINTS).astype(float),
        "capacity": np.where(rng.random(SITES) < 0.3, np.inf, np.round(rng.uniform(0, 0.9, SITES) * total)),
        "minimum_load": rng.integers(0, 12, SITES).astype(float),
        "cover_share": float(rng.random()),
        "busy_fraction": float(rng.random()),
        "servers": int(rng.integers(0, 5)),
        "travel_cost": float(rng.random()),
        "envy_weight": float(rng.random()),
        "demand_zone": rng.integers(-1, 3, POINTS),
        "coverage_targets": ((float(rng.integers(1, 5)), 0.5), (6.0, 0.9)),
        "adjacency": Adjacency.from_pairs(rng.integers(0, POINTS, 6), rng.integers(0, POINTS, 6), POINTS),
        "site_unit": rng.integers(-1, POINTS, SITES),
        "site_impedance": ImpedanceMatrix.from_dense(apart),
        "competitor": rivals,
        "attraction": rng.integers(0, 3, SITES).astype(float),
        "future": rng.integers(0, 3, POINTS),
        "future_best": rng.integers(0, 30, 3).astype(float),
        "excluded": tuple(rng.random((2, SITES)) < 0.5),
        "least_difference": int(rng.integers(1, 3)),
        "least_points": aside.integers(0, 3, SITES).astype(float),
        "most_points": np.where(aside.random(SITES) < 0.3, np.inf, aside.integers(1, 6, SITES)),
    }
