"""Conditions on who is served that no plan can meet."""

from __future__ import annotations

import numpy as np

from siting.errors import Faults
from siting.formulation.precheck.question import Question
from siting.impedance import BoolArray, FloatArray


def everybody_has_a_site(q: Question, faults: Faults) -> None:
    """Every demand point reaches a site that may be open."""
    stranded = np.flatnonzero(q.instance.impedance.nearest(q.usable)[0] < 0)
    if stranded.size:
        people = float(q.instance.demand[stranded].sum())
        faults.add(
            f"有 {stranded.size} 个需求点（{people:,.0f} 人）在行程上限内到不了任何地点：{q.places(stranded)}",
            f"{stranded.size} demand points ({people:,.0f} people) can reach no site within the travel limit: "
            f"{q.places(stranded)}",
            remedy_zh="请放宽行程上限、在附近增加候选地点，或把这些地方单列出来",
            remedy_en="raise the travel limit, add candidate sites near them, or set these places aside",
        )


def everybody_can_be_covered(q: Question, faults: Faults) -> None:
    """Every demand point has a site that may be open within its standard."""
    instance = q.instance
    assert instance.standard is not None
    if "cover_every_demand_point" not in q.active and "assign_every_demand_point" not in q.active:
        return
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


def share_can_be_covered(q: Question, faults: Faults) -> None:
    """The share of the people within the standard, with every candidate open."""
    instance = q.instance
    assert instance.standard is not None
    _, best = instance.impedance.nearest(q.usable)
    covered = np.isfinite(best) & (best <= instance.standard)
    _share(q, faults, covered, instance.cover_share or 0.0, "标准之内", "within the standard")


def targets_can_be_met(q: Question, faults: Faults) -> None:
    """The share of the people within each target's impedance, with every candidate open."""
    _, best = q.instance.impedance.nearest(q.usable)
    for limit, share in q.instance.coverage_targets or ():
        text = f"{limit:g} {q.instance.impedance.unit}".rstrip()
        _share(q, faults, best <= limit, share, f"{text} 之内", f"within {text}")


def _share(q: Question, faults: Faults, covered: BoolArray, share: float, zh: str, en: str) -> None:
    total = float(q.instance.demand.sum())
    most = float(q.instance.demand[covered].sum())
    if most < share * total * (1 - 1e-9):
        percent = np.floor(1000 * most / total) / 10
        faults.add(
            f"要求 {100 * share:g}% 的人口在{zh}，但即使全部候选地点都开放也只有 {percent:.1f}%"
            f"（{most:,.0f} / {total:,.0f} 人）",
            f"{100 * share:g} % of the people are to be {en}, but even with every candidate open only "
            f"{percent:.1f} % are ({most:,.0f} of {total:,.0f} people)",
            remedy_zh=f"请把份额降到 {percent:.1f}% 以内、放宽距离，或增加候选地点",
            remedy_en=f"ask for at most {percent:.1f} %, a longer distance, or add candidate sites",
            column="cover_share" if q.instance.cover_share is not None else "coverage_targets",
        )


def room_for_everybody(q: Question, faults: Faults) -> None:
    """What existing facilities and the largest new ones hold together."""
    instance = q.instance
    assert instance.capacity is not None
    if "assign_every_demand_point" in q.active:
        _room(q, faults, np.where(np.isnan(instance.capacity), 0.0, instance.capacity), instance.capacity)


def room_in_sizes(q: Question, faults: Faults) -> None:
    """The same with every new facility of the largest size class."""
    instance = q.instance
    assert instance.size_capacity is not None
    if "assign_every_demand_point" in q.active:
        now = np.full(instance.site_count, np.inf) if instance.capacity is None else instance.capacity
        _room(q, faults, now, np.full(instance.site_count, float(instance.size_capacity.max(initial=0.0))))


def _room(q: Question, faults: Faults, old: FloatArray, new: FloatArray) -> None:
    instance = q.instance
    now = float(old[instance.existing].sum())
    free = np.sort(new[q.new & ~q.must_open])[::-1]
    required = new[q.must_open]
    count = free.size
    if "open_exactly_p" in q.active and instance.p is not None:
        count = max(0, min(free.size, instance.p + q.moving - required.size))
    most = now + float(required.sum()) + float(free[:count].sum())
    need = float(instance.weight.sum())
    if instance.future is not None:
        need = float(np.bincount(instance.future, weights=instance.weight).max(initial=0.0))
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


def enough_use(q: Question, faults: Faults) -> None:
    """Facilities that stay or must open, and the people who could come to each."""
    instance, matrix = q.instance, q.instance.impedance
    assert instance.minimum_load is not None
    coming = np.bincount(matrix.indices, weights=instance.weight[matrix.rows], minlength=instance.site_count)
    surely = (instance.kept if "keep_existing" in q.active else np.zeros_like(instance.existing)) | q.must_open
    for j in np.flatnonzero(surely & (instance.minimum_load > coming * (1 + 1e-9))).tolist():
        faults.add(
            f"{q.site(j)} 至少要有 {instance.minimum_load[j]:,.0f} 人使用，但能到那里的总共只有 {coming[j]:,.0f} 人",
            f"{q.site(j)} is to be used by {instance.minimum_load[j]:,.0f} people at least, but only "
            f"{coming[j]:,.0f} could come to it",
            remedy_zh="请降低最低使用人数，或允许关闭该设施",
            remedy_en="lower the minimum use, or let the facility close",
            column="minimum_load",
            value=instance.site_ids[j],
        )
    least = float(instance.minimum_load[surely].sum())
    total = float(instance.weight.sum())
    if least > total * (1 + 1e-9):
        faults.add(
            f"保留和必选的设施合计至少要有 {least:,.0f} 人使用，但总共只有 {total:,.0f} 人",
            f"the facilities that stay or must open are to be used by {least:,.0f} people at least, but there are "
            f"only {total:,.0f}",
            remedy_zh="请降低最低使用人数，或减少保留与必选的设施",
            remedy_en="lower the minimum use, or keep and require fewer facilities",
            column="minimum_load",
        )


def parts_have_sites(q: Question, faults: Faults) -> None:
    """Demand points that hang together, but have no site among them: nobody's catchment can reach them."""
    instance = q.instance
    assert instance.adjacency is not None
    assert instance.site_unit is not None
    if "assign_every_demand_point" not in q.active:
        return
    part = instance.adjacency.parts(np.ones(instance.demand_count, dtype=bool))
    unit = instance.site_unit[q.usable & (instance.site_unit >= 0)]
    served = np.isin(part, part[unit])
    for k in np.unique(part[~served]).tolist():
        members = np.flatnonzero(part == k)
        people = float(instance.demand[members].sum())
        faults.add(
            f"{q.places(members)}（{people:,.0f} 人）与其他需求点不相邻，其中又没有任何可用地点，无法连片服务",
            f"{q.places(members)} ({people:,.0f} people) touch no other demand points and have no usable site among "
            "them: no connected catchment can hold them",
            remedy_zh="请在其中增加候选地点，或把跨河、跨路的相邻关系补上",
            remedy_en="add a candidate site there, or the neighbours across a river or road",
            column="adjacency",
        )


def own_units_can_be_served(q: Question, faults: Faults) -> None:
    """Sites that are open in any case: each must reach its own demand point, and no two may share one."""
    instance, matrix = q.instance, q.instance.impedance
    unit = instance.site_unit
    assert unit is not None
    surely = (instance.kept if "keep_existing" in q.active else np.zeros_like(instance.existing)) | q.must_open
    sites = np.flatnonzero(surely & (unit >= 0))
    pairs = set(zip(matrix.rows.tolist(), matrix.indices.tolist(), strict=True))
    for j in sites.tolist():
        if (int(unit[j]), j) not in pairs:
            faults.add(
                f"{q.site(j)} 一定开放，但所在的需求点 {q.place(int(unit[j]))} 在行程上限内到不了它",
                f"{q.site(j)} is open in any case, but the demand point {q.place(int(unit[j]))} in which it lies "
                "cannot reach it within the travel limit",
                remedy_zh="请核对该设施的位置，或放宽行程上限",
                remedy_en="check where the facility lies, or raise the travel limit",
                column="site_unit",
                value=instance.site_ids[j],
            )
    for i, count in enumerate(np.bincount(unit[sites], minlength=instance.demand_count).tolist()):
        if count > 1:
            names = "、".join(q.site(j) for j in sites[unit[sites] == i].tolist())
            faults.add(
                f"需求点 {q.place(i)} 之内有 {count} 处一定开放的设施（{names}），但它只能整体归其中一处",
                f"{count} facilities that are open in any case lie in the demand point {q.place(i)} ({names}), "
                "which can belong to one of them only",
                remedy_zh="请允许关闭其中一处，或把该需求点拆开",
                remedy_en="let one of them close, or divide the demand point",
                column="site_unit",
            )
