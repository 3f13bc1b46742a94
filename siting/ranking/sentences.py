"""What the ranking says in words: who leads, how surely, and where the site really chosen stands."""

from __future__ import annotations

from siting.ranking.rank import Chosen, Ranking
from siting.ranking.score import FULL
from siting.ranking.sensitivity import moved
from siting.ranking.words import points_text, value_text
from siting.render.wording import Text, share_text

SHOWN = 5
CLOSE_POINTS = 1.0  # a lead below it decides nothing
SAME_POINTS = 0.05  # contributions nearer than that are shown alike
ALL_OF_IT = 1e-9


def site_name(ranking: Ranking, row: int) -> str:
    """Id and name of a ranked site."""
    return f"{ranking.sites['id'].iloc[row]} {ranking.sites['name'].iloc[row]}"


def name_in(ranking: Ranking, row: int) -> Text:
    """Of a row among the ranked sites and the site really chosen."""
    if row < len(ranking.sites):
        return site_name(ranking, row), site_name(ranking, row)
    return chosen_name(ranking)


def chosen_name(ranking: Ranking) -> Text:
    """Of the site really chosen."""
    assert ranking.chosen is not None
    assert ranking.scenario.backtest is not None
    name = str(ranking.chosen.site["name"].iloc[0])
    return ranking.scenario.backtest.name_zh or name, ranking.scenario.backtest.name_en or name


def counts(ranking: Ranking) -> Text:
    """How many sites were looked at, excluded and ranked."""
    all_of, ranked = len(ranking.candidates), len(ranking.sites)
    return (
        f"候选用地 {all_of} 块，{all_of - ranked} 块不符合条件，{ranked} 块参加排序。",
        f"Of {all_of} candidate sites {all_of - ranked} do not meet the rules and {ranked} are ranked.",
    )


def first_ones(ranking: Ranking) -> list[Text]:
    """A line for each of the first `SHOWN`."""
    lines = []
    for row in ranking.scores.order[:SHOWN].tolist():
        rank, points = ranking.scores.rank[row], points_text(FULL * ranking.scores.score[row])
        name = site_name(ranking, row)
        zone = ranking.case.zones.loc[ranking.sites["zone"].iloc[row]]
        lines.append(
            (
                f"第 {rank} 名 {name}（{zone['name_zh']}）{points} 分",
                f"No. {rank}: {name} ({zone['name_en']}), {points} points",
            )
        )
    return lines


def how_sure(ranking: Ranking) -> list[Text]:
    """How far the first place depends on the weights."""
    scores, leader = ranking.scores, ranking.scores.leader
    if len(ranking.sites) == 1:
        return [("只有一块地参加排序，没有可比的。", "Only one site is ranked; there is nothing to compare it with.")]
    second = int(scores.order[1])
    gap = points_text(FULL * (scores.score[leader] - scores.score[second]))
    close = int((scores.score[leader] - scores.score < CLOSE_POINTS / FULL).sum()) - 1
    close_zh = f"与它相差不到 {CLOSE_POINTS:g} 分的还有 {close} 块，难分高下，宜一并论证。" if close else ""
    close_en = f" Less than {CLOSE_POINTS:g} point behind, too close to call: {close}." if close else ""
    said = [
        (
            f"第一名 {site_name(ranking, leader)} 比第二名 {site_name(ranking, second)} 高 {gap} 分。{close_zh}",
            f"The first, {site_name(ranking, leader)}, leads {site_name(ranking, second)} by {gap} points.{close_en}",
        ),
        _one_weight(ranking),
    ]
    accepted, draws = ranking.sensitivity.accepted, ranking.scenario.draws
    first, top = share_text(accepted.first[leader]), share_text(accepted.top[leader])
    said.append(
        (
            f"在 {draws:,} 组随机权重中，它有 {first} 排第一、{top} 进前三。",
            f"For {draws:,} random weights it is first in {first} and among the first three in {top}.",
        )
    )
    return said


def _one_weight(ranking: Ranking) -> Text:
    """What happens when one weight alone changes."""
    zh, en = [], []
    for criterion, lead, weight in zip(
        ranking.scenario.criteria, ranking.sensitivity.leads, ranking.scores.weights, strict=True
    ):
        now = share_text(weight)
        if lead.below is not None:
            low, other = share_text(lead.low), site_name(ranking, lead.below)
            zh.append(f"“{criterion.name_zh}”低于 {low}（现 {now}）时为 {other}")
            en.append(f"'{criterion.name_en}' below {low} (now {now}): {other}")
        if lead.above is not None:
            high, other = share_text(lead.high), site_name(ranking, lead.above)
            zh.append(f"“{criterion.name_zh}”高于 {high}（现 {now}）时为 {other}")
            en.append(f"'{criterion.name_en}' above {high} (now {now}): {other}")
    if not zh:
        return (
            "单独改变任一项权重（0 至 100%，其余按比例），第一名都不变。",
            "Whichever single weight is changed, from 0 to 100 % with the rest in proportion, the first stays first.",
        )
    return (
        f"单独改变一项权重（其余按比例），第一名在以下情形换人：{'；'.join(zh)}。",
        f"When one weight alone is changed, the rest in proportion, another leads: {'; '.join(en)}.",
    )


def of_chosen(ranking: Ranking) -> list[Text]:
    """Where the site really chosen stands, what speaks for and against it, for which weights it would be first."""
    chosen = ranking.chosen
    assert chosen is not None
    name_zh, name_en = chosen_name(ranking)
    points, count = points_text(FULL * chosen.scores.score[chosen.row]), len(ranking.sites) + 1
    said = [
        (
            f"实际选址{name_zh}得 {points} 分，与 {count - 1} 块备选地一起排，列第 {chosen.rank}（共 {count} 个）。",
            f"{name_en} has {points} points and stands at rank {chosen.rank} of {count}, itself counted.",
        ),
        _for_and_against(ranking, chosen),
        _first_for(ranking, chosen),
    ]
    if chosen.fails:
        said.append(
            (
                f"按本方案的条件，它会被排除：{'；'.join(rule.sites[0][1] for rule in chosen.fails)}。",
                f"The rules would have excluded it: {'; '.join(rule.sites[0][2] for rule in chosen.fails)}.",
            )
        )
    if ranking.case.info.synthetic:
        said.append(
            (
                "案例是合成的，名次只检验方法，不能用来评判真实的选址决定。",
                "The case is synthetic: the rank tries the method and is no verdict on the real decision.",
            )
        )
    return said


def rival_of(chosen: Chosen) -> int:
    """The best of the other sites, with which the site really chosen is compared."""
    return int(next(row for row in chosen.scores.order if row != chosen.row))


def differences(ranking: Ranking, chosen: Chosen) -> list[float]:
    """Points by criterion that the site really chosen has more than the best of the others."""
    scores = chosen.scores
    more = FULL * scores.weights * (scores.values[chosen.row] - scores.values[rival_of(chosen)])
    return [float(points) for points in more]


def _for_and_against(ranking: Ranking, chosen: Chosen) -> Text:
    parts: dict[bool, tuple[list[str], list[str]]] = {True: ([], []), False: ([], [])}
    by_size = sorted(enumerate(differences(ranking, chosen)), key=lambda pair: -abs(pair[1]))
    rival = rival_of(chosen)
    for k, difference in by_size:
        if abs(difference) < SAME_POINTS:
            continue
        criterion = ranking.scenario.criteria[k]
        own, other = (value_text(float(x), criterion.number_kind) for x in (chosen.raw[k], ranking.raw[rival, k]))
        zh, en = parts[difference > 0]
        zh.append(f"{criterion.name_zh}（{own[0]} 对 {other[0]}，{difference:+.1f} 分）")
        en.append(f"{criterion.name_en} ({own[1]} against {other[1]}, {difference:+.1f})")
    (good_zh, good_en), (bad_zh, bad_en) = parts[True], parts[False]
    name = site_name(ranking, rival)
    return (
        f"与其余中得分最高的 {name} 比，有利的：{'、'.join(good_zh) or '无'}；不利的：{'、'.join(bad_zh) or '无'}。",
        f"Against the best of the others, {name}, these speak for it: {', '.join(good_en) or 'none'}; "
        f"these against it: {', '.join(bad_en) or 'none'}.",
    )


def _first_for(ranking: Ranking, chosen: Chosen) -> Text:
    weights, nearest = chosen.scores.weights, chosen.sensitivity.nearest[chosen.row]
    first = share_text(chosen.sensitivity.accepted.first[chosen.row])
    draws = ranking.scenario.draws
    drawn_zh = f"{draws:,} 组随机权重中有 {first} 使它第一。"
    drawn_en = f"Of {draws:,} random weights {first} put it first."
    if chosen.rank == 1:
        return f"按现有权重它就是第一。{drawn_zh}", f"At the weights given it is first. {drawn_en}"
    better = chosen.sensitivity.dominated_by[chosen.row]
    if nearest is None:
        more = len(better) - SHOWN
        names = "、".join(name_in(ranking, row)[0] for row in better[:SHOWN]) + (f" (+{more})" if more > 0 else "")
        why_zh = f"；每一项都不比它差的有：{names}" if better else ""
        why_en = f"; as good or better in everything: {names}" if better else ""
        return (
            f"没有一组权重能使它单独排第一{why_zh}。{drawn_zh}",
            f"No weights put it first alone{why_en}. {drawn_en}",
        )
    share = share_text(moved(weights, nearest))
    to_zh, to_en = [], []
    for criterion, now, then in zip(ranking.scenario.criteria, weights, nearest, strict=True):
        if abs(now - then) > SAME_POINTS / FULL:
            to_zh.append(f"{criterion.name_zh} {share_text(now)}→{share_text(then)}")
            to_en.append(f"{criterion.name_en} {share_text(now)} to {share_text(then)}")
    return (
        f"要使它第一，至少要移动 {share} 的权重：{'、'.join(to_zh)}。{drawn_zh}",
        f"To put it first, at least {share} of the weight must be moved: {', '.join(to_en)}. {drawn_en}",
    )
