"""The sentence of each condition that gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.doctor.question import Amounts, lower_share
from siting.doctor.rules import Rule, short
from siting.doctor.words import SHOWN, Said, Speaker, number_said, places_said, sites_said, some
from siting.formulation.blocks import REGISTER


def _zones(field: str, sign: int) -> Callable[[Speaker, Amounts], Said]:
    """Zone minima that are lowered, or maxima that are raised."""
    least = sign < 0
    bound_zh, bound_en = ("至少", "at least") if least else ("至多", "at most")

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        instance = speaker.asked.instance
        zones, old = sorted(amounts), getattr(instance, field)
        names = {k: speaker.name(instance.zone_ids[k]) for k in zones}
        new = {k: int(old[k] + sign * amounts[k]) for k in zones}
        verb = "lower the minimum" if least else "raise the maximum"
        change_zh = [
            f"把片区 {names[k]} 的{'下限' if least else '上限'}从 {old[k]} {'降到' if least else '提高到'} {new[k]}"
            for k in zones
        ]
        change_en = [f"{verb} of zone {names[k]} from {old[k]} to {new[k]}" for k in zones]
        return Said(
            "，".join(f"片区 {names[k]} {bound_zh}新建 {old[k]} 处" for k in zones),
            " and ".join(f"{bound_en} {some(old[k], 'new facility')} in zone {names[k]}" for k in zones),
            "，".join(change_zh),
            " and ".join(change_en),
            float(sum(amounts.values())),
            "facility",
            tuple(instance.zone_ids[k] for k in zones),
        )

    return say


def _aside(speaker: Speaker, amounts: Amounts) -> Said:
    instance = speaker.asked.instance
    points = sorted(amounts, key=lambda i: (-amounts[i], i))
    total = sum(amounts.values())
    ids = tuple(instance.demand_ids[i] for i in points)
    zh, _ = speaker.listed(ids, [f"（{amounts[i]:,.0f} 人）" for i in points])
    _, en = speaker.listed(ids, [f" ({amounts[i]:,.0f})" for i in points])
    covers = speaker.asked.formulation.covers_everyone
    return Said(
        "所有需求点都要达到标准" if covers else "所有需求点都要得到服务",
        "every demand point is to be within the standard" if covers else "every demand point is to be served",
        f"把 {len(ids):,} 个需求点共 {total:,.0f} 人另行安排：{zh}",
        f"provide otherwise for {some(total, 'person')} of {some(len(ids), 'demand point')}: {en}",
        total,
        "people",
        ids,
        tuple(float(amounts[i]) for i in points),
    )


def _standard(speaker: Speaker, amounts: Amounts) -> Said:
    instance = speaker.asked.instance
    assert instance.standard is not None
    points, by = speaker.points(amounts), max(amounts.values())
    unit_zh, unit_en = speaker.unit_zh, speaker.unit_en
    old = np.unique(instance.standard[points])
    from_zh = f"{old[0]:g}" if old.size == 1 else f"{old[0]:g}–{old[-1]:g}"
    to = f"{old[0] + by:.1f}" if old.size == 1 else f"{old[0] + by:.1f}–{old[-1] + by:.1f}"
    people, ids = speaker.people(points), tuple(instance.demand_ids[i] for i in points)
    zh, en = f"把标准从 {from_zh} 放宽到 {to}{unit_zh}", f"a standard of {to} instead of {from_zh}{unit_en}"
    if len(points) < instance.demand_count:
        names_zh, names_en = speaker.listed(ids)
        zh = f"对 {len(points):,} 个需求点（{people:,.0f} 人）{zh}：{names_zh}"
        en = f"{en} for {speaker.counted(points)}: {names_en}"
    return Said(f"标准为 {from_zh}{unit_zh}", f"a standard of {from_zh}{unit_en}", zh, en, by, unit_en.strip(), ids)


def _seats(speaker: Speaker, amounts: Amounts) -> Said:
    instance = speaker.asked.instance
    total = sum(amounts.values())
    sites = sorted(amounts, key=lambda j: (-amounts[j], j))
    ids = tuple(instance.site_ids[j] for j in sites)
    zh, en = speaker.listed(ids, [f" +{amounts[j]:,.0f}" for j in sites])
    return Said(
        "设施容量",
        "the capacities",
        f"扩容共 {total:,.0f} 个名额：{zh}",
        f"{some(total, 'more place')}: {en}",
        total,
        "places",
        ids,
        tuple(float(amounts[j]) for j in sites),
    )


def _least_use(speaker: Speaker, amounts: Amounts) -> Said:
    least = speaker.asked.instance.minimum_load
    assert least is not None
    by, old = float(amounts[0]), np.unique(least[least > 0])
    zh, en = f"把最低使用人数降低 {by:,.0f} 人", f"lower the minimum use by {some(by, 'person')}"
    if old.size == 1:
        new = max(old[0] - by, 0.0)
        zh += f"（从 {old[0]:,.0f} 到 {new:,.0f}）"
        en += f" (from {old[0]:,.0f} to {new:,.0f})"
    return Said("设施的最低使用人数", "the minimum use of a facility", zh, en, by, "people")


def _share(speaker: Speaker, amounts: Amounts) -> Said:
    old = speaker.asked.instance.cover_share or 0.0
    new = lower_share(speaker.asked, None, amounts[0])
    return Said(
        f"至少 {100 * old:g}% 的人口",
        f"a share of at least {100 * old:g} % of the people",
        f"把份额从 {100 * old:g}% 降到 {100 * new:.1f}%（还差 {np.ceil(amounts[0] - 1e-6):,.0f} 人）",
        f"a share of {100 * new:.1f} % instead of {100 * old:g} % ({np.ceil(amounts[0] - 1e-6):,.0f} people short)",
        round(100 * (old - new), 1),
        "%",
    )


def _target(speaker: Speaker, amounts: Amounts) -> Said:
    targets, unit_en = speaker.asked.instance.coverage_targets or (), speaker.unit_en
    zh, en, most = [], [], 0.0
    for k, people in sorted(amounts.items()):
        limit, old = targets[k]
        new = lower_share(speaker.asked, k, people)
        most = max(most, old - new)
        zh.append(f"把 {limit:g}{speaker.unit_zh}之内的份额从 {100 * old:g}% 降到 {100 * new:.1f}%")
        en.append(f"a share of {100 * new:.1f} % instead of {100 * old:g} % within {limit:g}{unit_en}")
    return Said(
        "各档距离的覆盖份额",
        "the shares of people to reach",
        "，".join(zh),
        " and ".join(en),
        round(100 * most, 1),
        "%",
    )


def _target_reach(speaker: Speaker, amounts: Amounts) -> Said:
    (k, by), unit_en = next(iter(amounts.items())), speaker.unit_en
    limit, share = (speaker.asked.instance.coverage_targets or ())[k]
    return Said(
        "各档覆盖的距离",
        "the distances of the coverage targets",
        f"{100 * share:g}% 的人口以 {limit + by:.1f} 代替 {limit:g}{speaker.unit_zh}为限",
        f"{limit + by:.1f} instead of {limit:g}{unit_en} for {100 * share:g} % of the people",
        by,
        unit_en.strip(),
    )


def _spread(speaker: Speaker, amounts: Amounts) -> Said:
    old, unit_en = speaker.asked.instance.zone_spread or 0.0, speaker.unit_en
    by = float(amounts[0])
    return Said(
        "各片区平均阻抗之差",
        "how far the zones' mean travel may differ",
        f"允许各片区平均相差 {old + by:.1f}{speaker.unit_zh}（现为 {old:g}）",
        f"let the zones' means differ by {old + by:.1f}{unit_en} instead of {old:g}",
        by,
        unit_en.strip(),
    )


def _fewer_closures(speaker: Speaker, amounts: Amounts) -> Said:
    old, by = speaker.asked.instance.closures or 0, int(amounts[0])
    zh, en = f"只关闭 {old - by} 处现有设施（减少 {by} 处）", f"close only {some(old - by, 'facility')} ({by} fewer)"
    if old == by:
        zh, en = f"不关闭现有设施（原为 {old} 处）", f"close no facility instead of {old}"
    return Said(f"要关闭 {old} 处现有设施", f"as many as {some(old, 'facility')} closing", zh, en, by, "facility")


def _excluded(speaker: Speaker, amounts: Amounts) -> Said:
    plans = ", ".join(str(k + 1) for k in sorted(amounts))
    return Said(
        "与已列出的方案不同",
        "the plan is to differ from those listed",
        f"重新允许 {len(amounts)} 个已排除的方案（第 {plans} 个）",
        f"allow {len(amounts)} of the excluded plans again (number {plans})",
        len(amounts),
        "plans",
    )


def _limit(speaker: Speaker, amounts: Amounts) -> Said:
    k, by = next(iter(amounts.items()))
    limit = speaker.asked.limits[k - 1]
    block = REGISTER[limit.objective]
    new = limit.value - by if block.sense == "maximize" else limit.value + by
    what = block.en.rstrip(".")
    return Said(
        f"对“{block.zh}”的限值",
        f"the limit on: {what}",
        f"把“{block.zh}”的限值从 {limit.value:,.1f} 改为 {new:,.1f}",
        f"a limit of {new:,.1f} instead of {limit.value:,.1f} on: {what}",
        by,
        "",
    )


def _rows(field: str, sign: int) -> Callable[[Speaker, Amounts], Said]:
    """Bounds of rows over changes that are raised or lowered; of many the first few are told."""

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        changes = speaker.asked.instance.changes
        assert changes is not None
        rows, old = sorted(amounts), getattr(changes, field)
        ids = tuple(changes.row_ids[r] if changes.row_ids else str(r + 1) for r in rows)
        was, change = [], []
        for r, key in list(zip(rows, ids, strict=True))[:SHOWN]:
            rule = speaker.rules.get(key) or _nameless(speaker.name(key), sign, old[r])
            was.append((f"“{rule.zh}”", rule.en))
            change.append((rule.raised if sign > 0 else rule.lowered)(float(old[r]), float(amounts[r])))
        more = len(ids) - SHOWN
        if more > 0:
            was.append((f"另有 {more} 条", f"{more} more"))
            change.append((f"另有 {more} 条同样放宽", f"the same for {more} more"))
        return Said(
            "，".join(zh for zh, _ in was), " and ".join(en for _, en in was),
            "，".join(zh for zh, _ in change), " and ".join(en for _, en in change),
            float(sum(amounts.values())), "", ids, tuple(float(amounts[r]) for r in rows),
        )  # fmt: skip

    return say


def _nameless(name: str, sign: int, bound: float) -> Rule:
    """A row of which only the name is known."""
    zh, en = ("至多", "at most") if sign > 0 else ("至少", "at least")
    return Rule(name, f"{name}{zh} {short(bound)}", f"{name}: {en} {short(bound)}", f"“{name}”", name)


def _of_places(
    sign: str, word: str, zh: str, en: str, change_zh: str, change_en: str
) -> Callable[[Speaker, Amounts], Said]:
    """Places of a plan over periods whose numbers give in every state and period; {n} in all, {some} with its English
    word, {names} with the part of each.
    """

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        changes = speaker.asked.instance.changes
        assert changes is not None
        places = sorted(amounts, key=lambda p: (-amounts[p], p))
        ids = tuple(speaker.asked.instance.site_ids[changes.site_of[p, 0]] for p in places)
        total = sum(amounts.values())
        names_zh, names_en = speaker.listed(ids, [f" {sign}{amounts[p]:,.0f}" for p in places])
        return Said(
            zh,
            en,
            change_zh.format(n=total, names=names_zh),
            change_en.format(some=some(total, word), names=names_en),
            total,
            "people",
            ids,
            tuple(float(amounts[p]) for p in places),
        )

    return say


SENTENCES: dict[str, Callable[[Speaker, Amounts], Said]] = {
    "more_new": number_said(
        "p", 1, "只新建 {old:.0f} 处", "only {olds}", "新建 {new:.0f} 处（再加 {by:.0f} 处）",
        "open {news} ({by:.0f} more)", "new facility",
    ),
    "fewer_new": number_said(
        "p", -1, "要新建 {old:.0f} 处", "as many as {olds}", "只新建 {new:.0f} 处（减少 {by:.0f} 处）",
        "open only {news} ({by:.0f} fewer)", "new facility",
    ),
    "budget": number_said(
        "budget", 1, "预算 {old:,.0f} 元", "the budget of {old:,.0f} yuan",
        "预算加到 {new:,.0f} 元（再加 {by:,.0f} 元）", "raise the budget to {new:,.0f} yuan ({by:,.0f} more)", "yuan",
    ),
    "zone_minimum": _zones("zone_minimum", -1),
    "zone_maximum": _zones("zone_maximum", 1),
    "unrequire": sites_said(
        "必选地点都要开放", "all required sites are to open", "不再必选 {n} 处：{names}",
        "no longer require {names}",
    ),
    "unforbid": sites_said(
        "禁选地点不开放", "forbidden sites stay closed", "允许开放 {n} 处禁选地点：{names}",
        "let forbidden sites open: {names}",
    ),
    "unkeep": sites_said(
        "现有设施保留", "facilities in use stay open", "允许关闭 {n} 处现有设施：{names}",
        "let facilities in use close: {names}",
    ),
    "more_closures": number_said(
        "closures", 1, "只关闭 {old:.0f} 处现有设施", "only {olds} closing",
        "关闭 {new:.0f} 处现有设施（再加 {by:.0f} 处）", "close {news} ({by:.0f} more)", "facility",
    ),
    "fewer_closures": _fewer_closures,
    "excluded": _excluded,
    "seats": _seats,
    "size_seats": lambda speaker, amounts: Said(
        "规模等级的容量", "the places of the size classes", f"每个规模等级都增加 {amounts[0]:,.0f} 个名额",
        f"{some(amounts[0], 'more place')} in every size class", float(amounts[0]), "places",
    ),
    "minimum_load": _least_use,
    "fewer_points": lambda speaker, amounts: Said(
        "每处设施至少要带的需求点数", "the least number of demand points of a facility",
        f"下限减少 {amounts[0]:,.0f} 个需求点", f"lower it by {some(amounts[0], 'demand point')}",
        float(amounts[0]), "points",
    ),
    "more_points": lambda speaker, amounts: Said(
        "每处设施至多能带的需求点数", "the largest number of demand points of a facility",
        f"上限增加 {amounts[0]:,.0f} 个需求点", f"raise it by {some(amounts[0], 'demand point')}",
        float(amounts[0]), "points",
    ),
    "share": _share,
    "target": _target,
    "target_reach": _target_reach,
    "spread": _spread,
    "more_servers": number_said(
        "servers", 1, "只有 {old:.0f} 个服务单元（车辆）", "only {olds} (vehicles)",
        "配 {new:.0f} 个服务单元（再加 {by:.0f} 个）", "place {news} ({by:.0f} more)", "server",
    ),
    "not_closest": places_said(
        "人人都去最近的设施", "everybody goes to the nearest facility",
        "让 {n} 个需求点（{people:,.0f} 人）去别的设施：{names}",
        "let {places} go to another facility: {names}",
    ),
    "split": places_said(
        "每个需求点整体去一处设施", "each demand point goes to one facility as a whole",
        "允许拆分 {n} 个需求点（{people:,.0f} 人）：{names}", "split {places}: {names}",
    ),
    "detached": places_said(
        "服务范围要连成一片", "every catchment is to hang together",
        "允许 {n} 个需求点（{people:,.0f} 人）不与所属设施相连：{names}",
        "let {places} lie apart from the facility that serves them: {names}",
    ),
    "row_most": _rows("most", 1),
    "row_least": _rows("least", -1),
    "state_minimum": _of_places(
        "-", "person", "在用设施的最低使用人数", "the minimum use of facilities",
        "把最低使用人数共降低 {n:,.0f} 人：{names}", "lower the minimum use by {some}: {names}",
    ),
    "state_seats": _of_places(
        "+", "more place", "设施的容量", "the capacities", "扩容共 {n:,.0f} 个名额：{names}", "{some}: {names}",
    ),
    "limit": _limit,
    "standard": _standard,
    "set_aside": _aside,
}  # fmt: skip
