"""How sure a plan is, in money and in persons where it can be said, and which of its rules bind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.layout.facts import Facts
from siting.layout.objective_names import OBJECTIVE_NAMES
from siting.layout.rows import MONEY
from siting.layout.texts import money_text
from siting.render.wording import Text, persons_text, share_text
from siting.solution import PROVEN_GAP

TOLD_ELSEWHERE = ("budget.", "counts_as.", "within.", "reuse.", "near.", "plot.", "land.", "moved_at_most_once.")
TOLD_BY_SERVICE = (".move.", ".budget_yuan.")
AT_BOUND = 1e-6
LISTED = 12


def how_sure(facts: Facts) -> list[Text]:
    """The label, the bound and what the gap comes to."""
    outcome, worth = facts.plan.outcome, facts.scenario.worth
    said: list[Text] = [(f"结果：{outcome.label_zh}。", f"Result: {outcome.label_en}.")]
    if outcome.objective is not None and outcome.bound is not None and np.isfinite(outcome.bound):
        difference = abs(outcome.objective - outcome.bound)
        if worth is not None:
            total, bound, gap = (money_text(v * MONEY) for v in (outcome.objective, outcome.bound, difference))
            said.append(
                (
                    f"按折合单价，规划各期的总代价为 {total[0]}；任何方案都不会低于 {bound[0]}，两者相差 {gap[0]}。",
                    f"At the rates given the plan comes to {total[1]} over all periods; no plan can come to less than "
                    f"{bound[1]}. The difference is {gap[1]}.",
                )
            )
            if worth.beyond_yuan > 0 and not outcome.proven:
                people = persons_text(difference * MONEY / worth.beyond_yuan)
                said.append(
                    (
                        f"这一差距相当于 {people} 人未达标一年的折合（每人每年 {worth.beyond_yuan:,.0f} 元）："
                        "最好的方案至多好这么多。",
                        f"That is worth as much as {people} people beyond the standard for a year, at "
                        f"{worth.beyond_yuan:,.0f} yuan a person and year: the best plan is better by no more.",
                    )
                )
        elif outcome.gap is not None and outcome.gap > PROVEN_GAP:
            people = persons_text(difference)
            said.append(
                (
                    f"就第一目标而言，最好的方案至多再少 {people} 人（各期、各项服务相加）。",
                    f"By the first objective the best plan is better by at most {people} people, summed over periods "
                    "and services.",
                )
            )
    if worth is None and outcome.then:
        said.append(_in_order(facts))
    passed, checks = sum(check.passed for check in facts.plan.checks), len(facts.plan.checks)
    if checks:
        said.append(
            (
                f"独立检验 {checks} 项，通过 {passed} 项：容量、规则、费用与目标值都由另一套计算从头核对。",
                f"{passed} of {checks} independent checks passed: capacities, rules, money and the objective were "
                "derived anew by other code.",
            )
        )
    return said


def _in_order(facts: Facts) -> Text:
    """How sure each objective is, among the plans that are no worse by those before it."""
    outcome = facts.plan.outcome
    parts = [
        (*OBJECTIVE_NAMES[word], replace(each, then=()))
        for word, each in zip(facts.scenario.objectives, (outcome, *outcome.then), strict=True)
    ]
    zh = "；".join(f"{name}，{each.label_zh}" for name, _, each in parts)
    en = "; ".join(f"{name}: {each.label_en}" for _, name, each in parts)
    return (
        f"各目标依次（每个目标都只与此前各目标不更差的方案相比）：{zh}。",
        f"The objectives in their order, each against the plans that are no worse by those before it: {en}.",
    )


def binding(facts: Facts) -> list[Text]:
    """Budgets and how much of them is spent, and the rules that leave no room."""
    said = [*budget_texts(facts)]
    found = _at_bound(facts)
    if not found:
        said.append(
            (
                "除预算和设施、地块之间的关系外，没有规则正好取到上下限。",
                "No rule is at its limit besides money and those that tie places together.",
            )
        )
        return said
    said.append(
        (
            f"有 {len(found)} 条规则正好取到上下限，放宽它们可能得到更好的方案：",
            f"Rules at their limits: {len(found)}; with easier ones the plan might be better:",
        )
    )
    said += found[:LISTED]
    if len(found) > LISTED:
        said.append((f"另有 {len(found) - LISTED} 条。", f"And {len(found) - LISTED} more."))
    return said


def budget_texts(facts: Facts) -> list[Text]:
    """What is spent of each budget until each year."""
    said = []
    budget, spent = facts.scenario.budget, facts.yuan.sum(axis=0)
    limits: list[tuple[Text, tuple[float, ...], np.ndarray, bool]] = []
    if budget is not None:
        limits.append((("总预算", "The budget"), budget.yuan, spent, budget.carry_over))
    for s, part in enumerate(facts.parts):
        if part.plan.budget_yuan is not None:
            name = (f"{part.service.name_zh}预算", f"The budget of {part.service.name_en}")
            limits.append((name, part.plan.budget_yuan, facts.yuan[facts.real(s)].sum(axis=0), True))
    for (zh, en), yuan, money, carry in limits:
        for t, year in enumerate(facts.years):
            own, most = (
                (float(money[: t + 1].sum()), float(sum(yuan[: t + 1]))) if carry else (float(money[t]), yuan[t])
            )
            if most > 0:
                used, whole, share = money_text(own), money_text(most), share_text(own / most)
                until = ("截至", "until") if carry else ("", "in")
                said.append(
                    (
                        f"{zh}：{until[0]} {year} 年用 {used[0]}，可用 {whole[0]}（{share}）。",
                        f"{en}: {used[1]} of {whole[1]} spent {until[1]} {year} ({share}).",
                    )
                )
    return said


def _at_bound(facts: Facts) -> list[Text]:
    changes = facts.plan.posed.instance.changes
    assert changes is not None
    flags = np.zeros(changes.count)
    flags[facts.plan.after.change.ravel()] = 1.0
    value = changes.rows @ flags
    close = np.minimum(value - changes.least, changes.most - value) <= AT_BOUND * np.maximum(1.0, np.abs(value))
    return [
        (f"{row.zh}", f"{row.en}")
        for k, row in enumerate(facts.plan.posed.rows)
        if close[k]
        and not row.id.startswith(TOLD_ELSEWHERE)
        and ".move." not in row.id
        and ".budget_yuan." not in row.id
    ]
