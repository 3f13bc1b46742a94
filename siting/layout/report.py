"""The report of a layout plan: plain sentences made from its figures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.files import resources
from siting.formulation.compose import load_formulation
from siting.layout.asked import asked, assumed
from siting.layout.births_report import births_section
from siting.layout.budget_report import budget_section
from siting.layout.certainty import binding, how_sure
from siting.layout.checked import checked
from siting.layout.circuit_report import circuit_section
from siting.layout.decisions import decisions_of
from siting.layout.facts import Facts
from siting.layout.gains import by_township, losers_text, township_text, villages_worse
from siting.layout.gap_report import gap_section
from siting.layout.headline import headline, hosts_text, served
from siting.layout.private_report import private_section
from siting.layout.running_report import running_section
from siting.layout.texts import (
    TEN_THOUSAND,
    counts_text,
    mean_text,
    money_text,
    running_text,
    within_text,
    without_text,
)
from siting.layout.tracks_report import tracks_section
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.views import Section
from siting.render.wording import Text, both, persons_text
from siting.travel import describe_travel

SUMMARY = (
    Column("service", "服务", "Service", width=20),
    Column("year", "年份", "Year", "year"),
    Column("need", "需要的人", "People who need it", "persons"),
    Column("within", "标准之内（不作改变 → 规划）", "Within the standard", width=20),
    Column("without", "没有着落（人）", "Without a place", width=18),
    Column("minutes", "平均单程（分钟）", "Mean minutes", width=16),
    Column("changes", "本期变动", "Changes of the period", width=24),
    Column("cost", "本期费用（万元）", "Money, 10,000 yuan", "count"),
)
ARROW: Text = (
    "箭头前为不作改变、后为规划；只有一个数时两者相同。平均单程只计有着落的人。",
    "Before the arrow if nothing changes, after it the plan; one number where both are the same. Mean minutes are of "
    "those who have a place.",
)


# Of the workbook's tables those that the report has too: the ones that fit on a page.
IN_REPORT = ("investment", "hearing")
MOST_DECISIONS = 40  # of a service, told in the report; the workbook tells all


def sections_of(facts: Facts, tables: Sequence[Sheet]) -> tuple[Section, ...]:
    """The sections of the report.

    Args:
        tables: of the workbook, which the last section lists and of which it has some.
    """
    worse = villages_worse(facts)
    found = [
        Section("结论", "Answer", tuple(headline(facts)), (summary_sheet(facts),)),
        Section("问的是什么", "What was asked", tuple(asked(facts))),
        Section("有多可靠", "How sure it is", tuple(how_sure(facts))),
        Section("每项服务各期做什么", "What is done for each service", tuple(by_service(facts))),
        Section(
            "谁受益，谁变差", "Who gains and who loses", (*township_text(facts), losers_text(facts, worse)),
            (by_township(facts), *(() if worse.frame.empty else (worse,))),
        ),
    ]  # fmt: skip
    budgets = budget_section(facts)
    found += [running_section(facts)] if budgets is None else [budgets, running_section(facts)]
    more = (
        tracks_section(facts, tables),
        gap_section(facts, tables),
        private_section(facts, tables),
        births_section(facts, tables),
        circuit_section(tables),
    )
    found += [section for section in more if section is not None]
    for s, part in enumerate(facts.parts):
        sentences = decisions_of(facts, s, MOST_DECISIONS)
        if sentences:
            zh, en = part.service.name_zh, part.service.name_en
            found.append(Section(f"每处决定的依据：{zh}", f"What each decision rests on: {en}", tuple(sentences)))
    found += [
        Section("起作用的规则", "Rules that bind", tuple(binding(facts))),
        *_checked_after(facts),
        Section("假设与未核实的数值", "Assumptions and what is not verified", tuple(assumed(facts))),
        Section("怎样计算", "How it is computed", tuple(method(facts))),
        Section("成果表", "Tables", (_where(tables),), tuple(sheet for sheet in tables if sheet.key in IN_REPORT)),
    ]
    return tuple(found)


def _checked_after(facts: Facts) -> list[Section]:
    said = checked(facts)
    return [Section("在方案上核对的规则", "Rules checked on the plan", tuple(said))] if said else []


def summary_sheet(facts: Facts) -> Sheet:
    """Every service whose people are sent somewhere, and year."""
    rows = []
    for s in served(facts):
        part = facts.parts[s]
        for t, year in enumerate(facts.years):
            f = facts.figures(s, t)
            rows.append(
                {
                    "service": both((part.service.name_zh, part.service.name_en)),
                    "year": year,
                    "need": f.need,
                    "within": within_text(f),
                    "without": without_text(f),
                    "minutes": mean_text(f),
                    "changes": "；".join(counts_text(f)),
                    "cost": f.yuan / TEN_THOUSAND,
                }
            )
    return make_sheet("summary", ("各服务各年一览", "Services and years"), SUMMARY, pd.DataFrame(rows), (ARROW,))


def by_service(facts: Facts) -> list[Text]:
    """A paragraph for each service: what is done in each period, and what it comes to."""
    said = []
    for s in served(facts):
        part, zh, en = facts.parts[s], [], []
        for t, year in enumerate(facts.years):
            f = facts.figures(s, t)
            counts, money = counts_text(f), money_text(f.yuan)
            spent = (f"，{money[0]}", f", {money[1]}") if f.yuan > 0 else ("", "")
            running = running_text(f.running_yuan)
            if running[0]:
                spent = (f"{spent[0]}，{running[0]}", f"{spent[1]}, {running[1]}")
            zh.append(f"{year} 年{counts[0]}{spent[0]}，需要的人 {persons_text(f.need)}，标准之内 {within_text(f)}")
            en.append(f"{year}: {counts[1]}{spent[1]}; {persons_text(f.need)} need it, within {within_text(f)}")
        said.append((f"{part.service.name_zh}：{'；'.join(zh)}。", f"{part.service.name_en}: {'. '.join(en)}."))
    return [*said, *hosts_text(facts)]


def method(facts: Facts) -> list[Text]:
    """The model of record, what the plan is held against, and how people travel."""
    solution = facts.plan.after.solution
    model = load_formulation(resources.models() / "plans" / f"{solution.formulation}.toml")
    outcome = solution.outcome
    return [
        (
            f"模型：{model.name_zh}。{model.question_zh}（models/plans/{model.id}.toml；{model.source}）",
            f"Model: {model.name_en}. {model.question_en} (models/plans/{model.id}.toml; {model.source})",
        ),
        (
            f"求解用时 {outcome.seconds:,.0f} 秒（{outcome.solver}）；下界由模型的松弛给出，与方案如何找到无关。",
            f"Solved in {outcome.seconds:,.0f} s ({outcome.solver}); the bound comes from a relaxation of the model, "
            "however the plan was found.",
        ),
        (
            "“不作改变”指现有设施各期都保持现状，当期的人仍按同样的目标安排去处；规划的得失都与同一年的这种情形相比。",
            '"If nothing changes" keeps every facility as it stands; the people of each year are sent to them by the '
            "same objectives. Gains and losses are held against it in the same year.",
        ),
        (
            "去处由模型统一安排，实际择校、就医由居民自定；一地居民去两处时，认为能不变的尽量不变。",
            "The model sends people to places; in fact they choose. Where people of one place go to two, as many as "
            "can are taken to stay where they would be.",
        ),
        *describe_travel(facts.scenario.travel),
    ]


def _where(tables: Sequence[Sheet]) -> Text:
    zh, en = "、".join(sheet.zh for sheet in tables), ", ".join(sheet.en for sheet in tables)
    return f"tables.xlsx 与 tables/*.csv 有下列各表：{zh}。", f"tables.xlsx and tables/*.csv have: {en}."
