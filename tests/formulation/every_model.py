"""For every shipped model a small random question, and its optimum by trying every plan with definitions of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.instance.decay import Decay

POINTS, SITES = 7, 6
OWN_NUMBER = {  # models that choose the number of facilities themselves
    "set_covering",
    "partial_set_covering",
    "backup_set_covering",
    "capacitated_set_covering",
    "tiered_covering",
    "target_market_share",
    "fixed_charge",
    "capacitated_fixed_charge",
    "single_source_fixed_charge",
    "contiguous_fixed_charge",
    "maximal_expected_covering",
}


def question(model: str, seed: int, *, conditions: bool = False, **changes: Any) -> Instance:
    """A random instance with the numbers that the model reads; `conditions` adds closings, moves, minima, maxima."""
    rng = np.random.default_rng(seed)
    here = rng.random((POINTS, 2)) * 10
    there = here[rng.permutation(POINTS)[:SITES]] + rng.normal(0, 0.3, (SITES, 2))
    t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 1)
    demand = rng.integers(1, 20, POINTS).astype(float)
    between = np.round(np.hypot(*(there[:, None] - there[None]).transpose(2, 0, 1)), 1)
    zones = [str(rng.choice(["north", "south"])) for _ in range(SITES)]
    facts: dict[str, Any] = {"p": None if model in OWN_NUMBER else 2, "site_zone": zones}
    if conditions:
        existing = np.zeros(SITES, bool)
        existing[:2] = True
        facts |= {
            "existing": existing,
            "closable": existing & (np.arange(SITES) == 0),
            "relocatable": existing & (np.arange(SITES) == 1),
            "closing_cost": np.where(existing, 2.0, 0.0),
            "forbidden": np.arange(SITES) == 5,
            "zone_minimum": {zones[2]: 1},
            "zone_maximum": {zones[3]: 1},
        }
        if seed % 2:
            facts["closures"] = 1
    cost = rng.integers(5, 30, SITES).astype(float)
    facts["fixed_cost"] = np.where(facts.get("existing", np.zeros(SITES, bool)), 0.0, cost)
    named: dict[str, dict[str, Any]] = {
        "standard": {"standard": 4.0},
        "capacity": {"capacity": np.round(rng.uniform(0.3, 0.9, SITES) * demand.sum())},
        "outer": {"standard": 2.0, "outer_standard": 7.0},
        "share": {"cover_share": 0.7},
        "backup": {"backup_weight": 0.4 if seed % 2 else 0.6},
        "servers": {"busy_fraction": 0.3, "servers": 3},
        "decay": {"decay": Decay("exponential", 0.3)},
        "rival": {"competitor": np.arange(SITES) == 0, "existing": np.arange(SITES) == 0},
        "sizes": {
            "size_capacity": np.array([0.3, 0.6, 0.9]) * demand.sum(),
            "size_cost": np.array([10.0, 17.0, 22.0]),
            "p": None,
            "budget": 45.0,
        },
        "units": {
            "adjacency": Adjacency.from_pairs(*_near_pairs(here), POINTS),
            "site_unit": np.argmin(t, axis=0),
        },
        "apart": {"site_impedance": ImpedanceMatrix.from_dense(between)},
        "zones": {"demand_zone": rng.integers(0, 2, POINTS), "zone_spread": 2.0},
        "futures": {"future": np.arange(POINTS) % 2, "future_best": np.array([10.0, 20.0])},
    }
    for key in NEEDS[model]:
        facts |= named.get(key, {})
    facts |= {k: v for key in NEEDS[model] if isinstance(key, tuple) for k, v in [key]}
    if "rival" in NEEDS[model] and conditions:
        facts["existing"] = facts["existing"] | (np.arange(SITES) < 2)
        facts["closable"] = None
        facts.pop("closures", None)
    if "closures" in facts and facts.get("closable") is None:
        facts.pop("closures")
    return Instance.from_arrays(t, demand, **(facts | changes))


NEEDS: dict[str, tuple[Any, ...]] = {
    "lexicographic_minimax": (),
    "p_median": (),
    "p_center": (),
    "weighted_p_center": (),
    "capacitated_p_median": ("capacity",),
    "single_source_p_median": ("capacity",),
    "closest_p_median": ("capacity",),
    "sized_p_median": ("sizes",),
    "fixed_charge": (),
    "capacitated_fixed_charge": ("capacity",),
    "single_source_fixed_charge": ("capacity",),
    "contiguous_p_median": ("capacity", "units"),
    "contiguous_fixed_charge": ("capacity", "units"),
    "set_covering": ("standard",),
    "partial_set_covering": ("standard", "share"),
    "backup_set_covering": ("standard",),
    "capacitated_set_covering": ("standard", "capacity"),
    "maximal_covering": ("standard",),
    "backup_covering": ("standard", ("standard", 7.0)),
    "maximal_backup_covering": ("standard", "backup"),
    "gradual_covering": ("outer",),
    "maximal_expected_covering": ("standard", "servers"),
    "capacitated_maximal_covering": ("standard", "capacity"),
    "tiered_covering": (("coverage_targets", ((3.0, 0.4), (6.0, 0.8))),),
    "p_dispersion": ("apart",),
    "maximum_attendance": ("decay",),
    "market_share": ("decay", "rival"),
    "target_market_share": ("decay", "rival", ("cover_share", 0.4)),
    "worst_share_mean": (("worst_share", 0.3),),
    "ordered_median": (("ordered_weights", ((1.0, 0.5), (0.25, 0.5))),),
    "minimum_envy": (("standard", 3.0), ("envy_weight", 2.0)),
    "balanced_zones": ("zones",),
    "least_inequality": (),
    "minimax_regret": ("futures",),
    "capacitated_minimax_regret": ("futures", "capacity"),
    "maximal_covering_regret": ("standard", "futures"),
}


def _near_pairs(here: FloatArray) -> tuple[list[int], list[int]]:
    """A connected graph: each point with its two nearest, and a chain from left to right."""
    apart = np.hypot(*(here[:, None] - here[None]).transpose(2, 0, 1))
    pairs = [(i, int(k)) for i in range(len(here)) for k in np.argsort(apart[i])[1:3]]
    order = np.argsort(here[:, 0])
    pairs += list(zip(order[:-1].tolist(), order[1:].tolist(), strict=True))
    return [a for a, _ in pairs], [b for _, b in pairs]


def choices(instance: Instance) -> Iterator[BoolArray]:
    """Every set of open sites that the conditions on sites allow, budgets of size classes apart."""
    j = np.arange(instance.site_count)
    for flags in product([False, True], repeat=instance.site_count):
        opened = np.array(flags)
        new, closed = opened & ~instance.existing, instance.existing & ~opened
        if (
            (instance.kept & ~opened).any()
            or (instance.required & ~opened).any()
            or (instance.forbidden & opened).any()
        ):
            continue
        moved = 0 if instance.relocatable is None else int((closed & instance.relocatable).sum())
        if instance.p is not None and new.sum() != instance.p + moved:
            continue
        if moved > new.sum():
            continue
        if instance.closures is not None:
            assert instance.closable is not None
            if (closed & instance.closable).sum() != instance.closures:
                continue
        if instance.budget is not None and instance.size_cost is None and _spent(instance, opened) > instance.budget:
            continue
        counts = [int((new & (instance.site_zone == k)).sum()) for k in range(len(instance.zone_ids))]
        if any(c < m for c, m in zip(counts, instance.zone_minimum, strict=True)):
            continue
        if instance.zone_maximum is not None and any(c > m for c, m in zip(counts, instance.zone_maximum, strict=True)):
            continue
        assert j.size == opened.size
        yield opened


def _spent(instance: Instance, opened: BoolArray) -> float:
    assert instance.fixed_cost is not None
    closing = 0.0 if instance.closing_cost is None else instance.closing_cost[instance.existing & ~opened].sum()
    return float(instance.fixed_cost[opened & ~instance.existing].sum() + closing)


def optimum(model: str, instance: Instance) -> tuple[float, ...] | None:
    """The best value of each objective in turn; None where there is no plan."""
    values = [v for opened in choices(instance) if (v := worth(model, instance, opened)) is not None]
    if not values:
        return None
    return max(values) if model in MAXIMISED else min(values)


MAXIMISED = {
    "maximal_covering",
    "backup_covering",
    "maximal_backup_covering",
    "gradual_covering",
    "maximal_expected_covering",
    "capacitated_maximal_covering",
    "p_dispersion",
    "maximum_attendance",
    "market_share",
}


def worth(model: str, instance: Instance, opened: BoolArray) -> tuple[float, ...] | None:
    """Objectives of a choice of sites with the best of everything else; None where there is no plan with it."""
    t, a = instance.impedance.dense(), instance.demand
    best = np.where(opened, t, np.inf).min(axis=1)
    new = float((opened & ~instance.existing).sum())
    rate = 1.0 if instance.travel_cost is None else instance.travel_cost
    if model in ("p_dispersion",):
        assert instance.site_impedance is not None
        d = instance.site_impedance.dense()
        inside = [d[j, k] for j in np.flatnonzero(opened) for k in np.flatnonzero(opened) if j != k]
        return (min(inside, default=float(np.where(np.isfinite(d), d, 0).max())),)
    if model in ("market_share", "target_market_share"):
        assert instance.decay is not None
        assert instance.competitor is not None
        pull = instance.decay.share(t) * opened
        own = (pull * ~instance.competitor).sum(axis=1) / pull.sum(axis=1)
        captured = float(a @ own)
        if model == "market_share":
            return (captured,)
        return (new,) if captured >= (instance.cover_share or 0) * a.sum() - 1e-9 else None
    if "contiguous" in model:
        value = districts(instance, opened)
        if value is None:
            return None
        return (rate * value + _spent(instance, opened) if model == "contiguous_fixed_charge" else value,)
    if model == "sized_p_median":
        return sized(instance, opened)
    if model in (
        "capacitated_p_median",
        "single_source_p_median",
        "capacitated_fixed_charge",
        "single_source_fixed_charge",
    ):
        value = transport(instance, opened, whole=model.startswith("single"))
        if value is None:
            return None
        return (rate * value + _spent(instance, opened) if model.endswith("charge") else value,)
    if model == "capacitated_set_covering":
        assert instance.standard is not None
        value = transport(instance, opened, limit=instance.standard)
        return None if value is None else (new, value)
    if model == "capacitated_maximal_covering":
        assert instance.standard is not None
        value = transport(instance, opened, limit=instance.standard, most=True)
        return None if value is None else (value,)
    if model == "tiered_covering":
        held = all(a[best <= limit].sum() >= share * a.sum() - 1e-9 for limit, share in instance.coverage_targets or ())
        return (new,) if held else None
    if model in ("maximum_attendance",):
        assert instance.decay is not None
        return (float(a @ np.where(np.isfinite(best), instance.decay.share(np.where(np.isfinite(best), best, 0)), 0)),)
    if model == "capacitated_minimax_regret":
        parts = [transport(_in_future(instance, k), opened) for k in (0, 1)]
        lost = [v - b for v, b in zip(parts, _bests(instance), strict=True) if v is not None]
        return (max(*lost, 0.0),) if len(lost) == 2 else None
    if "covering" in model:
        return covering(model, instance, opened, best, new)
    if not np.isfinite(best).all():
        return None
    return travel(model, instance, opened, best, rate)


def _bests(instance: Instance) -> list[float]:
    assert instance.future_best is not None
    return [float(b) for b in instance.future_best]


def _in_future(instance: Instance, k: int) -> Instance:
    """Only the demand points of one future."""
    assert instance.future is not None
    return replace(instance.take_rows(np.flatnonzero(instance.future == k)), future=None, future_best=None)


def covering(
    model: str, instance: Instance, opened: BoolArray, best: FloatArray, new: float
) -> tuple[float, ...] | None:
    t, a, T = instance.impedance.dense(), instance.demand, instance.standard
    assert T is not None
    count = ((t <= T[:, None]) & opened).sum(axis=1)
    once, twice = float(a[count >= 1].sum()), float(a[count >= 2].sum())
    if model == "maximal_covering":
        return (once,)
    if model == "maximal_covering_regret":
        lost = [b - float(a[(count >= 1) & (instance.future == k)].sum()) for k, b in enumerate(_bests(instance))]
        return (max(*lost, 0.0),)
    if model == "set_covering":
        return (new,) if (count >= 1).all() else None
    if model == "partial_set_covering":
        return (new,) if once >= (instance.cover_share or 0) * a.sum() - 1e-9 else None
    if model == "backup_set_covering":
        return (new, -twice) if (count >= 1).all() else None
    if model == "backup_covering":
        return (twice,) if (count >= 1).all() else None
    if model == "maximal_backup_covering":
        w = instance.backup_weight or 0
        return ((1 - w) * once + w * twice,)
    if model == "gradual_covering":
        R = instance.outer_standard
        assert R is not None
        return (float(a @ np.clip((R - best) / (R - T), 0, 1)),)
    assert model == "maximal_expected_covering"
    V, busy = instance.servers or 0, instance.busy_fraction or 0
    found = []
    sites = np.flatnonzero(opened)
    for numbers in product(range(1, V + 1), repeat=sites.size):
        if sum(numbers) == V:
            reach = ((t[:, sites] <= T[:, None]) * np.array(numbers)).sum(axis=1)
            found.append(float(a @ (1 - busy**reach)))
    return (max(found),) if found else None


def travel(
    model: str, instance: Instance, opened: BoolArray, best: FloatArray, rate: float
) -> tuple[float, ...] | None:
    a = instance.demand
    total = float(a @ best)
    if model in ("p_median",):
        return (total,)
    if model == "closest_p_median":
        t = np.where(opened, instance.impedance.dense(), np.inf)
        ties = [np.flatnonzero(row == row.min()) for row in t]
        for site in product(*ties):
            load = np.bincount(site, weights=a, minlength=opened.size)
            if (load <= instance.capacity + 1e-9).all():
                return (total,)
        return None
    if model == "fixed_charge":
        return (rate * total + _spent(instance, opened),)
    if model in ("p_center", "lexicographic_minimax"):
        return (float(best.max()),)
    if model == "weighted_p_center":
        return (float((a * best).max()),)
    if model == "worst_share_mean":
        return (tail(best, a, instance.worst_share or 0),)
    if model == "ordered_median":
        return (sum(weight * tail(best, a, share) for share, weight in instance.ordered_weights or ()),)
    if model == "minimum_envy":
        assert instance.standard is not None
        return (total + (instance.envy_weight or 1) * float(a @ np.maximum(best - instance.standard, 0)),)
    if model == "least_inequality":
        return (
            float(
                sum(a[i] * a[k] * abs(best[i] - best[k]) for i in range(a.size) for k in range(a.size)) / a.sum() ** 2
            ),
        )
    if model == "balanced_zones":
        zone = instance.demand_zone
        assert zone is not None
        means = [a[zone == k] @ best[zone == k] / a[zone == k].sum() for k in (0, 1) if (zone == k).any()]
        return (total,) if max(means) - min(means) <= (instance.zone_spread or 0) + 1e-9 else None
    assert model == "minimax_regret"
    lost = [a[instance.future == k] @ best[instance.future == k] - b for k, b in enumerate(_bests(instance))]
    return (max(*lost, 0.0),)


def tail(best: FloatArray, a: FloatArray, share: float) -> float:
    """Mean of the worst share, person by person."""
    persons = np.repeat(best, a.astype(int))
    persons = np.sort(persons)[::-1]
    wanted, value = share * persons.size, 0.0
    for number, minutes in enumerate(persons):
        value += minutes * min(1.0, max(0.0, wanted - number))
    return float(value / wanted)


def transport(
    instance: Instance,
    opened: BoolArray,
    *,
    whole: bool = False,
    limit: FloatArray | None = None,
    most: bool = False,
    room: FloatArray | None = None,
) -> float | None:
    """Least total impedance, or most people, within capacities, by scipy."""
    t, a = instance.impedance.dense(), instance.demand
    usable = np.isfinite(t) & opened
    if limit is not None:
        usable &= t <= limit[:, None]
    i, j = np.nonzero(usable)
    n, m = t.shape
    if room is None:
        assert instance.capacity is not None
        room = np.where(np.isfinite(instance.capacity), instance.capacity, 1e9)
    if not i.size:
        return 0.0 if most else None
    everyone, load = np.zeros((n, i.size)), np.zeros((m, i.size))
    everyone[i, np.arange(i.size)] = 1
    load[j, np.arange(i.size)] = instance.weight[i]
    low = 0 if most else 1
    result = milp(
        -a[i] if most else a[i] * t[i, j],
        constraints=[LinearConstraint(everyone, low, 1), LinearConstraint(load, -np.inf, room)],
        bounds=Bounds(0, 1),
        integrality=np.full(i.size, int(whole)),
    )
    if not result.success:
        return None
    return float(-result.fun if most else result.fun)


def sized(instance: Instance, opened: BoolArray) -> tuple[float, ...] | None:
    new = np.flatnonzero(opened & ~instance.existing)
    sizes, cost = instance.size_capacity, instance.size_cost
    assert sizes is not None
    assert cost is not None
    found = []
    for chosen in product(range(sizes.size), repeat=new.size):
        if _spent(instance, opened) + cost[list(chosen)].sum() > (instance.budget or 0) + 1e-9:
            continue
        room = np.full(instance.site_count, 1e9)
        room[new] = sizes[list(chosen)]
        value = transport(instance, opened, room=room)
        if value is not None:
            found.append(value)
    return (min(found),) if found else None


def districts(instance: Instance, opened: BoolArray) -> float | None:
    """Least total impedance of whole demand points in connected catchments, every assignment tried."""
    t, a = instance.impedance.dense(), instance.demand
    sites, unit, adjacency = np.flatnonzero(opened), instance.site_unit, instance.adjacency
    assert unit is not None
    assert adjacency is not None
    assert instance.capacity is not None
    best = math.inf
    for site in product(sites.tolist(), repeat=a.size):
        chosen = np.array(site)
        if (chosen[unit[sites]] != sites).any():
            continue
        value = float(a @ t[np.arange(a.size), chosen])
        if value >= best:
            continue
        if (np.bincount(chosen, weights=instance.weight, minlength=opened.size) > instance.capacity + 1e-9).any():
            continue
        if all(_linked(adjacency, chosen == j) for j in sites):
            best = value
    return best if math.isfinite(best) else None


def _linked(adjacency: Adjacency, members: BoolArray) -> bool:
    """Whether the members hang together, by walking from one of them."""
    left = set(np.flatnonzero(members).tolist())
    todo = [left.pop()] if left else []
    while todo:
        reached = left & set(adjacency.neighbours(todo.pop()).tolist())
        left -= reached
        todo.extend(reached)
    return not left


def relabelled(instance: Instance, order: Any) -> Instance:
    """The same sites in another order."""
    return instance.take_columns(np.asarray(order))


def scaled(instance: Instance, factor: float) -> Instance:
    """Impedance in another unit, with everything that is measured in it."""
    matrix = replace(instance.impedance, values=instance.impedance.values * factor)
    changes: dict[str, Any] = {"impedance": matrix}
    for name in ("standard", "outer_standard", "zone_spread", "future_best"):
        value = getattr(instance, name)
        if value is not None:
            changes[name] = value * factor
    return replace(instance, **changes)


def sorted_burden(instance: Instance, opened: BoolArray) -> tuple[float, ...] | None:
    """Impedance of every single person, the farthest first."""
    best = np.where(opened, instance.impedance.dense(), np.inf).min(axis=1)
    burden = np.sort(np.repeat(best, instance.demand.astype(int)))[::-1]
    return tuple(burden) if np.isfinite(burden).all() else None
