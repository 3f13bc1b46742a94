"""The search for remedies: by how little each condition alone has to give; several together where none is enough."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.doctor.elastic import Builder, Given, Slot, give_least
from siting.doctor.gives import GIVES, Give
from siting.doctor.question import CHANGES, TENTH, WITHOUT_CHANGE, Amounts, Asked, in_round_numbers
from siting.doctor.twin import ALL_WITHIN_CAPACITY, Twin, make_twin
from siting.formulation.compose import active_constraints
from siting.solution import Status

LEAST_SHARE_S = 1.0  # of the time for one search, however many are to come
MANY = 60  # of a condition's parts, of which then only those are tried alone that take part where all may give


@dataclass(frozen=True, eq=False)
class Part:
    """One condition that gives, by how much: by zone, site, demand point, plan or target; 0 where there is one."""

    key: str
    block: str
    amounts: Amounts


@dataclass(frozen=True, eq=False)
class Found:
    """A remedy in numbers: conditions that give at once (mostly one).

    Attributes:
        ask: what it asks for against what the conditions asked for in all.
        verified: a plan was found with the change made to the question itself.
        least: proven that less of it does not do.
    """

    parts: tuple[Part, ...]
    ask: float
    verified: bool
    least: bool


@dataclass
class Search:
    """One diagnosis: the question, its small model and the clock.

    Attributes:
        undecided: conditions of which the clock left open whether they help.
    """

    asked: Asked
    twin: Twin
    deadline: float
    undecided: list[str]
    to_come: int = 1

    @cached_property
    def whole_twin(self) -> Twin:
        """The small model with the people in it, whatever a flow could do."""
        if self.twin.flow is None:
            return self.twin
        return make_twin(self.asked.formulation, self.asked.instance, self.asked.limits, by_flow=False)

    @cached_property
    def outline(self) -> Twin | None:
        """A smaller model yet that asks of who goes where no more than that capacities hold everybody, if so much."""
        asked = self.asked
        active = active_constraints(asked.formulation, asked.instance)
        of_states = "respect_state_minimum" in self.twin.active and "assign_at_most_once" in active
        if self.twin.flow is not None or asked.limits or not (of_states or set(active) >= ALL_WITHIN_CAPACITY):
            return None
        twin = make_twin(asked.formulation, asked.instance, outline=True)
        return twin if (of_states or twin.flow is not None) and twin.unmet == self.twin.unmet else None

    def seconds(self) -> float:
        """A fair share of the time that is left."""
        left = self.deadline - time.perf_counter()
        return min(left, max(2 * left / max(self.to_come, 1), LEAST_SHARE_S))

    def missing(self) -> dict[str, dict[int, float]]:
        """What nothing but these could give, whatever else does."""
        twin = self.twin
        found: dict[str, dict[int, float]] = {}
        if twin.stranded.size:
            found["set_aside"] = {}  # in round numbers they are added anyway
        if twin.barred.any():
            found["zone_minimum"] = {int(k): float(twin.barred[k]) for k in np.flatnonzero(twin.barred)}
        if twin.no_new:
            found["fewer_new"] = {0: float(twin.no_new)}
        changes = self.asked.instance.changes
        for r, lack in twin.barred_rows.items():
            assert changes is not None
            found.setdefault("row_least" if changes.least[r] > 0 else "row_most", {})[r] = lack
        return found

    def alone(self, give: Give) -> list[Found]:
        """The remedies in which only this condition gives."""
        missing = self.missing()
        if self.twin.program is None or set(missing) - {give.key}:
            return []
        if self.outline is not None and give.key not in WITHOUT_CHANGE | {"set_aside"}:
            sketched = self._least_of(give, self.outline, missing)
            if sketched is not None and all(found.verified for found in sketched):
                return sketched
        found = self._least_of(give, self.whole_twin if give.key == "set_aside" else self.twin, missing)
        if found is None:
            self.undecided.append(give.block)
        return found or []

    def _least_of(self, give: Give, twin: Twin, missing: dict[str, dict[int, float]]) -> list[Found] | None:
        """The remedies by this small model; None where the clock, or one that only outlines, decides nothing."""
        builder = Builder.of(twin)
        slots = give.add(twin, builder)
        if not slots and give.key not in missing:
            return [] if twin is not self.outline else None
        given = give_least(builder, self.seconds())
        if given is Status.NO_SOLUTION:
            return None
        if not isinstance(given, Given):
            return []
        if give.each and not missing and len(slots) > 1:
            tried = slots if len(slots) <= MANY else [slot for slot in slots if given.at(builder, slot.column) > 0]
            ones = [self._only(give, twin, builder, slots, slot) for slot in tried]
            singles = [found for one in ones for found in one or []]
            if twin is self.outline and any(one is None for one in ones):
                return None
            if singles:
                return singles
        made = self._made([(give, slots)], twin, builder, given, missing)
        return made if made or twin is not self.outline else None

    def _only(self, give: Give, twin: Twin, builder: Builder, slots: Sequence[Slot], slot: Slot) -> list[Found] | None:
        """The remedy in which one zone or target gives, and no other; None where that is not decided."""
        narrow = builder.holding([s.column for s in slots if s is not slot])
        given = give_least(narrow, self.seconds())
        if not isinstance(given, Given):
            return [] if given is None else None
        made = self._made([(give, [slot])], twin, narrow, given, {})
        return made if made or twin is not self.outline else None

    def together(self) -> list[Found]:
        """The least that must give where several conditions do at once, each measured against what it asked for."""
        if self.twin.program is None:
            return []
        builder = Builder.of(self.whole_twin)
        once = {g.key: g for g in reversed(GIVES) if g.block in self.blocks() and g.key not in WITHOUT_CHANGE}
        slots = [(give, give.add(self.whole_twin, builder)) for give in once.values()]
        cost_of = {s.column - builder.base.cost.size: s.unit / s.scale for _, some in slots for s in some}
        builder.columns = [
            (rows, values, most, whole, cost_of.get(c, cost))
            for c, (rows, values, most, whole, cost) in enumerate(builder.columns)
        ]
        given = give_least(builder, self.seconds())
        return self._made(slots, self.whole_twin, builder, given, self.missing()) if isinstance(given, Given) else []

    def blocks(self) -> set[str]:
        """The constraints that may give."""
        barred = {"zone_minimum"} if self.twin.barred.any() else set()
        return set(self.twin.active) | {"limits"} | barred

    def _made(
        self,
        slots: Sequence[tuple[Give, Sequence[Slot]]],
        twin: Twin,
        builder: Builder,
        given: Given,
        missing: dict[str, dict[int, float]],
    ) -> list[Found]:
        """The remedy with its change made to the question and tried; none where that fails."""
        parts, ask, changed = [], 0.0, self.asked
        for give, some in slots:
            values = {s.what: given.at(builder, s.column) * s.unit for s in some}
            amounts = {what: v for what, v in values.items() if v > 1e-6}
            for what, v in missing.get(give.key, {}).items():
                amounts[what] = amounts.get(what, 0.0) + v
            if not amounts and give.key not in missing:
                continue
            scale = {s.what: s.scale for s in some}
            ask += sum(v / scale.get(what, 1.0) for what, v in amounts.items())
            amounts = dict(in_round_numbers(self.asked, twin, give.key, amounts))
            if give.key == "set_aside" and sum(amounts.values()) >= float(self.asked.instance.demand.sum()):
                return []  # a plan for nobody is none
            parts.append(Part(give.key, give.block, amounts))
        if not parts:
            return []
        parts.sort(key=lambda part: part.key == "set_aside")  # it renumbers the demand points
        if parts[0].key in WITHOUT_CHANGE:
            held = [s.column for _, some in slots for s in some if not given.at(builder, s.column)]
            again = give_least(builder.holding(held), self.deadline - time.perf_counter())
            verified = None if again is Status.NO_SOLUTION else again is not None
        else:
            for part in parts:
                changed = CHANGES[part.key](changed, part.amounts)
            verified = changed.possible(self.seconds())
        if verified is False:
            return []
        return [Found(tuple(parts), ask, bool(verified), given.proven)]

    def farther(self, key: str, block: str, index: Sequence[int], at: float) -> list[Found]:
        """By how many tenths of a minute a standard (or target) must be raised, found by halving.

        Args:
            key: `standard` or `target_reach`.
            index: demand points or targets that are raised, all by as much.
            at: their present value, the largest of them.
        """
        matrix = self.asked.instance.impedance
        low, high = 0, int(np.ceil(max(float(matrix.values.max(initial=0.0)) - self._least(key, index), 0.0) * TENTH))
        changed = self._raised(key, index, high)
        if high == 0 or not changed.possible(self.seconds()):
            return []
        least = True
        while high - low > 1:
            middle = (low + high) // 2
            possible = self._raised(key, index, middle).possible(self.seconds())
            least &= possible is not None
            low, high = (low, middle) if possible else (middle, high)
        amounts: Amounts = {int(k): high / TENTH for k in index}
        if key == "standard":
            amounts = self._fewest(high / TENTH)
            if not self._changed(key, amounts).possible(self.deadline - time.perf_counter()):
                amounts = {int(k): high / TENTH for k in index}
        return [Found((Part(key, block, amounts),), high / TENTH / max(at, 1e-9), True, least)]

    def _least(self, key: str, index: Sequence[int]) -> float:
        instance = self.asked.instance
        if key == "standard":
            assert instance.standard is not None
            return float(instance.standard.min(initial=np.inf))
        return (instance.coverage_targets or ())[index[0]][0]

    def _changed(self, key: str, amounts: Amounts) -> Asked:
        return CHANGES[key](self.asked, amounts)

    def _raised(self, key: str, index: Sequence[int], tenths: int) -> Asked:
        return self._changed(key, {int(k): tenths / TENTH for k in index})

    def _fewest(self, farther: float) -> Amounts:
        """The standard raised for the fewest people, where everybody must have a site within it."""
        instance = self.asked.instance
        everyone = dict.fromkeys(range(instance.demand_count), farther)
        twin = self.twin
        if "cover_every_demand_point" not in twin.active or twin.program is None:
            return everyone
        wide = make_twin(self.asked.formulation, self._changed("standard", everyone).instance, self.asked.limits)
        if wide.unmet or wide.program is None:
            return everyone
        builder, y, near = Builder.of(wide), wide.columns.get("y", {}), twin.instance.impedance
        loose = []
        for g in range(twin.instance.demand_count):
            column = builder.column([], most=1, cost=max(float(twin.instance.demand[g]), 1e-3))
            sites = [y[int(j)] for j in near.row(g)[0] if int(j) in y]
            builder.row([*sites, column], [-1.0] * (len(sites) + 1), -1.0)
            loose.append(column)
        given = give_least(builder, self.seconds())
        if not isinstance(given, Given):
            return everyone
        chosen = np.array([given.at(builder, column) > 0.5 for column in loose], dtype=bool)
        mask = np.where(twin.group >= 0, chosen[twin.group], True) if chosen.size else np.ones(twin.group.size, bool)
        return {int(i): farther for i in np.flatnonzero(mask)}


def search(asked: Asked, seconds: float) -> tuple[list[Found], list[str], tuple[str, ...]]:
    """Remedies, what asks for least first; blocks that the clock left undecided; constraints of the small model."""
    begin = time.perf_counter()
    twin = make_twin(asked.formulation, asked.instance, asked.limits)
    work = Search(asked, twin, begin + seconds, [])
    gives = list({give.key: give for give in reversed(GIVES) if give.block in work.blocks()}.values())[::-1]
    instance, active = asked.instance, _covers(asked)
    work.to_come = len(gives) + len(active) + 1
    found: list[Found] = []
    for give in gives:
        found += work.alone(give)
        work.to_come -= 1
    for block in active:
        if block == "meet_coverage_targets":
            for k, (limit, _) in enumerate(instance.coverage_targets or ()):
                found += work.farther("target_reach", block, [k], limit)
        elif instance.standard is not None:
            finite = instance.standard[np.isfinite(instance.standard)]
            found += work.farther("standard", block, range(instance.demand_count), float(finite.max(initial=0.0)))
        work.to_come -= 1
    if not found:
        found = work.together()
    found.sort(key=lambda f: (not f.verified, f.ask, f.parts[0].key))
    return found, work.undecided, twin.active


def _covers(asked: Asked) -> list[str]:
    """The constraints that a longer standard would loosen."""
    present = set(asked.formulation.constraints) | set(asked.formulation.optional)
    blocks = ["cover_every_demand_point", "cover_share_of_people", "meet_coverage_targets"]
    if "assign_every_demand_point" in present:
        blocks.append("assign_within_standard")
    return [name for name in blocks if name in present]
