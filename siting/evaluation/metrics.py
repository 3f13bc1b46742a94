"""What a plan gives people: coverage, travel times, accessibility, inequality, load.

Every statistic is over people, not over places. People who reach no facility (NaN minutes) are in no mean,
quantile or Gini coefficient: they are counted beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from siting.impedance import BoolArray, FloatArray

WHEN = ("before", "after")
STATISTICS = ("mean_min", "median_min", "p95_min", "worst_min", "gini")
ROUNDING = 1e-12  # relative slack for sums of weights that should be equal


def weighted_mean(values: ArrayLike, weights: ArrayLike) -> float:
    """sum w_i x_i / sum w_i over the finite values with a weight above 0; NaN when there is none."""
    x, w = _used(values, weights)
    return float(x @ w / w.sum()) if x.size else np.nan


def weighted_variance(values: ArrayLike, weights: ArrayLike) -> float:
    """sum w_i (x_i - m)^2 / sum w_i about the weighted mean m: of all people, not of a sample of them.

    As `weighted_mean`, over the finite values with a weight above 0; NaN when there is none.
    """
    x, w = _used(values, weights)
    return float((x - x @ w / w.sum()) ** 2 @ w / w.sum()) if x.size else np.nan


def worst_share_mean(values: ArrayLike, weights: ArrayLike, share: float) -> float:
    """Mean of the share of the people whose values are largest: the conditional value at risk.

    Source: Rockafellar and Uryasev (2000), Journal of Risk 2(3). A place at the edge of the share counts in part.

    Args:
        values: (n,) one for each place; NaN is left out.
        weights: (n,) people at each place, at least 0.
        share: above 0 to 1; 1 is the mean.

    Returns:
        NaN when nobody has a value.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, got {share}")
    x, w = _used(values, weights)
    if not x.size:
        return np.nan
    order = np.argsort(-x, kind="stable")
    x, w = x[order], w[order]
    wanted = share * w.sum()
    before = np.cumsum(w) - w
    part = np.clip(wanted - before, 0.0, w)
    return float(x @ part / part.sum())


def coefficient_of_variation(values: ArrayLike, weights: ArrayLike) -> float:
    """Standard deviation over people, divided by their mean.

    Args:
        values: (n,) at least 0; NaN is left out.
        weights: (n,) people, at least 0.

    Returns:
        At least 0; 0 when all values are 0; NaN when nobody has a value.
    """
    mean = weighted_mean(values, weights)
    return float(np.sqrt(weighted_variance(values, weights))) / mean if mean else 0.0


def weighted_quantile(values: ArrayLike, weights: ArrayLike, q: float) -> float:
    """The least value that at least the share `q` of the people do not exceed.

    It is the inverse of the weighted empirical distribution (type 1 of Hyndman & Fan 1996, The American
    Statistician 50:361), so that "95 % need at most x minutes" holds of real people, without interpolation.

    Args:
        values: (n,) one for each place; NaN is left out.
        weights: (n,) people at each place, at least 0.
        q: in 0..1; 0 is the least value, 1 the greatest.

    Returns:
        The quantile, NaN when nobody has a value.
    """
    if not 0 <= q <= 1:
        raise ValueError(f"q must be in 0..1, got {q}")
    x, w = _used(values, weights)
    if not x.size:
        return np.nan
    order = np.argsort(x, kind="stable")
    people = np.cumsum(w[order])
    place = int(np.searchsorted(people, q * people[-1] * (1 - ROUNDING), side="left"))
    return float(x[order][min(place, x.size - 1)])


def gini(values: ArrayLike, weights: ArrayLike) -> float:
    """Gini coefficient of a burden such as travel time, over people.

    G = sum_i sum_j w_i w_j |x_i - x_j| / (2 W^2 m), with W = sum w_i and m the weighted mean: half the
    relative mean difference (Sen 1973, On Economic Inequality, ch. 2). 0 is the same time for everybody.
    Computed exactly in n log n from the sorted values:
    sum_{i<j} w_i w_j (x_j - x_i) = sum_i w_i x_i (C_{i-1} + C_i - W), C_i the people up to i.

    Args:
        values: (n,) at least 0; NaN is left out.
        weights: (n,) people, at least 0.

    Returns:
        G in 0..1; 0 when all values are 0; NaN when nobody has a value.
    """
    x, w = _used(values, weights)
    if not x.size:
        return np.nan
    if (x < 0).any():
        raise ValueError("the Gini coefficient needs values of at least 0")
    order = np.argsort(x, kind="stable")
    x, w = x[order] / (x.max() or 1.0), w[order] / w.sum()
    burden = float(x @ w)
    if burden == 0:
        return 0.0
    people = np.cumsum(w)
    # Differences do not change with the origin: measured from the least value, equal values give 0 exactly.
    difference = float((w * (x - x[0])) @ (2 * people - w - people[-1]))
    return min(max(difference / burden, 0.0), 1.0)


def loads(site_ids: Sequence[str], assigned: pd.DataFrame) -> FloatArray:
    """(J,) persons that come to each site; 0 where nobody does.

    Args:
        site_ids: J ids, each once.
        assigned: site_id, persons.

    Raises:
        ValueError: when somebody is assigned to a site that is not in `site_ids`.
    """
    place = pd.Index(site_ids).get_indexer(pd.Index(assigned["site_id"]))
    if (place < 0).any():
        unknown = sorted(set(assigned["site_id"].to_numpy(dtype=object)[place < 0]))
        raise ValueError(f"people are assigned to unknown sites: {unknown[:5]}")
    persons = assigned["persons"].to_numpy(dtype=np.float64)
    return np.bincount(place, weights=persons, minlength=len(site_ids)).astype(np.float64)


def summarise(demand: pd.DataFrame, age_columns: Sequence[str]) -> pd.DataFrame:
    """Coverage, travel times and accessibility of a service by group of people, before and after.

    Args:
        demand: the frame of `results.ServiceResult.demand` and, beside it, `age_columns` (persons).
        age_columns: the age columns inside the service's ages.

    Returns:
        The frame of `results.ServiceResult.summary`: `when` x (all, each zone, each township, each age group),
        in the order in which the groups appear. A group without people has 0 persons and NaN statistics.
        An age group's persons are those of its age who need the service (people x rate), so that the age
        groups add up to all. Townships are left out where none is named; `''` is people without a township.
    """
    rows = []
    for when in WHEN:
        minutes = demand[f"nearest_{when}_min"].to_numpy(dtype=np.float64)
        covered = demand[f"covered_{when}"].to_numpy(dtype=bool)
        places = demand[f"accessibility_{when}_per_1000"].to_numpy(dtype=np.float64)
        for kind, name, persons in _groups(demand, age_columns):
            rows.append(
                {"when": when, "group_kind": kind, "group": name} | _statistics(minutes, covered, places, persons)
            )
    return pd.DataFrame(rows)


def _groups(demand: pd.DataFrame, age_columns: Sequence[str]) -> Iterator[tuple[str, str, FloatArray]]:
    """Each group with its (I,) persons."""
    persons = demand["demand_persons"].to_numpy(dtype=np.float64)
    yield "all", "all", persons
    for kind in ("zone", "township"):
        names = demand[kind].fillna("").to_numpy(dtype=object)
        if (names != "").any():
            for name in pd.unique(names):
                yield kind, str(name), np.where(names == name, persons, 0.0)
    ages = demand[list(age_columns)].to_numpy(dtype=np.float64)
    people = ages.sum(axis=1)
    rate = np.divide(persons, people, out=np.zeros_like(persons), where=people > 0)
    for k, name in enumerate(age_columns):
        yield "age", name, ages[:, k] * rate


def _statistics(minutes: FloatArray, covered: BoolArray, places: FloatArray, persons: FloatArray) -> dict[str, float]:
    total = float(persons.sum())
    covered_persons = float(persons[covered].sum())
    reached = ~np.isnan(minutes)
    return {
        "demand_persons": total,
        "covered_persons": covered_persons,
        "covered_share": covered_persons / total if total > 0 else np.nan,
        "unreachable_persons": float(persons[~reached].sum()),
        "mean_min": weighted_mean(minutes, persons),
        "median_min": weighted_quantile(minutes, persons, 0.5),
        "p95_min": weighted_quantile(minutes, persons, 0.95),
        "worst_tenth_min": worst_share_mean(minutes, persons, 0.1),
        "worst_min": weighted_quantile(minutes, persons, 1.0),
        "gini": gini(minutes, persons),
        "accessibility_mean_per_1000": weighted_mean(places, persons),
        "accessibility_least_per_1000": weighted_quantile(places, persons, 0.0),
        "accessibility_gini": gini(places, persons),
    }


def _used(values: ArrayLike, weights: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The values that somebody has, with their people."""
    x = np.asarray(values, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if x.shape != w.shape or x.ndim != 1:
        raise ValueError(f"values {x.shape} and weights {w.shape} must be two arrays of one length")
    if not (w >= 0).all():
        raise ValueError("weights must be numbers of at least 0")
    used = ~np.isnan(x) & (w > 0)
    return x[used], w[used]
