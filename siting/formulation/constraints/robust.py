"""One choice of sites for several futures."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(
    symbols=("w", "x"), zh="w 不小于每种情景下的遗憾值", reads=("future", "future_best"),
    requires=("assign_every_demand_point",), nearest=True,
)  # fmt: skip
def bound_regret(model: Model, data: Data) -> Any:
    r"""The largest regret is at least that of every future: its total impedance less the best it could have.

    Formula: w \ge \sum_{i \in I_k} \sum_{j \in J_i} a_i\, t_{ij}\, x_{ij} - \zeta_k \quad \forall k \in K

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications.
    """
    w, a, t, x, best = model.w, data.a, data.t, model.x, data.instance.future_best
    assert best is not None

    def rule(model: Model, k: int) -> Any:
        rows = data.futures[k]
        return w >= pyo.quicksum(a[i] * t[i, j] * x[i, j] for i in rows for j in data.sites_of[i]) - float(best[k])

    return pyo.Constraint(range(len(data.futures)), rule=rule)


@constraint(
    symbols=("wc", "z"), zh="W 不小于每种未来下少覆盖的人口", reads=("future", "future_best"),
    requires=("cover_only_if_open",), nearest=True, coverage=True,
)  # fmt: skip
def bound_coverage_regret(model: Model, data: Data) -> Any:
    r"""The largest regret is at least that of every future: the people it could cover less those covered.

    Formula: W \ge \zeta_k - \sum_{i \in I_k} a_i\, z_i \quad \forall k \in K

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications, for Church and ReVelle (1974).
    """
    w, a, z, best = model.wc, data.a, model.z, data.instance.future_best
    assert best is not None

    def rule(model: Model, k: int) -> Any:
        return w >= float(best[k]) - pyo.quicksum(a[i] * z[i] for i in data.futures[k])

    return pyo.Constraint(range(len(data.futures)), rule=rule)
