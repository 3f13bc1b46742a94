"""What a plan was asked for, in words: the sentence, the services and their rules, what counts for how much."""

from __future__ import annotations

from siting.layout.facts import Facts
from siting.layout.headline import hosts_text
from siting.layout.link_words import link_text
from siting.layout.money import Worth
from siting.layout.objective_names import OBJECTIVE_NAMES
from siting.layout.pose import ServicePart
from siting.layout.scenario import Chosen
from siting.layout.standard_words import standard_text
from siting.layout.texts import money_text
from siting.layout.tracks_report import tracks_text
from siting.render.wording import Text

VARIANT: dict[str, Text] = {"low": ("低", "low"), "middle": ("中", "middle"), "high": ("高", "high")}
VERBS: dict[str, Text] = {
    "open": ("新建", "open"), "grow": ("扩建", "expand"), "shrink": ("缩减", "shrink"),
    "close": ("关闭、并入他处", "close"), "move": ("迁建", "move"),
}  # fmt: skip


def asked(facts: Facts) -> list[Text]:
    """What was asked."""
    scenario = facts.scenario
    said: list[Text] = []
    if scenario.sentence:
        said.append((f"规划提出：“{scenario.sentence}”", f"The five-year plan says (in Chinese): {scenario.sentence}"))
    years = "、".join(map(str, facts.years))
    said.append(
        (
            f"规划年份 {years}；决定自 {scenario.begin} 年起，建设年限计入。",
            f"Planning years {', '.join(map(str, facts.years))}; building counts from {scenario.begin}.",
        )
    )
    said += goals(facts)
    if scenario.budget is not None:
        amounts = [money_text(yuan) for yuan in scenario.budget.yuan]
        zh = "，".join(f"{year} 年 {text[0]}" for year, text in zip(facts.years, amounts, strict=True))
        en = ", ".join(f"{year}: {text[1]}" for year, text in zip(facts.years, amounts, strict=True))
        carry = ("结余可转入下期", "what is left may be spent later") if scenario.budget.carry_over else ("", "")
        source = f"依据：{scenario.budget.source}。" if scenario.budget.source else ""
        said.append(
            (
                f"全部服务共用预算：{zh}{'；' if carry[0] else ''}{carry[0]}。{source}",
                f"One budget for all services: {en}{'; ' if carry[1] else ''}{carry[1]}.",
            )
        )
    said += [_service(part, standard_text(facts, s)) for s, part in enumerate(facts.parts) if part.plan.count_people]
    if scenario.tracks is not None:
        said.append(tracks_text(scenario.tracks))
    return [*said, *hosts_text(facts), *_links(facts)]


def _links(facts: Facts) -> list[Text]:
    """What ties the services to one another."""
    if not facts.scenario.links:
        return []
    called = {part.service.id: (part.service.name_zh, part.service.name_en) for part in facts.parts}
    told = [link_text(link, called) for link in facts.scenario.links]
    zh, en = "；".join(text[0] for text in told), "; ".join(text[1] for text in told)
    return [(f"服务之间：{zh}。", f"Between services: {en}.")]


def goals(facts: Facts) -> list[Text]:
    """The rates that weigh people against money, or the order of the objectives."""
    scenario = facts.scenario
    if scenario.worth is None:
        names = [OBJECTIVE_NAMES[name] for name in scenario.objectives]
        return [
            (
                f"目标依次为：{'；'.join(f'{k}. {zh}' for k, (zh, _) in enumerate(names, start=1))}。"
                "前面的目标优先，后面的只在前面都最好的方案中再选。",
                f"Objectives in their order: {'; '.join(f'{k}. {en}' for k, (_, en) in enumerate(names, start=1))}. "
                "A later one only decides among plans that are best by all before it.",
            )
        ]
    said = [_rates("各项折合成钱后总代价最少", "The least total of money and of what counts as money", scenario.worth)]
    for part in facts.parts:
        if part.plan.worth is not None:
            said.append(
                _rates(f"{part.service.name_zh}另有单价", f"{part.service.name_en} has its own", part.plan.worth)
            )
    return said


def _rates(zh: str, en: str, worth: Worth) -> Text:
    source = f"依据：{worth.source}。" if worth.source else "单价由方案给出，未经核实。"
    left_out, beyond, minute = (
        f"{yuan:,.0f}" for yuan in (worth.left_out_yuan + worth.beyond_yuan, worth.beyond_yuan, worth.minute_yuan)
    )
    return (
        f"{zh}：一人没有着落每年折合 {left_out} 元，有去处但在标准之外每年 {beyond} 元，"
        f"单程每多一分钟每人每年 {minute} 元。{source}",
        f"{en}: a person without a place counts {left_out} yuan a year, one with a place beyond the standard {beyond}, "
        f"a minute more of one person's way {minute}.",
    )


def _service(part: ServicePart, standard: Text) -> Text:
    plan, service = part.plan, part.service
    may = [(VERBS[key], getattr(plan, key)) for key in VERBS]
    able = [(verb, which) for verb, which in may if which != "none" and len(which)]
    zh = [
        f"可{'、'.join(verb[0] + _how_many(which)[0] for verb, which in able)}" if able else "现有设施不变，不占新地块"
    ]
    en = [
        f"may {', '.join(verb[1] + _how_many(which)[1] for verb, which in able)}"
        if able
        else "its facilities stay, no plot opens"
    ]
    least, private = f"{plan.least_persons or 0:g}", f"{plan.private_share:.0%}"
    rules: list[tuple[object, str, str]] = [
        (plan.protect, f"受保护 {len(plan.protect)} 处", f"{len(plan.protect)} protected"),
        (plan.must_close, f"须关闭 {len(plan.must_close)} 处", f"{len(plan.must_close)} must close"),
        (plan.required, f"须新建 {len(plan.required)} 处", f"{len(plan.required)} must open"),
        (
            plan.least_persons,
            f"最小规模 {least} 人",
            f"at least {least} people each",
        ),
        (
            plan.township_minimum,
            f"每个乡镇（街道）至少 {plan.township_minimum} 处",
            f"at least {plan.township_minimum} in each township",
        ),
        (plan.zone_minimum, "分区有最低新建数", "zones have minima"),
        (plan.most_openings, "各期新建数有上限", "openings are limited"),
        (plan.most_closings, "各期关闭数有上限", "closings are limited"),
        (
            plan.private_share < 1,
            f"民办按 {private} 计",
            f"private places count {private}",
        ),
        (
            plan.moved_at_most_once,
            "最近的一处撤并后，接着最近的以后各期不撤并",
            "where the nearest closes, the next nearest closes in no later period",
        ),
        (
            plan.quality_limits,
            "每校人数不超过优质均衡七项指标合格的人数",
            "no school has more pupils than it passes the seven indicators with",
        ),
        (plan.ride, "计校车费用", "school buses are paid"),
        (plan.board, "计寄宿费用", "boarding is paid"),
    ]
    for given, text_zh, text_en in rules:
        if given:
            zh.append(text_zh)
            en.append(text_en)
    zh.append(f"最远 {plan.max_travel_minutes:g} 分钟")
    en.append(f"nobody is sent beyond {plan.max_travel_minutes:g} min")
    return (
        f"{service.name_zh}：标准为{standard[0]}；{'；'.join(zh)}。",
        f"{service.name_en}: the standard is {standard[1]}; {'; '.join(en)}.",
    )


def _how_many(which: Chosen) -> Text:
    return ("", "") if isinstance(which, str) else (f"（{len(which)} 处）", f" ({len(which)})")


def assumed(facts: Facts) -> list[Text]:
    """What is assumed and nobody has verified."""
    scenario = facts.scenario
    variant = VARIANT[scenario.people.variant]
    said: list[Text] = [
        (
            f"人口用{variant[0]}方案的推算，不是统计数。",
            f"People are a projection ({variant[1]} variant), no statistics.",
        ),
        (
            f"利用既有建筑的地点，造价按新建的 {scenario.existing_building_share:.0%} 计（假设）。",
            f"A site with a building costs {scenario.existing_building_share:.0%} of a new one, an assumption.",
        ),
    ]
    for link in scenario.links:
        if link.kind == "within":
            said.append(
                (
                    f"附设的改造费用按每个名额 {link.yuan_per_person:,.0f} 元计，可用空余容量的 {link.room_share:.0%}"
                    "（假设）。",
                    f"Conversion inside a facility: {link.yuan_per_person:,.0f} yuan a place, "
                    f"{link.room_share:.0%} of the free capacity may be used; assumptions.",
                )
            )
        elif link.kind == "reuse":
            said.append(
                (
                    f"利用腾出的设施改建，造价按新建的 {link.cost_share:.0%} 计（假设）。",
                    f"Converting a closed facility costs {link.cost_share:.0%} of a new one, an assumption.",
                )
            )
    for part in facts.parts:
        count = len(unverified_of(part))
        if count:
            said.append(
                (
                    f"{part.service.name_zh}的标准中有 {count} 项数值未在发文机关原文核对过，"
                    f"来源见 data/standards/{part.service.id}.toml。",
                    f"{part.service.name_en}: {count} values of the standard were not read in the issuing body's own "
                    f"text; data/standards/{part.service.id}.toml has their sources.",
                )
            )
    return said


def unverified_of(part: ServicePart) -> list[str]:
    """Keys of the standard's values and sizes that nobody has verified."""
    service = part.service
    keys = [key for key, value in service.sourced() if not value.verified]
    return keys + [f"sizes.{size.persons:g}" for size in service.sizes if not size.verified]
