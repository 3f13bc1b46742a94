"""The search for layout plans at least generalised cost, as the solver's door asks for it."""

from __future__ import annotations

import math

from siting.formulation.data import pair_worth, person_worth
from siting.instance import Instance
from siting.search.found import Found, Known, Report
from siting.search.multiperiod.adapter import kinds_are_apart
from siting.search.multiperiod.plans import search_plan
from siting.solving.solver import SolverOptions

OBJECTIVE = "generalised_cost"
KNOWN = {
    "open_site", "assign_share", "change_state", OBJECTIVE, "assign_at_most_once", "assign_only_to_open",
    "pass_through_states", "in_use_after_change", "respect_state_capacity", "respect_state_minimum",
    "respect_kind_capacity", "keep_change_rows",
}  # fmt: skip
SMALL = 5_000  # pairs, up to which the solver alone is as quick
FOR_SOLVER = 60_000  # pairs, up to which the solver goes on where the search stops
SEARCH_SHARE = 0.4  # of the time, where the solver goes on
ENGINE = "merged points, Lagrangian bound, parts by HiGHS, transport"


def search_layout(
    blocks: set[str], instance: Instance, options: SolverOptions, report: Report, known: Known | None = None
) -> Found | None:
    """The search's plan and bound; None for models that it does not know, for questions that are
    small, and where kinds of demand share a room in a way that it does not see.

    Args:
        known: from the same question with other bounds of its rows; is told the prices of this one.
    """
    pairs = instance.impedance.pair_count
    if not blocks <= KNOWN or OBJECTIVE not in blocks or pairs <= SMALL:
        return None
    if not kinds_are_apart(instance):
        return None
    left_out = person_worth(instance)
    each = pair_worth(instance) + left_out[instance.impedance.rows]
    goes_on = pairs <= FOR_SOLVER
    limit = options.time_limit_s * (SEARCH_SHARE if goes_on else 1.0)
    known = Known() if known is None else known
    found = search_plan(
        instance, each, left_out, time_limit_s=limit, gap=options.gap, report=report,
        starts=known.states, prices=known.prices.get(OBJECTIVE, ()),
    )  # fmt: skip
    known.prices[OBJECTIVE] = found.prices
    if found.states is None:
        return Found(found.bound, math.inf, None, 0, None, ENGINE, by_clock=True) if goes_on else None
    closed = found.cost - found.bound <= options.gap * abs(found.cost)
    return Found(
        bound=found.bound,
        objective=found.cost,
        open=found.states >= 0,
        nodes=0,
        rest=instance if goes_on and not closed else None,
        engine=ENGINE,
        by_clock=found.by_clock or not closed,
        share=found.share,
        sizes=found.states,
    )
