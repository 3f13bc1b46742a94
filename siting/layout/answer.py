"""What a layout plan tells: lines of the command line, the record, the files of its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from siting.base_map import base_of
from siting.events import stage
from siting.layout.asked import unverified_of
from siting.layout.budget_report import budget_lines
from siting.layout.certainty import budget_texts
from siting.layout.checked import faults
from siting.layout.decisions import decisions_sheet
from siting.layout.facts import Facts
from siting.layout.gains import township_text, villages_worse
from siting.layout.headline import headline, hosts_text, rides_text, served, zones_text
from siting.layout.outcome_sheet import outcome_sheet
from siting.layout.report import ARROW, sections_of, summary_sheet
from siting.layout.result import LayoutPlan
from siting.layout.standard_words import standard_text
from siting.layout.tables import record_of, sheets_and_record
from siting.layout.texts import counts_text, mean_text, money_text, running_text, within_text, without_text
from siting.layout.views import first_of, views_of
from siting.prepare import Settings
from siting.provenance import hash_case
from siting.render.answer_folder import write_answer
from siting.render.views import Told, place_of
from siting.render.wording import Text
from siting.solution import Status


@dataclass(frozen=True, eq=False)
class LayoutAnswer:
    """The answer to the scenario of a layout plan."""

    plan: LayoutPlan

    @property
    def id(self) -> str:
        """Name of the run folder."""
        return self.plan.posed.scenario.id

    @cached_property
    def facts(self) -> Facts:
        """What is told of the plan."""
        return Facts(self.plan)

    def lines(self) -> list[tuple[str, str]]:
        """What the command line tells: each service and year, what it costs, who gains and loses, how sure it is."""
        facts, outcome = self.facts, self.plan.outcome
        lines = [
            (facts.scenario.title_zh, "bold"),
            (facts.scenario.title_en, "dim"),
            (outcome.label_zh, "green" if outcome.proven else "yellow"),
            (outcome.label_en, "dim"),
        ]
        if facts.scenario.sentence:
            lines.insert(2, (f"“{facts.scenario.sentence}”", ""))
        for s in served(facts):
            service = facts.parts[s].service
            standard = standard_text(facts, s)
            lines += [("", ""), (f"{service.name_zh} {service.name_en}", "bold")]
            lines += [(f"  标准：{standard[0]}", ""), (f"  standard: {standard[1]}", "dim")]
            for t in range(len(facts.years)):
                zh, en = _line(facts, s, t)
                lines += [(zh, ""), (en, "dim")]
        said = [*hosts_text(facts), *budget_texts(facts), *budget_lines(facts), *township_text(facts)]
        lines.append(("", ""))
        for zh, en in (ARROW, *said):
            lines += [(zh, ""), (en, "dim")]
        for zh, en in self.notices():
            lines += [(zh, "yellow"), (en, "dim")]
        return lines

    def notices(self) -> list[Text]:
        """What every output must say: synthetic data, standards that nobody has verified, a search cut short."""
        info, outcome = self.plan.posed.case.info, self.plan.outcome
        said: list[Text] = []
        if info.notice_zh or info.notice_en:
            said.append((info.notice_zh, info.notice_en))
        count = sum(len(unverified_of(part)) for part in self.facts.parts)
        if count:
            said.append(
                (
                    f"有 {count} 项标准数值未经核实，使用前请核对“假设与未核实的数值”。",
                    f"{count} values of the standards are not verified: check the assumptions before use.",
                )
            )
        if self.facts.changes_nothing and not outcome.proven:
            said.append(
                (
                    "求解时间内没有找到比维持现状更好的方案，成果就是维持现状。这不等于不需要建设："
                    "请在方案文件 [solver] 中加大 time_limit_s 再算。",
                    "Within its time the search found nothing better than leaving everything as it is, and that is "
                    "what is shown. It does not mean that nothing is needed: give it a larger time_limit_s in the "
                    "scenario's [solver].",
                )
            )
        said += faults(self.facts)
        if outcome.status is Status.TIME_LIMIT:
            said.append(
                (
                    f"求解到时限为止，没有证明最优：{outcome.label_zh}。",
                    f"The search ended at its time limit; the plan is not proven to be the best: {outcome.label_en}.",
                )
            )
        return said

    def record(self) -> dict[str, Any]:
        """What `--json` tells."""
        return record_of(self.plan)

    def told(self, settings: Settings) -> Told:
        """All that the folder is made of."""
        facts, posed, outcome = self.facts, self.plan.posed, self.plan.outcome
        tables, record = sheets_and_record(self.plan, settings)
        summary, worse = summary_sheet(facts), villages_worse(facts)
        first = replace(summary, notes=(*headline(facts), *summary.notes))  # what a reader of the workbook sees first
        last = (sheet for sheet in (worse, decisions_sheet(facts)) if len(sheet.frame))
        sheets = (first, outcome_sheet(facts), *tables, *last)
        return Told(
            place=place_of(posed.case),
            title=(facts.scenario.title_zh, facts.scenario.title_en),
            label=(outcome.label_zh, outcome.label_en),
            notices=tuple(self.notices()),
            views=views_of(facts, service_areas=settings.service_areas),
            first=first_of(facts),
            sections=sections_of(facts, sheets),
            sheets=sheets,
            base=base_of(posed.case, posed.graph),
            inputs=hash_case(posed.case),
            record=record,
        )

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder.

        Raises:
            InputError: when the folder cannot be written.
        """
        with stage(settings.listener, "tell", "整理说明、表格与图层", "Gathering words, tables and layers"):
            told = self.told(settings)
        return write_answer(told, folder, settings)


def _line(facts: Facts, s: int, t: int) -> Text:
    """One service in one year."""
    f, year = facts.figures(s, t), facts.years[t]
    counts, money = counts_text(f), money_text(f.yuan)
    spent = (f"，{money[0]}", f", {money[1]}") if f.yuan > 0 else ("", "")
    running = running_text(f.running_yuan)
    more = (f"；{running[0]}", f"; {running[1]}") if running[0] else ("", "")
    away, zones = rides_text(facts, s, t), zones_text(facts, s, t)
    return (
        f"  {year} 年：标准之内 {within_text(f)}；没有着落 {without_text(f)} 人；平均单程 {mean_text(f)} 分钟"
        f"{away[0].replace('，', '；')}；{counts[0]}{spent[0]}{more[0]}{zones[0]}",
        f"  {year}: within the standard {within_text(f)}; without a place {without_text(f)}; "
        f"mean way {mean_text(f)} min{away[1].replace(', ', '; ')}; {counts[1]}{spent[1]}{more[1]}{zones[1]}",
    )
