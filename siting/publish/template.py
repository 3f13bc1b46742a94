"""The template of `notice.toml`, with what the answer tells already filled in."""

from __future__ import annotations

from collections.abc import Iterator

from siting.consultation.facilities import last_views, layers_of
from siting.consultation.notice import FINAL, UNFILLED
from siting.consultation.rules import Rules
from siting.files.json_text import json_text
from siting.render.columns import clean
from siting.render.views import Told


def template_text(told: Told, rules: Rules) -> str:
    """The commented document.

    Args:
        told: the public answer, of which titles, figures and numbers of facilities are taken.
        rules: which of its layers are of facilities in the plan.
    """
    place = told.place.info.name_zh
    years = [view.period for view in told.views if view.period.isdigit()]
    period = f"至 {max(years)} 年" if years else f"{UNFILLED}如 2026-2035 年，近期到 2030 年】"
    content = "\n".join(f"    {_text(line)}," for line in _content(told, rules))
    indicators = "\n".join(
        f"[[indicators]]\nname = {_text(name)}\nvalue = {_text(value)}\n" for name, value in _indicators(told)
    )
    return f"""\
# 公示说明：填好每一处“【…】”，再运行 siting publish。可删改已填好的内容。日期不加引号。
# The notice of the consultation: fill in every 【...】 and run `siting publish` again. Edit freely; no quotes at dates.

schema = 1

title_zh = {_text(f"{clean(told.title[0])}公示")}
title_en = {_text(clean(told.title[1]))}   # 可不写 may stay empty
version = "征求意见稿（第一版）"
drafting_unit = "【编制单位 who drew the plan up】"
publishing_unit = "【公示单位 who publishes it】"

scope = {_text(f"{clean(place)}全域")}
period = {_text(period)}
purpose = "【规划目的 the purpose】"

# 主要内容，每条一段。Main content, a paragraph each.
content = [
{content}
]

# 公示期不少于 30 天（不计开始当日）；确需缩短的，在 reason_shorter 写明理由。
# At least 30 days, the first not counted; a shorter time needs a reason.
starts = "【如 2027-03-01，去掉引号】"
ends = "【如 2027-03-31，去掉引号】"
reason_shorter = ""

handling = "【意见怎样登记、研究、答复和公布 how opinions are registered, answered and published】"

# 审图号。不写则图上不画行政区域界线。Without a map review number no administrative boundaries are shown.
map_review_number = ""

note = {_text(FINAL)}

# 反馈方式，至少一种。Ways to answer, at least one.
[feedback]
address = ""
phone = ""
email = ""
web = ""
contact = ""

# 主要指标，按原样印出；“甲 → 乙”：不作改变时 → 规划后。
# Indicators, printed as they stand here; a -> b: if nothing changes -> in the plan.
{indicators}"""


def _text(text: str) -> str:
    """As a TOML string."""
    return json_text(text)


def _content(told: Told, rules: Rules) -> Iterator[str]:
    """For each service how many facilities have which fate in its last period."""
    for view in last_views(told):
        counts: dict[str, int] = {}
        for layer in layers_of(view, "facilities", rules):
            names = {category.key: category.zh for category in layer.categories}
            for key in layer.frame["category"]:
                counts[names[key]] = counts.get(names[key], 0) + 1
        if counts:
            told_counts = "、".join(f"{name} {count} 处" for name, count in counts.items())
            yield clean(f"{view.subject_zh}：{told_counts}。")
    yield f"{UNFILLED}补充其他主要内容，或删去本条】"


def _indicators(told: Told) -> Iterator[tuple[str, str]]:
    several = len({view.subject for view in told.views}) > 1
    for view in last_views(told):
        for zh, _, text in view.figures:
            if any(letter.isdigit() for letter in text):
                yield clean(f"{view.subject_zh}：{zh}" if several else zh), clean(text)
