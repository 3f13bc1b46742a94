"""How facilities change over the periods of a plan: open, grow, shrink, close, each a step from state to state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from siting.errors import Faults
from siting.impedance import BoolArray, FloatArray, IntArray

NOT_IN_USE = -1  # as a state


@dataclass(frozen=True, eq=False)
class Changes:
    """The states of places, the changes between them from period to period, and rows that the changes must keep.

    A place is a facility or a plot that one service may use. It is a site of the instance in every period, so that
    J = T P. In use, a place is in one of its states (its size); each period begins with one change, of which staying
    as it was is one.

    Attributes:
        site_place, site_period: (J,) place and period of each site.
        state_place: (K,) place that each state belongs to.
        capacity: (K,) persons that the place holds in that state, +inf where there is no limit.
        minimum: (K,) least use.
        initial: (P,) state of each place before the first period, -1 for not in use.
        place, period: (A,) of each change.
        tail, head: (A,) state before and after, -1 for not in use.
        cost: (A,) yuan.
        rows: (R, A) coefficients of the rows.
        least, most: (R,) what each row must come to.
        row_ids: R ids.
        kind_capacity: (K, G) persons of each kind of demand that the state holds, +inf for no limit; None: no kinds.
    """

    site_place: IntArray
    site_period: IntArray
    state_place: IntArray
    capacity: FloatArray
    minimum: FloatArray
    initial: IntArray
    place: IntArray
    period: IntArray
    tail: IntArray
    head: IntArray
    cost: FloatArray
    rows: csr_array
    least: FloatArray
    most: FloatArray
    row_ids: tuple[str, ...] = ()
    kind_capacity: FloatArray | None = None

    @property
    def count(self) -> int:
        """A."""
        return int(self.cost.size)

    @property
    def states(self) -> int:
        """K."""
        return int(self.state_place.size)

    @property
    def places(self) -> int:
        """P."""
        return int(self.initial.size)

    @cached_property
    def periods(self) -> int:
        """T."""
        return int(self.site_period.max(initial=-1)) + 1

    @cached_property
    def site(self) -> IntArray:
        """(A,) site, that is place and period, of each change."""
        return self.site_of[self.place, self.period]

    @cached_property
    def site_of(self) -> IntArray:
        """(P, T) site of each place in each period."""
        table = np.full((self.places, self.periods), -1, dtype=np.int64)
        table[self.site_place, self.site_period] = np.arange(self.site_place.size)
        return table

    @cached_property
    def used(self) -> IntArray:
        """Changes that leave their place in use."""
        return np.flatnonzero(self.head != NOT_IN_USE)

    @cached_property
    def nodes(self) -> tuple[IntArray, IntArray, int]:
        """Of each change the node that it leaves and the one that it enters, and how many nodes there are.

        A node is a place in a state (or not in use) after a period; the first P are the places before the first.
        """
        block = self.states + self.places  # states in use, then each place not in use

        def node(state: IntArray, after: IntArray) -> IntArray:
            inside = np.where(state == NOT_IN_USE, self.states + self.place, state)
            return self.places + after * block + inside

        leave = np.where(self.period == 0, self.place, node(self.tail, self.period - 1))
        return leave, node(self.head, self.period), self.places + self.periods * block

    def chosen(self, state: IntArray) -> IntArray:
        """Changes of the plan that has these states (J,); -1 for not in use.

        Raises:
            KeyError: where there is no such change.
        """
        after = state[self.site_of]
        before = np.c_[self.initial, after[:, :-1]]
        known = {key: a for a, key in enumerate(zip(self.place.tolist(), self.period.tolist(), self.tail.tolist(),
                                                    self.head.tolist(), strict=True))}  # fmt: skip
        places, periods = np.indices(after.shape)
        keys = zip(places.ravel().tolist(), periods.ravel().tolist(), before.ravel().tolist(), after.ravel().tolist(),
                   strict=True)  # fmt: skip
        return np.array([known[key] for key in keys], dtype=np.int64)

    def flags(self, state: IntArray) -> BoolArray | None:
        """(A,) whether each change is taken by the plan that has these states (J,); None where one does not exist."""
        try:
            chosen = self.chosen(state)
        except KeyError:
            return None
        taken = np.zeros(self.count, dtype=bool)
        taken[chosen] = True
        return taken

    def after(self, taken: BoolArray) -> IntArray:
        """(J,) states of the plan that takes these changes (A,)."""
        states = np.full(self.site_place.size, NOT_IN_USE, dtype=np.int64)
        states[self.site[taken]] = self.head[taken]
        return states

    def keeps(self, taken: BoolArray, *, slack: float) -> bool:
        """Whether the changes taken (A,) keep every row.

        Args:
            slack: relative to what a row comes to, but at least to 1.
        """
        value = self.rows @ taken.astype(np.float64)
        room = slack * np.maximum(1.0, np.abs(value))
        return bool(((value >= self.least - room) & (value <= self.most + room)).all())


def check_changes(changes: Changes, sites: int, faults: Faults) -> None:
    """Note what does not fit together."""
    c = changes
    K, A, P, R = c.states, c.count, c.places, c.least.size
    shapes: dict[str, tuple[Any, tuple[int, ...]]] = {
        "site_place": (c.site_place, (sites,)), "site_period": (c.site_period, (sites,)),
        "capacity": (c.capacity, (K,)), "minimum": (c.minimum, (K,)), "place": (c.place, (A,)),
        "period": (c.period, (A,)), "tail": (c.tail, (A,)), "head": (c.head, (A,)), "rows": (c.rows, (R, A)),
        "most": (c.most, (R,)),
    }  # fmt: skip
    if c.kind_capacity is not None:
        shapes["kind_capacity"] = (c.kind_capacity, (K, c.kind_capacity.shape[-1]))
    for name, (array, wanted) in shapes.items():
        if array.shape != wanted:
            faults.add(
                f"数组大小应为 {wanted}", f"the array must have the shape {wanted}", column=f"changes.{name}",
                value=array.shape,
            )  # fmt: skip
    if faults:
        return
    wrong = c.site_of.min(initial=0) < 0
    for state in (c.tail, c.head):
        there = state != NOT_IN_USE
        wrong |= bool((c.state_place[state[there]] != c.place[there]).any())
    inside = c.initial != NOT_IN_USE
    wrong |= bool((c.state_place[c.initial[inside]] != np.arange(P)[inside]).any())
    first = c.period == 0
    wrong |= bool((c.tail[first] != c.initial[c.place[first]]).any())
    if wrong:
        faults.add(
            "地点、时期、状态与变化互不相符", "places, periods, states and changes do not fit together",
            column="changes",
        )  # fmt: skip
    if np.unique(np.c_[c.place, c.period, c.tail, c.head], axis=0).shape[0] < A:
        faults.add(
            "同一地点同一时期的同一变化写了两次", "a change of a place in a period is listed twice", column="changes"
        )  # fmt: skip
    if c.row_ids and len(c.row_ids) != R:
        faults.add(f"应有 {R} 个编号", f"there must be {R} ids", column="changes.row_ids", value=len(c.row_ids))
