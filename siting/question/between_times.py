"""Travel times from site to site and from demand point to demand point, for the few models that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from siting.assemble import Problem
from siting.bare.reads import fields_read
from siting.case import Case
from siting.events import Listener
from siting.files.cache import Cache
from siting.formulation.spec import Formulation
from siting.impedance import ImpedanceMatrix
from siting.network import DECIMALS_MIN, RoadGraph
from siting.scenario import Travel, threshold_of
from siting.service_times import ServiceTimes, join, mode_times, placed
from siting.standards import ZoneKind

NEIGHBOUR_WALK_MIN = 120.0  # demand points farther apart on foot are not neighbours


def add_times_between(
    case: Case,
    problems: Sequence[Problem],
    formulations: Sequence[Formulation],
    times: Sequence[ServiceTimes],
    graph: RoadGraph,
    *,
    travel: Travel,
    cache: Cache,
    graph_key: str,
    listener: Listener,
) -> list[ServiceTimes]:
    """The services' times with those that their models read besides."""

    def walk() -> ImpedanceMatrix:
        points = placed(case.demand)
        return mode_times(
            points, points, graph, "walk", NEIGHBOUR_WALK_MIN,
            travel=travel, cache=cache, graph_key=graph_key, listener=listener,
        ).impedance.widened(DECIMALS_MIN)  # fmt: skip

    def from_site_to_site(problem: Problem) -> ImpedanceMatrix:
        """Each row by the mode of the standard of the kind of zone in which the site lies."""
        kinds: list[ZoneKind] = list(case.zones["kind"].reindex(problem.sites["zone"]))
        mode = np.array([threshold_of(problem.question, problem.service, kind)[0] for kind in kinds])
        points = placed(problem.sites)
        parts = []
        for used in sorted(set(mode)):
            matrix = mode_times(
                points, points, graph, used, problem.question.max_travel_minutes,
                travel=travel, cache=cache, graph_key=graph_key, listener=listener,
            ).impedance.widened(DECIMALS_MIN)  # fmt: skip
            parts.append(matrix.keep(mode[matrix.rows] == used))
        return join(parts)

    found = []
    for problem, formulation, own in zip(problems, formulations, times, strict=True):
        read = fields_read(formulation)
        found.append(
            replace(
                own,
                between_sites=from_site_to_site(problem) if "site_impedance" in read else None,
                between_demand=walk() if "adjacency" in read else None,
            )
        )
    return found
