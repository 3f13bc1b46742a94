"""What makes a question unanswerable, said before any model is built, with the numbers and the places.

Each check belongs to a constraint and looks at little else, so a plan may still not exist when all pass;
then the solver finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from siting.errors import Faults, InfeasibleError
from siting.formulation.precheck import people, sites
from siting.formulation.precheck.question import Question
from siting.instance import Instance


def precheck(instance: Instance, active: tuple[str, ...], names: Mapping[str, str] | None = None) -> None:
    """Refuse a question that has no answer.

    Args:
        active: constraints that hold.
        names: display names of demand points and zones by id.

    Raises:
        InfeasibleError: with every reason found and what would have to give.
    """
    faults = Faults()
    question = Question(instance, active, names or {})
    for name in active:
        if name in CHECKS:
            CHECKS[name](question, faults)
    faults.raise_if_any(InfeasibleError)


CHECKS: dict[str, Callable[[Question, Faults], None]] = {
    "open_exactly_p": sites.p_fits,
    "stay_within_budget": sites.budget_suffices,
    "stay_within_size_budget": sites.sizes_are_affordable,
    "zone_minimum": sites.zones_have_sites,
    "zone_maximum": sites.maxima_allow_minima,
    "close_exactly": sites.enough_to_close,
    "place_all_servers": sites.enough_servers,
    "assign_every_demand_point": people.everybody_has_a_site,
    "assign_within_standard": people.everybody_can_be_covered,
    "cover_every_demand_point": people.everybody_can_be_covered,
    "cover_share_of_people": people.share_can_be_covered,
    "meet_coverage_targets": people.targets_can_be_met,
    "respect_capacity": people.room_for_everybody,
    "respect_size_capacity": people.room_in_sizes,
    "respect_minimum_load": people.enough_use,
    "carry_catchment_flow": people.parts_have_sites,
    "serve_own_unit": people.own_units_can_be_served,
}
