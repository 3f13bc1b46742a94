"""What a coverage problem tells a master problem over the sites of several: rows that its value keeps to.

Source: Cordeau, Furini and Ljubic (2019), EJOR 275(3), Benders decomposition for large-scale covering.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import FloatArray
from siting.search.covering.lagrangian import pay
from siting.search.covering.problem import CoverageProblem


@dataclass(frozen=True, eq=False)
class Cut:
    """For every set of sites y the value without prices is at least constant + slope y.

    Attributes:
        slope: (J,), 0 or less.
    """

    constant: float
    slope: FloatArray


def benders_cut(problem: CoverageProblem, y: FloatArray) -> Cut:
    """The cut that is tight at y (J,), shares of open sites: classes that lack something there pay for it in full.

    The prices of the sites are left out: they belong to the master problem.
    """
    sets = problem.sets
    held = np.bincount(np.repeat(np.arange(sets.size), sets.lengths), weights=y[sets.indices], minlength=sets.size)
    return cut_of_multipliers(problem, np.where(held < problem.target, problem.weight, 0.0))


def cut_of_multipliers(problem: CoverageProblem, multipliers: FloatArray) -> Cut:
    """The cut of multipliers (K,) between 0 and the weights, as `lagrangian_bound` gives them: with the best ones a
    master problem begins at the bound of the linear programme.
    """
    sets = problem.sets
    constant = problem.constant + float(problem.target @ multipliers)
    return Cut(constant, -pay(sets.indptr, sets.indices, multipliers, sets.count))
