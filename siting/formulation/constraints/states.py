"""What becomes of each place from period to period: its states, their room, and what all changes together must keep."""

from __future__ import annotations

import math
from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(symbols=("chi",), zh="每处设施每期恰有一个变化，由上一期的状态出发", reads=("changes",))
def pass_through_states(model: Model, data: Data) -> Any:
    r"""Every place takes one change a period, from the state in which the change before it left the place.

    Formula: \sum_{e \in \mathcal{E}_v^-} \chi_e = b_v + \sum_{e \in \mathcal{E}_v^+} \chi_e
    \quad \forall v \in \mathcal{V}

    Source: Jena, Cordeau and Gendron (2015), Transportation Science 49(3).

    A node v is a place in a state after a period; before the first period each place has one node. Nodes after the
    last period are left by nothing and have no row.
    """
    chi, c = model.chi, data.changes
    leave, enter, count = c.nodes
    going: list[list[int]] = [[] for _ in range(count)]
    coming: list[list[int]] = [[] for _ in range(count)]
    for a, (v, w) in enumerate(zip(leave.tolist(), enter.tolist(), strict=True)):
        going[v].append(a)
        coming[w].append(a)
    last = c.places + (c.periods - 1) * (c.states + c.places)

    def rule(model: Model, v: int) -> Any:
        begin = 1 if v < c.places else 0
        if not going[v] and not coming[v]:
            return pyo.Constraint.Infeasible if begin else pyo.Constraint.Skip
        return pyo.quicksum(chi[a] for a in going[v]) - pyo.quicksum(chi[a] for a in coming[v]) == begin

    return pyo.Constraint(range(last), rule=rule)


@constraint(symbols=("chi", "y"), zh="变化之后在用的设施才算开放", reads=("changes",))
def in_use_after_change(model: Model, data: Data) -> Any:
    r"""A site is open if the change of its place in its period leaves it in use.

    Formula: y_j = \sum_{e \in \mathcal{E}_j} \chi_e \quad \forall j \in J

    Source: Jena, Cordeau and Gendron (2015), Transportation Science 49(3).
    """
    chi, y = model.chi, model.y
    return pyo.Constraint(model.J, rule=lambda model, j: y[j] - pyo.quicksum(chi[a] for a in data.changes_of[j]) == 0)


def _within_room(x: Any, chi: Any, data: Data, j: int, points: list[int], room: list[tuple[int, float]]) -> Any:
    """What comes from `points` to site j fits the room (change, persons) of the change that is taken."""
    if not points or (room and all(math.isinf(persons) for _, persons in room)):
        return pyo.Constraint.Skip
    a = data.weight
    everybody = sum(a[i] for i in points)
    used = pyo.quicksum(a[i] * x[i, j] for i in points)
    held = pyo.quicksum((everybody if math.isinf(persons) else persons) * chi[k] for k, persons in room)
    return used - held <= 0


@constraint(symbols=("x", "chi"), zh="不超过所处状态（规模）的容量", reads=("changes",), uses=("load",))
def respect_state_capacity(model: Model, data: Data) -> Any:
    r"""No site serves more people than the state of its place has room for.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \le \sum_{e \in \mathcal{E}_j} \bar{C}_e\, \chi_e
    \quad \forall j \in J,\ \min_e \bar{C}_e < \infty

    Source: Jena, Cordeau and Gendron (2015), Transportation Science 49(3).

    Where the state that change e leads to has no limit, all who may come count in its place.
    """
    chi, x, room = model.chi, model.x, [float(v) for v in data.changes.capacity]
    head = data.changes.head.tolist()

    def rule(model: Model, j: int) -> Any:
        return _within_room(x, chi, data, j, data.points_of[j], [(k, room[head[k]]) for k in data.changes_of[j]])

    return pyo.Constraint(model.J, rule=rule)


@constraint(symbols=("x", "chi"), zh="达到所处状态的最低使用人数（最低办学规模）", reads=("changes",), uses=("load",))
def respect_state_minimum(model: Model, data: Data) -> Any:
    r"""A site is used by as many people as the state of its place asks for.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \ge \sum_{e \in \mathcal{E}_j} \underline{C}_e\, \chi_e
    \quad \forall j \in J,\ \max_e \underline{C}_e > 0

    Source: Antunes and Peeters (2000), Socio-Economic Planning Sciences 34.
    """
    chi, x, a, least = model.chi, model.x, data.weight, [float(v) for v in data.changes.minimum]
    head = data.changes.head.tolist()

    def rule(model: Model, j: int) -> Any:
        asking = [k for k in data.changes_of[j] if least[head[k]] > 0]
        if not asking:
            return pyo.Constraint.Skip
        used = pyo.quicksum(a[i] * x[i, j] for i in data.points_of[j])
        return used - pyo.quicksum(least[head[k]] * chi[k] for k in asking) >= 0

    return pyo.Constraint(model.J, rule=rule)


@constraint(
    symbols=("x", "chi"),
    zh="不超过所处状态各类需求的容量（如护理型床位、低年级教学点）",
    reads=("changes", "demand_kind"),
    uses=("load",),
)
def respect_kind_capacity(model: Model, data: Data) -> Any:
    r"""No site serves more people of a kind than the state of its place has room for.

    Formula: \sum_{i \in I_{jg}} a_i\, x_{ij} \le \sum_{e \in \mathcal{E}_j} \bar{C}_{eg}\, \chi_e
    \quad \forall j \in J,\ g \in G,\ \min_e \bar{C}_{eg} < \infty

    Source: Jena, Cordeau and Gendron (2015), Transportation Science 49(3), for each kind of demand.

    A kind is what needs places of its own: nursing or dementia beds, the lowest grades of a school.
    """
    chi, x = model.chi, model.x
    table = data.changes.kind_capacity
    assert table is not None
    assert data.instance.demand_kind is not None
    kind, head = data.instance.demand_kind.tolist(), data.changes.head.tolist()
    room = table.tolist()

    def rule(model: Model, j: int, g: int) -> Any:
        points = [i for i in data.points_of[j] if kind[i] == g]
        return _within_room(x, chi, data, j, points, [(k, room[head[k]][g]) for k in data.changes_of[j]])

    return pyo.Constraint(model.J, range(table.shape[1]), rule=rule)


@constraint(symbols=("chi",), zh="各项变化合计满足规定（预算、撤并数量、同址、配建等）", reads=("changes",))
def keep_change_rows(model: Model, data: Data) -> Any:
    r"""All changes together keep each row: a budget, the closings of a period, one use of a plot, a pairing.

    Formula: \underline{w}_\xi \le \sum_{e \in \mathcal{E}} w_{\xi e}\, \chi_e \le \bar{w}_\xi \quad \forall \xi \in \Xi

    Source: Antunes and Peeters (2000), Socio-Economic Planning Sciences 34, for budgets; here for any such row.
    """
    chi, c = model.chi, data.changes
    least, most = c.least.tolist(), c.most.tolist()

    def rule(model: Model, r: int) -> Any:
        part = slice(int(c.rows.indptr[r]), int(c.rows.indptr[r + 1]))
        terms = zip(c.rows.indices[part].tolist(), c.rows.data[part].tolist(), strict=True)
        body = pyo.quicksum(value * chi[a] for a, value in terms)
        low = None if math.isinf(least[r]) else least[r]
        high = None if math.isinf(most[r]) else most[r]
        if part.start == part.stop:
            holds = least[r] <= 0 <= most[r]
            return pyo.Constraint.Skip if holds else pyo.Constraint.Infeasible
        if low is None and high is None:
            return pyo.Constraint.Skip
        return pyo.inequality(low, body, high) if low != high else body == low

    return pyo.Constraint(range(len(least)), rule=rule)


@constraint(symbols=("x", "lb"), zh="各片区未达标比例不超过最大值", reads=("standard", "demand_zone"))
def bound_share_beyond(model: Model, data: Data) -> Any:
    r"""No zone has a larger share of its people beyond the standard than the largest one.

    Formula: \sum_{i \in I_k} a_i \Big(1 - \sum_{j \in N_i} x_{ij}\Big) \le \psi \sum_{i \in I_k} a_i
    \quad \forall k \in Z

    Source: Marsh and Schilling (1994), EJOR 74(1): the largest of the groups' effects.
    """
    x, a, worst = model.x, data.a, model.lb

    def rule(model: Model, k: int) -> Any:
        points = data.zone_demand[k]
        people = sum(a[i] for i in points)
        within = pyo.quicksum(a[i] * x[i, j] for i in points for j in data.near[i])
        return people * worst + within >= people

    return pyo.Constraint(list(data.zone_demand), rule=rule)
