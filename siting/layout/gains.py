"""Who gains by a plan and who loses, by township and by village."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.facts import Facts
from siting.layout.moves import NOWHERE
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both, persons_text

ONE = 1.0  # persons: a village where fewer lose is not listed
NAMED = 5
NOT_NAMED = "未注明 not named"
BY_TOWNSHIP = (
    Column("township", "乡镇（街道）", "Township", width=18),
    Column("need", "需要服务的人次", "Needs, persons by service", "persons"),
    Column("gained", "变为达标（人次）", "Come within the standard", "persons"),
    Column("lost", "不再达标（人次）", "No longer within it", "persons"),
    Column("without_before", "不作改变时没有着落", "Without a place if nothing changes", "persons"),
    Column("without_after", "规划后没有着落", "Without a place in the plan", "persons"),
    Column("nearer", "路变短（人次）", "Shorter way", "persons"),
    Column("farther", "路变长（人次）", "Longer way", "persons"),
)
WORSE = (
    Column("village", "村（社区）", "Village", width=18),
    Column("township", "乡镇（街道）", "Township", width=16),
    Column("service", "服务", "Service", width=20),
    Column("year", "年份", "Year", "year"),
    Column("lost", "不再达标（人）", "No longer within the standard", "persons"),
    Column("dropped", "不再有着落（人）", "Lose their place", "persons"),
    Column("minutes_before", "不作改变时单程（分钟）", "Minutes if nothing changes", "minutes"),
    Column("minutes_after", "规划后单程（分钟）", "Minutes in the plan", "minutes"),
)


def _with_units(facts: Facts) -> pd.DataFrame:
    """The moves with the township and village of each point, and what each means for its people."""
    moves, demand = facts.moves, facts.plan.posed.case.demand
    points = moves["point"].to_numpy()
    township = demand["township"].fillna("").to_numpy(dtype=object)[points]
    village = demand["village"].fillna("").where(demand["village"].fillna("") != "", demand["name"])
    persons, nowhere = moves["persons"], {when: moves[when] == NOWHERE for when in ("before", "after")}
    difference = (moves["minutes_after"] - moves["minutes_before"]).fillna(0.0)
    return moves.assign(
        township=np.where(township == "", NOT_NAMED, township),
        village=village.to_numpy(dtype=object)[points],
        gained=moves["gain"].clip(lower=0.0),
        lost=-moves["gain"].clip(upper=0.0),
        without_before=persons * nowhere["before"],
        without_after=persons * nowhere["after"],
        dropped=persons * (nowhere["after"] & ~nowhere["before"]),
        nearer=persons * (difference < -1.0),
        farther=persons * (difference > 1.0),
    )


def by_township(facts: Facts) -> Sheet:
    """All services of the last year by township."""
    frame = _totals(facts)
    year = facts.years[-1]
    notes = (
        (
            f"{year} 年各项服务相加，一人需要几项服务就计几次。路变短、变长指单程相差一分钟以上。",
            f"All services of {year} added: a person counts once for each service needed. Shorter and longer: by more "
            "than a minute one way.",
        ),
    )
    return make_sheet("gains_by_township", ("各乡镇得失", "Gains and losses by township"), BY_TOWNSHIP, frame, notes)


def _totals(facts: Facts) -> pd.DataFrame:
    moves = _with_units(facts)
    moves = moves[moves["period"] == len(facts.years) - 1].rename(columns={"persons": "need"})
    columns = [column.name for column in BY_TOWNSHIP[1:]]
    total = moves.groupby("township", as_index=False)[columns].sum()
    return total.sort_values("gained", ascending=False, kind="stable", ignore_index=True)


def township_text(facts: Facts) -> list[Text]:
    """Which townships gain most, and where more lose than gain."""
    total, year = _totals(facts), facts.years[-1]
    gained, lost = persons_text(float(total["gained"].sum())), persons_text(float(total["lost"].sum()))
    nearer, farther = persons_text(float(total["nearer"].sum())), persons_text(float(total["farther"].sum()))
    said: list[Text] = [
        (
            f"{year} 年各项服务相加，{gained} 人次由未达标变为达标，{lost} 人次不再达标；"
            f"单程缩短一分钟以上的 {nearer} 人次，加长一分钟以上的 {farther} 人次。",
            f"In {year}, all services added, {gained} come within the standard and {lost} fall out of it; the way is "
            f"more than a minute shorter for {nearer}, longer for {farther}.",
        )
    ]
    most = total[total["gained"] >= ONE].head(NAMED)
    if len(most):
        named = list(zip(most["township"], map(persons_text, most["gained"]), strict=True))
        zh, en = "、".join(f"{name}（{n}）" for name, n in named), ", ".join(f"{name} ({n})" for name, n in named)
        said.append((f"受益最多：{zh}。", f"Most gain in: {en}."))
    net = (total["lost"] - total["gained"]).sort_values(ascending=False, kind="stable")
    worse = total.loc[net[net > ONE].index]
    if len(worse):
        named = list(zip(worse["township"], map(persons_text, worse["lost"] - worse["gained"]), strict=True))
        zh = "、".join(f"{name}（净减 {n}）" for name, n in named)
        en = ", ".join(f"{name} ({n} net)" for name, n in named)
        said.append((f"变差的人比受益的多：{zh}。", f"More lose than gain in: {en}."))
    else:
        said.append(
            (
                "就达标而言，没有一个乡镇（街道）变差的人比受益的多。",
                "By the standard, in no township do more lose than gain.",
            )
        )
    return said


def villages_worse(facts: Facts) -> Sheet:
    """Villages where people fall out of the standard or lose their place, by service and year, the worst first."""
    moves = _with_units(facts)
    keys = ["service", "period", "township", "village"]
    for when in ("before", "after"):
        moves[f"way_{when}"] = (moves["persons"] * moves[f"minutes_{when}"]).fillna(0.0)
        moves[f"placed_{when}"] = moves["persons"] - moves[f"without_{when}"]
    columns = ["gained", "lost", "without_before", "without_after"]
    columns += [f"{name}_{when}" for name in ("way", "placed") for when in ("before", "after")]
    total = moves.groupby(keys, as_index=False)[columns].sum()
    total["lost"] = (total["lost"] - total["gained"]).clip(lower=0.0)
    total["dropped"] = (total["without_after"] - total["without_before"]).clip(lower=0.0)
    total = total[(total["lost"] >= ONE) | (total["dropped"] >= ONE)]
    for when in ("before", "after"):
        total[f"minutes_{when}"] = total[f"way_{when}"] / total[f"placed_{when}"].where(total[f"placed_{when}"] > 0)
    names = [both((part.service.name_zh, part.service.name_en)) for part in facts.parts]
    frame = total.assign(
        year=[facts.years[t] for t in total["period"]],
        rank=total["lost"] + total["dropped"],
    ).sort_values("rank", ascending=False, kind="stable")
    frame["service"] = [names[s] for s in frame["service"]]
    notes = (
        (
            "与同一年不作改变时相比；一村之内得失相抵后，净不再达标或净失去着落 1 人以上的才列出。",
            "Held against the same year if nothing changes; listed where, gains and losses of a village set off, one "
            "person or more falls out of the standard or loses a place.",
        ),
    )
    return make_sheet(
        "worse_villages", ("变差的村", "Villages that get worse"), WORSE, frame.reset_index(drop=True), notes
    )


def losers_text(facts: Facts, worse: Sheet) -> Text:
    """The villages that get worse in the last year, by name."""
    frame = worse.frame[worse.frame["year"] == facts.years[-1]]
    if frame.empty:
        return "最后一期没有变差的村。", "No village gets worse in the last period."
    total = frame.groupby(["township", "village"], sort=False)[["lost", "dropped"]].sum().sum(axis=1)
    total = total.sort_values(ascending=False, kind="stable")
    named = [f"{township}{village}" for township, village in total.index[: 2 * NAMED]]
    zh, en = "、".join(named), ", ".join(named)
    others = max(len(total) - 2 * NAMED, 0)
    more = (f"等 {len(total)} 个村", f" and {others} more") if others else ("", "")
    return (
        f"{facts.years[-1]} 年有村变差：{zh}{more[0]}，逐村见下表；宜先听取意见。",
        f"In {facts.years[-1]} these villages get worse: {en}{more[1]}; the table has each. They should be heard "
        "first.",
    )
