"""People who choose among all sites by attraction, those of others among them."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(symbols=("x",), zh="每个需求点的份额合计为一", reads=("decay",), uses=("attraction", "competitor"))
def divide_among_sites(model: Model, data: Data) -> Any:
    r"""The shares of a demand point add up to 1; to 1 at most where no competitor is in reach.

    Formula: \sum_{j \in J_i} x_{ij} = 1 \quad \forall i : A_i^{rival} > 0; \qquad
    \sum_{j \in J_i} x_{ij} \le 1 \quad \forall i : A_i^{rival} = 0

    Source: Huff (1964); Haase and Mueller (2014), EJOR 232(3).
    """
    x, rival = model.x, data.rival_attraction

    def rule(model: Model, i: int) -> Any:
        total = pyo.quicksum(x[i, j] for j in data.sites_of[i])
        return total == 1 if rival[i] > 0 else total <= 1

    return pyo.Constraint([i for i in model.I if data.sites_of[i]], rule=rule)


@constraint(
    symbols=("x", "y"), zh="只有开放的地点才有份额", reads=("decay",), uses=("attraction", "competitor"),
    requires=("divide_among_sites",),
)  # fmt: skip
def share_only_if_open(model: Model, data: Data) -> Any:
    r"""A site has a share only if it is open, and at most what it would have as the only one beside the competitors.

    Formula: x_{ij} \le \frac{A_{ij}}{A_{ij} + A_i^{rival}}\, y_j \quad \forall (i, j) \in A,\ j \in J_{own}

    Source: Freire, Moreno and Yushimito (2016), EJOR 252(1).
    """
    x, y, pull, rival = model.x, model.y, data.attraction, data.rival_attraction
    pairs = [(i, j) for i, j in data.A if data.own[j]]

    def rule(model: Model, i: int, j: int) -> Any:
        total = pull[i, j] + rival[i]
        return x[i, j] <= (pull[i, j] / total if total > 0 else 0.0) * y[j]

    return pyo.Constraint(pairs, rule=rule)


@constraint(
    symbols=("x",), zh="份额之比等于吸引力之比", reads=("decay", "competitor"), uses=("attraction",),
    requires=("share_only_if_open",),
)  # fmt: skip
def share_by_attraction(model: Model, data: Data) -> Any:
    r"""A site's share stands to that of the competitors at most as their attractions.

    Formula: x_{ij} \le \frac{A_{ij}}{A_i^{rival}} \sum_{k \in J_{rival}} x_{ik}
    \quad \forall (i, j) \in A,\ j \in J_{own},\ A_i^{rival} > 0; \qquad
    x_{ik} = \frac{A_{ik}}{A_i^{rival}} \sum_{l \in J_{rival}} x_{il} \quad \forall k \in J_{rival}

    Source: Haase and Mueller (2014), EJOR 232(3); exact, since a larger share is always better.
    """
    x, pull, rival, own = model.x, data.attraction, data.rival_attraction, data.own

    def rule(model: Model, i: int, j: int) -> Any:
        others = pyo.quicksum(x[i, k] for k in data.sites_of[i] if not own[k])
        part = pull[i, j] / rival[i] * others
        return x[i, j] <= part if own[j] else x[i, j] == part

    lone = [sum(not own[k] for k in data.sites_of[i]) for i in model.I]
    return pyo.Constraint([(i, j) for i, j in data.A if rival[i] > 0 and (own[j] or lone[i] > 1)], rule=rule)


@constraint(
    symbols=("x",), zh="自有设施吸引的人口不少于规定份额", reads=("cover_share",), uses=("competitor",),
    requires=("share_by_attraction",),
)  # fmt: skip
def capture_share_of_people(model: Model, data: Data) -> Any:
    r"""At least the share alpha of all people comes to one's own sites.

    Formula: \sum_{(i, j) \in A,\, j \in J_{own}} a_i\, x_{ij} \ge \alpha \sum_{i \in I} a_i

    Source: Huff (1964); the target market share problem.
    """
    a, x = data.a, model.x
    captured = pyo.quicksum(a[i] * x[i, j] for i, j in data.A if data.own[j])
    return pyo.Constraint(expr=captured >= float(data.instance.cover_share or 0) * sum(a))
