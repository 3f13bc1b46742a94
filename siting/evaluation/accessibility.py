"""Floating catchment areas: how many places a person finds within reach, counting who else reaches them.

All of them are one scheme (Wang 2012, Annals of the AAG 102(5):1104, the generalised 2SFCA). With S_j the supply of
site j, a_k the people at demand point k, t the impedance and f in 0..1 the weight of a pair, 0 out of reach:

    R_j = S_j / sum_k f(t_kj) a_k        supply for each person who comes into question at the site
    A_i = sum_j f(t_ij) R_j              what a person at i finds

The weight enters both steps, so that supply is conserved: sum_i a_i A_i is the supply of the sites that somebody
reaches. A site that nobody reaches gives nothing to anyone, and whoever reaches none has A_i = 0, never NaN. A is in
places for each person (times 1,000: places for each thousand).

A person who reaches many sites comes into question at each of them, in full. Where people travel by different modes
those who ride reach so many that they outweigh those who walk at every site; `three_step` splits each person among
the sites instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from siting.errors import Faults, fail
from siting.evaluation.metrics import gini
from siting.impedance import FloatArray, ImpedanceMatrix
from siting.instance.decay import Decay

Zones = Sequence[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Level:
    """The facilities of one level, such as village clinics, township health centres or county hospitals.

    Attributes:
        name: what the level is called.
        impedance: (I, J_l) from the demand points to the level's sites, by the level's own mode of travel.
        supply: (J_l,) places of each site, finite.
        threshold: catchment size of the level, a number or (I,).
        decay: weight by impedance, as in `enhanced_two_step`; None: 1 everywhere in the catchment.
        demand_share: share of the people who turn to the level, 0..1, a number or (I,); 1: everybody may.
        site_ids: ids of the sites, to name them in errors.
    """

    name: str
    impedance: ImpedanceMatrix
    supply: ArrayLike
    threshold: ArrayLike = np.inf
    decay: Zones | Decay | None = None
    demand_share: ArrayLike = 1.0
    site_ids: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class HierarchicalAccessibility:
    """What `hierarchical_two_step` finds.

    Attributes:
        by_level: (I,) by the level's name: places for each person who turns to the level.
        total: (I,) places for each person over all levels, each weighted by the share who turn to it.
    """

    by_level: Mapping[str, FloatArray]
    total: FloatArray


def two_step(
    impedance: ImpedanceMatrix,
    demand: ArrayLike,
    *,
    supply: ArrayLike,
    threshold: ArrayLike,
    site_ids: Sequence[str] | None = None,
) -> FloatArray:
    """Two-step floating catchment areas (2SFCA): f is 1 within the threshold and 0 beyond.

    R_j = S_j / sum_{k: t_kj <= T_k} a_k,  A_i = sum_{j: t_ij <= T_i} R_j.
    Source: Radke & Mu (2000), Geographic Information Sciences 6(2):105; Luo & Wang (2003), Environment and Planning B
    30(6):865. They have one threshold; here each demand point may have its own, which holds in both steps.

    Args:
        impedance: (I, J).
        demand: (I,) people, finite and at least 0.
        supply: (J,) places, finite and at least 0.
        threshold: in the unit of `impedance`, a number or (I,); +inf is no limit.
        site_ids: J ids, to name a site in an error.

    Returns:
        (I,) places for each person.

    Raises:
        InputError: naming each demand point and site whose number cannot be used, such as a site without a limit.
        ValueError: when an array does not fit `impedance`.
    """
    people, places = _numbers(impedance, demand, supply, site_ids)
    weight = _weight(impedance, None, threshold)
    return _places_per_person(impedance, people, places, weight)


def enhanced_two_step(
    impedance: ImpedanceMatrix,
    demand: ArrayLike,
    *,
    supply: ArrayLike,
    zones: Zones | Decay,
    threshold: ArrayLike = np.inf,
    site_ids: Sequence[str] | None = None,
) -> FloatArray:
    """Enhanced 2SFCA: f falls with the impedance, in steps (E2SFCA) or smoothly (kernel density 2SFCA).

    R_j = S_j / sum_k f(t_kj) a_k,  A_i = sum_j f(t_ij) R_j.
    In steps, f is W_r in zone r: D_{r-1} < t <= D_r, and 0 beyond the last. Luo & Qi (2009), Health & Place
    15(4):1100, take 10, 20 and 30 minutes with the weights 1, 0.68, 0.22, or 1, 0.42, 0.09 where distance deters more.
    Smooth: Dai & Wang (2011), Environment and Planning B 38(4). Weights do not rise with the impedance.

    Args:
        impedance: (I, J).
        demand: (I,) people, finite and at least 0.
        supply: (J,) places, finite and at least 0.
        zones: ((D_1, W_1), (D_2, W_2), ...) with rising limits and weights in 0..1, or a decay.
        threshold: nothing counts beyond it, a number or (I,).
        site_ids: J ids, to name a site in an error.

    Returns:
        (I,) places for each person.

    Raises:
        InputError: naming each demand point and site whose number cannot be used, or zones that cannot be.
        ValueError: when an array does not fit `impedance`.
    """
    people, places = _numbers(impedance, demand, supply, site_ids)
    weight = _weight(impedance, zones, threshold)
    return _places_per_person(impedance, people, places, weight)


def three_step(
    impedance: ImpedanceMatrix,
    demand: ArrayLike,
    *,
    supply: ArrayLike,
    zones: Zones | Decay | None = None,
    threshold: ArrayLike = np.inf,
    site_ids: Sequence[str] | None = None,
) -> FloatArray:
    """Three-step floating catchment areas (3SFCA): each person is split among the sites within reach.

    G_ij = f(t_ij) / sum_l f(t_il),  R_j = S_j / sum_k G_kj f(t_kj) a_k,  A_i = sum_j G_ij f(t_ij) R_j.
    Source: Wan, Zou & Sternberg (2012), International Journal of Geographical Information Science 26(6):1073.
    Supply is conserved as in the others. Sites without supply draw nobody.

    Arguments, result and errors are those of `enhanced_two_step`; without zones f is 1 within the threshold.
    """
    people, places = _numbers(impedance, demand, supply, site_ids)
    weight = np.where(places[impedance.indices] > 0, _weight(impedance, zones, threshold), 0.0)
    rows = impedance.rows
    reached = np.bincount(rows, weights=weight, minlength=people.size)
    share = np.divide(weight, reached[rows], out=np.zeros_like(weight), where=weight > 0)
    return _places_per_person(impedance, people, places, share * weight)


def hierarchical_two_step(
    levels: Sequence[Level], demand: ArrayLike, *, absolute_decay: bool = False
) -> HierarchicalAccessibility:
    """Accessibility to facilities of several levels, each with its own impedance, catchment size and decay.

    With q_il the share of the people at i who turn to level l and f_l the weight of the level (its decay within its
    threshold):

        A_il = sum_{j in l} S_j f_l(t_ij) g_l(t_ij) / sum_k q_kl a_k f_l(t_kj),    A_i = sum_l q_il A_il

    g is 1, and supply is then conserved: sum_i a_i A_i is the supply of the sites that somebody reaches. With
    `absolute_decay` g = f_l, the modified 2SFCA of Delamater (2013), Health & Place 24:30:
    what is far is used less, not only shared by fewer, and part of the supply is lost on the way.

    Source: Tao, Cheng & Liu (2020), International Journal for Equity in Health 19:164, who build their hierarchical
    2SFCA from catchment sizes, decay and mode by level, Gaussian decay and the modified 2SFCA: here Decay("gaussian",
    d0), a threshold d0 and `absolute_decay` (their closing equation has not been compared term by term). The shares
    of demand are an addition: with 1 everywhere A_i is the plain sum over the levels; a share that is the same at
    every demand point changes A_il but not A_i.

    Args:
        levels: at least one, each with a name of its own.
        demand: (I,) people, finite and at least 0.
        absolute_decay: whether distance also lessens what is used.

    Raises:
        InputError: naming each number that cannot be used.
        ValueError: when an array does not fit its level's impedance, or a name is there twice.
    """
    names = [level.name for level in levels]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"levels must be there and have names of their own, got {names}")
    by_level: dict[str, FloatArray] = {}
    total = np.zeros(levels[0].impedance.shape[0])
    for level in levels:
        people, places = _numbers(level.impedance, demand, level.supply, level.site_ids)
        share = _along_demand(level.demand_share, people.size, "demand_share")
        if not ((share >= 0) & (share <= 1)).all():
            fail(
                "需求比例应在 0 到 1 之间", "a share of demand must be in 0..1", column="demand_share", value=level.name
            )
        weight = _weight(level.impedance, level.decay, level.threshold)
        used = weight if absolute_decay else 1.0
        found = _places_per_person(level.impedance, people * share, places, weight, used=used)
        by_level[level.name] = found
        total = total + share * found
    return HierarchicalAccessibility(by_level, total)


def accessibility_gini(accessibility: ArrayLike, demand: ArrayLike) -> float:
    """Gini coefficient of accessibility over people, 0 where everybody finds as many places.

    Unlike travel times, where the unreachable are counted apart, those who reach nothing (0) are in it.

    Args:
        accessibility: (I,) of any of the measures here.
        demand: (I,) people.

    Returns:
        In 0..1; NaN when nobody needs the service. See `metrics.gini`; variance and coefficient of variation are
        `metrics.weighted_variance` and `metrics.coefficient_of_variation`.
    """
    return gini(accessibility, demand)


def _places_per_person(
    impedance: ImpedanceMatrix,
    people: FloatArray,
    places: FloatArray,
    weight: FloatArray,
    *,
    used: FloatArray | float = 1.0,
) -> FloatArray:
    """The two steps, given the (nnz,) weight of each stored pair and, of it, the part that is used."""
    rows, columns = impedance.rows, impedance.indices
    seekers = np.bincount(columns, weights=weight * people[rows], minlength=places.size)
    counted = (weight > 0) & (seekers[columns] > 0) & (places[columns] > 0)
    i, j = rows[counted], columns[counted]
    # Dividing first keeps the quotient at most 1 / people, however small the weights are.
    found = weight[counted] / seekers[j] * places[j] * np.broadcast_to(used, weight.shape)[counted]
    return np.bincount(i, weights=found, minlength=people.size).astype(np.float64)


def _weight(impedance: ImpedanceMatrix, zones: Zones | Decay | None, threshold: ArrayLike) -> FloatArray:
    """(nnz,) weight of each stored pair."""
    limit = _along_demand(threshold, impedance.shape[0], "threshold")
    if not (limit >= 0).all():
        fail("搜索阈值应为不小于零的数", "a threshold must be a number of at least 0", column="threshold")
    values = impedance.values
    if zones is None:
        weight = np.ones(values.size)
    elif isinstance(zones, Decay):
        weight = zones.share(values)
    else:
        limits, steps = _check_zones(zones)
        weight = np.append(steps, 0.0)[np.searchsorted(limits, values, side="left")]
    return np.where(values <= limit[impedance.rows], weight, 0.0)


def _check_zones(zones: Zones) -> tuple[FloatArray, FloatArray]:
    """The upper limits and the weights of distance zones."""
    table = np.asarray(zones, dtype=np.float64).reshape(-1, 2)
    limits, steps = table[:, 0], table[:, 1]
    good = limits.size and not np.isnan(table).any() and limits[0] >= 0 and (np.diff(limits) > 0).all()
    if not (good and steps[-1] >= 0 and steps[0] <= 1 and (np.diff(steps) <= 0).all()):
        fail(
            "距离分区的上限应逐个增大，权重应在 0 到 1 之间且不增大",
            "the limits of distance zones must rise; their weights must be in 0..1 and not rise",
            column="zones",
            value=tuple(zones),
        )
    return limits, steps


def _along_demand(values: ArrayLike, count: int, name: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim and array.shape != (count,):
        raise ValueError(f"{name} must be a number or have the shape ({count},), got {array.shape}")
    return np.broadcast_to(array, (count,))


def _numbers(
    impedance: ImpedanceMatrix, demand: ArrayLike, supply: ArrayLike, site_ids: Sequence[str] | None
) -> tuple[FloatArray, FloatArray]:
    people, places = np.asarray(demand, dtype=np.float64), np.asarray(supply, dtype=np.float64)
    if people.shape != impedance.shape[:1] or places.shape != impedance.shape[1:]:
        raise ValueError(f"demand {people.shape} and supply {places.shape} must fit the impedance {impedance.shape}")
    faults = Faults("accessibility")
    for i in np.flatnonzero(~(np.isfinite(people) & (people >= 0))):
        faults.add(
            "人数应为有限且不小于零的数",
            "people must be a finite number of at least 0",
            column="demand",
            value=f"i{i + 1}: {people[i]}",
        )
    for j in np.flatnonzero(~(np.isfinite(places) & (places >= 0))):
        name = f"j{j + 1}" if site_ids is None else site_ids[int(j)]
        faults.add(
            "设施规模应为有限且不小于零的数",
            "a site's supply must be a finite number of at least 0",
            remedy_zh="请填写规模，或把这处设施排除在外",
            remedy_en="give its capacity, or leave the site out",
            column="supply",
            value=f"{name}: {places[j]}",
        )
    faults.raise_if_any()
    return people, places
