"""What the array form of a block gives: columns, rows or costs; and the register of these forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from siting.impedance import BoolArray, FloatArray, IntArray

At = Mapping[str, IntArray]  # of each symbol its columns, in the order of the Pyomo variable
Term = tuple[ArrayLike, ArrayLike, ArrayLike]  # row, column and coefficient, as many of each or one for all
Form = TypeVar("Form", bound=Callable[..., Any])


@dataclass(frozen=True)
class Columns:
    """The columns of a variable.

    Attributes:
        count: how many.
        lower: bound of each.
        upper: bound of each.
        whole: whether they must be whole numbers.
    """

    count: int
    lower: float = 0.0
    upper: float = math.inf
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a constraint, lower <= sum of value x <= upper.

    Attributes:
        row: (nnz,) row of each coefficient, from 0; coefficients at the same place are added.
        column: (nnz,) its column.
        value: (nnz,)
        lower: (m,)
        upper: (m,)
        index: of each dimension of the block's index (m,); none where the block is a single row.
    """

    row: IntArray
    column: IntArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    index: tuple[IntArray, ...] = ()

    @property
    def count(self) -> int:
        """m."""
        return int(self.lower.size)

    def keep(self, mask: BoolArray) -> Rows:
        """Only the rows where `mask` (m,) holds."""
        number = np.cumsum(mask) - 1
        there = mask[self.row]
        return Rows(
            number[self.row[there]],
            self.column[there],
            self.value[there],
            self.lower[mask],
            self.upper[mask],
            tuple(part[mask] for part in self.index),
        )


@dataclass(frozen=True, eq=False)
class Cost:
    """A linear expression.

    Attributes:
        column: (nnz,) columns; costs of the same column are added.
        value: (nnz,)
        constant: beside the columns.
    """

    column: IntArray
    value: FloatArray
    constant: float = 0.0


ARRAYS: dict[str, Callable[..., Any]] = {}


def array_form(build: Form) -> Form:
    """Register the array form of the block of the same name.

    It is called with `Numbers`, and unless it makes a variable with the columns of each symbol, and gives `Columns`,
    `Rows` or `Cost`.
    """
    name = build.__name__
    if name in ARRAYS:
        raise ValueError(f"there is already an array form of {name}")
    ARRAYS[name] = build
    return build


def rows(
    *terms: Term,
    count: int,
    lower: ArrayLike = -math.inf,
    upper: ArrayLike = math.inf,
    index: tuple[IntArray, ...] = (),
) -> Rows:
    """Rows of these terms; one number as bound stands for all rows."""
    row, column, value = _joined(terms)
    return Rows(row, column, value, _spread(lower, count), _spread(upper, count), index)


def one_row(*terms: tuple[ArrayLike, ArrayLike], lower: float = -math.inf, upper: float = math.inf) -> Rows:
    """A single row of these columns and coefficients."""
    return rows(*((0, column, value) for column, value in terms), count=1, lower=lower, upper=upper)


def no_rows() -> Rows:
    """A constraint that says nothing here."""
    return rows(count=0)


def cost(*terms: tuple[ArrayLike, ArrayLike], constant: float = 0.0) -> Cost:
    """The sum of these columns and coefficients."""
    _, column, value = _joined([(0, column, value) for column, value in terms])
    return Cost(column, value, constant)


def _joined(terms: tuple[Term, ...] | list[Term]) -> tuple[IntArray, IntArray, FloatArray]:
    """Row, column and value of all terms, each spread to the longest of its three."""
    spread = [np.broadcast_arrays(*term) for term in terms]
    row, column, value = ([np.ravel(part[k]) for part in spread] for k in range(3))
    nothing = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *row]).astype(np.int64, copy=False),
        np.concatenate([nothing, *column]).astype(np.int64, copy=False),
        np.concatenate([nothing, *value]).astype(np.float64, copy=False),
    )


def _spread(bound: ArrayLike, count: int) -> FloatArray:
    full: FloatArray = np.broadcast_to(np.asarray(bound, dtype=np.float64), (count,))
    return full
