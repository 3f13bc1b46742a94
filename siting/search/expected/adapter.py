"""From an instance to the bare problem and back: what `siting.search.engines` asks."""

from __future__ import annotations

import time

from siting.impedance import BoolArray
from siting.instance import Instance
from siting.search.covering.models import near_sets
from siting.search.expected.problem import ExpectedProblem
from siting.search.expected.search import solve
from siting.search.found import Found, Report
from siting.search.sites import SITE_BLOCKS, SiteRules
from siting.solving.solver import SolverOptions

ENGINE = "greedy, vehicle moves, Lagrangian bound, HiGHS"
BLOCKS = frozenset(
    {
        "open_site",
        "servers_at",
        "covered_by_servers",
        "place_all_servers",
        "servers_only_at_open",
        "server_at_every_open_site",
        "count_servers_within",
        "expected_covered_demand",
    }
)


def search_expected(
    blocks: set[str],
    active: tuple[str, ...],
    instance: Instance,
    options: SolverOptions,
    report: Report,
    start: BoolArray | None = None,
) -> Found | None:
    """A plan and a bound, both as of a minimised objective; None where the model is another, or vehicles are always
    free or always busy.

    Args:
        blocks: all blocks of the model, its objective among them.
        active: constraints that hold.
        start: (J,) open sites of a plan that is known to be possible.
    """
    busy, servers = instance.busy_fraction, instance.servers
    if blocks - SITE_BLOCKS != BLOCKS or not busy or busy >= 1 or not servers:
        return None
    end = time.perf_counter() + options.time_limit_s
    rules = SiteRules.of(instance, active)
    problem = ExpectedProblem.of(near_sets(instance), instance.demand, busy, servers, rules)
    solved = solve(
        problem,
        end=end,
        gap=options.gap,
        node_limit=options.node_limit,
        seed=options.seed,
        start=start,
        report=report,
    )
    opened = None if solved.vehicles is None else solved.vehicles > 0
    return Found(
        solved.bound, solved.value, opened, solved.nodes, None, ENGINE, solved.by_clock, servers=solved.vehicles
    )
