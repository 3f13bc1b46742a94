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
from siting.impedance import BoolArray, IntArray
from siting.instance import Instance
from siting.instance.coverage import first_same_within, not_needed, reaches_any, sets_within

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


# Models of these blocks alone ask nobody to be covered by more than one site.
COVERED_ONCE = SETTLED_IN_COVERAGE | {"covered", "cover_share_of_people"}


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
    if "forbid_sites" in active and not usable.all():
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
        merged = _merge_coverage(instance, open_anyway, formulation.objective, settled=settled, apart=apart)
        if {*beyond, *formulation.then} <= COVERED_ONCE:
            return replace(merged, instance=_forbid_outdone(merged.instance, active))
        return merged
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
    near = matrix.indptr, matrix.indices, matrix.values, instance.standard
    left = np.ones(instance.demand_count, dtype=bool)
    constant = 0.0
    if settled:
        left &= ~reaches_any(*near, open_anyway)
        if objective == "covered_demand":
            constant = float(instance.demand[~left].sum())
            left &= reaches_any(*near, np.ones(instance.site_count, dtype=bool))
    first = first_same_within(*near, instance.site_count, apart)[left]
    people = np.bincount(first, weights=instance.demand[left], minlength=instance.demand_count)
    rows = np.flatnonzero(np.bincount(first, minlength=instance.demand_count))
    small = replace(instance.take_rows(rows), demand=people[rows].astype(np.float64))
    assert small.standard is not None
    pairs = small.impedance
    return Reduction(replace(small, impedance=pairs.keep(pairs.values <= small.standard[pairs.rows])), constant, rows)


def _forbid_outdone(instance: Instance, active: tuple[str, ...]) -> Instance:
    """Candidates are forbidden whose points another candidate of the zone covers too, at no more cost.

    With p to open, or with a zone minimum, enough stay for a plan to open as many as it must. Not where sites may
    close or move, or where plans are excluded one by one.
    """
    if instance.leaving.any() or "differ_from_excluded" in active or "forbid_sites" not in active:
        return instance
    assert instance.standard is not None
    matrix = instance.impedance
    rows = np.arange(instance.demand_count)
    sets = sets_within(matrix.indptr, matrix.indices, matrix.values, instance.standard, rows, instance.site_count)
    kind = np.where(instance.candidate & ~instance.required, instance.site_zone + 1, -1)
    price = np.zeros(instance.site_count)
    least = np.zeros(len(instance.zone_ids) + 1, dtype=np.int64)
    if "stay_within_budget" in active and instance.fixed_cost is not None:
        price = instance.fixed_cost
    if "zone_minimum" in active:
        least[1:] = instance.zone_minimum
        for k in np.flatnonzero(least):
            if np.unique(price[kind == k]).size > 1:  # what opens for the minimum alone should be cheap
                kind[kind == k] = -1
    if "open_exactly_p" in active:
        assert instance.p is not None
        least[:] = instance.p
    out = not_needed(sets, sets.transposed(), kind, price, least)
    return replace(instance, forbidden=instance.forbidden | out, impedance=matrix.keep(~out[matrix.indices]))
