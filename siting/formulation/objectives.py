"""The objectives, one function each."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from siting.formulation.blocks import objective
from siting.formulation.data import Data

Model = Any  # pyomo carries no types


@objective(symbols=("x",), zh="总出行阻抗最小", sense="minimize", requires=("assign_every_demand_point",))
def total_weighted_impedance(model: Model, data: Data) -> Any:
    r"""Total impedance of all people (person-minutes).

    Formula: \min \sum_{(i, j) \in A} a_i\, t_{ij}\, x_{ij}

    Source: Hakimi (1964); ReVelle and Swain (1970).
    """
    a, t, x = data.a, data.t, model.x
    return pyo.quicksum(a[i] * t[i, j] * x[i, j] for i, j in data.A)


@objective(symbols=("r",), zh="最远者的出行阻抗最小", sense="minimize", requires=("bound_largest_impedance",))
def largest_impedance(model: Model, data: Data) -> Any:
    r"""Impedance of whoever travels farthest.

    Formula: \min r

    Source: Hakimi (1964).
    """
    return model.r


@objective(symbols=("z",), zh="标准之内的人口最多", sense="maximize", requires=("cover_only_if_open",))
def covered_demand(model: Model, data: Data) -> Any:
    r"""People within the standard.

    Formula: \max \sum_{i \in I} a_i\, z_i

    Source: Church and ReVelle (1974).
    """
    a, z = data.a, model.z
    return pyo.quicksum(a[i] * z[i] for i in model.I)


@objective(symbols=("y",), zh="新建设施最少", sense="minimize", requires=())
def number_of_new_facilities(model: Model, data: Data) -> Any:
    r"""Number of new facilities.

    Formula: \min \sum_{j \in J_{new}} y_j

    Source: Toregas, Swain, ReVelle and Bergman (1971).
    """
    y = model.y
    return pyo.quicksum(y[j] for j in data.new)
