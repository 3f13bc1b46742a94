"""Who goes where when it is settled, without a search, what becomes of every place."""

from __future__ import annotations

from siting.files import resources
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.impedance import IntArray
from siting.layout.assign import as_it_stands, assign
from siting.layout.pose import Posed
from siting.layout.scenario import OBJECTIVES, LayoutScenario
from siting.solution import Outcome, Solution, Status


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
