"""Exact reductions: the same optimum from a smaller instance, before Pyomo has to spell out every pair.

A reduction is made only for models all of whose blocks are known to allow it; a block that is not named here
(one of a user's own, or a new one) switches off the reductions that it might break. Sites keep their numbers,
so a reduced plan's open sites are the full plan's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.formulation.blocks import REGISTER
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance

# Models of these blocks alone lose whole demand points: what is settled becomes a constant of the objective.
SETTLED_IN_MEDIAN = {
    "assign_every_demand_point",
    "assign_only_to_open",
    "bound_largest_impedance",
    "total_weighted_impedance",
    "largest_impedance",
}
SETTLED_IN_COVERAGE = {
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


def unreduced(instance: Instance) -> Reduction:
    """The instance as it is: for a search that looks at near pairs only, whatever else there is."""
    return Reduction(instance, 0.0, np.arange(instance.demand_count))


def goes_to_nearest(formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether assigning everybody to the nearest open site is best, whichever sites are open."""
    return _all_of("nearest", formulation, active)


def counts_coverage_only(formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether impedance matters only as within the standard or not."""
    return _all_of("coverage", formulation, active)


def _all_of(attribute: str, formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether all blocks say so of themselves; an unknown one does not."""
    blocks = [REGISTER.get(name) for name in (*formulation.objectives, *active)]
    return all(block is not None and getattr(block, attribute) for block in blocks)


def tells_futures_apart(formulation: Formulation, active: tuple[str, ...]) -> bool:
    """Whether it matters to some block in which future a demand point lies."""
    blocks = [REGISTER[name] for name in (*formulation.objectives, *active)]
    return any("future" in (*block.reads, *block.uses) for block in blocks)


def _beyond_sites(formulation: Formulation, active: tuple[str, ...]) -> set[str]:
    """The blocks that speak of more than the choice of sites."""
    known = {name: REGISTER.get(name) for name in (*formulation.objectives, *active)}
    on_sites = {name for name, b in known.items() if b is not None and b.kind == "constraint" and b.symbols == ("y",)}
    return set(known) - on_sites | ({"cover_every_demand_point"} & set(known))


def reduce(
    formulation: Formulation,
    active: tuple[str, ...],
    instance: Instance,
    open_anyway: BoolArray,
    *,
    limited: bool = False,
) -> Reduction:
    """The smallest instance with the same optimal plans' value that these rules give.

    Args:
        active: constraints that hold.
        open_anyway: (J,) sites that are open in every plan.
        limited: whether other objectives are limited, which constants taken out of this one would upset.
    """
    usable = ~instance.forbidden | instance.existing
    matrix = instance.impedance
    kept = np.ones(matrix.pair_count, dtype=bool)
    if "forbid_sites" in active:
        kept &= usable[matrix.indices]
    if _required_are_all(active, instance):
        kept &= (instance.existing | instance.required)[matrix.indices]
    if "assign_within_standard" in active:
        assert instance.standard is not None
        kept &= matrix.values <= instance.standard[matrix.rows]
    if not kept.all():
        instance = replace(instance, impedance=matrix.keep(kept))
    everything = unreduced(instance)
    if instance.adjacency is not None:
        return everything
    beyond = _beyond_sites(formulation, active)
    if goes_to_nearest(formulation, active) and not counts_coverage_only(formulation, active):
        instance = _drop_farther_than_open(instance, open_anyway)
        if "open_exactly_p" in active:
            instance = _drop_never_nearest(instance)
        if beyond <= SETTLED_IN_MEDIAN and not limited:
            return _drop_settled(instance, open_anyway, formulation.objective)
        return replace(everything, instance=instance)
    if counts_coverage_only(formulation, active):
        settled = beyond <= SETTLED_IN_COVERAGE and not limited
        apart = instance.future if tells_futures_apart(formulation, active) else None
        return _merge_coverage(instance, open_anyway, formulation.objective, settled=settled, apart=apart)
    return everything


def _required_are_all(active: tuple[str, ...], instance: Instance) -> bool:
    """Whether the sites that must open are all that may: as many as there are to open."""
    moves = instance.relocatable is not None and bool(instance.relocatable.any())
    if moves or not {"open_exactly_p", "require_sites"} <= set(active):
        return False
    return instance.p == int((instance.required & ~instance.existing).sum())


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
    return Reduction(instance.take_rows(rows), constant, rows)


def _merge_coverage(
    instance: Instance, open_anyway: BoolArray, objective: str, *, settled: bool, apart: IntArray | None
) -> Reduction:
    """Only pairs within the standard count, and points with the same sites within the standard are one. Where
    `settled`, points covered anyway and points that nothing covers are taken out too. Points that differ in
    `apart` (I,) stay apart.
    """
    assert instance.standard is not None
    matrix = instance.impedance
    near = matrix.keep(matrix.values <= instance.standard[matrix.rows])
    left = np.ones(instance.demand_count, dtype=bool)
    constant = 0.0
    if settled:
        left[near.rows[open_anyway[near.indices]]] = False
        if objective == "covered_demand":
            constant = float(instance.demand[~left].sum())
            left &= np.diff(near.indptr) > 0
    group = _same_rows(near, left, apart)
    rows, first = np.unique(group[left], return_index=True)
    representative = np.flatnonzero(left)[first]
    demand: FloatArray = np.bincount(
        np.searchsorted(rows, group[left]), weights=instance.demand[left], minlength=rows.size
    ).astype(np.float64)
    order = np.argsort(representative)
    small = replace(instance, impedance=near).take_rows(representative[order])
    return Reduction(replace(small, demand=demand[order]), constant, representative[order])


def _same_rows(matrix: ImpedanceMatrix, wanted: BoolArray, apart: IntArray | None = None) -> IntArray:
    """(I,) a number that is the same for wanted rows with the same columns and the same `apart`; -1 for the others."""
    group = np.full(matrix.shape[0], -1, dtype=np.int64)
    seen: dict[tuple[bytes, int], int] = {}
    for i in np.flatnonzero(wanted):
        columns = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tobytes()
        key = (columns, 0 if apart is None else int(apart[i]))
        group[i] = seen.setdefault(key, len(seen))
    return group
