"""What an answer about a redistribution shows: map now and after, report, tables, record."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from siting.case import Case
from siting.provenance import hash_case
from siting.rebalance.scenario import Rebalance
from siting.rebalance.solve import Shared
from siting.rebalance.tables import (
    AMOUNT,
    MEASURES,
    OBJECTIVE,
    by_area,
    facility_frame,
    measures,
    places_frame,
    sheets_of,
)
from siting.render.columns import Column
from siting.render.views import Base, Category, PointLayer, Section, Told, View, place_of
from siting.render.wording import MODE, Text
from siting.standards import load_service
from siting.travel import describe_travel

PERIODS: dict[str, Text] = {"before": ("现状", "Now"), "after": ("调整后", "After")}
BREAKS = (0.25, 0.5, 0.75, 1.0, 1.5)  # of the mean after
COLOURS = ("#8c2d04", "#d95f0e", "#fec44f", "#c7dbe8", "#6baed6", "#08519c")  # low to high
NOBODY = "#3a3a3a"
GAIN, LOSS, SAME = "#08519c", "#b3123f", "#6d6a75"


def tell(case: Case, scenario: Rebalance, shared: Shared, base: Base) -> Told:
    """The whole answer in the words of `siting.render.views`."""
    sheets = tuple(sheets_of(case, scenario, shared))
    outcome = shared.outcome
    return Told(
        place=place_of(case),
        title=(scenario.title_zh, scenario.title_en),
        label=(outcome.label_zh, outcome.label_en),
        notices=tuple(notices(case)),
        views=tuple(_view(case, scenario, shared, when) for when in PERIODS),
        sections=(
            Section("结果", "Result", tuple(findings(case, scenario, shared)), sheets[:4]),
            Section("方法与假设", "Method and assumptions", (*_method(scenario), *describe_travel(scenario.travel))),
        ),
        sheets=sheets,
        base=base,
        inputs=hash_case(case),
        record=record(case, scenario, shared),
    )


def notices(case: Case) -> list[Text]:
    """What every output must say."""
    found: list[Text] = [(case.info.notice_zh, case.info.notice_en)] if case.info.notice_zh else []
    found.append(
        (
            "搜索范围与距离衰减是方案中的假设，不是标准，未经核实。",
            "Catchment sizes and decay are assumptions of the scenario, not standards, and are not verified.",
        )
    )
    return found


def figures(case: Case, scenario: Rebalance, shared: Shared) -> list[tuple[Text, str]]:
    """The headline figures: name and text of the value."""
    zh, en = AMOUNT[scenario.amount]
    change = shared.amount - shared.problem.now
    places = places_frame(case, shared)
    before, after = measures(places, "before"), measures(places, "after")
    total = f"{shared.problem.now.sum():,.6g} → {shared.amount.sum():,.6g}"
    found: list[tuple[Text, str]] = [
        ((f"{zh}总数", f"{en.lower()} in all"), total),
        ((f"移动的{zh}", f"{en.lower()} that move"), f"{np.minimum(change, 0).sum() * -1:,.6g}"),
    ]
    return found + [(text, f"{before[key]:.3f} → {after[key]:.3f}") for key, text in MEASURES]


def findings(case: Case, scenario: Rebalance, shared: Shared) -> list[Text]:
    """What the redistribution does, in sentences."""
    zh, en = AMOUNT[scenario.amount]
    facilities = facility_frame(shared)
    found: list[Text] = []
    for word_zh, word_en, rows in (
        ("增加", "gain", facilities[facilities["change"] > 0].sort_values("change", ascending=False, kind="stable")),
        ("减少", "lose", facilities[facilities["change"] < 0].sort_values("change", kind="stable")),
    ):
        listed_zh = "、".join(f"{n} {abs(c):,.6g}" for n, c in zip(rows["name"], rows["change"], strict=True))
        found.append(
            (
                f"{word_zh}{zh}的 {len(rows)} 处，共 {rows['change'].abs().sum():,.6g}：{listed_zh or '无'}。",
                f"{len(rows)} facilities {word_en} {rows['change'].abs().sum():,.6g} {en.lower()}.",
            )
        )
    townships = by_area(places_frame(case, shared), "township")
    low, high = (townships.iloc[int(townships[when].argmin())] for when in ("before", "after"))
    found.append(
        (
            f"可达性最低的乡镇街道：现状 {low['area']}（每千人 {low['before']:.2f}），"
            f"调整后 {high['area']}（每千人 {high['after']:.2f}）。",
            f"Lowest township: now {low['area']} ({low['before']:.2f} per 1,000), after {high['area']} "
            f"({high['after']:.2f}).",
        )
    )
    lost = shared.problem.people[~(shared.problem.gain > 0).any(axis=1)].sum()
    if lost > 0:
        found.append(
            (
                f"{lost:,.0f} 人不在任何设施的搜索范围内，怎样调整都到不了。",
                f"{lost:,.0f} people are in the catchment of no facility, whatever is shared out.",
            )
        )
    if scenario.whole:
        cost = abs(shared.outcome.objective - shared.exact_value) if shared.outcome.objective is not None else 0.0
        share = cost / abs(shared.exact_value) if shared.exact_value else 0.0
        found.append(
            (
                f"取整（最大余数法，总数与上下限不变）使目标值差 {share:.4%}。",
                f"Rounding to whole numbers (largest remainder, limits and total kept) costs {share:.4%} of the value.",
            )
        )
    return found


def _method(scenario: Rebalance) -> list[Text]:
    by = ("各乡镇街道", "townships") if scenario.by == "township" else ("各居民点", "places")
    goal = OBJECTIVE[scenario.objective]
    found: list[Text] = [
        (
            f"目标：{by[0]}之间{goal[0]}。可达性为分级两步移动搜索法（H2SFCA）："
            "A_i = Σ_j S_j f(t_ij) / Σ_k P_k f(t_kj)，对数量 S 是线性的。",
            f"Goal: between the {by[1]}, {goal[1]}. Accessibility is the hierarchical two-step floating catchment: "
            "A_i = sum_j S_j f(t_ij) / sum_k P_k f(t_kj), linear in the amounts S.",
        ),
        (
            "来源：Tao 等 2020（H2SFCA）；Wang 与 Tang 2013、Tao 等 2014（均等化）。由 HiGHS 求解；"
            "最优性由另一程序按对偶重新证明，可达性重新计算核对。",
            "Sources: Tao et al. 2020 (H2SFCA); Wang and Tang 2013, Tao et al. 2014 (equalising). Solved by HiGHS; the "
            "optimum is certified anew from the duals, and accessibility is computed anew.",
        ),
    ]
    for level in scenario.levels:
        service = load_service(level.service)
        form = {
            "none": ("无衰减", "no decay"),
            "gaussian": ("高斯衰减", "Gaussian decay"),
            "linear": ("线性", "linear"),
        }
        zh, en = form[level.decay]
        found.append(
            (
                f"{service.name_zh}：{MODE[level.mode][0]} {level.minutes:g} 分钟，{zh}；"
                f"每处保留 {level.least_share:.0%} 至 {level.most_share:.0%}（假设）。",
                f"{service.name_en}: {level.minutes:g} minutes by {MODE[level.mode][1]}, {en}; each keeps "
                f"{level.least_share:.0%} to {level.most_share:.0%} (assumptions).",
            )
        )
    return found


def _view(case: Case, scenario: Rebalance, shared: Shared, when: str) -> View:
    places = places_frame(case, shared)
    mean = measures(places, "after")["mean"]
    breaks = [share * mean for share in BREAKS]
    classes = [f"c{k}" for k in range(len(COLOURS))]
    number = np.searchsorted(breaks, places[when].to_numpy(dtype=np.float64), side="right")
    category = np.where(places["reached"], np.array(classes, dtype=object)[number], "none")
    texts = [f"< {breaks[0]:.2f}", *(f"{a:.2f} – {b:.2f}" for a, b in pairwise(breaks))]
    texts.append(f"≥ {breaks[-1]:.2f}")
    looks = tuple(
        Category(key, f"每千人 {text}", f"{text} per 1,000", colour, "circle", 3.0)
        for key, text, colour in zip(classes, texts, COLOURS, strict=True)
    )
    looks += (Category("none", "到不了任何设施", "reaches no facility", NOBODY, "cross", 3.0),)
    zh, en = AMOUNT[scenario.amount]
    per = (
        Column("township", "乡镇街道", "Township"),
        Column("persons", "人口", "People", "persons"),
        Column("before", "现状（每千人）", "Now, per 1,000", "number"),
        Column("after", "调整后（每千人）", "After, per 1,000", "number"),
    )
    found = measures(places, when)
    return View(
        subject=scenario.id,
        subject_zh=f"{zh}可达性",
        subject_en=f"Access to {en.lower()}",
        layers=(
            PointLayer(
                "places", "居民点可达性", "Accessibility of places", places.assign(category=category), looks, per
            ),
            PointLayer("facilities", "设施增减", "Gains and losses", _facilities(shared), _gains(), _columns(zh, en)),
        ),
        period=when,
        period_zh=PERIODS[when][0],
        period_en=PERIODS[when][1],
        figures=tuple((a, b, f"{found[key]:.3f}") for key, (a, b) in MEASURES),
        sheets=tuple(sheets_of(case, scenario, shared)[:3]),
    )


def _facilities(shared: Shared) -> pd.DataFrame:
    frame = facility_frame(shared)
    change = frame["change"].to_numpy(dtype=np.float64)
    return frame.assign(category=np.where(change > 0, "gain", np.where(change < 0, "loss", "same")))


def _gains() -> tuple[Category, ...]:
    return (
        Category("gain", "增加", "gains", GAIN, "triangle", 9.0),
        Category("loss", "减少", "loses", LOSS, "diamond", 9.0),
        Category("same", "不变", "unchanged", SAME, "circle", 7.0),
    )


def _columns(zh: str, en: str) -> tuple[Column, ...]:
    return (
        Column("level", "级别", "Level"),
        Column("before", f"现有{zh}", f"{en} now", "number"),
        Column("after", f"调整后{zh}", f"{en} after", "number"),
        Column("change", "增减", "Change", "number"),
    )


def record(case: Case, scenario: Rebalance, shared: Shared) -> dict[str, object]:
    """What `run.json` and `--json` tell."""
    outcome, places, facilities = shared.outcome, places_frame(case, shared), facility_frame(shared)
    return {
        "kind": "rebalance",
        "scenario": scenario.model_dump(mode="json", by_alias=True),
        "outcome": {
            "status": outcome.status.value, "proven": outcome.proven, "objective": outcome.objective,
            "bound": outcome.bound, "gap": outcome.gap, "objective_before_rounding": shared.exact_value,
            "solver": outcome.solver, "solver_version": outcome.version, "solver_seconds": round(outcome.seconds, 3),
        },
        "verified": True,
        "before": measures(places, "before"),
        "after": measures(places, "after"),
        "total": {"before": float(shared.problem.now.sum()), "after": float(shared.amount.sum())},
        "facilities": {
            str(row["id"]): {"before": row["before"], "after": row["after"]} for row in facilities.to_dict("records")
        },
    }  # fmt: skip
