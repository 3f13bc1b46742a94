"""The array form of every block against its Pyomo form: the same programme, whatever the instance gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array, vstack

from siting.errors import InputError
from siting.formulation.arrays.compose import NamedProgram, build_program
from siting.formulation.arrays.parts import ARRAYS
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import build_model, list_plan_models, load_formulation
from siting.formulation.program import Program, compile_model
from siting.formulation.spec import Formulation, Limit
from siting.instance import Instance
from siting.solving.solver import solve_program
from tests.formulation.every_model import NEEDS
from tests.formulation.varied import varied
from tests.layout.small import random_plan

SEEDS, SOLVED = range(24), range(3)
NO_ARRAY_FORM: dict[str, str] = {}  # block: why it has none
TURNED = {  # blocks some of whose rows Pyomo writes with all signs turned
    "assign_to_closest",
    "bound_differences",
    "bound_excess",
    "bound_largest_impedance",
    "bound_largest_weighted_impedance",
    "bound_regret",
    "bound_coverage_regret",
    "server_at_every_open_site",
    "close_exactly",
    "carry_catchment_flow",
}

Column = tuple[str, int]  # symbol, place within the variable
Row = tuple[str, Any, str]  # block, index, side


@dataclass(frozen=True)
class Canonical:
    """A programme whatever the order of its columns and rows; what has neither cost nor coefficient is left out.

    Attributes:
        columns: cost, bounds and whether whole.
        rows: columns, coefficients and bound of each side; of blocks in TURNED the first coefficient is positive.
    """

    columns: dict[Column, tuple[float, ...]]
    rows: dict[Row, tuple[tuple[Column, ...], tuple[float, ...]]]
    offset: float
    maximise: bool

    def equals(self, other: Canonical) -> bool:
        """To the last digits of the arithmetic."""
        return (
            self.maximise == other.maximise
            and near([self.offset], [other.offset])
            and self.columns.keys() == other.columns.keys()
            and self.rows.keys() == other.rows.keys()
            and all(near(self.columns[c], other.columns[c]) for c in self.columns)
            and all(self.rows[r][0] == other.rows[r][0] and near(self.rows[r][1], other.rows[r][1]) for r in self.rows)
        )


def near(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-11, abs_tol=1e-11) for a, b in zip(some, others, strict=True))


def canonical(program: Program, columns: list[Column], rows: list[tuple[str, Any]]) -> Canonical:
    matrix, sides = program.matrix, {}
    for number, (block, index) in enumerate(rows):
        part = slice(matrix.indptr[number], matrix.indptr[number + 1])
        pairs = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
        entries = sorted((columns[c], v) for c, v in pairs if v)
        low, high = float(program.row_lower[number]), float(program.row_upper[number])
        sign = -1.0 if block in TURNED and entries and entries[0][1] < 0 else 1.0
        low, high = (low, high) if sign > 0 else (-high, -low)
        for side, bound in [("=", low)] if low == high else [(">", low), ("<", high)]:
            if math.isfinite(bound):
                assert (block, index, side) not in sides
                values = (*(sign * v for _, v in entries), bound)
                sides[block, index, side] = (tuple(c for c, _ in entries), values)
    used = set(np.flatnonzero(program.cost).tolist()) | set(matrix.indices[matrix.data != 0].tolist())
    facts = np.c_[program.cost, program.lower, program.upper, program.whole]
    return Canonical({columns[c]: tuple(facts[c]) for c in used}, sides, program.offset, program.maximise)


def by_arrays(named: NamedProgram) -> Canonical:
    columns = [(s, k) for s, place in named.columns.items() for k in range(place.stop - place.start)]
    rows: list[tuple[str, Any]] = []
    for block, place in named.rows.items():
        assert len(rows) == place.start
        rows += [(block, index) for index in named.indices(block)]
    assert len(columns) == named.program.cost.size
    assert len(rows) == named.program.row_lower.size
    return canonical(named.program, columns, rows)


def by_pyomo(model: Any, symbols: list[str]) -> tuple[Program, Canonical] | None:
    compiled = compile_model(model)
    if compiled is None:
        return None
    place = {id(v): (s, k) for s in symbols for k, v in enumerate(getattr(model, s).values())}
    rows = list(zip(compiled.row_block, compiled.row_index, strict=True))
    return compiled.program, canonical(compiled.program, [place[id(v)] for v in compiled.variables], rows)


def compare(formulation: Formulation, instance: Instance, *, solved: bool = False, **asked: Any) -> str:
    """How the question fared in both forms: `refused`, `never` (a row can never hold) or `equal`."""
    try:
        named = build_program(formulation, instance, **asked)
    except InputError:
        with pytest.raises(InputError):
            build_model(formulation, instance, **asked)
        return "refused"
    empty = bool((np.diff(named.program.matrix.indptr) == 0).any())
    try:
        model = build_model(formulation, instance, **asked)
    except ValueError as error:
        if empty and ("infeasible" in str(error) or "trivial Boolean (False)" in str(error)):
            return "never"
        raise
    made = by_pyomo(model, list(named.columns))
    if made is None:
        assert empty
        return "never"
    program, expected = made
    assert by_arrays(named).equals(expected)
    if solved:
        one, other = solve_program(named.program).outcome, solve_program(program).outcome
        assert one.status is other.status
        if one.objective is not None:
            assert one.objective == pytest.approx(other.objective, rel=1e-6, abs=1e-6)
    return "equal"


def test_every_block_has_an_array_form() -> None:
    assert set(REGISTER) - set(ARRAYS) == set(NO_ARRAY_FORM)
    assert set(ARRAYS) <= set(REGISTER)


@pytest.mark.parametrize("model", sorted(NEEDS))
def test_equals_the_pyomo_model(model: str) -> None:
    formulation = load_formulation(model)
    found = [
        compare(formulation, varied(model, seed), solved=seed in SOLVED, objective=goal, constant=3.0)
        for seed in SEEDS
        for goal in formulation.objectives
    ]
    assert found.count("equal") >= len(found) / 3, found


@pytest.mark.parametrize("model", sorted(NEEDS))
def test_equals_the_pyomo_model_with_limits_on_objectives(model: str) -> None:
    formulation = load_formulation(model)
    limits = tuple(Limit(name, 7.5 + number) for number, name in enumerate(formulation.objectives))
    found = [compare(formulation, varied(model, 100 + seed), limits=limits) for seed in range(6)]
    assert "equal" in found


@pytest.mark.parametrize("model", list_plan_models())
def test_plans_over_periods_equal_the_pyomo_model(model: str) -> None:
    formulation = load_formulation(list_plan_models()[model])
    limits = tuple(Limit(name, 7.5 + number) for number, name in enumerate(formulation.objectives))
    for seed in range(8):
        instance = with_rows(random_plan(seed, kinds=bool(seed % 2)), seed)
        for goal in formulation.objectives:
            assert compare(formulation, instance, objective=goal, constant=3.0, solved=seed < 2) == "equal"
        assert compare(formulation, instance, limits=limits) == "equal"


@pytest.mark.parametrize("model", list_plan_models())
def test_a_row_without_changes_that_asks_for_some_holds_never(model: str) -> None:
    instance = with_rows(random_plan(0), 0, least_of_nothing=1.0)
    assert compare(load_formulation(list_plan_models()[model]), instance) == "never"


def with_rows(instance: Instance, seed: int, *, least_of_nothing: float = -1.0) -> Instance:
    """Rows of every shape besides: an equation, two sides, one without bounds, one without changes."""
    changes, rng = instance.changes, np.random.default_rng(seed)
    assert changes is not None
    more = rng.integers(-1, 2, (3, changes.count)).astype(float)
    return replace(
        instance,
        changes=replace(
            changes,
            rows=csr_array(vstack([changes.rows, csr_array(more), csr_array((1, changes.count))])),
            least=np.r_[changes.least, 1.0, -4.0, -np.inf, least_of_nothing],
            most=np.r_[changes.most, 1.0, 9.0, np.inf, np.inf],
            row_ids=(*changes.row_ids, "equation", "two sides", "no bounds", "no changes"),
        ),
    )
