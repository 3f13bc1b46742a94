"""Lexicographic minimax: the farthest as near as can be, the fewest people so far, then the next farthest ...

The impedances of all people, sorted from the farthest, are made as small as can be in the order of the sorting. With
the people beyond a value v counted as N(v), that is to minimise N(v) for one v after another from the largest down,
and each N(v) is the complement of a maximal covering problem with the standard v. A level at which nobody need be
added is passed over by halving.

Sources: Ogryczak (1997), EJOR 100(3); Buzna, Kohani and Janacek (2014), Journal of Applied Mathematics.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.errors import InfeasibleError, InputError, SitingError, VerificationError
from siting.events import Listener
from siting.formulation.spec import Formulation
from siting.impedance import FloatArray
from siting.instance import Instance
from siting.machine.interrupt import asked, stoppable
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solving.solver import SolverOptions
from siting.verify import require_verified, verify

MOST_LEVELS = 30
LEAST_TIME_S = 1.0

Solve = Callable[..., Solution]


def lexicographic_minimax(
    instance: Instance,
    formulation: Formulation,
    options: SolverOptions,
    *,
    solve: Solve,
    listener: Listener,
    names: Mapping[str, str] | None,
    diagnose: bool,
) -> Solution:
    """The plan, with the people at each of its worst levels and the certificate of each.

    Ends when a level leaves nobody, after 30 levels, or when time is out; a last level that is not proven says then
    where it stopped.

    Args:
        solve: `siting.solving.optimise.solve`.
        diagnose: as there.

    Raises:
        InputError, InfeasibleError: as `solve`.
    """
    end = time.perf_counter() + options.time_limit_s
    peopled = instance.take_rows(np.flatnonzero(instance.demand > 0))
    with stoppable():
        first = solve(
            peopled,
            formulation.model_copy(update={"procedure": ""}),
            options,
            listener=listener,
            names=names,
            diagnose=diagnose,
        )
        descent = _Descent(peopled, formulation, options, end, solve, listener)
        descent.run(first)
    opened = descent.open
    plan = Solution(
        formulation=formulation.id,
        open=opened,
        assignment=Assignment.nearest(instance.impedance.nearest(opened)[0]),
        outcome=first.outcome,
    )
    farthest = float(peopled.impedance.nearest(opened)[1].max(initial=0.0))
    persons = [level.persons for level in descent.levels]
    then = tuple(replace(level.outcome, objective=n) for level, n in zip(descent.levels, persons, strict=True))
    outcome = replace(first.outcome, objective=farthest, then=then)
    solution = replace(
        plan, outcome=outcome, levels=tuple((level.impedance, level.persons) for level in descent.levels)
    )
    require_verified(verify(instance, formulation, solution))
    return solution


@dataclass(frozen=True)
class _Level:
    """So many people travel `impedance` or farther."""

    impedance: float
    persons: float
    outcome: Outcome


class _Descent:
    """From the farthest value down, on an instance in which every point has people."""

    def __init__(
        self,
        instance: Instance,
        formulation: Formulation,
        options: SolverOptions,
        end: float,
        solve: Solve,
        listener: Listener,
    ) -> None:
        self.instance, self.options, self.end = instance, options, end
        self.solve, self.listener = solve, listener
        self.values: FloatArray = np.unique(instance.impedance.values)
        self.people = float(instance.demand.sum())
        self.levels: list[_Level] = []
        self.covering = formulation.model_copy(
            update={
                "procedure": "",
                "variables": ("open_site", "covered", "within_target"),
                "objective": "covered_demand",
                "constraints": (
                    "cover_only_if_open",
                    "reach_only_if_open",
                    "meet_coverage_targets",
                    *(c for c in formulation.constraints if c not in _OF_ASSIGNMENT),
                ),
            }
        )

    def run(self, first: Solution) -> None:
        """Take one level after another, from the plan that has the least farthest value."""
        self.open = first.open
        farthest = first.outcome.objective or 0.0
        place = int(np.searchsorted(self.values, farthest * (1 - 1e-12)))
        targets, beyond = [(float(self.values[place]), 1.0)], 0.0
        while place > 0 and len(self.levels) < MOST_LEVELS and not self._out_of_time():
            outcome = self._cover(float(self.values[place - 1]), targets)
            if outcome is None:
                break
            before, beyond = beyond, max(self.people - (outcome.objective or 0.0), 0.0)
            bound = None if outcome.bound is None else max(self.people - outcome.bound, 0.0)
            counted = replace(outcome, sense="minimize", objective=beyond, bound=bound)
            if beyond > before * (1 + PROVEN_GAP):
                self.levels.append(_Level(float(self.values[place]), beyond, counted))
                if not outcome.proven:
                    return
            else:  # nobody need travel so far, which no plan can better: the same people within a lower value
                targets.pop()
            targets.append((float(self.values[place - 1]), (self.people - beyond) / self.people))
            place = self._next(place - 1)
        if place > 0:
            self._leave_open(float(self.values[place]), beyond, first.outcome)

    def _leave_open(self, impedance: float, beyond: float, outcome: Outcome) -> None:
        """The level at which the descent stopped short: as many people as the plan has there, not proven the fewest."""
        travelled = self.instance.impedance.nearest(self.open)[1]
        persons = float(self.instance.demand[travelled >= impedance * (1 - 1e-12)].sum())
        if persons > beyond * (1 + PROVEN_GAP):
            unproven = replace(outcome, status=Status.TIME_LIMIT, sense="minimize", objective=persons, bound=beyond)
            self.levels.append(_Level(impedance, persons, unproven))

    def _next(self, place: int) -> int:
        """The farthest value at or below `place` that somebody travels in the present plan: between the two the plan
        has nobody, and no plan can have fewer.
        """
        within = self.instance.impedance.nearest(self.open)[1]
        inside = within[within <= self.values[place] * (1 + 1e-12)]
        return int(np.searchsorted(self.values, float(inside.max(initial=0.0)) * (1 - 1e-12))) if inside.size else 0

    def _cover(self, standard: float, targets: list[tuple[float, float]]) -> Outcome | None:
        """The most people within `standard` among the plans that keep all targets; None where time ran out first."""
        asked_for = replace(
            self.instance,
            standard=np.full(self.instance.demand_count, standard),
            coverage_targets=tuple((limit, max(share - PROVEN_GAP / 10, 0.0)) for limit, share in targets),
        )
        left = max(self.end - time.perf_counter(), LEAST_TIME_S)
        try:
            plan = self.solve(
                asked_for,
                self.covering,
                replace(self.options, time_limit_s=left, gap=0.0),
                start=self.open,
                listener=self.listener,
                diagnose=False,
            )
        except (InputError, InfeasibleError, VerificationError):
            raise
        except SitingError:  # no plan within the time: the one at hand stands
            return None
        self.open = plan.open
        return plan.outcome

    def _out_of_time(self) -> bool:
        return asked() or time.perf_counter() > self.end


_OF_ASSIGNMENT = ("assign_every_demand_point", "assign_only_to_open", "bound_largest_impedance")
