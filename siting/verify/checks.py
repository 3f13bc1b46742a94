"""One check for every block that a model may name, from the block's definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.impedance import FloatArray
from siting.verify.definitions import attraction, huff, mean_by_zone, regrets
from siting.verify.plan import RELATIVE_TOLERANCE, LaidOut, Result, listed, of


def existing_open(plan: LaidOut) -> Result:
    """Facilities in use stay open, but for those that may leave."""
    kept = plan.instance.kept
    return bool(plan.open[kept].all()), of(int((plan.open & kept).sum()), int(kept.sum()))


def required_open(plan: LaidOut) -> Result:
    """Required candidates are open."""
    required = plan.instance.required
    return bool(plan.open[required].all()), of(int((plan.open & required).sum()), int(required.sum()))


def forbidden_closed(plan: LaidOut) -> Result:
    """Forbidden candidates are closed."""
    wrong = np.flatnonzero(plan.open & plan.instance.forbidden)
    return not wrong.size, plan.sites(wrong)


def exactly_p(plan: LaidOut) -> Result:
    """As many new facilities as asked for, and one for each that moved."""
    instance = plan.instance
    moved = 0 if instance.relocatable is None else int((plan.closed & instance.relocatable).sum())
    count = int(plan.new.sum())
    return instance.p is not None and count == instance.p + moved, f"{count} = {instance.p} + {moved}"


def within_budget(plan: LaidOut) -> Result:
    """New facilities, their sizes, closings and moves within the budget."""
    instance = plan.instance
    cost, budget = instance.fixed_cost, instance.budget
    if budget is None or (cost is None and instance.size_cost is None):
        return False, "budget, fixed_cost: None"
    spent = 0.0 if cost is None else float(cost[plan.new].sum())
    if plan.solution.sizes is not None and instance.size_cost is not None:
        chosen = plan.solution.sizes[plan.new]
        if (chosen < 0).any():
            return False, plan.sites(np.flatnonzero(plan.new)[chosen < 0])
        spent += float(instance.size_cost[chosen].sum())
    if instance.closing_cost is not None:
        spent += float(instance.closing_cost[plan.closed].sum())
    return spent <= budget * (1 + RELATIVE_TOLERANCE), f"{spent:,.2f} <= {budget:,.2f}"


def zone_minima(plan: LaidOut) -> Result:
    """Every zone has its minimum of new facilities."""
    instance, short = plan.instance, []
    for k, zone in enumerate(instance.zone_ids):
        count = int((plan.new & (instance.site_zone == k)).sum())
        if count < instance.zone_minimum[k]:
            short.append(f"{zone}: {count} < {instance.zone_minimum[k]}")
    return not short, listed(short)


def zone_maxima(plan: LaidOut) -> Result:
    """No zone has more new facilities than its maximum."""
    instance, over = plan.instance, []
    if instance.zone_maximum is None:
        return True, ""
    for k, zone in enumerate(instance.zone_ids):
        count = int((plan.new & (instance.site_zone == k)).sum())
        if count > instance.zone_maximum[k]:
            over.append(f"{zone}: {count} > {instance.zone_maximum[k]}")
    return not over, listed(over)


def closes_exactly(plan: LaidOut) -> Result:
    """As many closable facilities close as asked for."""
    closable, wanted = plan.instance.closable, plan.instance.closures
    count = 0 if closable is None else int((plan.closed & closable).sum())
    return count == wanted, f"{count} = {wanted}"


def moves_replaced(plan: LaidOut) -> Result:
    """A new facility for each that moved."""
    movable = plan.instance.relocatable
    moved = 0 if movable is None else int((plan.closed & movable).sum())
    count = int(plan.new.sum())
    return count >= moved, f"{count} >= {moved}"


def differs(plan: LaidOut) -> Result:
    """Different from every excluded plan."""
    least = plan.instance.least_difference or 1
    apart = [int((plan.open != other).sum()) for other in plan.instance.excluded or ()]
    return all(count >= least for count in apart), f"{min(apart, default=0)} >= {least}"


def everybody_assigned(plan: LaidOut) -> Result:
    """Everybody is assigned in full."""
    off = np.flatnonzero(np.abs(plan.assigned - 1) > RELATIVE_TOLERANCE)
    return not off.size, plan.points(off)


def nobody_twice(plan: LaidOut) -> Result:
    """Nobody is assigned more than once."""
    off = np.flatnonzero(plan.assigned > 1 + RELATIVE_TOLERANCE)
    return not off.size, plan.points(off)


def only_to_open(plan: LaidOut) -> Result:
    """Nobody goes to a closed site."""
    wrong = np.flatnonzero(~plan.open[plan.j])
    return not wrong.size, plan.sites(plan.j[wrong])


def assigned_within(plan: LaidOut) -> Result:
    """Nobody is assigned beyond the standard."""
    far = np.flatnonzero(plan.impedance > plan.standard[plan.i])
    return not far.size, plan.points(plan.i[far])


def to_nearest(plan: LaidOut) -> Result:
    """Everybody who can reach an open site goes to the nearest."""
    best = plan.nearest_open
    reached = np.isfinite(best)
    off = reached & (
        (plan.assigned == 0)
        | (plan.travelled > best + RELATIVE_TOLERANCE * np.maximum(1.0, np.where(reached, best, 1)))
    )
    return not off.any(), plan.points(np.flatnonzero(off))


def whole(plan: LaidOut) -> Result:
    """Nobody is split."""
    split = np.flatnonzero(np.abs(plan.share - 1) > RELATIVE_TOLERANCE)
    return not split.size, plan.points(plan.i[split])


def shares_in_range(plan: LaidOut) -> Result:
    """Shares above 0 and at most 1."""
    return bool(((plan.share > 0) & (plan.share <= 1 + RELATIVE_TOLERANCE)).all()), ""


def within_capacity(plan: LaidOut) -> Result:
    """No facility is overfull, in any future."""
    instance = plan.instance
    if instance.capacity is None:
        return False, "capacity: None"
    room = np.where(plan.open, instance.capacity, 0.0)
    if instance.future is None:
        return _room(plan, plan.load, room)
    results = []
    for future in np.unique(instance.future):
        mine = instance.future[plan.i] == future
        weights = instance.weight[plan.i[mine]] * plan.share[mine]
        load = np.bincount(plan.j[mine], weights=weights, minlength=instance.site_count).astype(np.float64)
        results.append(_room(plan, load, room))
    return all(passed for passed, _ in results), listed([text for passed, text in results if not passed])


def within_size(plan: LaidOut) -> Result:
    """No facility holds more than its size class or its capacity."""
    instance, sizes = plan.instance, plan.solution.sizes
    if instance.size_capacity is None or sizes is None:
        return False, "sizes: None"
    room = np.full(instance.site_count, np.inf) if instance.capacity is None else instance.capacity.copy()
    new = np.flatnonzero(~instance.existing)
    room[new] = np.where(sizes[new] >= 0, instance.size_capacity[np.maximum(sizes[new], 0)], 0.0)
    return _room(plan, plan.load, np.where(plan.open, room, 0.0))


def one_size(plan: LaidOut) -> Result:
    """Each new facility has a size class, and nothing else has."""
    sizes = plan.solution.sizes
    if sizes is None or plan.instance.size_capacity is None:
        return False, "sizes: None"
    wrong = np.flatnonzero((sizes >= 0) != plan.new)
    return not wrong.size and bool((sizes < plan.instance.size_capacity.size).all()), plan.sites(wrong)


def _room(plan: LaidOut, load: FloatArray, room: FloatArray) -> Result:
    over = np.flatnonzero(load > room + RELATIVE_TOLERANCE * np.maximum(1.0, load))
    return not over.size, listed([f"{plan.instance.site_ids[j]}: {load[j]:.6f} > {room[j]:.6f}" for j in over])


def enough_use(plan: LaidOut) -> Result:
    """Every open facility is used enough."""
    least = plan.instance.minimum_load
    if least is None:
        return False, "minimum_load: None"
    low = np.flatnonzero(plan.open & (plan.load < least - RELATIVE_TOLERANCE * np.maximum(1.0, least)))
    return not low.size, listed([f"{plan.instance.site_ids[j]}: {plan.load[j]:.6f} < {least[j]:.6f}" for j in low])


def everybody_covered(plan: LaidOut) -> Result:
    """Every demand point has an open site within its standard."""
    if plan.instance.standard is None:
        return False, "standard: None"
    beyond = np.flatnonzero(~plan.covered)
    return not beyond.size, plan.points(beyond)


def share_covered(plan: LaidOut) -> Result:
    """The share of the people that must be covered is."""
    demand, wanted = plan.instance.demand, plan.instance.cover_share
    share = float(demand[plan.covered].sum() / demand.sum()) if demand.sum() > 0 else 1.0
    return wanted is not None and share >= wanted - RELATIVE_TOLERANCE, f"{share:.6f} >= {wanted}"


def targets_met(plan: LaidOut) -> Result:
    """Each target's share of the people lives within its impedance."""
    demand, short = plan.instance.demand, []
    for limit, wanted in plan.instance.coverage_targets or ():
        share = float(demand[plan.nearest_open <= limit].sum() / demand.sum()) if demand.sum() > 0 else 1.0
        if share < wanted - RELATIVE_TOLERANCE:
            short.append(f"{limit:g}: {share:.6f} < {wanted:g}")
    return not short, listed(short)


def servers_placed(plan: LaidOut) -> Result:
    """All servers are placed."""
    servers = plan.solution.servers
    if servers is None:
        return False, "servers: None"
    return bool((servers >= 0).all()) and int(servers.sum()) == plan.instance.servers, of(
        int(servers.sum()), plan.instance.servers or 0
    )


def servers_at_open(plan: LaidOut) -> Result:
    """Servers stand at open sites only."""
    servers = plan.solution.servers
    if servers is None:
        return False, "servers: None"
    wrong = np.flatnonzero((servers > 0) & ~plan.open)
    return not wrong.size, plan.sites(wrong)


def open_have_servers(plan: LaidOut) -> Result:
    """Every open site has a server."""
    servers = plan.solution.servers
    if servers is None:
        return False, "servers: None"
    wrong = np.flatnonzero((servers == 0) & plan.open)
    return not wrong.size, plan.sites(wrong)


def zones_alike(plan: LaidOut) -> Result:
    """The mean impedances of the demand zones lie within the spread."""
    means, spread = mean_by_zone(plan), plan.instance.zone_spread
    if spread is None:
        return False, "zone_spread: None"
    apart = float(np.ptp(means)) if means.size else 0.0
    return apart <= spread + RELATIVE_TOLERANCE * max(1.0, float(means.max(initial=0.0))), f"{apart:.6f} <= {spread:g}"


def catchments_connected(plan: LaidOut) -> Result:
    """Each catchment hangs together, and holds its site's own demand point."""
    adjacency, unit = plan.instance.adjacency, plan.instance.site_unit
    if adjacency is None or unit is None:
        return False, "adjacency, site_unit: None"
    broken = []
    for j in np.flatnonzero(plan.open):
        members = np.zeros(plan.instance.demand_count, dtype=bool)
        members[plan.i[plan.j == j]] = True
        if (unit[j] >= 0 and not members[unit[j]]) or not adjacency.connected(members):
            broken.append(plan.instance.site_ids[j])
    return not broken, listed(broken)


def shares_by_attraction(plan: LaidOut) -> Result:
    """Everybody divides among the open sites as their attractions stand to each other."""
    expected = huff(plan)
    matrix = plan.instance.impedance
    given = np.zeros(matrix.pair_count)
    place = np.searchsorted(matrix.rows * matrix.shape[1] + matrix.indices, plan.i * matrix.shape[1] + plan.j)
    given[place] = plan.share
    off = np.flatnonzero(np.abs(given - expected) > RELATIVE_TOLERANCE)
    return not off.size and attraction(plan.instance).size == given.size, plan.points(matrix.rows[off])


def share_captured(plan: LaidOut) -> Result:
    """The share of the people that must come does."""
    rival = plan.instance.competitor
    own = np.ones(plan.j.size, bool) if rival is None else ~rival[plan.j]
    demand, wanted = plan.instance.demand, plan.instance.cover_share
    share = float((demand[plan.i] * plan.share)[own].sum() / demand.sum()) if demand.sum() > 0 else 1.0
    return wanted is not None and share >= wanted - RELATIVE_TOLERANCE, f"{share:.6f} >= {wanted}"


def futures_known(plan: LaidOut) -> Result:
    """Each future has a best value of its own to be measured against."""
    best = plan.instance.future_best
    if best is None or plan.instance.future is None:
        return False, "future, future_best: None"
    return regrets(plan).size == best.size, of(regrets(plan).size, best.size)


def nothing_more(plan: LaidOut) -> Result:
    """For blocks that only carry a quantity which the objective's own check derives anew."""
    return True, ""


_COVERAGE = ("覆盖由定义重算", "coverage is derived anew", nothing_more)
_LARGEST = ("最大阻抗由定义重算", "the largest impedance is derived anew", nothing_more)
_TAIL = ("最差部分的均值由定义重算", "the tail mean is derived anew", nothing_more)
_PAIRS = ("两两之差由定义重算", "the differences are derived anew", nothing_more)
_APART = ("间隔由定义重算", "the separation is derived anew", nothing_more)
_CONNECTED = ("服务范围连成一片", "every catchment hangs together", catchments_connected)
_TARGETS = ("各档距离达到规定份额", "every target's share is within its impedance", targets_met)
_HUFF = ("份额与吸引力成比例", "shares follow the attractions", shares_by_attraction)
_OPEN = ("只分配给开放的地点", "nobody is assigned to a closed site", only_to_open)

# Every block that a model may name, with its check.
CHECKS: dict[str, tuple[str, str, Callable[[LaidOut], Result]]] = {
    "open_site": ("地点非开即关", "every site is open or closed", nothing_more),
    "assign_share": ("分配比例在 0 与 1 之间", "shares lie between 0 and 1", shares_in_range),
    "assign_whole": ("每个需求点整体分配", "every demand point is assigned as a whole", whole),
    "covered": _COVERAGE,
    "covered_twice": _COVERAGE,
    "servers_at": ("服务单元全部布置", "all servers are placed", servers_placed),
    "covered_by_servers": _COVERAGE,
    "within_target": _TARGETS,
    "largest_impedance_value": _LARGEST,
    "largest_weighted_value": _LARGEST,
    "tail_start": _TAIL,
    "excess_impedance": _TAIL,
    "lowest_zone_mean": ("片区均值由定义重算", "zone means are derived anew", nothing_more),
    "pair_difference": _PAIRS,
    "size_of_site": ("每处新建设施恰有一个规模", "every new facility has one size", one_size),
    "catchment_flow": _CONNECTED,
    "least_separation_value": _APART,
    "largest_regret_value": ("遗憾值由定义重算", "regrets are derived anew", nothing_more),
    "keep_existing": ("现有设施全部保留", "all existing facilities stay open", existing_open),
    "require_sites": ("必选地点全部开放", "all required sites are open", required_open),
    "forbid_sites": ("禁选地点均未开放", "no forbidden site is open", forbidden_closed),
    "open_exactly_p": ("新建数量等于 p", "exactly p new facilities", exactly_p),
    "stay_within_budget": ("费用不超预算", "cost within the budget", within_budget),
    "stay_within_size_budget": ("费用不超预算", "cost within the budget", within_budget),
    "zone_minimum": ("各片区达到下限", "every zone has its minimum", zone_minima),
    "zone_maximum": ("各片区不超过上限", "no zone has more than its maximum", zone_maxima),
    "close_exactly": ("关闭数量等于规定数", "as many facilities close as asked for", closes_exactly),
    "replace_relocated": ("迁移的设施都有新址", "every moved facility is replaced", moves_replaced),
    "differ_from_excluded": ("与排除的方案不同", "different from the excluded plans", differs),
    "separate_open_sites": _APART,
    "assign_every_demand_point": ("所有人都有去处", "everybody is assigned", everybody_assigned),
    "assign_at_most_once": ("没有人重复分配", "nobody is assigned twice", nobody_twice),
    "assign_only_to_open": _OPEN,
    "assign_within_standard": ("没有人分配到标准之外", "nobody is assigned beyond the standard", assigned_within),
    "assign_to_closest": ("每人去最近的开放地点", "everybody goes to the nearest open site", to_nearest),
    "respect_capacity": ("不超过容量", "no facility is overfull", within_capacity),
    "respect_minimum_load": ("达到最低使用人数", "every open facility is used enough", enough_use),
    "choose_one_size": ("每处新建设施恰有一个规模", "every new facility has one size", one_size),
    "respect_size_capacity": ("不超过所选规模", "no facility holds more than its size", within_size),
    "cover_every_demand_point": (
        "每个需求点都在标准之内",
        "every demand point is within the standard",
        everybody_covered,
    ),
    "cover_only_if_open": _COVERAGE,
    "cover_share_of_people": ("覆盖人口达到规定份额", "the share of people is covered", share_covered),
    "backup_beyond_first": _COVERAGE,
    "cover_twice_only_if_two_open": _COVERAGE,
    "backup_only_after_first": _COVERAGE,
    "place_all_servers": ("服务单元全部布置", "all servers are placed", servers_placed),
    "servers_only_at_open": ("服务单元只在开放的地点", "servers stand at open sites only", servers_at_open),
    "server_at_every_open_site": ("开放的地点都有服务单元", "every open site has a server", open_have_servers),
    "count_servers_within": _COVERAGE,
    "reach_only_if_open": _TARGETS,
    "meet_coverage_targets": _TARGETS,
    "bound_largest_impedance": _LARGEST,
    "bound_largest_weighted_impedance": _LARGEST,
    "bound_excess": _TAIL,
    "bound_zone_spread": ("片区均值相差不超过规定值", "zone means lie within the spread", zones_alike),
    "bound_differences": _PAIRS,
    "serve_own_unit": _CONNECTED,
    "carry_catchment_flow": _CONNECTED,
    "flow_only_within_catchment": _CONNECTED,
    "divide_among_sites": _HUFF,
    "share_only_if_open": _OPEN,
    "share_by_attraction": _HUFF,
    "capture_share_of_people": ("到来人口达到规定份额", "the share of people comes", share_captured),
    "bound_regret": ("各情景都有最优值可比", "every future has its best value", futures_known),
}

# Of a constraint that the numbers switch on: the fields of the instance that it needs.
NUMBERS = {
    "open_exactly_p": ("p",),
    "stay_within_budget": ("budget", "fixed_cost"),
    "stay_within_size_budget": ("budget", "size_cost"),
    "zone_maximum": ("zone_maximum",),
    "close_exactly": ("closures", "closable"),
    "replace_relocated": ("relocatable",),
    "differ_from_excluded": ("excluded",),
    "respect_minimum_load": ("minimum_load",),
    "respect_capacity": ("capacity",),
    "meet_coverage_targets": ("coverage_targets",),
    "reach_only_if_open": ("coverage_targets",),
}
# Blocks with which people may have to go elsewhere than to the nearest open site.
NOT_NEAREST = {
    "respect_capacity",
    "respect_minimum_load",
    "respect_size_capacity",
    "assign_within_standard",
    "carry_catchment_flow",
    "share_by_attraction",
}
