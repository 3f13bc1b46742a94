"""Who goes where when it is settled, without a search, what becomes of every place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from siting.files import resources
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.impedance import IntArray
from siting.layout.assign import as_it_stands, assign
from siting.layout.pose import Posed
from siting.layout.result import Course
from siting.layout.scenario import OBJECTIVES, LayoutScenario
from siting.solution import Assignment, Outcome, Solution, Status


def model_of(scenario: LayoutScenario) -> Formulation:
    """The model of record: of least generalised cost, or of the objectives in their order."""
    folder = resources.models() / "plans"
    if scenario.worth is not None:
        return load_formulation(folder / "weighted_layout_plan.toml")
    name = "fair_layout_plan" if "worst_zone" in scenario.objectives else "layout_plan"
    model = load_formulation(folder / f"{name}.toml")
    first, *then = [OBJECTIVES[word] for word in scenario.objectives]
    return model.model_copy(update={"objective": first, "then": tuple(then)})


def baseline(posed: Posed, model: Formulation) -> Solution:
    """Every facility as it stands in every period."""
    changes = posed.instance.changes
    assert changes is not None
    return settled(posed, model, as_it_stands(changes))


def settled(posed: Posed, model: Formulation, states: IntArray) -> Solution:
    """People sent to the places in use as well as possible by the model's objectives.

    Args:
        states: (J,) of each site in the instance's numbers, -1 for not in use.
    """
    nothing = Outcome(Status.OPTIMAL, None, None, "minimize", 0.0, "", "", 0, 1)
    return Solution(model.id, states >= 0, assign(posed.instance, model, states), nothing, sizes=states)


def sent_anew(course: Course, posed: Posed, services: Collection[int], states: IntArray) -> Course:
    """A course in which the people of some services are sent anew; all others go where they went.

    Args:
        posed: that of the course, or with other persons at the same points.
        services: their numbers.
        states: as of `settled`.
    """
    given, matrix = course.solution.assignment, posed.instance.impedance
    anew = np.isin(posed.demand["service"].to_numpy(), list(services))
    pairs = anew[matrix.rows] & (states[matrix.indices] >= 0)  # the others need not be looked at
    instance = replace(posed.instance, impedance=matrix.keep(pairs))
    solution = settled(replace(posed, instance=instance), model_of(posed.scenario), states)
    same, new = ~anew[given.demand_index], solution.assignment
    both = [
        np.concatenate([old[same], found])
        for old, found in (
            (given.demand_index, new.demand_index), (given.site_index, new.site_index), (given.share, new.share)
        )
    ]  # fmt: skip
    order = np.lexsort((both[1], both[0]))
    return Course(posed, replace(solution, assignment=Assignment(*(values[order] for values in both))))
