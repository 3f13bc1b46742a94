"""The words and number forms that tables, report and GeoPackage share: labels, notices, names of groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

from siting.case import Case
from siting.results import FutureText, RunResult, ServiceResult
from siting.standards import age_range

Text = tuple[str, str]  # Chinese, English

STATUS: dict[str, Text] = {
    "existing": ("现有", "existing"),
    "new": ("新建", "new"),
    "closed": ("关闭", "closed"),
    "moved": ("迁出", "moved away"),
    "candidate": ("候选（未选）", "candidate, not chosen"),
}
MODE: dict[str, Text] = {"walk": ("步行", "walk"), "drive": ("乘车", "drive")}
ZONE_KIND: dict[str, Text] = {"urban": ("城区", "urban"), "town": ("镇区", "town"), "rural": ("农村", "rural")}
GROUP_KIND: dict[str, Text] = {
    "all": ("全部", "all"),
    "zone": ("分区", "zone"),
    "township": ("乡镇街道", "township"),
    "age": ("年龄", "age"),
}
NO_PLAN: Text = ("现状评估，没有规划方案", "evaluation as it stands, no plan")
UNNAMED: Text = ("（未填）", "(not named)")


@dataclass(frozen=True)
class Label:
    """How sure a service's result is: `sure` (proven optimal), `unsure`, or `plain` where there is no plan."""

    zh: str
    en: str
    look: str


def both(text: Text) -> str:
    """`中文 English`, once where the two are the same."""
    zh, en = text
    return zh if zh == en or not en else f"{zh} {en}" if zh else en


def yes_no(flag: bool) -> str:
    """`是 yes` or `否 no`."""
    return "是 yes" if flag else "否 no"


def planned(result: RunResult) -> bool:
    """Whether the run made a plan, so that there is an `after` to show."""
    return any(service.question is not None for service in result.services)


def label_of(service: ServiceResult) -> Label:
    """The result's label, with the failed checks if there were any."""
    if service.outcome is None:
        return Label(*NO_PLAN, look="plain")
    failed = sum(not check.passed for check in service.checks)
    if failed:
        return Label(f"未通过检验（{failed} 项）", f"failed {failed} of its checks", look="unsure")
    return Label(
        service.outcome.label_zh, service.outcome.label_en, look="sure" if service.outcome.proven else "unsure"
    )


def labels_text(result: RunResult) -> Text:
    """Every service's label in one line."""
    labels = [(service.service, label_of(service)) for service in result.services]
    if not planned(result):
        return NO_PLAN
    return (
        "；".join(f"{service.name_zh}：{label.zh}" for service, label in labels),
        "; ".join(f"{service.name_en}: {label.en}" for service, label in labels),
    )


def caveat(result: RunResult) -> Text:
    """The notices in a few words, for every row and every sheet; '' where there is nothing to say."""
    words: list[Text] = []
    if result.case.info.synthetic:
        words.append(("含合成数据", "synthetic data"))
    if any(service.unverified for service in result.services):
        words.append(("部分标准未经核实", "some standards unverified"))
    return "；".join(zh for zh, _ in words), "; ".join(en for _, en in words)


def joined(future: FutureText) -> Text:
    """All that is different in a future."""
    if not future.changes:
        return "不作改动", "nothing"
    return "；".join(zh for zh, _ in future.changes), "; ".join(en for _, en in future.changes)


def zone_names(case: Case) -> dict[str, Text]:
    """Names by zone id."""
    zones = case.zones
    return {
        str(k): (str(zh), str(en)) for k, zh, en in zip(zones.index, zones["name_zh"], zones["name_en"], strict=True)
    }


def group_name(kind: str, group: str, zones: dict[str, Text]) -> Text:
    """What a group of the summary is called."""
    if kind == "all":
        return "全部", "All"
    if kind == "zone":
        return zones.get(group, (group, group))
    if kind == "age":
        first, last = age_range(group) or (0, 0)
        if last >= 200:
            return f"{first} 岁及以上", f"Aged {first} and over"
        return (f"{first} 岁", f"Aged {first}") if first == last else (f"{first}-{last} 岁", f"Aged {first}-{last}")
    return (group, "") if group else UNNAMED


def persons_text(value: float) -> str:
    """Whole persons; a fraction of one is never shown as nobody."""
    if math.isnan(value):
        return "—"
    return "<1" if 0 < value < 0.5 else f"{value:,.0f}"


def share_text(value: float) -> str:
    """A percentage with one decimal; what is not quite all or nothing is never shown as 100 % or 0 %."""
    if math.isnan(value):
        return "—"
    percent = 100 * value
    if 0 < percent < 0.05:
        return "<0.1%"
    if 99.95 <= percent < 100 - 1e-9:
        return ">99.9%"
    return f"{percent:.1f}%"


def minutes_text(value: float) -> str:
    """Minutes with one decimal; a dash where nobody reaches a facility."""
    return "—" if math.isnan(value) else f"{value:.1f}"


def places_text(value: float) -> str:
    """Places per 1,000 people with one decimal; a few are never shown as none."""
    if math.isnan(value):
        return "—"
    return "<0.1" if 0 < value < 0.05 else f"{value:,.1f}"


def gini_text(value: float) -> str:
    """A Gini coefficient with three decimals."""
    return "—" if math.isnan(value) else f"{value:.3f}"


def beyond_text(value: float) -> str:
    """Minutes beyond a standard, rounded up: what lies beyond is never shown as 0.0."""
    return "—" if math.isnan(value) else f"{math.ceil(value * 10 - 1e-6) / 10:.1f}"


def yuan_text(value: float) -> str:
    """Yuan, in ten thousands (万元) where that is shorter."""
    if math.isnan(value):
        return "—"
    return f"{value / 1e4:,.6g} 万元" if abs(value) >= 1e4 else f"{value:,.0f} 元"
