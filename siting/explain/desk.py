"""Questions about one service's plan, each answered by solving again with some sites forbidden or required.

Every plan that any question brings up is kept: a plan without site A that was found while asking about site B is an
answer about A too, so no two answers contradict each other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from siting.errors import InfeasibleError, InputError, SitingError, VerificationError, fail
from siting.events import Listener, silent
from siting.explain.answers import Sure, Text, Verdict
from siting.explain.compare import Bench, View
from siting.explain.screen import exchange_costs
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints
from siting.formulation.reduce import counts_coverage_only, goes_to_nearest
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.machine.interrupt import asked
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solver_version
from siting.verify import verify

LEAST_S = 0.2  # a search is not begun with less time than this
ENOUGH = 0.5  # of the time that the plan itself took: with less, a free search is not begun
MORE = 1.5  # of that time, which a free search may take


@dataclass(frozen=True)
class Reply:
    """What one search said: a bound on every plan of its kind, its label, or why there is none."""

    status: Sure  # EXACT: it ran to its end or its limit; else IMPOSSIBLE or UNANSWERED
    bound: float | None = None
    proven: bool = False
    label: Text = ("", "")
    reason: Text = ("", "")


UNANSWERED = Reply(Sure.UNANSWERED, label=("时间不足，未求解", "no time left to solve"))


@dataclass(eq=False)
class Desk:
    """The numbers, the plan, and the time that is left.

    Attributes:
        plan_bound: proven bound on the best plan of all; None where unknown.
        plan_seconds: how long the plan took to find.
        end: when to stop, by `time.perf_counter`.
        names: display names of demand points and zones by id, for reasons.
        pool: every plan that was found, the run's own first.
    """

    bench: Bench
    options: SolverOptions
    plan: View
    plan_bound: float | None
    plan_seconds: float
    end: float = math.inf
    listener: Listener = silent
    names: Mapping[str, str] = field(default_factory=dict)
    pool: list[View] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pool.append(self.plan)

    @property
    def instance(self) -> Instance:
        """The numbers."""
        return self.bench.instance

    @property
    def formulation(self) -> Formulation:
        """The model."""
        return self.bench.formulation

    @property
    def chosen(self) -> BoolArray:
        """(J,) sites that the plan opens anew."""
        return self.plan.open & ~self.instance.existing

    @property
    def nearest(self) -> bool:
        """Whether a plan is given by its open sites, everybody going to the nearest."""
        return follows_from_sites(self.formulation, self.instance)

    @cached_property
    def coverage(self) -> bool:
        """Whether only who lies within the standard counts, not how far people travel."""
        return counts_coverage_only(self.formulation, active_constraints(self.formulation, self.instance))

    @cached_property
    def exchanges(self) -> tuple[FloatArray, FloatArray]:
        """Costs (R, J) of exchanging each chosen site for each candidate, by what counts; and the travel, for ties."""
        travel = exchange_costs(self.instance, self.plan.open, coverage=False)
        if not self.coverage:
            return travel, travel
        return exchange_costs(self.instance, self.plan.open, coverage=True), travel

    @property
    def left_s(self) -> float:
        """Seconds that are left; none after Ctrl-C."""
        return 0.0 if asked() else max(self.end - time.perf_counter(), 0.0)

    @property
    def slow(self) -> bool:
        """Whether the plan itself took long enough that few free searches fit in the time."""
        return self.plan_seconds > 2.0

    @property
    def affordable(self) -> bool:
        """Whether the time left is worth a search with everything free."""
        return self.left_s > max(LEAST_S, ENOUGH * self.plan_seconds)

    @property
    def free_limit_s(self) -> float:
        """Seconds for a search with everything free."""
        return max(MORE * self.plan_seconds, 5.0)

    def ask(
        self,
        limit_s: float,
        *,
        forbid: BoolArray | None = None,
        require: BoolArray | None = None,
        different: bool = False,
    ) -> Reply:
        """Solve again; the plan found is kept in the pool.

        Args:
            limit_s: seconds for this search.
            forbid: (J,) sites that must stay closed, beside the scenario's own; these may be required by it.
            require: (J,) sites that must open, beside the scenario's own; these may be forbidden by it. A facility
                in use among them must stay.
            different: whether the plan must differ from the run's.
        """
        limit = round(min(limit_s, self.left_s, self.options.time_limit_s), 1)
        if limit < LEAST_S:
            return UNANSWERED
        old, nothing = self.instance, np.zeros(self.instance.site_count, dtype=bool)
        closed, opened = nothing if forbid is None else forbid, nothing if require is None else require
        instance = replace(
            old,
            forbidden=(old.forbidden & ~opened) | (closed & ~old.existing),
            required=(old.required & ~closed) | (opened & ~old.existing),
            closable=None if old.closable is None else old.closable & ~opened,
            relocatable=None if old.relocatable is None else old.relocatable & ~opened,
            excluded=(*(old.excluded or ()), self.plan.open) if different else old.excluded,
        )
        try:
            options = replace(self.options, time_limit_s=limit)
            solution = solve(
                instance, self.formulation, options, listener=self.listener, names=self.names, diagnose=False
            )
        except (InputError, VerificationError):
            raise
        except InfeasibleError as error:
            return Reply(Sure.IMPOSSIBLE, reason=(error.faults[0].zh, error.faults[0].en))
        except SitingError as error:
            return Reply(Sure.UNANSWERED, label=(error.faults[0].zh, error.faults[0].en))
        self.pool.append(self.bench.look(solution))
        outcome = solution.outcome
        return Reply(Sure.EXACT, outcome.bound, outcome.proven, (outcome.label_zh, outcome.label_en))

    def worse(self, value: float, objective: int = 0) -> float:
        """By how much a value of an objective is worse than the plan's; below 0 where it is better."""
        name = self.formulation.objectives[objective]
        step = value - self.plan.measures.objectives[objective]
        return -step if REGISTER[name].sense == "maximize" else step

    def tie(self, objective: int = 0) -> float:
        """Differences below this count as none."""
        return PROVEN_GAP * max(1.0, abs(self.plan.measures.objectives[objective]))

    def propose(self, opened: BoolArray) -> bool:
        """Keep a plan that was thought of without a search, if it passes the independent check; whether it did."""
        instance, formulation = self.instance, self.formulation
        plan = nearest_plan(instance, formulation, opened)
        values = self.bench.look(plan).measures.objectives
        senses = [REGISTER[name].sense for name in formulation.objectives]
        first, *then = [
            replace(plan.outcome, status=Status.TIME_LIMIT, objective=value, sense=sense)
            for value, sense in zip(values, senses, strict=True)
        ]
        plan = replace(plan, outcome=replace(first, then=tuple(then)))
        if not verify(instance, formulation, plan).ok:
            return False
        self.pool.append(self.bench.look(plan))
        return True

    def order(self, view: View) -> tuple[float, ...]:
        """By which plans are compared: by each objective in turn, ties apart; then by how little differs; then by
        how far people travel.
        """
        steps = []
        for k, value in enumerate(view.measures.objectives):
            step = self.worse(value, k)
            steps.append(0.0 if abs(step) <= self.tie(k) else step)
        measures = view.measures
        travel = 0.0 if np.isnan(measures.mean_min) else measures.mean_min
        return (*steps, float((view.open != self.plan.open).sum()), measures.unassigned_persons, travel)

    def best(self, allowed: Callable[[BoolArray], bool], *, lifted: int | None = None) -> View | None:
        """The best known plan among those whose open sites (J,) are allowed; of equal ones the nearest to the plan.

        Args:
            allowed: tells of open sites (J,) whether they are of the kind that is asked about.
            lifted: site of which the scenario's own demand is set aside; some questions do so, and the plans that
                they bring up are no answers to others.
        """
        old = self.instance
        asked_for, barred = old.required.copy(), old.forbidden & ~old.existing
        if lifted is not None:
            asked_for[lifted] = barred[lifted] = False
        fitting = [
            view
            for view in self.pool
            if not (asked_for & ~view.open).any() and not (barred & view.open).any() and allowed(view.open)
        ]
        return min(fitting, key=self.order, default=None)

    def judge(self, best: View | None, reply: Reply, *, lawful: bool = True) -> Verdict:
        """What is proven and what is known of the best plan of a kind.

        Args:
            best: the best known plan of the kind.
            reply: of the search for it.
            lawful: whether such plans meet the scenario's own conditions, so that the run's bound holds for them too.
        """
        if best is None:
            return Verdict(reply.status, label=reply.label, reason=reply.reason)
        steps = self.order(best)[: len(self.formulation.objectives)]
        which = next((k for k, step in enumerate(steps) if step != 0.0), 0)
        known, tie = steps[which], self.tie(which)
        if self.formulation.procedure and known == 0:  # its further levels are not compared
            return Verdict(Sure.UNDECIDED, known, None, 0, reply.label)
        if which > 0:  # as good by the first objective: the bound speaks of that one alone
            return Verdict(Sure.EXACT if reply.proven else Sure.UNDECIDED, known, None, which, reply.label)
        bounds = [
            self.worse(bound) for bound in (reply.bound, self.plan_bound if lawful else None) if bound is not None
        ]
        least = max(bounds, default=None)
        if least is not None:
            least = min(least, known) if abs(least) > tie else 0.0
        if known < -tie and lawful:
            sure = Sure.BETTER
        elif least is not None and known - least <= tie:
            sure = Sure.EXACT
        elif known < -tie or (least is not None and least > tie):
            sure = Sure.RANGE
        else:
            sure = Sure.UNDECIDED
        return Verdict(sure, known, least, 0, reply.label)


def require_askable(instance: Instance, formulation: Formulation) -> None:
    """Refuse a model in which no site can be forbidden or required.

    Raises:
        InputError: naming the model and the remedy.
    """
    missing = {"forbid_sites", "require_sites"} - set(active_constraints(formulation, instance))
    if missing:
        fail(
            f"模型 {formulation.name_zh} 不能指定或排除地点，因此无法解释",
            f"the model {formulation.id} cannot require or forbid a site, so it cannot be explained",
            remedy_zh='请在模型文件中加上 groups = ["site_conditions"]',
            remedy_en='add groups = ["site_conditions"] to the model\'s file',
            value=", ".join(sorted(missing)),
        )


def rebuild(
    instance: Instance, formulation: Formulation, opened: BoolArray, options: SolverOptions, listener: Listener = silent
) -> Solution:
    """The plan with exactly these open sites: who goes where follows from them, or from a solve with all sites fixed.

    Args:
        opened: (J,) open sites, existing ones among them.

    Raises:
        InfeasibleError: the sites do not make a plan.
    """
    new = opened & ~instance.existing
    if follows_from_sites(formulation, instance):
        return nearest_plan(instance, formulation, opened)
    gone = instance.existing & ~opened
    fixed = replace(
        instance,
        existing=instance.existing & ~gone,
        required=new,
        forbidden=(instance.candidate | instance.forbidden) & ~new | gone,
        closable=None,
        relocatable=None,
        closures=None,
        p=None if instance.p is None else int(new.sum()),
    )
    return solve(fixed, formulation, options, listener=listener)


def follows_from_sites(formulation: Formulation, instance: Instance) -> bool:
    """Whether nothing but the open sites has to be decided, everybody going to the nearest."""
    placed = {"servers_at", "size_of_site"} & set(formulation.variables)
    return goes_to_nearest(formulation, active_constraints(formulation, instance)) and not placed


def nearest_plan(instance: Instance, formulation: Formulation, opened: BoolArray) -> Solution:
    """The plan with these open sites in which everybody goes to the nearest one; nothing is claimed of it."""
    sense = REGISTER[formulation.objective].sense
    return Solution(
        formulation=formulation.id,
        open=opened,
        assignment=Assignment.nearest(instance.impedance.nearest(opened)[0]),
        outcome=Outcome(Status.NO_SOLUTION, None, None, sense, 0.0, "", solver_version(), 0, 1),
    )
