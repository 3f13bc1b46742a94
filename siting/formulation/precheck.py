"""What makes a question unanswerable, said before any model is built, with the numbers and the places.

Each check belongs to a constraint and looks at nothing else, so a plan may still not exist when all pass;
then the solver finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from siting.errors import Faults, InfeasibleError
from siting.impedance import BoolArray, IntArray
from siting.instance import Instance

SHOWN = 10


@dataclass(frozen=True)
class Question:
    """An instance with the constraints that hold and names to speak of its places."""

    instance: Instance
    active: tuple[str, ...]
    names: Mapping[str, str]

    def place(self, i: int) -> str:
        """Display name of a demand point."""
        key = self.instance.demand_ids[i]
        return self.names.get(key, key)

    def zone(self, k: int) -> str:
        """Display name of a zone."""
        key = self.instance.zone_ids[k]
        return self.names.get(key, key)

    def places(self, index: IntArray, detail: Callable[[int], str] = lambda i: "") -> str:
        """At most ten names and how many more."""
        shown = [self.place(int(i)) + detail(int(i)) for i in index[:SHOWN]]
        more = f" ……(+{index.size - SHOWN})" if index.size > SHOWN else ""
        return ", ".join(shown) + more

    @property
    def new(self) -> BoolArray:
        """(J,) candidates that may open."""
        return self.instance.candidate

    @property
    def usable(self) -> BoolArray:
        """(J,) sites that may be open in some plan."""
        return self.instance.existing | self.instance.candidate

    @property
    def minima(self) -> IntArray:
        """(Z,) zone minima, where they hold."""
        held = "zone_minimum" in self.active
        return self.instance.zone_minimum if held else np.zeros_like(self.instance.zone_minimum)

    @property
    def must_open(self) -> BoolArray:
        """(J,) candidates that must open, where that holds."""
        held = "require_sites" in self.active
        return self.instance.required if held else np.zeros_like(self.instance.required)

    @property
    def moving(self) -> int:
        """How many facilities may move, each opening one more."""
        flags = self.instance.relocatable
        return 0 if flags is None else int(flags.sum())

    def lacking(self) -> IntArray:
        """(Z,) facilities that each zone's minimum asks for beyond the required sites in it."""
        zone = self.instance.site_zone[self.must_open]
        there = np.bincount(zone[zone >= 0], minlength=len(self.instance.zone_ids))
        missing: IntArray = np.maximum(self.minima - there, 0)
        return missing


def precheck(instance: Instance, active: tuple[str, ...], names: Mapping[str, str] | None = None) -> None:
    """Refuse a question that has no answer.

    Args:
        active: constraints that hold.
        names: display names of demand points and zones by id.

    Raises:
        InfeasibleError: with every reason found and what would have to give.
    """
    faults = Faults()
    question = Question(instance, active, names or {})
    for name in active:
        if name in CHECKS:
            CHECKS[name](question, faults)
    faults.raise_if_any(InfeasibleError)


def _p_fits(q: Question, faults: Faults) -> None:
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


def _budget_suffices(q: Question, faults: Faults) -> None:
    instance = q.instance
    assert instance.fixed_cost is not None
    assert instance.budget is not None
    free = q.new & ~q.must_open
    cheapest = float(instance.fixed_cost[q.must_open].sum())
    for k, count in enumerate(q.lacking()):
        costs = np.sort(instance.fixed_cost[free & (instance.site_zone == k)])
        cheapest += float(costs[:count].sum())
    if cheapest > instance.budget * (1 + 1e-12):
        faults.add(
            f"预算 {instance.budget:,.0f} 元不够：必选地点与片区下限最少也要 {cheapest:,.0f} 元",
            f"the budget of {instance.budget:,.0f} yuan is too small: the required sites and zone minima cost "
            f"at least {cheapest:,.0f} yuan",
            remedy_zh=f"请再增加 {cheapest - instance.budget:,.0f} 元，或放宽必选与片区下限",
            remedy_en=f"add {cheapest - instance.budget:,.0f} yuan, or loosen the required sites or zone minima",
            column="budget",
        )


def _zones_have_sites(q: Question, faults: Faults) -> None:
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


def _everybody_has_a_site(q: Question, faults: Faults) -> None:
    matrix = q.instance.impedance
    mask = q.usable[matrix.indices]
    reachable = np.bincount(matrix.rows[mask], minlength=q.instance.demand_count) > 0
    stranded = np.flatnonzero(~reachable)
    if stranded.size:
        people = float(q.instance.demand[stranded].sum())
        faults.add(
            f"有 {stranded.size} 个需求点（{people:,.0f} 人）在行程上限内到不了任何地点：{q.places(stranded)}",
            f"{stranded.size} demand points ({people:,.0f} people) can reach no site within the travel limit: "
            f"{q.places(stranded)}",
            remedy_zh="请放宽行程上限、在附近增加候选地点，或把这些地方单列出来",
            remedy_en="raise the travel limit, add candidate sites near them, or set these places aside",
        )


def _everybody_can_be_covered(q: Question, faults: Faults) -> None:
    instance = q.instance
    assert instance.standard is not None
    _, best = instance.impedance.nearest(q.usable)
    beyond = np.flatnonzero(~(np.isfinite(best) & (best <= instance.standard)))
    if not beyond.size:
        return
    beyond = beyond[np.argsort(-np.where(np.isfinite(best[beyond]), best[beyond], np.inf), kind="stable")]
    unit, standard = instance.impedance.unit, instance.standard

    def detail(i: int) -> str:
        reach = f"{best[i]:.1f}" if np.isfinite(best[i]) else "∞"
        return f" ({reach} > {f'{standard[i]:g} {unit}'.rstrip()})"

    people = float(instance.demand[beyond].sum())
    named = q.places(beyond, detail)
    faults.add(
        f"有 {beyond.size} 个需求点（{people:,.0f} 人）即使全部候选地点都开放也达不到标准"
        f"（括号内为最好情况 > 标准）：{named}",
        f"{beyond.size} demand points ({people:,.0f} people) could not meet the standard even with every "
        f"candidate open (best possible > standard): {named}",
        remedy_zh="请放宽标准、在附近增加候选地点，或改用最大覆盖模型",
        remedy_en="loosen the standard, add candidate sites near them, or use maximal_covering",
    )


def _room_for_everybody(q: Question, faults: Faults) -> None:
    instance = q.instance
    if "assign_every_demand_point" not in q.active:
        return
    assert instance.capacity is not None
    capacity = np.where(np.isnan(instance.capacity), 0.0, instance.capacity)
    now = float(capacity[instance.existing].sum())
    free = np.sort(capacity[q.new & ~q.must_open])[::-1]
    required = capacity[q.must_open]
    count = free.size
    if "open_exactly_p" in q.active and instance.p is not None:
        count = max(0, min(free.size, instance.p + q.moving - required.size))
    most = now + float(required.sum()) + float(free[:count].sum())
    future = instance.future if instance.future is not None else np.zeros(instance.demand_count, dtype=np.int64)
    need = float(np.bincount(future, weights=instance.weight).max(initial=0.0))
    if need > most * (1 + 1e-9):
        short = need - most
        faults.add(
            f"需求 {need:,.0f} 人，现有设施加上新建设施最多容纳 {most:,.0f} 人，还差 {short:,.0f} 人",
            f"{need:,.0f} people need the service, but existing and new facilities together have room for at "
            f"most {most:,.0f}: {short:,.0f} too few",
            remedy_zh="请增加新建数量、预算或设施规模",
            remedy_en="build more, or larger, facilities",
            column="capacity",
        )


CHECKS: dict[str, Callable[[Question, Faults], None]] = {
    "open_exactly_p": _p_fits,
    "stay_within_budget": _budget_suffices,
    "zone_minimum": _zones_have_sites,
    "assign_every_demand_point": _everybody_has_a_site,
    "cover_every_demand_point": _everybody_can_be_covered,
    "respect_capacity": _room_for_everybody,
}
