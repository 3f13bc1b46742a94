"""Exact reductions: the same optimum from a smaller instance, before Pyomo has to spell out every pair.

A reduction is made only for models all of whose blocks are known to allow it; a block that is not named here
(one of a user's own, or a new one) switches off the reductions that it might break. Sites keep their numbers,
so a reduced plan's open sites are the full plan's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance

# Constraints on the choice of sites alone: they touch neither assignment nor coverage.
ON_SITES = frozenset(
    {
        "open_exactly_p",
        "stay_within_budget",
        "keep_existing",
        "require_sites",
        "forbid_sites",
        "zone_minimum",
    }
)
# Blocks under which everybody may as well go to the nearest open site.
NEAREST_IS_BEST = ON_SITES | {
    "assign_every_demand_point",
    "assign_only_to_open",
    "bound_largest_impedance",
    "total_weighted_impedance",
    "largest_impedance",
}
# Blocks under which only the coverage sets N_i count.
COVERAGE_ONLY = ON_SITES | {
    "cover_only_if_open",
    "cover_every_demand_point",
    "covered_demand",
    "number_of_new_facilities",
}


@dataclass(frozen=True, eq=False)
class Reduction:
    """A smaller instance, the constant that it lost, and what was taken out.

    Attributes:
        constant: to be added to the smaller instance's objective.
        rows: (I',) demand point of the full instance that each row of the smaller one stands for.
    """

    instance: Instance
    constant: float
    rows: IntArray

    @property
    def pair_count(self) -> int:
        """Admissible pairs that are left."""
        return self.instance.impedance.pair_count


def goes_to_nearest(formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether assigning everybody to the nearest open site is best, whichever sites are open."""
    return {formulation.objective, *active} <= NEAREST_IS_BEST


def counts_coverage_only(formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether impedance matters only as within the standard or not."""
    return {formulation.objective, *active} <= COVERAGE_ONLY


def reduce(formulation: Formulation, active: tuple[str, ...], instance: Instance, open_anyway: BoolArray) -> Reduction:
    """The smallest instance with the same optimal plans' value that these rules give.

    Args:
        active: constraints that hold.
        open_anyway: (J,) sites that are open in every plan.
    """
    usable = ~instance.forbidden | instance.existing
    if "forbid_sites" in active and not usable.all():
        mask = usable[instance.impedance.indices]
        instance = replace(instance, impedance=instance.impedance.keep(mask))
    everything = np.arange(instance.demand_count)
    if goes_to_nearest(formulation, active):
        instance = _drop_farther_than_open(instance, open_anyway)
        if "open_exactly_p" in active:
            instance = _drop_never_nearest(instance)
        return _drop_settled(instance, open_anyway, formulation.objective)
    if counts_coverage_only(formulation, active):
        return _merge_coverage(instance, open_anyway, formulation.objective)
    return Reduction(instance, 0.0, everything)


def _drop_farther_than_open(instance: Instance, open_anyway: BoolArray) -> Instance:
    """Nobody goes farther than to the nearest site that is open anyway.

    Of its pairs a demand point keeps that one (of equally near ones the first) and the strictly nearer ones.
    """
    matrix = instance.impedance
    site, value = matrix.nearest(open_anyway)
    rows = matrix.rows
    mask = (matrix.values < value[rows]) | (matrix.indices == site[rows])
    return replace(instance, impedance=matrix.keep(mask))


def _drop_never_nearest(instance: Instance) -> Instance:
    """With p of the m candidates open, the nearest is among each demand point's m - p + 1 nearest."""
    assert instance.p is not None
    matrix = instance.impedance
    new = ~instance.existing & ~instance.forbidden
    allowed = int(new.sum()) - instance.p + 1
    rows = matrix.rows
    is_new = new[matrix.indices]
    order = np.lexsort((matrix.indices, matrix.values, rows))
    count = np.cumsum(is_new[order])
    at_row_start = np.concatenate([[0], count])[matrix.indptr[:-1]]
    rank = np.empty(rows.size, dtype=np.int64)
    rank[order] = count - at_row_start[rows[order]]
    return replace(instance, impedance=matrix.keep(~is_new | (rank <= max(allowed, 1))))


def _drop_settled(instance: Instance, open_anyway: BoolArray, objective: str) -> Reduction:
    """Demand points whose only site is open anyway: a constant of the total; for the maximum only the worst
    of them counts, and stays.
    """
    matrix = instance.impedance
    settled = np.diff(matrix.indptr) == 1
    site = np.zeros(instance.demand_count, dtype=np.int64)
    value = np.zeros(instance.demand_count)
    site[settled] = matrix.indices[matrix.indptr[:-1][settled]]
    value[settled] = matrix.values[matrix.indptr[:-1][settled]]
    settled &= open_anyway[site]
    constant = 0.0
    if objective == "largest_impedance":
        if settled.any():
            settled[np.flatnonzero(settled)[np.argmax(value[settled])]] = False
    else:
        constant = float(np.sum(instance.demand[settled] * value[settled]))
    rows = np.flatnonzero(~settled)
    return Reduction(take_rows(instance, rows), constant, rows)


def _merge_coverage(instance: Instance, open_anyway: BoolArray, objective: str) -> Reduction:
    """Only pairs within the standard count; points covered anyway are settled, points with the same sites
    within the standard are one, points that nothing covers count for nothing.
    """
    assert instance.standard is not None
    matrix = instance.impedance
    near = matrix.keep(matrix.values <= instance.standard[matrix.rows])
    covered_anyway = np.zeros(instance.demand_count, dtype=bool)
    covered_anyway[near.rows[open_anyway[near.indices]]] = True
    maximise = objective == "covered_demand"
    constant = float(instance.demand[covered_anyway].sum()) if maximise else 0.0
    left = ~covered_anyway
    if maximise:
        left &= np.diff(near.indptr) > 0
    group = _same_rows(near, left)
    rows, first = np.unique(group[left], return_index=True)
    representative = np.flatnonzero(left)[first]
    demand: FloatArray = np.bincount(
        np.searchsorted(rows, group[left]), weights=instance.demand[left], minlength=rows.size
    ).astype(np.float64)
    order = np.argsort(representative)
    small = take_rows(replace(instance, impedance=near), representative[order])
    return Reduction(replace(small, demand=demand[order]), constant, representative[order])


def _same_rows(matrix: ImpedanceMatrix, wanted: BoolArray) -> IntArray:
    """(I,) a number that is the same for wanted rows with the same columns; -1 for the others."""
    group = np.full(matrix.shape[0], -1, dtype=np.int64)
    seen: dict[bytes, int] = {}
    for i in np.flatnonzero(wanted):
        key = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tobytes()
        group[i] = seen.setdefault(key, len(seen))
    return group


def take_rows(instance: Instance, rows: IntArray) -> Instance:
    """The instance with only these demand points, in this order."""
    if rows.size == instance.demand_count:
        return instance
    standard: FloatArray | None = None if instance.standard is None else instance.standard[rows]
    return replace(
        instance,
        demand_ids=tuple(instance.demand_ids[i] for i in rows),
        demand=instance.demand[rows],
        impedance=instance.impedance.select(rows=rows),
        standard=standard,
    )
