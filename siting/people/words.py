"""The words that tables, page and terminal share."""

from __future__ import annotations

from siting.people.assumptions import Variant
from siting.people.of_case import PeopleOverTime
from siting.render.wording import Text

LABEL: Text = ("假设下的推算，不是预测", "a projection under assumptions, not a forecast")
VARIANT: dict[Variant, Text] = {
    "low": ("低方案", "low variant"),
    "middle": ("中方案", "middle variant"),
    "high": ("高方案", "high variant"),
}
PARTS: dict[str, Text] = {
    "births": ("出生", "Births"),
    "deaths": ("死亡", "Deaths"),
    "moves": ("县内迁移（净）", "Moves inside, net"),
    "external": ("县外迁移（净）", "Over the border, net"),
    "from_inside": ("新建住房：县内（净）", "New housing, from inside, net"),
    "from_outside": ("新建住房：县外", "New housing, from outside"),
}


def title(people: PeopleOverTime) -> Text:
    """What the projection is called."""
    info, first, last = people.case.info, people.years[0], people.years[-1]
    zh, en = VARIANT[people.variant]
    return f"{info.name_zh} {first}-{last} 年人口推算（{zh}）", f"{info.name_en}: people {first}-{last}, {en}"


def caveat(people: PeopleOverTime) -> Text:
    """The notices in a few words, for every sheet and row."""
    zh, en = [LABEL[0]], [LABEL[1]]
    if people.case.info.synthetic:
        zh.append("含合成数据")
        en.append("synthetic data")
    if any(not getattr(item, "verified", True) for _, item in people.given.assumptions.sourced()):
        zh.append("假设未经核实")
        en.append("assumptions not verified")
    return "；".join(zh), "; ".join(en)


def signed(value: float) -> str:
    """Whole persons with their sign; 0 without."""
    return "0" if abs(value) < 0.5 else f"{value:+,.0f}"
