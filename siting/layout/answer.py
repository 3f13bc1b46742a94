"""What a layout plan tells: lines of the command line, the record, the files of its folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from siting.base_map import base_of
from siting.layout.asked import unverified_of
from siting.layout.budget_report import budget_lines
from siting.layout.certainty import budget_texts
from siting.layout.checked import faults
from siting.layout.facts import Facts
from siting.layout.gains import township_text, villages_worse
from siting.layout.report import ARROW, sections_of
from siting.layout.result import LayoutPlan
from siting.layout.tables import record_of, sheets_and_record
from siting.layout.texts import counts_text, mean_text, money_text, within_text, without_text
from siting.layout.views import views_of
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from siting.render.views import Told
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
        for s, part in enumerate(facts.parts):
            lines += [("", ""), (f"{part.service.name_zh} {part.service.name_en}", "bold")]
            for t in range(len(facts.years)):
                zh, en = _line(facts, s, t)
                lines += [(zh, ""), (en, "dim")]
        said = [*budget_texts(facts), *budget_lines(facts), *township_text(facts)]
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
                    f"有 {count} 项标准数值未经核实，详见报告“假设与未核实的数值”。",
                    f"{count} values of the standards are not verified; see the report's assumptions.",
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
        sheets = (*tables, villages_worse(facts))
        return Told(
            case=posed.case,
            title=(facts.scenario.title_zh, facts.scenario.title_en),
            label=(outcome.label_zh, outcome.label_en),
            notices=tuple(self.notices()),
            views=views_of(facts),
            sections=sections_of(facts, sheets),
            sheets=sheets,
            base=base_of(posed.case, posed.graph),
            record=record,
        )

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder.

        Raises:
            InputError: when the folder cannot be written.
        """
        return write_answer(self.told(settings), folder, settings)


def _line(facts: Facts, s: int, t: int) -> Text:
    """One service in one year."""
    f, year = facts.figures(s, t), facts.years[t]
    counts, money = counts_text(f), money_text(f.yuan)
    spent = (f"，{money[0]}", f", {money[1]}") if f.yuan > 0 else ("", "")
    return (
        f"  {year} 年：标准之内 {within_text(f)}；没有着落 {without_text(f)} 人；平均单程 {mean_text(f)} 分钟；"
        f"{counts[0]}{spent[0]}",
        f"  {year}: within the standard {within_text(f)}; without a place {without_text(f)}; "
        f"mean way {mean_text(f)} min; {counts[1]}{spent[1]}",
    )
