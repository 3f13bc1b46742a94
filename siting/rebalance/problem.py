"""The numbers of a redistribution: what each unit at a facility gives to whom, and within which limits it may move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.evaluation.accessibility import Level, hierarchical_two_step
from siting.impedance import BoolArray, FloatArray, IntArray

PER = 1000.0  # accessibility is told for so many people


@dataclass(frozen=True, eq=False)
class Problem:
    """J facilities of one or several levels, I places.

    Attributes:
        facilities: rows of `case.facilities`, level by level.
        level: (J,) number of the level.
        people: (I,) who need the service.
        levels: one a level, with the amounts of today as supply; in the order of `facilities`.
        absolute_decay: as in `hierarchical_two_step`.
        gain: (I, J) what one unit at j adds to the accessibility of i, for each 1,000 people.
        now: (J,) amounts of today.
        least, most: (J,) limits.
        group: (J,) facilities of one group share one total.
        total: (G,) of each group, after.
        unit: (I,) between which of them access is to be equal: the number of the place itself, or of its township.
    """

    facilities: pd.DataFrame
    level: IntArray
    people: FloatArray
    levels: tuple[Level, ...]
    absolute_decay: bool
    gain: FloatArray
    now: FloatArray
    least: FloatArray
    most: FloatArray
    group: IntArray
    total: FloatArray
    unit: IntArray

    def accessibility(self, amount: FloatArray) -> FloatArray:
        """(I,) for each 1,000 people, linear in the amounts (J,)."""
        return np.asarray(self.gain @ amount, dtype=np.float64)

    @cached_property
    def unit_people(self) -> FloatArray:
        """(U,) people of each unit."""
        return np.bincount(self.unit, weights=self.people).astype(np.float64)

    @cached_property
    def unit_gain(self) -> FloatArray:
        """(U, J) what one unit of supply at j adds to the mean accessibility of each unit's people."""
        count, people = self.unit_people.size, self.unit_people
        weighted = csr_array((self.people, (self.unit, np.arange(self.unit.size))), shape=(count, self.unit.size))
        whole = np.asarray(weighted @ self.gain, dtype=np.float64)
        return np.asarray(np.divide(whole, people[:, None], out=np.zeros_like(whole), where=people[:, None] > 0))

    @property
    def reached(self) -> BoolArray:
        """(U,) units with people that some facility serves at all: the others have 0 whatever is done."""
        return np.asarray((self.unit_people > 0) & (self.unit_gain > 0).any(axis=1))

    @property
    def share(self) -> FloatArray:
        """(U,) share of all people."""
        return np.asarray(self.unit_people / self.unit_people.sum(), dtype=np.float64)


def gain_of(levels: tuple[Level, ...], people: FloatArray, *, absolute_decay: bool) -> FloatArray:
    """(I, J) what one unit at each facility adds to each place's accessibility, for each 1,000 people.

    Accessibility is linear in the supply: A = gain S, column by column the accessibility of one unit at j alone.
    """
    columns = []
    for level in levels:
        count = level.impedance.shape[1]
        for j in range(count):
            unit = np.zeros(count)
            unit[j] = 1.0
            one = Level(
                level.name, level.impedance, unit, level.threshold, level.decay, level.demand_share, level.site_ids
            )
            columns.append(hierarchical_two_step([one], people, absolute_decay=absolute_decay).total)
    return np.asarray(PER * np.column_stack(columns), dtype=np.float64)
