"""The numbers of a grouping, and the location model that they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.formulation.compose import check_fit, load_formulation
from siting.formulation.spec import Formulation
from siting.grouping.scenario import Rules
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.adjacency import Adjacency

MODEL = "single_source_p_median"
CONTIGUOUS = ("serve_own_unit", "carry_catchment_flow", "flow_only_within_catchment")


@dataclass(frozen=True, eq=False)
class Problem:
    """M members to be grouped under L leads.

    Attributes:
        leads, members: their rows of `case.facilities`.
        load: (M,) people, pupils, beds ... of each member.
        own: (L,) what the lead itself counts for.
        target: (L,) load that each group should have; adds up to all load.
        minutes: (M, L) from member to lead, +inf where there is no way within the longest time looked at.
        settled: (M,) lead of each member for which it is settled, -1 else.
        touching: which members' catchments touch; None where it is not asked.
        home: (L,) member in whose catchment the lead lies; None where it is not asked.
        catchment: (I,) member to which each demand point belongs; None where nothing asks for it.
    """

    leads: pd.DataFrame
    members: pd.DataFrame
    load: FloatArray
    own: FloatArray
    target: FloatArray
    minutes: FloatArray
    settled: IntArray
    touching: Adjacency | None = None
    home: IntArray | None = None
    catchment: IntArray | None = None

    def allowed(self, max_minutes: float) -> BoolArray:
        """(M, L) pairs within the longest way and as settled."""
        settled = (self.settled < 0)[:, None] | (self.settled[:, None] == np.arange(len(self.leads)))
        mask: BoolArray = (self.minutes <= max_minutes) & settled
        return mask

    def loads(self, group: IntArray) -> FloatArray:
        """(L,) load of each group, that of its lead included.

        Args:
            group: (M,) lead of each member.
        """
        of_members = np.bincount(group, weights=self.load, minlength=len(self.leads))
        return np.asarray(of_members + self.own, dtype=np.float64)

    def imbalance(self, group: IntArray) -> float:
        """Largest difference of a group's load from its target, as a share of the target."""
        return float(np.abs(self.loads(group) / self.target - 1).max())


def model_of(rules: Rules) -> Formulation:
    """The single-source p-median with all leads open; with connected groups where the rules say so.

    Raises:
        InputError: when a file of `models/` was changed so that the blocks no longer fit together.
    """
    plain = load_formulation(MODEL)
    if not rules.contiguous:
        return plain
    linked = plain.model_copy(
        update={
            "variables": (*plain.variables, "catchment_flow"),
            "constraints": (*plain.constraints, *CONTIGUOUS),
        }
    )
    check_fit(linked)
    return linked


def instance_of(problem: Problem, rules: Rules) -> Instance:
    """The instance: members are demand points, leads are facilities that stay open.

    With connected groups every lead is a demand point too, without load, which touches the member in whose catchment
    it lies; where several leads lie in one catchment, also the members that touch that one.
    """
    m, n = problem.minutes.shape
    matrix = np.where(problem.allowed(rules.max_minutes), problem.minutes, np.inf)
    weight = problem.load if rules.objective == "load_minutes" else np.ones(m)
    load, extra, touching, unit = problem.load, 0, None, None
    if rules.contiguous:
        extra, unit = 1, np.arange(m, m + n)
        matrix = np.vstack([matrix, np.where(np.eye(n, dtype=bool), 0.0, np.inf)])
        weight, load = np.r_[weight, np.zeros(n)], np.r_[load, np.zeros(n)]
        touching = _with_leads(problem)
    room = (1 + rules.balance) * problem.target - problem.own
    least = np.maximum((1 - rules.balance) * problem.target - problem.own, 0.0)
    least = np.where(room < 0, problem.load.sum() + 1, least)  # the lead alone is too large: nothing can be done
    ids = [str(key) for key in problem.members["id"]]
    leads = [str(key) for key in problem.leads["id"]]
    return Instance.from_arrays(
        matrix,
        weight,
        load=load,
        demand_ids=ids + (leads if extra else []),
        site_ids=leads,
        p=0,
        existing=np.ones(n, dtype=bool),
        capacity=np.maximum(room, 0.0),
        minimum_load=least,
        least_points=np.full(n, float(rules.least_members + extra)) if rules.least_members else None,
        most_points=None if rules.most_members is None else np.full(n, float(rules.most_members + extra)),
        adjacency=touching,
        site_unit=unit,
    )


def _with_leads(problem: Problem) -> Adjacency:
    """The members' adjacency with the leads as further points."""
    assert problem.touching is not None
    assert problem.home is not None
    m, n = problem.minutes.shape
    first, second = problem.touching.arcs()
    shared = np.bincount(problem.home, minlength=m) > 1
    ones, others = first.tolist(), second.tolist()
    for j, home in enumerate(problem.home.tolist()):
        near = problem.touching.neighbours(home).tolist() if shared[home] else []
        for i in (home, *near):
            ones.append(m + j)
            others.append(i)
    return Adjacency.from_pairs(ones, others, m + n)
