"""One service or period of a larger question: its bound, its cut on sites and its plans, at prices and fixings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.search.single_source.bound import begin, climb, constant_part, site_part
from siting.search.single_source.loads import shares, whole_load, work
from siting.search.single_source.plans import Plan, Planner
from siting.search.single_source.search import start_multipliers
from siting.search.single_source.task import Task

STEPS, FIRST_STEP, LAST_STEP, PATIENCE, SHRINK = 600, 1.5, 1e-2, 15, 0.75
FARTHEST = 0.05  # relative: how far above its bound a step aims at most


@dataclass(frozen=True, eq=False)
class SiteCut:
    """A bound as a function of the open sites: a plan with the sites y costs `constant` + `value` y at least.

    Attributes:
        bound: no plan of the task costs less.
        constant: includes the task's own.
        value: (J,) with the costs of the sites; 0 where no plan opens the site.
        opened: (J,) the sites that reach the bound.
        mu, sigma: multipliers of demand points and side rows, to start the next ascent from.
    """

    bound: float
    constant: float
    value: FloatArray
    opened: BoolArray
    mu: FloatArray
    sigma: FloatArray


def site_cut(task: Task, *, start: SiteCut | None = None, steps: int = STEPS, whole: bool = True) -> SiteCut | None:
    """The best Lagrangian bound of so many steps, as a cut on sites. None where it shows that there is no plan.

    Args:
        start: cut of the same service, whose multipliers the steps begin with.
        whole: with whole loads, else with shares, which is faster and the bound of the linear relaxation at best.
    """
    sites, pairs, size = task.sites, task.pairs, task.sites.may.size
    if not np.bincount(pairs.point, minlength=task.weight.size).all():
        return None
    mu = start_multipliers(pairs, task.weight.size) if start is None else start.mu
    sigma = np.zeros(sites.least.size) if start is None else start.sigma
    state, room = begin(mu, sigma, pairs, FIRST_STEP), work(pairs)
    most = task.most()
    climb(pairs, sites, task.weight, state, room, whole, float(mu.sum()), most, 1, PATIENCE, SHRINK, LAST_STEP)
    aim = min(most, float(state.number[0]) + FARTHEST * max(abs(float(state.number[0])), 1.0))
    climb(pairs, sites, task.weight, state, room, whole, aim, most, steps - 1, PATIENCE, SHRINK, LAST_STEP)
    if state.number[0] > most:
        return None
    held, value = np.empty(pairs.point.size), np.zeros(size)
    for j in np.flatnonzero(sites.may).tolist():
        place = (j, state.best_mu, held, room)
        load = whole_load(pairs, sites, task.weight, *place) if whole else shares(pairs, sites, task.weight, *place)[0]
        value[j] = max(float(state.value[j]), site_part(sites, state.best_sigma, j) - load)
    constant = constant_part(sites, state.best_mu, state.best_sigma) + task.constant
    return SiteCut(
        float(state.number[0]) + task.constant, constant, value, state.opened, state.best_mu, state.best_sigma
    )


def plan_on(task: Task, opened: BoolArray) -> Plan:
    """A good plan on these sites (J,); its objective is +inf where none was found, and lacks the task's constant."""
    planner = Planner(task, lambda: False)
    return planner.priced(opened, np.zeros(opened.size), task.most())
