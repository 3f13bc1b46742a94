"""`siting run` of a scenario with `kind = "layout"`."""

from __future__ import annotations

from pathlib import Path

from siting.doctor import Rules
from siting.layout.answer import LayoutAnswer
from siting.layout.budget_sweep import sweep_budgets
from siting.layout.in_order import solve_in_order
from siting.layout.places import full_name
from siting.layout.pose import Posed, pose_layout
from siting.layout.result import Course, LayoutPlan
from siting.layout.settled import baseline, model_of
from siting.prepare import Settings
from siting.search.found import Known
from siting.solving.solver import SolverOptions
from siting.verify import verify


def answer(path: Path, settings: Settings) -> LayoutAnswer:
    """Answer the scenario of a layout plan.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
        InfeasibleError: when no plan can keep the scenario's rules; the faults say why.
        VerificationError: when the plan fails the independent check.
    """
    return LayoutAnswer(make_plan(pose_layout(path, settings), settings))


def make_plan(posed: Posed, settings: Settings) -> LayoutPlan:
    """The best plan that is found within the scenario's limits, independently verified, and those of other budgets."""
    scenario, model = posed.scenario, model_of(posed.scenario)
    limits = scenario.solver
    options = SolverOptions(time_limit_s=limits.time_limit_s, gap=limits.gap, threads=limits.threads, seed=limits.seed)
    names, known = names_of(posed), Known()
    with posed.clock.time(settings.listener, "solve", "求解布局规划", "Solving the layout plan"):
        solution = solve_in_order(
            posed.instance, model, options, listener=settings.listener, names=names, rules=rules_of(posed), known=known
        )
    solution, budgets = sweep_budgets(posed, model, solution, settings, names, known)
    checks = verify(posed.instance, model, solution).checks
    with posed.clock.time(settings.listener, "baseline", "不作改变时的情形", "What would be if nothing were done"):
        before = baseline(posed, model)
    return LayoutPlan(posed, Course(posed, solution), Course(posed, before), checks, budgets)


def names_of(posed: Posed) -> dict[str, str]:
    """Display names of sites, for messages; the first period's stand for the places."""
    return {
        posed.instance.site_ids[t * len(posed.places) + p]: full_name(place) + (f"{year} 年" if t else "")
        for t, year in enumerate(posed.scenario.years)
        for p, place in enumerate(posed.places)
    }


def rules_of(posed: Posed) -> Rules:
    """The rows over changes in words."""
    return {row.id: row for row in posed.rows}
