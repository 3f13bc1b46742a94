"""What the blocks of a model ask of a plan, each from its definition."""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray
from siting.verify.definitions import attraction, huff, mean_by_zone
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
    return _room(plan, np.where(plan.open, instance.capacity, 0.0))


def within_size(plan: LaidOut) -> Result:
    """No facility holds more than its size class or its capacity, in any future."""
    instance, sizes = plan.instance, plan.solution.sizes
    if instance.size_capacity is None or sizes is None:
        return False, "sizes: None"
    room = np.full(instance.site_count, np.inf) if instance.capacity is None else instance.capacity.copy()
    new = np.flatnonzero(~instance.existing)
    room[new] = np.where(sizes[new] >= 0, instance.size_capacity[np.maximum(sizes[new], 0)], 0.0)
    return _room(plan, np.where(plan.open, room, 0.0))


def one_size(plan: LaidOut) -> Result:
    """Each new facility has a size class, and nothing else has."""
    sizes = plan.solution.sizes
    if sizes is None or plan.instance.size_capacity is None:
        return False, "sizes: None"
    wrong = np.flatnonzero((sizes >= 0) != plan.new)
    return not wrong.size and bool((sizes < plan.instance.size_capacity.size).all()), plan.sites(wrong)


def _room(plan: LaidOut, room: FloatArray) -> Result:
    """No load above `room` in any future."""
    found = []
    for load in plan.loads:
        over = np.flatnonzero(load > room + RELATIVE_TOLERANCE * np.maximum(1.0, load))
        found += [f"{plan.instance.site_ids[j]}: {load[j]:.6f} > {room[j]:.6f}" for j in over]
    return not found, listed(found)


def enough_use(plan: LaidOut) -> Result:
    """Every open facility is used enough, in every future."""
    least = plan.instance.minimum_load
    if least is None:
        return False, "minimum_load: None"
    found = []
    for load in plan.loads:
        low = np.flatnonzero(plan.open & (load < least - RELATIVE_TOLERANCE * np.maximum(1.0, least)))
        found += [f"{plan.instance.site_ids[j]}: {load[j]:.6f} < {least[j]:.6f}" for j in low]
    return not found, listed(found)


def enough_points(plan: LaidOut) -> Result:
    """Every open facility serves as many demand points as it must."""
    least = plan.instance.least_points
    if least is None:
        return False, "least_points: None"
    count = np.bincount(plan.j, weights=plan.share, minlength=plan.instance.site_count)
    short = np.flatnonzero(plan.open & (count < least - RELATIVE_TOLERANCE))
    return not short.size, listed([f"{plan.instance.site_ids[j]}: {count[j]:g} < {least[j]:g}" for j in short])


def points_limited(plan: LaidOut) -> Result:
    """No facility serves more demand points than it may."""
    most = plan.instance.most_points
    if most is None:
        return False, "most_points: None"
    count = np.bincount(plan.j, weights=plan.share, minlength=plan.instance.site_count)
    over = np.flatnonzero(count > most + RELATIVE_TOLERANCE)
    return not over.size, listed([f"{plan.instance.site_ids[j]}: {count[j]:g} > {most[j]:g}" for j in over])


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
    known = int(plan.instance.future.max(initial=-1)) + 1
    return known <= best.size, of(known, best.size)


def nothing_more(plan: LaidOut) -> Result:
    """For blocks that only carry a quantity which the objective's own check derives anew."""
    return True, ""
