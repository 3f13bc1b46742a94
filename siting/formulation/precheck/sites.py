"""Conditions on the sites that no plan can meet."""

from __future__ import annotations

import numpy as np

from siting.errors import Faults
from siting.formulation.precheck.question import Question
from siting.impedance import FloatArray


def p_fits(q: Question, faults: Faults) -> None:
    """There are candidates for p new facilities, and p is enough for the required sites and zone minima."""
    p = q.instance.p
    assert p is not None
    available = int(q.new.sum())
    if p > available:
        faults.add(
            f"要新建 {p} 处，但可用的候选地点只有 {available} 个",
            f"{p} new facilities are asked for, but only {available} candidate sites are available",
            remedy_zh=f"请把新建数量减到 {available} 以内，或增加候选地点",
            remedy_en=f"ask for at most {available}, or add candidate sites",
            column="p",
            value=p,
        )
    if "zone_maximum" in q.active and q.instance.zone_maximum is not None:
        _p_fits_maxima(q, faults, p)
    required, lacking = int(q.must_open.sum()), int(q.lacking().sum())
    if p + q.moving < required + lacking:
        faults.add(
            f"要新建 {p} 处，但必选地点有 {required} 个，片区下限另外还需要 {lacking} 处",
            f"{p} new facilities are asked for, but {required} sites are required and the zone minima "
            f"need {lacking} more",
            remedy_zh=f"请把新建数量加到 {required + lacking} 以上，或放宽必选与片区下限",
            remedy_en=f"ask for at least {required + lacking}, or loosen the required sites or zone minima",
            column="p",
            value=p,
        )


def budget_suffices(q: Question, faults: Faults) -> None:
    """The least that required sites, zone minima and closings cost."""
    cost = q.instance.fixed_cost
    assert cost is not None
    _afford(q, faults, cost)


def sizes_are_affordable(q: Question, faults: Faults) -> None:
    """The same with every new facility of the cheapest size class."""
    cost, sizes = q.instance.fixed_cost, q.instance.size_cost
    assert sizes is not None
    own = np.zeros(q.instance.site_count) if cost is None else cost
    _afford(q, faults, own + float(sizes.min(initial=np.inf if sizes.size else 0.0)))


def _afford(q: Question, faults: Faults, cost: FloatArray) -> None:
    instance = q.instance
    assert instance.budget is not None
    free = q.new & ~q.must_open
    cheapest = float(cost[q.must_open].sum())
    for k, count in enumerate(q.lacking()):
        costs = np.sort(cost[free & (instance.site_zone == k)])
        cheapest += float(costs[:count].sum())
    if instance.closing_cost is not None and instance.closable is not None and "close_exactly" in q.active:
        closing = np.sort(instance.closing_cost[instance.closable])
        cheapest += float(closing[: instance.closures or 0].sum())
    if cheapest > instance.budget * (1 + 1e-12):
        faults.add(
            f"预算 {instance.budget:,.0f} 元不够：必选地点与片区下限最少也要 {cheapest:,.0f} 元",
            f"the budget of {instance.budget:,.0f} yuan is too small: the required sites and zone minima cost "
            f"at least {cheapest:,.0f} yuan",
            remedy_zh=f"请再增加 {cheapest - instance.budget:,.0f} 元，或放宽必选与片区下限",
            remedy_en=f"add {cheapest - instance.budget:,.0f} yuan, or loosen the required sites or zone minima",
            column="budget",
        )


def zones_have_sites(q: Question, faults: Faults) -> None:
    """Every zone has candidates for its minimum."""
    zone = q.instance.site_zone[q.new]
    available = np.bincount(zone[zone >= 0], minlength=len(q.instance.zone_ids))
    for k in np.flatnonzero(q.minima > available).tolist():
        faults.add(
            f"片区 {q.zone(k)} 至少要新建 {q.minima[k]} 处，但那里可用的候选地点只有 {available[k]} 个",
            f"zone {q.zone(k)} needs at least {q.minima[k]} new facilities, but has only {available[k]} "
            "available candidate sites",
            remedy_zh="请降低该片区的下限，或在那里增加候选地点",
            remedy_en="lower the zone's minimum, or add candidate sites there",
            column="zone_minimum",
            value=q.instance.zone_ids[k],
        )


def _p_fits_maxima(q: Question, faults: Faults, p: int) -> None:
    most = q.instance.zone_maximum
    assert most is not None
    zone = q.instance.site_zone[q.new]
    there = np.bincount(zone[zone >= 0], minlength=most.size)
    room = int(np.minimum(there, most).sum()) + int((zone < 0).sum())
    if room < p <= int(q.new.sum()):
        faults.add(
            f"要新建 {p} 处，但按各片区上限最多只能新建 {room} 处",
            f"{p} new facilities are asked for, but the zone maxima allow only {room}",
            remedy_zh=f"请把新建数量减到 {room} 以内，或提高片区上限",
            remedy_en=f"ask for at most {room}, or raise the zone maxima",
            column="p",
            value=p,
        )


def maxima_allow_minima(q: Question, faults: Faults) -> None:
    """No zone's maximum lies below its minimum, or below the sites in it that must open."""
    instance, most = q.instance, q.instance.zone_maximum
    assert most is not None
    zone = instance.site_zone[q.must_open]
    required = np.bincount(zone[zone >= 0], minlength=most.size)
    for k in np.flatnonzero(np.maximum(q.minima, required) > most).tolist():
        zh, en = f"下限为 {q.minima[k]} 处", f"its minimum is {q.minima[k]}"
        if required[k] > q.minima[k]:
            zh, en = f"必选地点有 {required[k]} 个", f"{required[k]} of its sites are required"
        faults.add(
            f"片区 {q.zone(k)} 最多新建 {most[k]} 处，但{zh}",
            f"zone {q.zone(k)} gets at most {most[k]} new facilities, but {en}",
            remedy_zh="请提高上限，或放宽下限与必选",
            remedy_en="raise its maximum, or loosen the minimum or the required sites",
            column="zone_maximum",
            value=instance.zone_ids[k],
        )


def enough_to_close(q: Question, faults: Faults) -> None:
    """As many facilities may close as must."""
    closable, wanted = q.instance.closable, q.instance.closures or 0
    assert closable is not None
    if wanted > closable.sum():
        faults.add(
            f"要关闭 {wanted} 处现有设施，但可关闭的只有 {closable.sum()} 处",
            f"{wanted} facilities are to close, but only {closable.sum()} may",
            remedy_zh=f"请把关闭数量减到 {closable.sum()} 以内，或允许更多设施关闭",
            remedy_en=f"close at most {closable.sum()}, or let more facilities close",
            column="closures",
            value=wanted,
        )


def enough_servers(q: Question, faults: Faults) -> None:
    """Every station that stays or must open has a server at least."""
    instance, servers = q.instance, q.instance.servers or 0
    kept = int(instance.kept.sum()) if "keep_existing" in q.active else 0
    required = int(q.must_open.sum())
    if servers < kept + required:
        faults.add(
            f"只有 {servers} 个服务单元（车辆），但保留的站点有 {kept} 处、必选的有 {required} 处，每处至少一个",
            f"there are {servers} servers (vehicles), but {kept} stations stay and {required} must open, and each "
            "needs one at least",
            remedy_zh=f"请至少配 {kept + required} 个，或允许关闭部分站点",
            remedy_en=f"place at least {kept + required}, or let stations close",
            column="servers",
            value=servers,
        )
