"""What the answers are called: numbers with their units and sentences, Chinese and English."""

from __future__ import annotations

import math

from siting.explain.answers import (
    Answer,
    Change,
    Explanation,
    Leg,
    Other,
    PlaceAnswer,
    PointAnswer,
    Remedy,
    ServiceExplanation,
    Site,
    Sure,
    Text,
    Verdict,
)
from siting.formulation.blocks import REGISTER
from siting.render.wording import MODE, minutes_text, persons_text, share_text, yuan_text

# Name, unit and decimals of each objective; one that is not here goes by its block's own words.
OBJECTIVES: dict[str, tuple[str, str, str, str, int]] = {
    "total_weighted_impedance": ("总出行时间", "total travel", "人·分钟", "person-min", 0),
    "largest_impedance": ("最远者的时间", "longest travel", "分钟", "min", 1),
    "largest_weighted_impedance": ("最大人口加权时间", "largest weighted travel", "人·分钟", "person-min", 0),
    "covered_demand": ("达标人数", "people within the standard", "人", "persons", 0),
    "number_of_new_facilities": ("新建数量", "new facilities", "处", "", 0),
    "backup_covered_demand": ("有两处达标的人数", "people covered twice", "人", "persons", 0),
    "first_and_backup_demand": ("加权覆盖人数", "weighted coverage", "人", "persons", 0),
    "expected_covered_demand": ("期望覆盖人数", "expected coverage", "人", "persons", 0),
    "gradually_covered_demand": ("渐变覆盖人数", "gradual coverage", "人", "persons", 0),
    "attended_demand": ("前往人数", "attendance", "人", "persons", 0),
    "assigned_demand": ("得到安排的人数", "people assigned", "人", "persons", 0),
    "fixed_and_travel_cost": ("总费用", "total cost", "元", "yuan", 0),
    "tail_mean_impedance": ("最不利者的平均时间", "mean of the worst off", "分钟", "min", 2),
    "impedance_and_envy": ("出行时间与超标之和", "travel and excess", "人·分钟", "person-min", 0),
    "mean_absolute_difference": ("出行时间的平均差", "mean difference", "分钟", "min", 2),
    "least_separation": ("设施间最小间距", "least separation", "分钟", "min", 1),
    "captured_demand": ("吸引人数", "people captured", "人", "persons", 0),
    "largest_regret": ("最大遗憾值", "largest regret", "人·分钟", "person-min", 0),
}
SITES_SHOWN = 6
NONE: Text = ("无", "none")


def objective_name(name: str) -> Text:
    """What an objective is called."""
    if name in OBJECTIVES:
        return OBJECTIVES[name][:2]
    return REGISTER[name].zh, REGISTER[name].en


def amount(name: str, value: float, *, signed: bool = False) -> Text:
    """A value of an objective with its unit; what is not nothing is never shown as 0."""
    _, _, zh, en, decimals = OBJECTIVES.get(name, ("", "", "", "", 3))
    return tuple(f"{_number(value, decimals, signed=signed)} {unit}".strip() for unit in (zh, en))  # type: ignore[return-value]


def _number(value: float, decimals: int, *, signed: bool = False) -> str:
    least = 10.0**-decimals
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    if 1e-6 < size < least / 2:
        return f"{sign}<{least:g}"
    text = f"{size:,.{decimals}f}"
    return text if float(text.replace(",", "")) == 0 else sign + text


def signed_persons(value: float) -> str:
    """`+12`, `−3`, `0`."""
    return _number(value, 0, signed=True)


def site_text(site: Site) -> str:
    """`id township name`."""
    return " ".join(dict.fromkeys(part for part in (site.id, site.township, site.name) if part))


def sites_text(sites: tuple[Site, ...], most: int = SITES_SHOWN) -> Text:
    """Ids and names, some of them where they are many."""
    if not sites:
        return NONE
    shown = [f"{site.id} {site.name}".strip() for site in sites[:most]]
    more = len(sites) - most
    return (
        "、".join(shown) + (f" 等 {len(sites)} 处" if more > 0 else ""),
        ", ".join(shown) + (f" and {more} more" if more > 0 else ""),
    )


def measures_text(service: ServiceExplanation) -> Text:
    """The plan's own figures in a line."""
    plan, first = service.plan, service.objectives[0]
    name, value = objective_name(first), amount(first, plan.objectives[0])
    share = plan.covered_persons / service.demand_persons if service.demand_persons > 0 else math.nan
    covered, mean, cost = persons_text(plan.covered_persons), minutes_text(plan.mean_min), yuan_text(plan.cost_yuan)
    zh = f"新建 {plan.new} 处（{cost}）"
    en = f"{plan.new} new ({yuan_en(plan.cost_yuan)})"
    if first != "covered_demand":
        zh += f"；{name[0]} {value[0]}"
        en += f"; {name[1]} {value[1]}"
    zh += f"；达标 {covered} 人（{share_text(share)}）；平均 {mean} 分钟"
    en += f"; {covered} people within the standard ({share_text(share)}); mean {mean} min"
    return zh, en


def yuan_en(value: float) -> str:
    """Yuan in millions where that is shorter."""
    return f"{value / 1e6:,.6g} million yuan" if abs(value) >= 1e6 else f"{value:,.0f} yuan"


def loss_text(verdict: Verdict, service: ServiceExplanation) -> Text:
    """How much worse, and how sure that is."""
    name = service.objectives[verdict.objective]
    worse = amount(name, verdict.known) if verdict.known is not None else ("", "")
    least = amount(name, verdict.least) if verdict.least is not None else ("", "")
    title, more = objective_name(name), _worse(name)
    if verdict.sure is Sure.IMPOSSIBLE:
        zh, en = verdict.reason
        return f"没有可行方案：{zh}", f"no plan is possible: {en}"
    if verdict.sure is Sure.UNANSWERED or verdict.known is None:
        return "时间不足，未求出", "not found within the time"
    if verdict.sure is Sure.BETTER:
        better = amount(name, -verdict.known)
        return (
            f"找到了更好的方案：{title[0]}好 {better[0]}；本方案不是最优，请延长求解时间重算",
            f"a better plan was found, by {better[1]} of {title[1]}: the run's plan is not the best; "
            "run it again with more time",
        )
    if verdict.known < 0:  # only where a condition of the scenario's own was set aside
        better = amount(name, -verdict.known)
        at = ("", "") if verdict.sure is Sure.EXACT else ("至少", "at least ")
        return (
            f"{title[0]}会{at[0]}好 {better[0]}：这就是方案这一条件的代价",
            f"{title[1]} would be {at[1]}{better[1]} better: that is what the scenario's condition costs",
        )
    if verdict.sure is Sure.EXACT:
        if verdict.known == 0 or worse[0].startswith("0 "):
            return "同样好（已证明）", "as good (proven)"
        proven = _proven(verdict.known, service.plan.objectives[verdict.objective])
        return f"{title[0]}{more[0]} {worse[0]}（{proven[0]}）", f"{title[1]} {more[1]} by {worse[1]} ({proven[1]})"
    if verdict.sure is Sure.RANGE:
        return (
            f"{title[0]}{more[0]} {least[0]} 到 {worse[0]}（已证明）",
            f"{title[1]} {more[1]} by {least[1]} to {worse[1]} (proven)",
        )
    if verdict.known <= 0:
        return "按主要目标同样好；此外未定", "as good by the first objective; beyond that undecided"
    gap = _open_gap(verdict, name)
    return (
        f"{title[0]}最多{more[0]} {worse[0]}（{gap[0]}，未定）",
        f"{title[1]} {more[1]} by at most {worse[1]} ({gap[1]}: undecided)",
    )


def _alone_text(verdict: Verdict, service: ServiceExplanation) -> Text:
    """`loss_text` in a few words, for a bracket."""
    name = service.objectives[verdict.objective]
    if verdict.known is None or verdict.known < 0:
        return loss_text(verdict, service)
    worse, more = amount(name, verdict.known), _worse(name)
    if verdict.known == 0:
        return "同样好", "as good"
    if verdict.sure is Sure.EXACT:
        return f"{more[0]} {worse[0]}，已证明", f"{more[1]} by {worse[1]}, proven"
    return f"最多{more[0]} {worse[0]}", f"{more[1]} by at most {worse[1]}"


def _worse(name: str) -> Text:
    """Which way an objective gets worse."""
    return ("减少", "lower") if REGISTER[name].sense == "maximize" else ("增加", "higher")


def _open_gap(verdict: Verdict, name: str) -> Text:
    """What the searches left open, below which differences tell nothing."""
    if verdict.least is None:
        return "求解差距未知", "gap unknown"
    if verdict.least >= 0:
        return "求解未到底", "search not ended"
    size = amount(name, -verdict.least)
    return f"求解差距 {size[0]}", f"gap {size[1]}"


def _proven(part: float, whole: float) -> Text:
    """`0.3%，已证明`; the share is left out where the whole is small or nothing."""
    share = share_text(abs(part / whole)) if abs(whole) >= 100 else ""
    return (f"{share}，已证明", f"{share}, proven") if share else ("已证明", "proven")


def people_text(change: Change, before_cost: float) -> Text:
    """Who gains and who loses, and money where it changes."""
    zh, en = [], []
    if change.lost_persons or change.gained_persons:
        lost, gained = persons_text(change.lost_persons), persons_text(change.gained_persons)
        zh += [f"{lost} 人不再达标"] * bool(change.lost_persons) + [f"{gained} 人新达标"] * bool(change.gained_persons)
        en += [f"{lost} people no longer covered"] * bool(change.lost_persons)
        en += [f"{gained} people newly covered"] * bool(change.gained_persons)
    if change.farther_persons or change.nearer_persons:
        farther, nearer = persons_text(change.farther_persons), persons_text(change.nearer_persons)
        zh.append(f"{farther} 人变远，{nearer} 人变近")
        en.append(f"{farther} farther, {nearer} nearer")
    step = change.after.cost_yuan - before_cost
    if abs(step) >= 1:
        word_zh, word_en = ("多", "more") if step > 0 else ("省", "less")
        zh.append(f"{word_zh} {yuan_text(abs(step))}")
        en.append(f"{yuan_en(abs(step))} {word_en}")
    return "，".join(zh) or "没有人受影响", ", ".join(en) or "nobody is affected"


def swap_text(change: Change | None) -> Text:
    """`A → B`: what goes and what comes."""
    if change is None:
        return "—", ""
    out, into = sites_text(change.out), sites_text(change.into)
    cut = max(len(change.out), len(change.into)) > SITES_SHOWN  # else the names alone, which are the same in both
    return f"{out[0]} → {into[0]}", f"{out[1]} → {into[1]}" if cut or not (change.out and change.into) else ""


def replacement_text(answer: Answer, service: ServiceExplanation) -> Text:
    """What replaces a chosen site: others fixed, and freely."""
    alone = NONE if answer.alone is None else sites_text(answer.alone.into)
    verdict = answer.alone_verdict
    if answer.alone is None and verdict is not None and verdict.sure is Sure.UNANSWERED:
        alone = ("未求出", "not found within the time")
    same = (
        answer.freely
        and answer.alone is not None
        and answer.change is not None
        and (answer.alone.out, answer.alone.into) == (answer.change.out, answer.change.into)
    )
    zh, en = f"其余不动：{alone[0]}", f"others fixed: {alone[1]}"
    if verdict is not None and answer.alone is not None and not same:
        worse = _alone_text(verdict, service)
        zh, en = f"{zh}（{worse[0]}）", f"{en} ({worse[1]})"
    if not answer.freely:
        return f"{zh}；全部重排：时间不足", f"{en}; all free: no time"
    if answer.change is None:
        return zh, en
    if same:
        return f"{zh}；全部重排也是", f"{en}; all free: the same"
    swap = swap_text(answer.change)
    return f"{zh}；全部重排：{swap[0]}", f"{en}; all free: {swap[1] or swap[0]}"


def other_text(other: Other | None, service: ServiceExplanation) -> Text:
    """Whether the plan is the only best one."""
    if other is None:
        return "该模型不能排除某一方案，无法判断", "the model cannot exclude a plan: not known"
    verdict = other.verdict
    worse = amount(service.objectives[verdict.objective], verdict.known or 0.0)
    least = amount(service.objectives[verdict.objective], verdict.least or 0.0)
    swap = swap_text(other.change)
    en_swap = swap[1] or swap[0]
    if verdict.sure is Sure.IMPOSSIBLE:
        return "是，没有别的可行方案（已证明）", "yes, no other plan is possible (proven)"
    if verdict.sure is Sure.UNANSWERED or verdict.known is None:
        return "时间不足，未能判断是否唯一", "not enough time to tell whether it is the only one"
    if verdict.sure is Sure.BETTER:
        return loss_text(verdict, service)
    if verdict.known == 0:
        return (
            f"不是：至少还有一个同样好的方案（{swap[0]}）",
            f"no: at least one is as good ({en_swap})",
        )
    if verdict.sure in (Sure.EXACT, Sure.RANGE):
        at = ("", "") if verdict.sure is Sure.EXACT else ("至少", "at least ")
        value = worse if verdict.sure is Sure.EXACT else least
        return (
            f"是（已证明）：次优方案{at[0]}差 {value[0]}（{swap[0]}）",
            f"yes (proven): the next best is {at[1]}{value[1]} worse ({en_swap})",
        )
    gap = _open_gap(verdict, service.objectives[0])
    return (
        f"未定（{gap[0]}）：已知最接近的另一方案差 {worse[0]}（{swap[0]}）",
        f"undecided ({gap[1]}): the nearest other plan known is {worse[1]} worse ({en_swap})",
    )


def point_text(point: PointAnswer) -> Text:
    """One of several points of a place, in a line."""
    if point.trouble[0]:
        return point.trouble
    state_zh, state_en = point_state(point)
    leg = max(point.assigned, key=lambda part: part.share, default=point.nearest)
    zh, en = leg_text(leg)
    zh, en = f"{state_zh}；去 {zh}", f"{state_en}; goes {en}" if leg is not None else f"{state_en}; {en}"
    if not point.covered:
        near_zh, near_en = leg_text(point.candidate)
        zh, en = f"{zh}；最近的未选候选 {near_zh}", f"{en}; nearest candidate not chosen {near_en}"
    return zh, en


def leg_text(leg: Leg | None) -> Text:
    """`name, minutes`."""
    if leg is None:
        return "到不了", "out of reach"
    return f"{site_text(leg.site)}，{leg.minutes:.1f} 分钟", f"{leg.minutes:.1f} min"


def point_short(point: PointAnswer) -> Text:
    """`point_state` without the standard."""
    if point.trouble[0]:
        return point.trouble
    if point.covered and point.assigned and not point.within:
        return "达标，但最近处已满", "covered, but the nearest is full"
    return ("达标", "covered") if point.covered else ("未达标", "not covered")


def standard_text(point: PointAnswer) -> Text:
    """`步行 15 分钟`."""
    mode = MODE[point.mode]
    return f"{mode[0]} {point.standard_min:g} 分钟", f"{mode[1]} {point.standard_min:g} min"


def point_state(point: PointAnswer) -> Text:
    """Covered and assigned, told apart."""
    if point.trouble[0]:
        return point.trouble
    (zh, en), standard = point_short(point), standard_text(point)
    return f"{zh}（标准：{standard[0]}）", f"{en} (standard: {standard[1]})"


def place_text(place: PlaceAnswer) -> Text:
    """A place's people in a line."""
    total, left = persons_text(place.persons), place.uncovered_persons
    count = len(place.points)
    zh = f"{place.name}：需要服务的 {total} 人，{count} 个需求点；"
    en = f"{total} people who need it, {count} demand point{'' if count == 1 else 's'}; "
    if place.persons <= 0:
        return f"{place.name}：没有人需要这项服务", "nobody here needs the service"
    if left <= 1e-9:
        return zh + "全部达标", en + "all covered"
    return zh + f"{persons_text(left)} 人未达标", en + f"{persons_text(left)} not covered"


def remedy_text(remedy: Remedy, service: ServiceExplanation) -> Text:
    """What choosing a site would do for the place and for the others."""
    site, people = site_text(remedy.answer.site), persons_text(remedy.reached_persons)
    zh = f"若选 {site}（{remedy.minutes:.1f} 分钟），此地 {people} 人达标；对总体："
    en = f"with {remedy.answer.site.id} ({remedy.minutes:.1f} min) {people} people here would be covered; for all: "
    loss = loss_text(remedy.answer.verdict, service)
    zh, en = zh + loss[0], en + loss[1]
    if remedy.answer.change is not None:
        people_all = people_text(remedy.answer.change, service.plan.cost_yuan)
        out = sites_text(remedy.answer.change.out)
        zh += f"；让位的是 {out[0]}；{people_all[0]}"
        en += f"; it displaces {out[1]}; {people_all[1]}"
    return zh, en


def no_remedy_text(place: PlaceAnswer) -> Text | None:
    """Where people are not covered and no site could change that: the best that is possible."""
    needy = [point for point in place.points if point.persons > 0 and not point.covered]
    if not needy or place.within_reach:
        return None
    worst = max(needy, key=lambda point: math.inf if point.best is None else point.best.minutes)
    if worst.best is None:
        return "任何现有设施或候选地点都到不了", "no facility or candidate can be reached at all"
    zh, _ = leg_text(worst.best)
    return (
        f"没有候选地点能使其达标；最好也要 {worst.best.minutes:.1f} 分钟（{zh}），需要新增候选地点",
        f"no candidate would bring it within the standard; the best possible is {worst.best.minutes:.1f} min "
        f"({worst.best.site.id}): a new candidate site is needed",
    )


def rivals_title(service: ServiceExplanation) -> Text:
    """How the near candidates were found."""
    tried, all_of = service.rivals_tried, service.candidates
    return (
        f"最接近入选的候选地点（在 {all_of} 处未选的候选地点中试了最有希望的 {tried} 处，各自强制选入后重新优化）",
        f"candidates that came nearest to being chosen (of {all_of} not chosen the {tried} likeliest were tried, each "
        "required and all else re-optimised)",
    )


def stopped_text(explanation: Explanation) -> Text | None:
    """That some questions have no full answer, and what to do."""
    if not explanation.interrupted:
        return None
    return (
        f"在 {explanation.time_limit_s:g} 秒内（或因中断）有的问题没有答全，已逐条注明；可用 --time-limit 给更多时间",
        f"within {explanation.time_limit_s:g} s (or as it was stopped) not every question was answered in full, as is "
        "said at each; --time-limit gives more time",
    )
