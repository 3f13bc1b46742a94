"""Each block's mathematics, written out as an LP file on one tiny instance, against the file in tests/golden.

After a change that is meant, write the files anew with `python -m tests.formulation.test_golden` and read the
difference.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn.plugins.lp_writer import LPWriter
from scipy.sparse import csr_array

from siting.formulation.blocks import REGISTER, Block
from siting.formulation.compose import list_formulations, list_plan_models
from siting.formulation.data import Data
from siting.formulation.spec import GROUPS
from siting.impedance import ImpedanceMatrix
from siting.instance import NO_LIMIT, Instance
from siting.instance.adjacency import Adjacency
from siting.instance.changes import Changes
from siting.instance.decay import Decay

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


def tiny_for(block: Block) -> Instance:
    """The tiny instance with the numbers that the block reads or uses."""
    fields = {*block.reads, *(() if block.name == "keep_existing" else block.uses)}
    fields |= {f for b in REGISTER.values() if b.kind == "variable" and b.symbols[0] in block.symbols for f in b.reads}
    if block.name in ("tail_start", "excess_impedance", "bound_excess", "tail_mean_impedance"):
        fields |= {"ordered_weights"}
    if block.name in ("largest_regret", "largest_regret_value", "backup_weight"):
        fields |= {"future_best"}
    if block.name in ("lowest_zone_mean", "bound_share_beyond", "largest_share_beyond_value"):
        fields |= {"demand_zone"}
    numbers = {name: value for name, value in more().items() if name in fields}
    base = replace(tiny(), p=None) if "budget" in fields else tiny()
    return replace(base, **numbers)


def more() -> dict[str, Any]:
    """Numbers for fields that the tiny instance leaves out; one facility may close, another move."""
    apart = [[0.0, 4.0, 9.0, 7.0], [4.0, 0.0, 5.0, 3.0], [8.0, 5.0, 0.0, 6.0], [7.0, 3.0, 6.0, 0.0]]
    return {
        "budget": 450.0,
        "zone_maximum": np.array([1, NO_LIMIT]),
        "closable": np.array([True, False, False, False]),
        "closures": 1,
        "closing_cost": np.array([50.0, 0.0, 0.0, 0.0]),
        "outer_standard": np.array([9.0, 4.0, 6.0]),
        "load": np.array([1.0, 2.0, 3.0]),
        "minimum_load": np.array([5.0, 0.0, 15.0, 2.0]),
        "least_points": np.array([1.0, 0.0, 2.0, 1.0]),
        "most_points": np.array([2.0, 1.0, np.inf, 3.0]),
        "size_capacity": np.array([20.0, 45.0]),
        "size_cost": np.array([70.0, 110.0]),
        "cover_share": 0.8,
        "backup_weight": 0.25,
        "busy_fraction": 0.5,
        "servers": 2,
        "decay": Decay("linear", 10.0),
        "travel_cost": 2.0,
        "ordered_weights": ((1.0, 0.5), (0.2, 0.25)),
        "envy_weight": 3.0,
        "demand_zone": np.array([0, 1, 1]),
        "zone_spread": 2.5,
        "coverage_targets": ((3.0, 0.5), (7.0, 0.9)),
        "adjacency": Adjacency.from_pairs([0, 1], [1, 2], 3),
        "site_unit": np.array([0, 1, 2, 2]),
        "site_impedance": ImpedanceMatrix.from_dense(apart),
        "competitor": np.array([True, False, False, False]),
        "attraction": np.array([1.0, 2.0, 1.0, 4.0]),
        "future": np.array([0, 1, 1]),
        "future_best": np.array([20.0, 30.0]),
        "changes": two_periods(),
        "demand_kind": np.array([0, -1, 1]),
        "ride_beyond": np.array([2.0, 3.0, np.inf]),
        "ride_cost": np.array([6.0, 6.0, 6.0]),
        "stay_beyond": np.array([6.0, np.inf, 7.0]),
        "stay_cost": np.array([11.0, 11.0, 11.0]),
        "trip_cost": np.array([0.5, 1.0, 0.25]),
        "beyond_cost": np.array([100.0, 200.0, 300.0]),
        "left_out_cost": np.array([1000.0, 2000.0, 3000.0]),
        "excluded": (np.array([True, True, False, False]), np.array([True, False, True, True])),
        "least_difference": 2,
    }


def two_periods() -> Changes:
    """Place 0 in use may grow without limit (state 1), shrink again or close; place 1 may open, for state 2, and close.

    The first and third site are place 0 in each period, the others place 1.
    """
    arcs = [  # place, period, tail, head, yuan
        *((0, 0, 0, 0, 0), (0, 0, 0, 1, 60), (0, 0, 0, -1, 5), (1, 0, -1, -1, 0), (1, 0, -1, 2, 90)),
        *((0, 1, 0, 0, 0), (0, 1, 0, 1, 60), (0, 1, 1, 1, 0), (0, 1, 1, 0, 10), (0, 1, -1, -1, 0)),
        *((1, 1, -1, -1, 0), (1, 1, -1, 2, 80), (1, 1, 2, 2, 0), (1, 1, 2, -1, 5)),
    ]
    place, period, tail, head, yuan = (np.array(column) for column in zip(*arcs, strict=True))
    cost = yuan.astype(float)
    budget, opened = cost * (period == 0), 1.0 * ((tail == -1) & (head != -1))
    return Changes(
        site_place=np.array([0, 1, 0, 1]),
        site_period=np.array([0, 0, 1, 1]),
        state_place=np.array([0, 0, 1]),
        capacity=np.array([25.0, np.inf, 40.0]),
        minimum=np.array([0.0, 4.0, 6.0]),
        initial=np.array([0, -1]),
        place=place,
        period=period,
        tail=tail,
        head=head,
        cost=cost,
        rows=csr_array(np.array([budget, opened, opened - (head == 1) * (tail == 0), 0 * cost])),
        least=np.array([-np.inf, 1.0, -1.0, -np.inf]),
        most=np.array([120.0, 1.0, 0.0, 5.0]),
        row_ids=("budget of the first period", "one opening", "growth with each opening", "nothing to keep"),
        kind_capacity=np.array([[9.0, np.inf], [12.0, np.inf], [np.inf, 7.0]]),
    )


def write_lp(block: Block) -> str:
    """The block alone, with the variables that it uses."""
    instance = tiny_for(block)
    data = Data(instance)
    model = pyo.ConcreteModel()
    model.I = pyo.Set(initialize=range(instance.demand_count))
    model.J = pyo.Set(initialize=range(instance.site_count))
    model.A = pyo.Set(initialize=data.A, dimen=2)
    makers = {b.symbols[0]: b for b in reversed(REGISTER.values()) if b.kind == "variable"}
    if block.kind == "variable":
        makers[block.symbols[0]] = block
    for symbol in block.symbols:
        setattr(model, symbol, makers[symbol].build(model, data))
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


def test_every_block_belongs_to_a_model() -> None:
    """A block that no model uses is dead code."""
    text = "".join(path.read_text("utf-8") for path in (list_formulations() | list_plan_models()).values())
    grouped = {name for group in GROUPS.values() for blocks in group.values() for name in blocks}
    assert {name for name in REGISTER if f'"{name}"' not in text} <= grouped


def test_moving_facilities_change_the_number_of_new_ones() -> None:
    """The optional fields that a block uses appear in its mathematics."""
    movable = np.array([True, False, False, False])
    instance = replace(tiny(), relocatable=movable)
    model = pyo.ConcreteModel()
    model.J = pyo.Set(initialize=range(4))
    data = Data(instance)
    model.y = REGISTER["open_site"].build(model, data)
    model.rule = REGISTER["open_exactly_p"].build(model, data)
    for j, value in enumerate([0, 1, 1, 1]):  # the existing one moves: three new ones for p = 2
        model.y[j].set_value(value)
    assert pyo.value(model.rule.body) == pyo.value(model.rule.upper)


if __name__ == "__main__":
    for old in GOLDEN.glob("*.lp"):
        old.unlink()
    for name, block in REGISTER.items():
        (GOLDEN / f"{name}.lp").write_text(write_lp(block), encoding="utf-8", newline="\n")
