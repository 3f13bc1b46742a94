"""The cohort-component method: births, deaths and moves, one year after another, on bare arrays.

One step from year y-1 to y: births of the year are shared among the places; everybody lives on or dies and is a year
older; then moves inside the county, moves over its border, and moves into new housing, each taken from those who are
there. Dimensions: T steps, G places (units, then plots of new housing), A ages (the last one open), M moves by kind,
K kinds of origin, P plots. (Preston, Heuveline and Guillot 2001, Demography, chapter 6.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from siting.errors import fail
from siting.impedance import BoolArray, FloatArray, IntArray

SLACK = 1e-9  # persons by which rounding may take more than there are


@dataclass(frozen=True, eq=False)
class Steps:
    """What happens in each step.

    Attributes:
        years: (T,) the year in which each step ends.
        newborn: (T,) share of the year's births alive at its end.
        survival: (T, A) share of each age alive a year later; the last of those in the open age.
        births: (T,) births in the county.
        birth_weight: (G, A) births are shared in proportion to persons times this.
        move_share: (M, A) share of each age that moves in a year.
        move_from: (M, G) places that they leave.
        move_to: (M, G) weight of each place that they go to, times its persons.
        external: (T, A) net persons from over the border, negative for those who leave.
        external_weight: (G,) external moves are shared in proportion to persons times this.
        plot_place: (P,) the place of each plot's own people.
        plot_unit: (P,) the place of older housing in the plot's unit, from which nobody is taken.
        inside, outside: (T, P, A) persons who move into each plot from inside the county and from outside.
        taken_from: (K, G) places by kind of origin.
        taken_share: (K,) share of those from inside who come from each kind.
    """

    years: IntArray
    newborn: FloatArray
    survival: FloatArray
    births: FloatArray
    birth_weight: FloatArray
    move_share: FloatArray
    move_from: BoolArray
    move_to: FloatArray
    external: FloatArray
    external_weight: FloatArray
    plot_place: IntArray
    plot_unit: IntArray
    inside: FloatArray
    outside: FloatArray
    taken_from: BoolArray
    taken_share: FloatArray


@dataclass(frozen=True, eq=False)
class Course:
    """People over time and why they changed; moves and deaths stand at the age that is reached at the step's end.

    Attributes:
        people: (T + 1, G, A) persons, first the base year.
        births: (T, G); deaths, moves, external, from_inside, from_outside: (T, G, A), moves net and signed.
    """

    people: FloatArray
    births: FloatArray
    deaths: FloatArray
    moves: FloatArray
    external: FloatArray
    from_inside: FloatArray
    from_outside: FloatArray


def project(start: FloatArray, steps: Steps) -> Course:
    """Carry (G, A) persons through all steps.

    Raises:
        InputError: when more people of an age are to leave a place than are there, or births have no parents.
    """
    T, (G, A) = len(steps.years), start.shape
    people = np.zeros((T + 1, G, A))
    people[0] = start
    births = np.zeros((T, G))
    deaths, moves, external, from_inside, from_outside = (np.zeros((T, G, A)) for _ in range(5))
    for t in range(T):
        births[t] = _births(people[t], steps, t)
        grown, deaths[t] = _live_on(people[t], births[t], steps.newborn[t], steps.survival[t])
        moves[t] = _moves(grown, steps)
        now = grown + moves[t]
        external[t] = _external(now, steps, t)
        now += external[t]
        from_inside[t] = _into_plots(now, steps, t)
        np.add.at(from_outside[t], steps.plot_place, steps.outside[t])
        now += from_inside[t] + from_outside[t]
        people[t + 1] = np.maximum(now, 0.0)  # what rounding left below nothing
    return Course(people, births, deaths, moves, external, from_inside, from_outside)


def _births(people: FloatArray, steps: Steps, t: int) -> FloatArray:
    """(G,) the county's births, shared by people of childbearing age times the weight of their place."""
    weight = np.einsum("ga,ga->g", people, steps.birth_weight)
    if weight.sum() <= 0 < steps.births[t]:
        fail(
            "没有生育年龄的人，出生数无处分配",
            "there is nobody of childbearing age, so that births have no place",
            column="births",
            value=f"{steps.years[t]}: {steps.births[t]:,.0f}",
        )
    births: FloatArray = weight * (steps.births[t] / weight.sum() if weight.sum() > 0 else 0.0)
    return births


def _live_on(
    people: FloatArray, births: FloatArray, newborn: float, survival: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(G, A) survivors at the age they reach, and (G, A) deaths at that age."""
    reached = np.concatenate([births[:, None], people[:, :-1]], axis=1)
    alive = reached * np.concatenate([[newborn], survival[:-1]])
    alive[:, -1] += people[:, -1] * survival[-1]
    reached[:, -1] += people[:, -1]
    return alive, reached - alive


def _moves(people: FloatArray, steps: Steps) -> FloatArray:
    """(G, A) net moves inside the county: they add up to zero at every age."""
    weight = steps.move_to * people.sum(axis=1)  # (M, G)
    total = weight.sum(axis=1, keepdims=True)
    to = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    share = np.where(total > 0, steps.move_share, 0.0)  # nobody goes where there is nowhere to go
    out = np.einsum("mg,ma,ga->ga", steps.move_from, share, people)
    leaving = np.einsum("mg,ma,ga->ma", steps.move_from, share, people)
    net: FloatArray = to.T @ leaving - out
    return net


def _external(people: FloatArray, steps: Steps, t: int) -> FloatArray:
    """(G, A) net moves over the border: who comes is shared by all people, who leaves by those of their age."""
    wanted = steps.external[t]
    weighted = people * steps.external_weight[:, None]
    by_place = weighted.sum(axis=1)
    if wanted.any() and by_place.sum() <= 0:
        _too_many("external", steps.years[t], float(np.abs(wanted).sum()))
    come = np.outer(by_place / max(by_place.sum(), 1e-300), np.maximum(wanted, 0.0))
    total = weighted.sum(axis=0)
    leave = weighted * np.divide(np.maximum(-wanted, 0.0), total, out=np.zeros_like(total), where=total > 0)
    if (leave > people + SLACK).any() or (wanted[total <= 0] < 0).any():
        _too_many("external", steps.years[t], float(np.maximum(-wanted, 0.0).sum()))
    net: FloatArray = come - leave
    return net


def _into_plots(people: FloatArray, steps: Steps, t: int) -> FloatArray:
    """(G, A) those from inside the county who move into plots: added there, taken from older housing elsewhere.

    A kind of origin with nobody of that age in another unit gives its share to the other kinds.
    """
    arrive = steps.inside[t]  # (P, A)
    if not arrive.any():
        return np.zeros_like(people)
    there = steps.taken_from[:, :, None] * people  # (K, G, A)
    others = np.maximum(there.sum(axis=1)[:, None] - there[:, steps.plot_unit], 0.0)  # (K, P, A)
    share = steps.taken_share[:, None, None] * (others > SLACK)
    whole = share.sum(axis=0)
    if (arrive[whole <= 0] > 0).any():
        _too_many("plots.csv from_inside", steps.years[t], float(arrive.sum()))
    share = share / np.where(whole > 0, whole, 1.0)
    rate = np.divide(arrive * share, others, out=np.zeros_like(others), where=others > SLACK)  # (K, P, A)
    by_place = np.broadcast_to(rate.sum(axis=1)[:, None], there.shape).copy()
    for k in range(len(rate)):
        np.subtract.at(by_place[k], steps.plot_unit, rate[k])
    taken = np.einsum("kga,kga->ga", there, by_place)
    if (taken > people + SLACK).any():
        _too_many("plots.csv from_inside", steps.years[t], float(arrive.sum()))
    net: FloatArray = -taken
    np.add.at(net, steps.plot_place, arrive)
    return net


def _too_many(column: str, year: int, persons: float) -> NoReturn:
    fail(
        f"{year} 年要迁出的人多于当地有的人",
        f"in {year} more people are to leave than there are",
        remedy_zh="请减少迁出人数或来自县内的比例",
        remedy_en="lower the number that leaves, or the share from inside the county",
        column=column,
        value=f"{persons:,.0f}",
    )
