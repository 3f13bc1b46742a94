"""Two plans of one service side by side: who gains, who loses, and where they live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.explain.answers import Change, Measures, Site, TownshipChange
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.solution import Solution
from siting.verify.definitions import OBJECTIVES
from siting.verify.plan import lay_out

COLUMNS = ("gained", "lost", "nearer", "farther", "minutes")
SAME_MIN = 0.1  # a travel time that changes by less is told as the same


@dataclass(frozen=True, eq=False)
class View:
    """A plan and what it gives each demand point.

    Attributes:
        minutes: (I,) mean over the assignment, +inf where nobody is assigned.
        covered: (I,) whether an open facility lies within the standard.
    """

    solution: Solution
    minutes: FloatArray
    covered: BoolArray
    measures: Measures

    @property
    def open(self) -> BoolArray:
        """(J,) open sites."""
        return self.solution.open


@dataclass(frozen=True, eq=False)
class Bench:
    """What every comparison of one service needs.

    Attributes:
        townships: (I,) township of each demand point.
        sites: (J,) names of the instance's sites.
    """

    instance: Instance
    formulation: Formulation
    townships: Sequence[str]
    sites: Sequence[Site]

    def look(self, solution: Solution) -> View:
        """The plan seen by the people."""
        plan, instance = lay_out(self.instance, solution), self.instance
        assigned = plan.assigned
        served = assigned > 0
        minutes = np.where(served, plan.travelled / np.where(served, assigned, 1.0), np.inf)
        covered = plan.covered if instance.standard is not None else np.zeros(instance.demand_count, dtype=bool)
        people = instance.demand
        total = float(people[served].sum())
        measures = Measures(
            objectives=tuple(OBJECTIVES[name][1](plan) for name in self.formulation.objectives),
            covered_persons=float(people[covered].sum()),
            mean_min=float(people[served] @ minutes[served]) / total if total > 0 else np.nan,
            unassigned_persons=float(people[~served].sum()),
            new=int(plan.new.sum()),
            cost_yuan=0.0 if instance.fixed_cost is None else float(instance.fixed_cost[plan.new].sum()),
        )
        return View(solution, minutes, covered, measures)

    def change(self, before: View, after: View) -> Change:
        """From one plan to the other."""
        people = self.instance.demand
        gained, lost = after.covered & ~before.covered, before.covered & ~after.covered
        with np.errstate(invalid="ignore"):
            step = np.where(before.minutes == after.minutes, 0.0, after.minutes - before.minutes)
        nearer, farther = step < -SAME_MIN, step > SAME_MIN
        affected = gained | lost | nearer | farther
        both = np.isfinite(step)
        frame = pd.DataFrame(
            {
                "township": list(self.townships),
                "gained": people * gained,
                "lost": people * lost,
                "nearer": people * nearer,
                "farther": people * farther,
                "minutes": people * np.where(both, step, 0.0),
                "affected": people * affected,
            }
        )
        table = frame.groupby("township", sort=False).sum().sort_values("affected", ascending=False)
        return Change(
            after=after.measures,
            out=self.named(before.open & ~after.open),
            into=self.named(after.open & ~before.open),
            gained_persons=float(people[gained].sum()),
            lost_persons=float(people[lost].sum()),
            nearer_persons=float(people[nearer].sum()),
            farther_persons=float(people[farther].sum()),
            affected_persons=float(people[affected].sum()),
            townships=tuple(
                TownshipChange(str(name), *(float(row[key]) for key in COLUMNS))
                for name, row in table.iterrows()
                if row["affected"] > 0
            ),
        )

    def named(self, mask: BoolArray) -> tuple[Site, ...]:
        """The sites of a mask (J,)."""
        return tuple(self.sites[j] for j in np.flatnonzero(mask).tolist())
