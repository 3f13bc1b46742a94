"""A small model that can be met exactly where the question can: nothing is optimised, so much of it may go.

What only measures (the largest impedance, a regret, who counts as covered) never stands in the way, and demand points
that reach the same sites are one. A row that nothing could ever meet is taken out and noted: it would hide the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from siting.doctor.flow import Flow
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import BINDING, active_constraints
from siting.formulation.program import Program, compile_model
from siting.formulation.spec import Formulation, Limit
from siting.impedance import IntArray
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.solving.built import BuiltArrays, build

ONLY_MEASURE = {
    "bound_largest_impedance",
    "bound_largest_weighted_impedance",
    "bound_excess",
    "bound_differences",
    "bound_regret",
    "bound_share_beyond",
    "separate_open_sites",
    "cover_twice_only_if_two_open",
    "backup_only_after_first",
    "backup_beyond_first",
    "count_servers_within",
}
# Blocks of people that can always be met by serving nobody, and what makes them matter.
IDLE_WITHOUT = {
    "cover_share_of_people": {"cover_only_if_open"},
    "capture_share_of_people": {"divide_among_sites", "share_only_if_open", "share_by_attraction"},
}
BIND_PEOPLE = {
    "respect_capacity",
    "respect_size_capacity",
    "respect_minimum_load",
    "respect_state_capacity",
    "respect_state_minimum",
    "respect_kind_capacity",
    "respect_least_points",
    "respect_most_points",
    "bound_zone_spread",
    "serve_own_unit",
    "carry_catchment_flow",
}
STATES = {"respect_state_capacity", "respect_kind_capacity", "respect_state_minimum"}
ALL_WITHIN_CAPACITY = {"assign_every_demand_point", "assign_only_to_open", "respect_capacity"}
NOT_MERGED = {
    *("assign_to_closest", "bound_zone_spread", "serve_own_unit", "carry_catchment_flow"),
    *("respect_least_points", "respect_most_points"),
}


@dataclass(frozen=True, eq=False)
class Twin:
    """The small model, and what each of its rows of demand stands for.

    Attributes:
        instance: numbers of the small model.
        active: its constraints.
        program: its arrays; None where it can never be met.
        rows: of each constraint block its rows: number in the programme, index in the block.
        group: (I,) row of the small instance that each demand point is part of; -1: it can reach no site at all.
        barred: (Z,) part of each zone's minimum that no site could ever meet.
        no_new: new facilities that are asked for where there is no site for any.
        barred_rows: of each row over changes that no change belongs to, by how much it can never be met.
        whole: whether demand points are assigned whole.
        columns: of `y` and `x` the programme's column of each index.
        flow: who reaches what, where people and capacities are left out of the programme; it answers for them.
    """

    instance: Instance
    active: tuple[str, ...]
    program: Program | None
    rows: dict[str, list[tuple[int, Any]]]
    group: IntArray
    barred: IntArray
    no_new: int
    whole: bool
    columns: dict[str, dict[Any, int]]
    flow: Flow | None = None
    barred_rows: Mapping[int, float] = field(default_factory=dict)

    @property
    def stranded(self) -> IntArray:
        """Demand points that no site could ever serve."""
        return np.flatnonzero(self.group < 0)

    @property
    def unmet(self) -> bool:
        """Whether something was taken out that nothing could meet."""
        return bool(self.stranded.size or self.barred.any() or self.no_new or self.barred_rows)


def make_twin(
    formulation: Formulation,
    instance: Instance,
    limits: Sequence[Limit] = (),
    *,
    by_flow: bool = True,
    outline: bool = False,
) -> Twin:
    """The small model of a question.

    Args:
        by_flow: leave people and capacities to a flow where that is exact; without it they are part of the programme,
            which then is large, but knows at once how many people to set aside.
        outline: ask no more of who goes where than that capacities hold everybody, and where people may be left out
            nothing at all: what is impossible even so is impossible.
    """
    active = active_constraints(formulation, instance)
    whole = "assign_whole" in formulation.variables
    kept = list(active) if limits else [name for name in active if name not in _idle(active, instance)]
    variables = list(formulation.variables)
    if outline:
        whole = False
        kept = [
            name for name in kept if name in ALL_WITHIN_CAPACITY | {"assign_within_standard"} or not _of_people([name])
        ]
        if "assign_at_most_once" in kept:
            kept = [name for name in kept if not _of_people([name])]
        instance = replace(instance, adjacency=None, site_unit=None)
    if "assign_within_standard" in kept and instance.standard is not None:
        matrix = instance.impedance
        instance = replace(instance, impedance=matrix.keep(matrix.values <= instance.standard[matrix.rows]))
        kept.remove("assign_within_standard")
    if "assign_every_demand_point" in kept and not BIND_PEOPLE & set(kept) and not limits:
        kept = [name for name in kept if name not in ("assign_only_to_open", "assign_to_closest")]
        kept[kept.index("assign_every_demand_point")] = "cover_every_demand_point"
        instance = replace(instance, standard=np.full(instance.demand_count, np.inf))
    plain = not limits and instance.future is None and _of_people(kept) == ALL_WITHIN_CAPACITY
    flows = plain and not whole and by_flow
    if flows or (plain and instance.capacity is not None and np.isfinite(instance.capacity).all()):
        # Capacities keep people from closed sites: the links x_ij <= y_j, which are most of the rows, may go.
        kept[kept.index("assign_only_to_open")] = "cover_every_demand_point"
        instance = replace(instance, standard=np.full(instance.demand_count, np.inf))
    objective = formulation.objective
    if not limits:
        objective = "number_of_new_facilities"
        used = {s for name in kept for s in REGISTER[name].symbols} | {"y"}
        variables = [name for name in variables if REGISTER[name].symbols[0] in used]
    if not limits and "assign_at_most_once" in kept and "respect_state_minimum" in kept:
        instance = _only_where_asked(instance)
        if "respect_state_capacity" in kept and _room_is_limited(instance):
            kept.remove("assign_only_to_open")  # as above: who goes to a closed site has no room there
    instance, group = _merge(instance, kept, merge=not limits and not (whole and "assign_every_demand_point" in kept))
    instance, barred, no_new = _take_out(instance, kept)
    instance, barred_rows = _without_empty_rows(instance, kept)
    rows = [name for name in kept if not flows or name not in ALL_WITHIN_CAPACITY]
    if flows:
        variables = ["open_site"]
    names = {"id": "twin", "name_zh": "", "name_en": "", "question_zh": "", "question_en": "", "source": ""}
    then = tuple(dict.fromkeys(limit.objective for limit in limits if limit.objective != objective))
    small = Formulation(**names, variables=tuple(variables), objective=objective, then=then, constraints=tuple(rows))
    program, places, columns = _spelled_out(small, _only_read(small, instance), limits)
    flow = Flow.of(instance) if flows else None
    return Twin(instance, tuple(kept), program, places, group, barred, no_new, whole, columns, flow, barred_rows)


def _spelled_out(
    small: Formulation, instance: Instance, limits: Sequence[Limit]
) -> tuple[Program | None, dict[str, list[tuple[int, Any]]], dict[str, dict[Any, int]]]:
    """The programme, its rows and its columns as in `Twin`."""
    rows: dict[str, list[tuple[int, Any]]] = {}
    built = build(small, small.constraints, instance, limits=limits)
    if isinstance(built, BuiltArrays):
        named = built.named
        if (np.diff(named.program.matrix.indptr) == 0).any():  # a row that nothing can meet
            return None, {}, {}
        for name, place in named.rows.items():
            rows[name] = list(zip(range(place.start, place.stop), named.indices(name), strict=True))
        matrix = instance.impedance
        keys: dict[str, list[Any]] = {
            "y": list(range(instance.site_count)),
            "x": list(zip(matrix.rows.tolist(), matrix.indices.tolist(), strict=True)),
        }
        places = {symbol: place for symbol, place in named.columns.items() if symbol in keys}
        columns = {s: dict(zip(keys[s], range(place.start, place.stop), strict=True)) for s, place in places.items()}
        return named.program, rows, columns
    compiled = compile_model(built.model)
    if compiled is None:
        return None, {}, {}
    for number, (name, index) in enumerate(zip(compiled.row_block, compiled.row_index, strict=True)):
        rows.setdefault(name, []).append((number, index))
    columns = {}
    for number, variable in enumerate(compiled.variables):
        columns.setdefault(variable.parent_component().local_name, {})[variable.index()] = number
    return compiled.program, rows, columns


def _of_people(kept: Sequence[str]) -> set[str]:
    """The constraints on who goes where."""
    return {name for name in kept if "x" in REGISTER[name].symbols}


def _idle(active: tuple[str, ...], instance: Instance) -> set[str]:
    idle, asking = set(ONLY_MEASURE), {"respect_minimum_load"} & set(active)
    if "respect_state_minimum" in active and instance.changes is not None and instance.changes.minimum.any():
        asking.add("respect_state_minimum")
    for name, blocks in IDLE_WITHOUT.items():
        if name not in active:
            idle |= blocks
    if "assign_at_most_once" in active and not asking:
        idle |= {"assign_at_most_once", "assign_only_to_open", "assign_within_standard", "respect_capacity", *STATES}
    return idle


def _only_where_asked(instance: Instance) -> Instance:
    """Only the pairs of sites that must be used enough in some state: others may do without people."""
    changes, matrix = instance.changes, instance.impedance
    assert changes is not None
    asks = np.zeros(instance.site_count, dtype=bool)
    asks[changes.site[changes.used][changes.minimum[changes.head[changes.used]] > 0]] = True
    return replace(instance, impedance=matrix.keep(asks[matrix.indices]))


def _room_is_limited(instance: Instance) -> bool:
    """Whether every site to which people may go has a state with a limit, and so a row of its capacity."""
    changes = instance.changes
    assert changes is not None
    limited = np.zeros(instance.site_count, dtype=bool)
    limited[changes.site[changes.used][np.isfinite(changes.capacity[changes.head[changes.used]])]] = True
    return bool(limited[instance.impedance.indices].all())


def _merge(instance: Instance, kept: Sequence[str], *, merge: bool) -> tuple[Instance, IntArray]:
    """Demand points that reach the same sites become one; those that must reach one and cannot are taken out."""
    everybody = {"assign_every_demand_point", "cover_every_demand_point"} & set(kept)
    matrix = instance.impedance
    if "cover_every_demand_point" in kept or "cover_only_if_open" in kept:
        assert instance.standard is not None
        matrix = matrix.keep(matrix.values <= instance.standard[matrix.rows])
        instance = replace(instance, impedance=matrix)
    reaches = np.diff(matrix.indptr) > 0
    group = np.where(reaches | (not everybody), np.arange(instance.demand_count), -1)
    several = instance.future is not None or instance.load is not None or instance.coverage_targets is not None
    if merge and not several and not NOT_MERGED & set(kept) and "capture_share_of_people" not in kept:
        seen: dict[tuple[int, bytes], int] = {}
        kind = np.full(group.size, -1) if instance.demand_kind is None else instance.demand_kind
        for i in np.flatnonzero(group >= 0).tolist():
            reached = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tobytes()
            group[i] = seen.setdefault((int(kind[i]), reached), i)
    first = np.unique(group[group >= 0])
    place = np.full(instance.demand_count + 1, -1, dtype=np.int64)
    place[first] = np.arange(first.size)
    group = place[group]
    inside = group >= 0
    demand = np.bincount(group[inside], weights=instance.demand[inside], minlength=first.size).astype(np.float64)
    return replace(take_points(instance, first), demand=demand), group


def take_points(instance: Instance, rows: IntArray) -> Instance:
    """The instance with only these demand points, ascending, its adjacency cut to them.

    A site whose own unit is gone can serve nobody, and stays closed.
    """
    adjacency, unit = instance.adjacency, instance.site_unit
    if adjacency is None and unit is None:
        return instance.take_rows(rows)
    place = np.full(instance.demand_count + 1, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    changes: dict[str, Any] = {}
    if adjacency is not None:
        start, end = (place[part] for part in adjacency.arcs())
        inside = (start >= 0) & (end >= 0)
        changes["adjacency"] = Adjacency.from_pairs(start[inside], end[inside], rows.size)
    if unit is not None:
        lost = (unit >= 0) & (place[unit] < 0)
        changes |= {
            "site_unit": place[unit],
            "forbidden": instance.forbidden | (lost & ~instance.existing & ~instance.required),
        }
    cut = replace(instance, adjacency=None).take_rows(rows)
    cut = replace(cut, **changes)
    return cut.take_columns(np.flatnonzero(~(lost & instance.existing))) if unit is not None else cut


def _take_out(instance: Instance, kept: Sequence[str]) -> tuple[Instance, IntArray, int]:
    """Zone minima and new facilities for which there is no site at all."""
    new, zones = ~instance.existing, len(instance.zone_ids)
    barred, no_new = np.zeros(zones, dtype=np.int64), 0
    if "zone_minimum" in kept:
        zone = instance.site_zone[new]
        there = np.bincount(zone[zone >= 0], minlength=zones)
        barred = np.where(there == 0, instance.zone_minimum, 0)
        instance = replace(instance, zone_minimum=instance.zone_minimum - barred)
    if "open_exactly_p" in kept and instance.p and not new.any():
        no_new, instance = instance.p, replace(instance, p=0)
    return instance, barred, no_new


def _without_empty_rows(instance: Instance, kept: Sequence[str]) -> tuple[Instance, dict[int, float]]:
    """Rows over changes that no change belongs to, and that ask for something, say nothing any more."""
    changes = instance.changes
    if changes is None or "keep_change_rows" not in kept:
        return instance, {}
    empty = np.bincount(changes.rows.tocoo().row, weights=changes.rows.data != 0, minlength=changes.least.size) == 0
    lack = np.where(empty, np.maximum(changes.least, -changes.most), 0.0)
    barred = {int(r): float(lack[r]) for r in np.flatnonzero(lack > 0)}
    if not barred:
        return instance, {}
    least, most = np.where(lack > 0, -np.inf, changes.least), np.where(lack > 0, np.inf, changes.most)
    return replace(instance, changes=replace(changes, least=least, most=most)), barred


def _only_read(formulation: Formulation, instance: Instance) -> Instance:
    """The instance without the binding numbers that the model has no block for."""
    blocks = [REGISTER[name] for name in (*formulation.blocks,)]
    read = {name for block in blocks for name in (*block.reads, *block.uses, *block.either)}
    unread = [f for f in fields(instance) if f.name in BINDING and f.name not in read]
    flags = {f.name: np.zeros_like(getattr(instance, f.name)) for f in unread if f.name in NEVER_NONE}
    return replace(instance, **({f.name: None for f in unread} | flags))


NEVER_NONE = ("existing", "required", "forbidden", "zone_minimum")
