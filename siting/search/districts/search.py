r"""Catchments that hang together, each demand point whole to one site, within capacities: good plans and bounds.

1. Sites are chosen by the bound that capacities alone give (`sites`). The best sets are tried one after the other:
   points that may be shared are assigned at the least cost, rounded, and what hangs loose is attached to a catchment
   beside it. A few catchments that touch are solved anew as a small programme, over and over, until none of these
   neighbourhoods holds anything better (`neighbourhoods`).
2. Branch and bound on the sites proves a bound and leaves few of them to choose from (`tree`).
3. With time left the whole programme is solved from the best plan, which may prove it or improve it.

Source: Kong, Zhu and Wang (2019), International Journal of Geographical Information Science 33(1), neighbourhoods of
districts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from siting.impedance import BoolArray, IntArray
from siting.instance import Instance
from siting.search.districts.bound import Multipliers, ascend, settle
from siting.search.districts.cuts import Cut
from siting.search.districts.neighbourhoods import Neighbourhoods
from siting.search.districts.plan import Plan, repair
from siting.search.districts.problem import EQUAL, Districting
from siting.search.districts.program import Part
from siting.search.districts.sites import good_sites
from siting.search.districts.tree import branch

SITES_END, PLANS_END, TREE_ENDS, RELAXATION_ENDS, FINISH_ENDS = 0.15, 0.45, 0.65, 0.75, 0.88  # of the time limit
FIRST_PLAN_ENDS = 0.7
SETS = 10  # of sites, tried at most
PLAN_SHARE = 0.15  # of the time limit, for one of them at most
CUTS = 10  # rounds of cuts on the linear relaxation, at most: they end where the bound hardly rises
MOST_RELAXED = 100_000  # pairs that the solver is given at once
PENALTY = 10.0  # one unit of load beyond a capacity costs so many times the dearest unit of travel
RELAXATION_GAP = 1e-4
FEW_CATCHMENTS, MOST_CATCHMENTS = 3, 6  # solved anew together: at first, and with time left

Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class Districts:
    """What has been found and proven.

    Attributes:
        bound: no plan has a smaller objective; +inf where there is none at all.
        objective: of the best plan found; +inf without one.
        open: (J,) sites open in that plan; None without one.
        site: (I,) site of each demand point; None without a plan.
        by_clock: whether the clock has a say in it, so that another run may find another plan.
    """

    bound: float
    objective: float
    open: BoolArray | None
    site: IntArray | None
    by_clock: bool = False


def search_districts(
    instance: Instance,
    *,
    fixed_cost: bool,
    time_limit_s: float,
    gap: float = 0.0,
    seed: int = 0,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Districts | None:
    """A good plan of catchments that hang together, and a bound.

    Minimises demand x impedance, where `fixed_cost` also the cost of opening (travel then at `travel_cost`). Sites are
    chosen by `p`, by the budget, or, with neither, as they pay.

    None where the instance has features that the search does not know: facilities that may leave, zone maxima, least
    loads, size classes, excluded plans, futures, competitors; or lacks what it needs: adjacency and a unit for each
    site, fixed costs where they are asked for.

    Args:
        time_limit_s: wall clock, kept between steps.
        gap: relative gap at which to stop.
        seed: of the order in which neighbourhoods are tried.
        report: is told (objective, bound) as they improve.
        stopped: asked between steps whether to stop.
    """
    end = time.perf_counter() + time_limit_s
    problem = Districting.of(instance, fixed_cost=fixed_cost)
    if problem is None:
        return None
    search = _Search(problem, end, time_limit_s, gap, seed, report, stopped)
    search.run()
    plan = search.best
    if plan is None:
        return Districts(search.bound, math.inf, None, None, search.by_clock)
    return Districts(min(search.bound, plan.objective), plan.objective, plan.open, plan.site, search.by_clock)


@dataclass
class _Search:
    problem: Districting
    end: float  # of the present stage
    time_limit_s: float
    gap: float
    seed: int
    report: Report | None
    stopped: Callable[[], bool]
    bound: float = -math.inf
    best: Plan | None = None
    by_clock: bool = False
    rest: Districting = field(init=False)  # what a better plan may use
    penalty: float = field(init=False)
    mean_travel: float = field(init=False)  # of one unit of load, roughly
    begin: float = field(init=False)
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        problem = self.problem
        weight = problem.weight[problem.i]
        dearest = problem.cost[weight > 0] / weight[weight > 0]
        self.penalty = PENALTY * max(float(dearest.max(initial=0.0)), 1.0)
        cheapest = np.full(problem.weight.size, np.inf)
        np.minimum.at(cheapest, problem.i, problem.cost)
        self.mean_travel = 2 * float(cheapest[np.isfinite(cheapest)].sum()) / max(float(problem.weight.sum()), 1e-9)
        self.rest = problem
        self.begin = self.end - self.time_limit_s

    def _until(self, share: float) -> None:
        """The next stage is to end at this share of the time limit."""
        self.end = self.begin + share * self.time_limit_s

    def seconds_left(self) -> float:
        return 0.0 if self.stopped() else self.end - time.perf_counter()

    def _out_of_time(self) -> bool:
        return self.seconds_left() <= 0

    @property
    def done(self) -> bool:
        """Whether the gap is closed or the time is out."""
        if self.bound == math.inf:
            return True
        objective = self.best_objective
        if math.isfinite(objective) and self.bound >= objective - max(self.gap, EQUAL) * abs(objective):
            return True
        if self._out_of_time():
            self.by_clock = True
            return True
        return False

    def run(self) -> None:
        problem = self.problem
        served = np.bincount(problem.i, minlength=problem.weight.size) > 0
        if (problem.must & ~problem.may).any() or not served.all():
            self.bound = math.inf
            return
        found = self._ascend(problem)
        self._choose_sites(found)
        self._until(TREE_ENDS)
        if self.best is not None and not self.done:
            self._branch(self.best)
        self._until(RELAXATION_ENDS)
        if not self.done:
            self._relax(self._settled())
        self._until(FINISH_ENDS)
        if not self.done:
            self._finish(self._settled())
        self._until(1.0)
        if self.best is not None and not self.done:
            self._improve(self.best, MOST_CATCHMENTS)

    def _choose_sites(self, found: Multipliers) -> None:
        """Plans from the best sets of sites, as long as these may hold something better."""
        self._until(SITES_END)
        sets = good_sites(self.problem, found, count=SETS, seed=self.seed, enough=self._out_of_time)
        self.by_clock |= self._out_of_time()
        self._until(FIRST_PLAN_ENDS)
        plans = [(sites.value, plan) for sites in sets if (plan := self._assigned(sites.open)) is not None]
        for value, plan in sorted(plans, key=lambda p: p[1].objective + self.mean_travel * p[1].over):
            if value < self.best_objective and not self.done:
                spent = (time.perf_counter() - self.begin) / self.time_limit_s
                self._until(min(self.end_of_plans, spent + PLAN_SHARE))
                self._improve(plan, FEW_CATCHMENTS)
                self._until(self.end_of_plans)

    @property
    def end_of_plans(self) -> float:
        """Share of the time limit: later while there is none."""
        return FIRST_PLAN_ENDS if self.best is None else PLANS_END

    def _ascend(self, problem: Districting) -> Multipliers:
        found = ascend(problem, objective=self.best_objective, enough=self._out_of_time)
        self._raise_bound(min(found.bound, self.best_objective))
        return found

    def _branch(self, plan: Plan) -> None:
        """The bound by branching on sites, and which of them a better plan may still open."""
        found = self._ascend(self.problem)
        tree = branch(self.problem, found, objective=plan.objective, enough=self._out_of_time, report=self._raise_bound)
        self._raise_bound(tree.bound)
        self.rest = self.problem.restricted(tree.may | plan.open, tree.must & plan.open)

    def _settled(self) -> Districting:
        """The problem without what cannot belong to a better plan."""
        if self.best is None:
            return self.problem
        found = self._ascend(self.rest)
        return settle(self.rest, found, self.best.objective, self.best.site)

    def _improve(self, plan: Plan, most: int) -> None:
        """Improve a plan by neighbourhoods of up to `most` catchments."""
        self._note(plan)
        parts = Neighbourhoods(
            self.problem,
            plan,
            self.penalty,
            self.rest.may,
            self.seed,
            seconds=self.seconds_left,
            done=lambda: self.done,
            note=self._note,
        )
        parts.unload(most)
        self.by_clock |= parts.by_clock

    def _assigned(self, opened: BoolArray) -> Plan | None:
        """Everybody to the site that takes the largest share of him, when shares are allowed."""
        problem = self.problem
        everybody = np.ones(problem.weight.size, dtype=bool)
        fixed = replace(problem, must=opened)
        part = Part(fixed, everybody, opened, np.zeros(opened.size, dtype=bool), self.penalty)
        shares = part.solve(seconds=self.seconds_left, linear=True, rounds=1)
        return None if shares.site is None else repair(problem, shares.site, opened, self.penalty)

    def _relax(self, problem: Districting) -> None:
        """The solver's bound with points that may be shared, and a plan from there."""
        if problem.i.size > MOST_RELAXED:
            return
        whole = Part.everything(problem, self.cuts)
        last = -math.inf
        for _ in range(CUTS):
            linear = whole.solve(seconds=self.seconds_left, linear=True, rounds=1).bound
            self._raise_bound(min(linear, self.best_objective))
            if linear <= last + RELAXATION_GAP * abs(linear):
                break
            last = linear
        if self.done:
            return
        gap = max(self.gap, RELAXATION_GAP)
        relaxed = whole.solve(seconds=self.seconds_left, gap=gap, seed=self.seed, shared=True, rounds=1)
        self.by_clock |= relaxed.by_clock
        self._raise_bound(min(relaxed.bound, self.best_objective))
        if relaxed.site is not None and not self.done:
            plan = repair(self.problem, relaxed.site, relaxed.open, self.penalty)
            if plan is not None:
                self._improve(plan, FEW_CATCHMENTS)

    def _finish(self, problem: Districting) -> None:
        """The whole programme, from the best plan."""
        if problem.i.size > MOST_RELAXED:
            return
        best = self.best
        solved = Part.everything(problem, self.cuts).solve(
            seconds=self.seconds_left,
            gap=self.gap,
            seed=self.seed,
            start=None if best is None else best.site,
            opened=None if best is None else best.open,
        )
        self.by_clock |= solved.by_clock
        if solved.site is not None and solved.whole:
            self._note(Plan.of(self.problem, solved.site, solved.open))
        self._raise_bound(min(solved.bound, self.best_objective))

    @property
    def best_objective(self) -> float:
        """+inf without a plan."""
        return math.inf if self.best is None else self.best.objective

    def _note(self, plan: Plan) -> None:
        """Keep a plan if it is the best."""
        if not plan.over and plan.objective < self.best_objective:
            self.best = plan
            self._tell()

    def _raise_bound(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = bound
            self._tell()

    def _tell(self) -> None:
        if self.report is not None:
            self.report(self.best_objective, self.bound)
