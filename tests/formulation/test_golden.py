"""Each block's mathematics, written out as an LP file on one tiny instance, against the file in tests/golden.

After a change that is meant, write the files anew with `python -m tests.formulation.test_golden` and read the
difference.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn.plugins.lp_writer import LPWriter

from siting.formulation.blocks import REGISTER, Block
from siting.formulation.compose import list_formulations
from siting.formulation.data import Data
from siting.instance import Instance

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def tiny() -> Instance:
    """Three demand points, four sites: one existing, one required, one forbidden, one free; three pairs missing."""
    t = [[2.0, 5.0, np.inf, 7.0], [np.inf, 1.0, 4.0, 3.0], [6.0, np.inf, 8.0, 0.0]]
    return Instance.from_arrays(
        t,
        [10, 20, 30],
        p=2,
        standard=[5, 3, 6],
        capacity=[40, 25, 50, np.inf],
        fixed_cost=[0, 100, 200, 300],
        existing=[True, False, False, False],
        required=[False, True, False, False],
        forbidden=[False, False, True, False],
        site_zone=["core", "core", "hill", "hill"],
        zone_minimum={"hill": 1, "core": 0},
    )


def tiny_with_budget() -> Instance:
    return replace(tiny(), p=None, budget=450.0)


def write_lp(block: Block) -> str:
    """The block alone, with the variables that it uses."""
    instance = tiny_with_budget() if "budget" in block.reads else tiny()
    data = Data(instance)
    model = pyo.ConcreteModel()
    model.I = pyo.Set(initialize=range(instance.demand_count))
    model.J = pyo.Set(initialize=range(instance.site_count))
    model.A = pyo.Set(initialize=data.A, dimen=2)
    makers = {b.symbols[0]: b for b in reversed(REGISTER.values()) if b.kind == "variable"}
    if block.kind == "variable":
        makers[block.symbols[0]] = block
    for symbol in block.symbols:
        setattr(model, symbol, makers[symbol].build(model))
    if block.kind == "constraint":
        setattr(model, block.name, block.build(model, data))
    if block.kind == "objective":
        sense = pyo.maximize if block.sense == "maximize" else pyo.minimize
        model.objective = pyo.Objective(expr=block.build(model, data), sense=sense)
    else:
        shown = [v for s in block.symbols for v in getattr(model, s).values()]
        model.objective = pyo.Objective(expr=sum(shown) if block.kind == "variable" else 0 * shown[0])
    stream = io.StringIO()
    LPWriter().write(model, stream, symbolic_solver_labels=True)
    lines = stream.getvalue().replace("\r\n", "\n").splitlines()
    return "\n".join(line.rstrip() for line in lines if not line.startswith("\\*")) + "\n"


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_block_equals_its_golden_file(name: str) -> None:
    expected = (GOLDEN / f"{name}.lp").read_text("utf-8")
    assert write_lp(REGISTER[name]) == expected


def test_there_is_a_golden_file_for_every_block_and_no_other() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(REGISTER)


def test_every_block_is_documented() -> None:
    for block in REGISTER.values():
        assert block.formula, block.name
        assert block.source.endswith("."), block.name
        assert block.en.endswith("."), block.name
        assert block.zh, block.name


def test_every_shipped_constraint_belongs_to_a_model() -> None:
    """A block that no model uses, `assign_whole` apart (for models of one's own), is dead code."""
    text = "".join(path.read_text("utf-8") for path in list_formulations().values())
    unused = {name for name in REGISTER if f'"{name}"' not in text}
    assert unused == {"assign_whole"}


if __name__ == "__main__":
    for old in GOLDEN.glob("*.lp"):
        old.unlink()
    for name, block in REGISTER.items():
        (GOLDEN / f"{name}.lp").write_text(write_lp(block), encoding="utf-8", newline="\n")
