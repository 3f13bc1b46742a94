"""What a scenario asked of a single model, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from siting.question.keys import ModelNumbers
from siting.question.sizes import size_classes
from siting.render.wording import ZONE_KIND, Text
from siting.scenario import ServiceQuestion
from siting.standards import Service

Listed = Callable[[Sequence[str]], str]
LEAST_OF: dict[str, Text] = {
    "new": ("新建设施", "new facilities"),
    "new_and_leaving": (
        "新建设施与可关闭、可迁移而留下的设施",
        "new facilities and those free to close or move that stay",
    ),
    "all": ("全部设施", "all facilities"),
}
ATTRACTION: dict[str, Text] = {
    "equal": ("各处相同", "all alike"),
    "capacity": ("按规模", "by capacity"),
    "column": ("按表中 attraction 列", "from the column attraction"),
}


def model_texts(asked: ServiceQuestion, service: Service, zones: dict[str, Text], listed: Listed) -> list[Text]:
    """The keys that only some models read, line by line (zh, en)."""
    texts = _of_sites(asked, zones, listed)
    if asked.sizes:
        for size in size_classes(asked, service):
            persons, yuan = f"{size.persons:,.0f}", f"{size.yuan:,.0f}"
            texts.append((f"可选规模：{size.name}，{persons} 人，{yuan} 元", f"size: {persons} persons, {yuan} yuan"))
    for kind, minutes in asked.outer_minutes.items():
        zh, en = ZONE_KIND[kind]
        texts.append((f"{zh}：覆盖到 {minutes:g} 分钟降为零", f"{en}: cover falls to nothing at {minutes:g} min"))
    for target in asked.coverage_targets:
        share, within = f"{target.share:.1%}", f"{target.minutes:g}"
        texts.append((f"{within} 分钟之内至少 {share} 的人", f"at least {share} within {within} min"))
    texts += [
        (f"最不便的 {tail.share:.1%} 的人：权重 {tail.weight:g}", f"worst-off {tail.share:.1%}: weight {tail.weight:g}")
        for tail in asked.ordered_weights
    ]
    if asked.decay is not None:
        form, b = asked.decay.form, asked.decay.parameter
        texts.append((f"到访份额随时间衰减：{form}，参数 {b:g}", f"decay of the people who come: {form}, {b:g}"))
    if asked.competitors:
        texts.append((f"其他机构：{listed(asked.competitors)}", "facilities of others"))
    if asked.attraction is not None:
        zh, en = ATTRACTION[asked.attraction]
        texts.append((f"吸引力：{zh}", f"attraction: {en}"))
    return texts + _of_numbers(asked)


def _of_sites(asked: ModelNumbers, zones: dict[str, Text], listed: Listed) -> list[Text]:
    """Which facilities may go, and how many new ones a zone may have."""
    texts: list[Text] = []
    if asked.township_minimum:
        count = asked.township_minimum
        texts.append((f"每个乡镇（街道）至少 {count} 处在用", f"at least {count} in use in each township"))
    for zone, count in asked.zone_maximum.items():
        zh, en = zones.get(zone, (zone, zone))
        texts.append((f"{zh}最多新建 {count} 处", f"at most {count} in {en}"))
    for ids, zh, en in ((asked.may_close, "可以关闭", "free to close"), (asked.may_move, "可以迁移", "free to move")):
        if ids == "all":
            texts.append((f"{zh}：全部现有设施", f"{en}: all existing facilities"))
        elif ids:
            texts.append((f"{zh}（{len(ids)} 处）：{listed(ids)}", f"{en}: {len(ids)}"))
    if asked.close_count is not None:
        texts.append((f"恰好关闭 {asked.close_count} 处", f"exactly {asked.close_count} close"))
    if asked.minimum_persons is not None:
        zh, en = LEAST_OF[asked.minimum_applies_to]
        least = f"{asked.minimum_persons:,.0f}"
        texts.append((f"{zh}每处至少 {least} 人", f"{en}: at least {least} persons each"))
    return texts


def _of_numbers(asked: ModelNumbers) -> list[Text]:
    """The single numbers that are given."""
    numbers: list[tuple[float | None, str, str]] = [
        (asked.closing_yuan, "关闭或迁移每处 {:,.0f} 元", "closing or moving one costs {:,.0f} yuan"),
        (asked.cover_share, "须达到的人口份额 {:.1%}", "share of the people wanted: {:.1%}"),
        (asked.backup_weight, "第二处覆盖的权重 {:g}", "weight of the second cover: {:g}"),
        (asked.vehicles, "车辆共 {:,} 辆", "vehicles: {:,}"),
        (asked.busy_fraction, "每辆车忙碌的时间占 {:.1%}", "a vehicle is busy {:.1%} of the time"),
        (asked.worst_share, "最不便的 {:.1%} 的人", "the worst-off {:.1%} of the people"),
        (asked.envy_weight, "超出标准的时间另加权重 {:g}", "extra weight beyond the standard: {:g}"),
        (asked.zone_spread_minutes, "各分区平均时间相差不超过 {:g} 分钟", "zones' mean times within {:g} min"),
        (
            asked.travel_yuan_per_person_minute,
            "每人单程一分钟折合 {:,g} 元",
            "a minute of one person's way counts for {:,g} yuan",
        ),
    ]
    return [(zh.format(value), en.format(value)) for value, zh, en in numbers if value is not None]
