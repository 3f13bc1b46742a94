"""Which sets of sites a plan may open: as the Pyomo constraints say, and the cheapest of them."""

from itertools import product

import numpy as np
import pyomo.environ as pyo
import pytest

from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints, build_model
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.search.sites import SITE_BLOCKS, SiteRules

SITES = 6
MODEL = Formulation(
    id="sites_only",
    name_zh="地点",
    name_en="sites",
    question_zh="？",
    question_en="?",
    source="",
    variables=("open_site",),
    objective="number_of_new_facilities",
    groups=("site_conditions",),
    optional=("open_exactly_p", "stay_within_budget"),
)


def _question(seed: int) -> Instance:
    """A random instance with whatever may be said of sites."""
    rng = np.random.default_rng(seed)
    existing = rng.random(SITES) < 0.4
    facts: dict[str, object] = {"existing": existing}
    facts["required"] = ~existing & (rng.random(SITES) < 0.15)
    facts["forbidden"] = ~existing & ~np.asarray(facts["required"]) & (rng.random(SITES) < 0.2)
    zones = [str(z) if z else None for z in rng.integers(0, 3, SITES)]
    if rng.random() < 0.5:
        facts["zone_minimum"] = {"1": 1}
    if rng.random() < 0.5:
        facts["zone_maximum"] = {"1": int(rng.integers(0, 3)), "2": 1}
    kind = rng.integers(0, 3, SITES)
    if rng.random() < 0.6:
        facts["closable"] = existing & (kind == 0)
        facts["relocatable"] = existing & (kind == 1)
        if np.asarray(facts["closable"]).any() and rng.random() < 0.5:
            facts["closures"] = int(rng.integers(0, 1 + int(np.asarray(facts["closable"]).sum())))
    if rng.random() < 0.6:
        facts["p"] = int(rng.integers(0, 4))
    else:
        facts["fixed_cost"] = np.where(existing, 0.0, rng.integers(1, 4, SITES) if rng.random() < 0.6 else 2.0)
        facts["budget"] = float(rng.integers(0, 8))
        if "closable" in facts and rng.random() < 0.5:
            facts["closing_cost"] = np.where(existing, 1.0, 0.0)
    if rng.random() < 0.3:
        facts["excluded"] = (rng.random(SITES) < 0.5,)
        facts["least_difference"] = 2
    return Instance.from_arrays(np.ones((2, SITES)), site_zone=zones, **facts)  # type: ignore[arg-type]


def _possible(instance: Instance) -> list[BoolArray]:
    """Every set of sites that the Pyomo constraints allow."""
    model = build_model(MODEL, instance)
    found = []
    for choice in product([False, True], repeat=SITES):
        for j, chosen in enumerate(choice):
            model.y[j].set_value(int(chosen))
        rows = model.component_data_objects(pyo.Constraint, active=True)
        if all(row.uslack() >= -1e-9 and row.lslack() >= -1e-9 for row in rows):
            found.append(np.array(choice))
    return found


def _rules(seed: int) -> tuple[SiteRules, list[BoolArray]]:
    instance = _question(seed)
    try:
        possible = _possible(instance)
    except ValueError:  # Pyomo refuses a constraint that can never hold
        possible = []
    return SiteRules.of(instance, active_constraints(MODEL, instance)), possible


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_the_same_sets_as_the_constraints(first: int) -> None:
    counts = []
    for seed in range(first, first + 100):
        rules, possible = _rules(seed)
        allowed = [np.array(c) for c in product([False, True], repeat=SITES) if rules.allows(np.array(c))]
        assert [p.tolist() for p in possible] == [a.tolist() for a in allowed], seed
        counts.append(len(allowed))
    assert sum(c > 0 for c in counts) > 50


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_the_cheapest_set_is_found(first: int) -> None:
    simple = 0
    for seed in range(first, first + 100):
        rules, possible = _rules(seed)
        value = np.random.default_rng(seed).integers(-5, 6, SITES).astype(float)
        least = min((float(value[p].sum()) for p in possible), default=None)
        bound, best = rules.cheapest(value), rules.best(value)
        if least is None:
            assert best is None, seed
            continue
        assert best is not None, seed
        assert value[best].sum() == pytest.approx(least), seed
        assert bound is not None, seed
        assert value[bound].sum() <= least + 1e-9, seed
        if rules.simple:
            simple += 1
            assert value[bound].sum() == pytest.approx(least), seed
    assert simple > 15


@pytest.mark.parametrize("seed", range(0, 120))
def test_moves_keep_the_rules(seed: int) -> None:
    rules, possible = _rules(seed)
    sites = np.arange(SITES)
    for opened in possible[:5]:
        changes = rules.allowed_changes(opened)
        swaps = rules.allowed_swaps(opened, sites, sites)
        for j in sites:
            other = opened.copy()
            other[j] = ~other[j]
            assert changes[j] == rules.allows(other)
            for k in sites[opened]:
                if not opened[j]:
                    swapped = opened.copy()
                    swapped[k], swapped[j] = False, True
                    assert swaps[j, k] == rules.allows(swapped)


def test_every_block_on_sites_alone_is_known() -> None:
    on_sites = {name for name, b in REGISTER.items() if b.kind == "constraint" and b.symbols == ("y",)}
    assert on_sites >= SITE_BLOCKS
