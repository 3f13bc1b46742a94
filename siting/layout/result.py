"""A layout plan as it was found: what becomes of every place in every period, and who goes where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siting.errors import Fault
from siting.impedance import FloatArray, IntArray
from siting.layout.places import Arc, Place, State
from siting.layout.pose import Posed
from siting.solution import Outcome, Solution
from siting.verify import Check

UNCHANGED = ("keep", "absent")


@dataclass(frozen=True, eq=False)
class LayoutPlan:
    """A verified plan beside what would be if nothing were done.

    Attributes:
        after: the plan.
        before: every facility as it stands in every period, with the people of that period sent to them as well as
            possible by the same objectives.
        checks: of the independent check of the plan.
        budgets: what other budgets bring, the least first, this plan's own among them; empty where none were asked for.
    """

    posed: Posed
    after: Course
    before: Course
    checks: tuple[Check, ...]
    budgets: tuple[BudgetStep, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How sure the plan is."""
        return self.after.solution.outcome


@dataclass(frozen=True, eq=False)
class BudgetStep:
    """The plan for one budget of a sweep.

    Attributes:
        factor: by which every budget of the scenario is multiplied.
        course: None without a plan.
        found_at: factor of the budget for which the plan was found: another one's, where it keeps this budget too and
            is better than what the search of this one came to.
        seconds: of this budget's own search; limit_s: its limit.
        possible: False where it is proven that no plan keeps this budget.
        faults: why there is no plan, or none of its own.
    """

    factor: float
    course: Course | None
    found_at: float
    seconds: float
    limit_s: float
    possible: bool = True
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, eq=False)
class Course:
    """What becomes of every place in every period, and who goes where.

    Attributes:
        solution: in the indices of `posed.instance`.
    """

    posed: Posed
    solution: Solution

    @property
    def years(self) -> tuple[int, ...]:
        """The T planning years."""
        return self.posed.scenario.years

    @cached_property
    def state(self) -> IntArray:
        """(P, T) state of each place after the changes of each period, counted within the place; -1: not in use."""
        changes, sizes = self.posed.instance.changes, self.solution.sizes
        assert changes is not None
        assert sizes is not None
        after = sizes[changes.site_of]
        local: IntArray = np.where(after >= 0, after - self.posed.first_state[:-1][:, None], -1)
        return local

    @cached_property
    def change(self) -> IntArray:
        """(P, T) number of the change of each place in each period, in `posed.table`."""
        changes, sizes = self.posed.instance.changes, self.solution.sizes
        assert changes is not None
        assert sizes is not None
        return changes.chosen(sizes).reshape(changes.places, changes.periods)

    @cached_property
    def load(self) -> FloatArray:
        """(P, T) persons who are sent to each place in each period."""
        instance, given = self.posed.instance, self.solution.assignment
        persons = instance.demand[given.demand_index] * given.share
        total = np.bincount(given.site_index, weights=persons, minlength=instance.site_count)
        places: FloatArray = total.reshape(len(self.years), -1).T.astype(np.float64)
        return places

    def place(self, p: int) -> Place:
        """Place p."""
        return self.posed.places[p]

    def state_of(self, p: int, t: int) -> State | None:
        """What place p is in period t; None: not in use. t = -1 is today."""
        k = self.posed.places[p].initial if t < 0 else int(self.state[p, t])
        return None if k < 0 else self.posed.places[p].states[k]

    def arc(self, p: int, t: int) -> Arc:
        """The change of place p in period t."""
        return self.posed.table.arcs[int(self.change[p, t])]

    @cached_property
    def assigned(self) -> pd.DataFrame:
        """Who goes where, one row a demand row and place.

        Columns: service, group, period (numbers), point (row of the case's demand table), place, share, persons,
        minutes, within (of the standard).
        """
        instance, given, demand = self.posed.instance, self.solution.assignment, self.posed.demand
        rows = demand.iloc[given.demand_index].reset_index(drop=True)
        matrix = instance.impedance
        key = matrix.rows.astype(np.int64) * instance.site_count + matrix.indices
        wanted = given.demand_index.astype(np.int64) * instance.site_count + given.site_index
        minutes = matrix.values[np.searchsorted(key, wanted)]
        return pd.DataFrame(
            {
                **{name: rows[name] for name in ("service", "group", "period", "point")},
                "place": given.site_index % len(self.posed.places),
                "share": given.share,
                "persons": rows["persons"] * given.share,
                "minutes": minutes,
                "within": minutes <= rows["standard"].to_numpy(),
            }
        )

    @cached_property
    def people(self) -> pd.DataFrame:
        """What each demand row gets: the columns of `posed.demand`, and placed, within (persons), minutes (mean)."""
        demand, assigned = self.posed.demand, self.assigned
        index = self.solution.assignment.demand_index
        count = len(demand)
        persons = assigned["persons"].to_numpy()
        placed = np.bincount(index, weights=persons, minlength=count)
        within = np.bincount(index, weights=persons * assigned["within"], minlength=count)
        minutes = np.bincount(index, weights=persons * assigned["minutes"], minlength=count)
        mean = np.divide(minutes, placed, out=np.full(count, np.nan), where=placed > 0)
        return demand.assign(placed=placed, within=within, minutes=mean)
