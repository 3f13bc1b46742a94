"""A model and an instance become arrays at once: the same programme as the Pyomo model's, which is not built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import ARRAYS, Columns, Cost, Rows, rows
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints, always_open
from siting.formulation.program import Program, require_finite
from siting.formulation.spec import Formulation, Limit
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance

LIMITS = "limits"  # the block of the rows of limits on other objectives


@dataclass(frozen=True, eq=False)
class NamedProgram:
    """A programme and what its columns and rows are.

    Attributes:
        columns: of each variable's symbol its columns, in the order of the Pyomo variable.
        rows: of each constraint block its rows.
        index: of each constraint block the index of its rows, an array for each dimension; none for a single row.
    """

    program: Program
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    index: Mapping[str, tuple[IntArray, ...]]

    def rows_of(self, blocks: Iterable[str]) -> BoolArray:
        """(m,) rows of these constraint blocks."""
        mask = np.zeros(self.program.row_lower.size, dtype=bool)
        for name in blocks:
            if name in self.rows:
                mask[self.rows[name]] = True
        return mask

    def indices(self, block: str) -> list[Any]:
        """The index of each row of a block as Pyomo has it: a number, a tuple, or None for a single row."""
        parts = [part.tolist() for part in self.index[block]]
        if len(parts) == 1:
            return list(parts[0])
        place = self.rows[block]
        return list(zip(*parts, strict=True)) if parts else [None] * (place.stop - place.start)


def has_array_form(names: Iterable[str]) -> bool:
    """Whether all these blocks have one."""
    return all(name in ARRAYS for name in names)


def build_program(
    formulation: Formulation,
    instance: Instance,
    *,
    constant: float = 0.0,
    objective: str | None = None,
    limits: Sequence[Limit] = (),
) -> NamedProgram:
    """The arrays of the model. Rows that always hold are left out; one that never holds stays, without coefficients.

    Args:
        constant: added to the objective, for what a reduction took out of the instance.
        objective: which of the formulation's objectives; none: the first.
        limits: how good the plan must be by others of the formulation's objectives; rows of the block `limits`.

    Raises:
        InputError: as `active_constraints`, or a coefficient is not a finite number.
        KeyError: a block has no array form.
    """
    active = active_constraints(formulation, instance)
    data = Numbers(instance, always_open(active, instance))
    made: dict[str, Columns] = {REGISTER[name].symbols[0]: ARRAYS[name](data) for name in formulation.variables}
    columns = _places([part.count for part in made.values()], made)
    at = {symbol: np.arange(place.start, place.stop) for symbol, place in columns.items()}
    blocks: dict[str, Rows] = {name: ARRAYS[name](data, at) for name in active}
    if limits:
        blocks[LIMITS] = _limits([(limit, ARRAYS[limit.objective](data, at)) for limit in limits])
    goal = REGISTER[objective or formulation.objective]
    wanted: Cost = ARRAYS[goal.name](data, at)
    counts = np.array([part.count for part in made.values()])
    cost = np.bincount(wanted.column, weights=wanted.value, minlength=int(counts.sum())).astype(np.float64)
    matrix, lower, upper = _stacked(list(blocks.values()), cost.size)
    told = (np.diff(matrix.indptr) > 0) | ~((lower <= 0) & (upper >= 0))
    if not told.all():
        matrix, lower, upper = matrix[told], lower[told], upper[told]
    require_finite(cost, matrix.data, np.r_[lower[lower != -np.inf], upper[upper != np.inf]])
    program = Program(
        cost=cost,
        offset=wanted.constant + constant,
        maximise=goal.sense == "maximize",
        lower=np.repeat(np.array([part.lower for part in made.values()], dtype=np.float64), counts),
        upper=np.repeat(np.array([part.upper for part in made.values()], dtype=np.float64), counts),
        whole=np.repeat(np.array([part.whole for part in made.values()], dtype=bool), counts),
        matrix=matrix,
        row_lower=lower,
        row_upper=upper,
    )
    masks = dict(zip(blocks, np.split(told, np.cumsum([b.count for b in blocks.values()])[:-1]), strict=True))
    places = _places([int(mask.sum()) for mask in masks.values()], masks)
    index = {name: tuple(part[masks[name]] for part in block.index) for name, block in blocks.items()}
    return NamedProgram(program, columns, places, index)


def _places(counts: list[int], names: Iterable[str]) -> dict[str, slice]:
    """One after the other, `counts` for each name."""
    ends = [0, *accumulate(counts)]
    return {name: slice(begin, end) for name, (begin, end) in zip(names, pairwise(ends), strict=True)}


def _limits(limits: list[tuple[Limit, Cost]]) -> Rows:
    """A row for each limit on an objective."""
    value = np.array([limit.value - part.constant for limit, part in limits])
    least = np.array([REGISTER[limit.objective].sense == "maximize" for limit, _ in limits])
    return rows(
        *((number, part.column, part.value) for number, (_, part) in enumerate(limits)),
        count=len(limits),
        lower=np.where(least, value, -np.inf),
        upper=np.where(least, np.inf, value),
        index=(np.arange(1, len(limits) + 1),),
    )


def _stacked(blocks: list[Rows], count: int) -> tuple[csr_array, FloatArray, FloatArray]:
    """The rows of all blocks one after the other, coefficients at the same place added, zeros left out."""
    before = [0, *accumulate(block.count for block in blocks)]
    shape = (before[-1], count)
    row = np.concatenate([(block.row + start) for block, start in zip(blocks, before, strict=False)]).astype(np.int32)
    column = np.concatenate([block.column for block in blocks]).astype(np.int32)
    matrix = csr_array((np.concatenate([block.value for block in blocks]), (row, column)), shape=shape)
    matrix.eliminate_zeros()
    lower = np.concatenate([block.lower for block in blocks])
    return matrix, lower, np.concatenate([block.upper for block in blocks])
