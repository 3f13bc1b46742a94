"""The decision variables. Each function makes one; compose puts it on the model under its symbol."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from siting.formulation.blocks import variable

Model = Any  # pyomo carries no types


@variable(symbol="y", zh="地点 j 是否开放")
def open_site(model: Model) -> Any:
    r"""Whether site j is open.

    Formula: y_j \in \{0, 1\} \quad \forall j \in J

    Source: ReVelle and Swain (1970).
    """
    return pyo.Var(model.J, domain=pyo.Binary)


@variable(symbol="x", zh="需求点 i 的人口去地点 j 的比例", requires=("assign_only_to_open",))
def assign_share(model: Model) -> Any:
    r"""Share of the people of demand point i who go to site j.

    Formula: 0 \le x_{ij} \le 1 \quad \forall (i, j) \in A

    Source: ReVelle and Swain (1970).

    Without capacities there is always a best plan in which everybody goes to the nearest open site; with
    capacities the people of one demand point may be split between sites.
    """
    return pyo.Var(model.A, bounds=(0, 1))


@variable(symbol="x", zh="需求点 i 是否整体分配给地点 j", requires=("assign_only_to_open",))
def assign_whole(model: Model) -> Any:
    r"""Whether all people of demand point i go to site j (single source).

    Formula: x_{ij} \in \{0, 1\} \quad \forall (i, j) \in A

    Source: Ross and Soland (1977).
    """
    return pyo.Var(model.A, domain=pyo.Binary)


@variable(symbol="z", zh="需求点 i 是否在标准之内", requires=("cover_only_if_open",))
def covered(model: Model) -> Any:
    r"""Whether demand point i is covered: an open site lies within its standard.

    Formula: 0 \le z_i \le 1 \quad \forall i \in I

    Source: Church and ReVelle (1974).

    Whole by itself wherever y is whole, so it need not be declared binary.
    """
    return pyo.Var(model.I, bounds=(0, 1))


@variable(symbol="r", zh="最大出行阻抗", requires=("bound_largest_impedance",))
def largest_impedance_value(model: Model) -> Any:
    r"""The largest impedance that anybody travels.

    Formula: r \ge 0

    Source: Hakimi (1964).
    """
    return pyo.Var(domain=pyo.NonNegativeReals)
